"""Writes `blocks/builder.pyi`: what `builder.py` offers, with one typed method for each registered block.

The drawing tool's methods are written as the program runs (`placing.py`), so editors and type checkers need to be told.
Everything else in the stub is copied from the annotations in `builder.py`, so that the two cannot differ.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from blocks import builder, registry
from blocks.block import Block
from blocks.parameters import Bool, Choice, Float, Int, Padding, Pair, Parameter, Shape

LINE = 130  # ruff's line length
HEADER = """\
# Written by `python -m blocks.reference` from the block definitions and builder.py. Do not edit.
# fmt: off
"""


def builder_stub() -> str:
    """The text of `blocks/builder.pyi`."""
    module = ast.parse(Path(builder.__file__).read_text(encoding="utf-8"))
    body = "\n".join(text for statement in module.body for text in _statement(statement))
    used = set(re.findall(r"\w+", body))
    standard: list[str] = []
    ours: list[str] = []
    for statement in module.body:
        match statement:
            case ast.Import(names=names) if any(f"{alias.name}." in body for alias in names):
                standard.append(ast.unparse(statement))
            case ast.ImportFrom(module=str(origin), names=names) if kept := [alias.name for alias in names if alias.name in used]:
                (ours if origin.startswith("blocks") else standard).append(f"from {origin} import {', '.join(kept)}")
    return "\n".join([HEADER, *standard, "", *ours, body, ""])


def _statement(statement: ast.stmt) -> Iterator[str]:
    """What the stub keeps of one statement of the module: public names without their bodies and values."""
    match statement:
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            names = ast.literal_eval(statement.value)
            yield "\n".join(["", "__all__ = [", *[f'    "{name}",' for name in names], "]"])
        case ast.Assign(targets=[ast.Name(id=name)]) if not name.startswith("_"):
            # an alias of a type is written in brackets; of a value the stub need not know more than that it is there
            alias = isinstance(statement.value, ast.Subscript)
            yield "\n" + (ast.unparse(statement) if alias else f"{name}: Any")
        case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
            yield f"\n{name}: {ast.unparse(statement.annotation)}"
        case ast.FunctionDef(name=name) if not name.startswith("_"):
            yield "\n" + _function(statement, "")
        case ast.ClassDef(name=name) if not name.startswith("_"):
            yield "\n" + "\n".join(_class(statement))


def _class(node: ast.ClassDef) -> Iterator[str]:
    bases = ", ".join(map(ast.unparse, node.bases))
    yield f"class {node.name}({bases}):" if bases else f"class {node.name}:"
    yield from [*_docstring(node, "    "), ""]
    attributes: list[str] = []
    methods: list[str] = []
    for statement in node.body:
        match statement:
            case ast.AnnAssign():
                attributes.append(f"    {ast.unparse(statement.target)}: {ast.unparse(statement.annotation)}")
            case ast.FunctionDef(name="__init__"):
                attributes += _made_in_init(statement)
                methods.append(_function(statement, "    "))
            case ast.FunctionDef(name="place"):  # which those that `add_methods` adds call
                methods += [_method(block) for block in registry.blocks().values()]
                methods.append(_function(statement, "    "))
            case ast.FunctionDef(name=name) if not name.startswith("_"):
                methods.append(_function(statement, "    "))
    yield from attributes
    yield from methods


def _made_in_init(init: ast.FunctionDef) -> Iterator[str]:
    """Attributes that `__init__` gives a type, or takes from an annotated argument."""
    types = {arg.arg: arg.annotation for arg in init.args.args}
    for statement in init.body:
        annotation: ast.expr | None = None
        match statement:
            case ast.AnnAssign(target=ast.Attribute(attr=name)):
                annotation = statement.annotation
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Name(id=argument)):
                annotation = types.get(argument)
            case _:
                continue
        if annotation is not None and not name.startswith("_"):
            yield f"    {name}: {ast.unparse(annotation)}"


def _function(node: ast.FunctionDef, indent: str) -> str:
    args = node.args
    parts: list[str] = []
    plain = [*args.posonlyargs, *args.args]
    first_default = len(plain) - len(args.defaults)
    for position, arg in enumerate(plain):
        parts.append(_argument(arg, position >= first_default))
        if position == len(args.posonlyargs) - 1:
            parts.append("/")
    if args.vararg is not None:
        parts.append("*" + _argument(args.vararg, False))
    elif args.kwonlyargs:
        parts.append("*")
    parts += [_argument(arg, default is not None) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    if args.kwarg is not None:
        parts.append("**" + _argument(args.kwarg, False))
    returns = ast.unparse(node.returns) if node.returns is not None else "Any"
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    kept = "".join(f"{indent}@{decorator}\n" for decorator in decorators if not decorator.startswith("lru_cache"))
    return kept + _signature(indent, node.name, parts, returns, list(_docstring(node, indent + "    ")))


def _argument(arg: ast.arg, has_default: bool) -> str:
    text = arg.arg if arg.annotation is None else f"{arg.arg}: {ast.unparse(arg.annotation)}"
    return text + " = ..." if has_default else text


def _docstring(node: ast.FunctionDef | ast.ClassDef, indent: str) -> Iterator[str]:
    text = ast.get_docstring(node, clean=False)
    if text is not None:
        yield f'{indent}"""{text}"""'


def _method(block: type[Block]) -> str:
    """`draw.<id>`: a tensor for each input port, the parameters in their order, then `name`."""
    parts = ["self"]
    if block.inputs and block.inputs[-1].variadic:
        parts.append(f"*{block.inputs[-1].name}: Tensor")
    else:
        parts += [f"{port.name}: Tensor" for port in block.inputs]
        if block.inputs:
            parts.append("/")
    parts += [f"{name}: {parameter_type(p)} = {_default(p)}" for name, p in block.parameters.items()]
    if not (block.inputs and block.inputs[-1].variadic):
        parts.append("*")
    parts.append(f'name: str = "{block.id}"')
    returns = "Tensor" if len(block.outputs) == 1 else f"tuple[{', '.join(['Tensor'] * len(block.outputs))}]"
    return _signature("    ", block.id, parts, returns, [f'        """{block.summary()}"""'])


def parameter_type(parameter: Parameter[object]) -> str:
    """The Python type that `draw.<block>` takes for a parameter."""
    match parameter:
        case Int():
            kind = "int"
        case Float():
            kind = "float"
        case Bool():
            kind = "bool"
        case Choice():
            kinds = sorted({type(option).__name__ for option in parameter.of if option is not None})
            kind = " | ".join(kinds)
        case Padding():
            kind = "int | tuple[int, int] | str"
        case Pair():
            kind = "int | tuple[int, int]"
        case Shape():
            kind = "tuple[int, ...]"
        case _:
            raise TypeError(f"no Python type is known for parameters of the kind {parameter.kind!r}")
    return f"{kind} | None" if parameter.optional else kind


def _default(parameter: Parameter[object]) -> str:
    value = parameter.raw(parameter.default)
    if isinstance(parameter, Float) and value is not None:
        return repr(float(value))
    if isinstance(value, str):
        return f'"{value}"'
    return repr(tuple(value) if isinstance(value, list) else value)


def _signature(indent: str, name: str, parts: list[str], returns: str, docstring: list[str]) -> str:
    """A function without a body, laid out as ruff would."""
    end = ":" if docstring else ": ..."
    line = f"{indent}def {name}({', '.join(parts)}) -> {returns}{end}"
    lines = [line] if len(line) <= LINE else [f"{indent}def {name}(", *[f"{indent}    {part}," for part in parts]]
    if len(lines) > 1:
        if parts[-1] in ("/", "*"):  # nothing may follow a bare marker
            raise TypeError(f"{name}: a signature cannot end with {parts[-1]!r}")
        lines.append(f"{indent}) -> {returns}{end}")
    return "\n".join([*lines, *docstring])
