"""The methods `draw.<id>` of the drawing tool, written from the definitions of the blocks.

A network is drawn by hundreds of such calls, so each method has the signature that the stub `builder.pyi` shows and looks only at
arguments that somebody gave. Nothing but ids and names of parameters of registered blocks gets into the text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blocks import registry
from blocks.block import Block
from blocks.drawing import DrawProblem
from blocks.errors import BlockError


def add_methods(builder: type) -> None:
    """Give the drawing tool its method for each registered block. Each is written when it is first called."""
    for block in registry.blocks().values():
        setattr(builder, block.id, _written_later(builder, block))


def _written_later(builder: type, block: type[Block]) -> Callable[..., Any]:
    def method(*args: Any, **kwargs: Any) -> Any:
        written = placing_method(block)
        setattr(builder, block.id, written)
        return written(*args, **kwargs)

    return method


def placing_method(block: type[Block]) -> Callable[..., Any]:
    """`draw.<id>(tensors, parameters, name)`: makes the parameters canonical and places the block.

    For a block with one input it is this:

        def dropout(self, x, /, p=default_p, *, name='dropout'):
            try:
                if p is not default_p:  # a default passed on is canonical already
                    p = clean_p(p)
            except BlockError as problem:
                raise DrawProblem(name, block, (p,), problem) from None
            return self.place_on(x, block, (p,), name)
    """
    ports = [port.name for port in block.inputs]
    variadic = bool(ports) and block.inputs[-1].variadic
    parameters = block.parameters
    arguments = ["self", f"*{ports[0]}"] if variadic else ["self", *ports, "/"]
    arguments += [f"{name}=default_{name}" for name in parameters]
    arguments += [*([] if variadic else ["*"]), f"name={block.id!r}"]
    values = f"({''.join([f'{name}, ' for name in parameters])})"
    lines = [f"def {block.id}({', '.join(arguments)}):"]
    if parameters:
        lines.append("    try:")
        for name in parameters:
            lines += [f"        if {name} is not default_{name}:", f"            {name} = clean_{name}({name})"]
        lines += ["    except BlockError as problem:", f"        raise DrawProblem(name, block, {values}, problem) from None"]
    if len(ports) == 1 and not variadic:
        lines.append(f"    return self.place_on({ports[0]}, block, {values}, name)")
    else:
        tensors = ports[0] if variadic else f"({''.join([f'{port}, ' for port in ports])})"
        lines.append(f"    return self.place(block, {values}, {tensors}, name)")
    scope: dict[str, Any] = {"block": block, "BlockError": BlockError, "DrawProblem": DrawProblem}
    for name, parameter in parameters.items():
        scope[f"default_{name}"], scope[f"clean_{name}"] = parameter.default, parameter.clean
    exec("\n".join(lines), scope)
    method: Callable[..., Any] = scope[block.id]
    method.__doc__ = block.__doc__
    return method
