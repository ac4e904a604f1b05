"""All blocks by id. A block is registered by standing in a module of `blocks/primitives` or `blocks/composites`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from blocks.block import CATEGORIES, Block, Composite, Primitive
from blocks.errors import BlockError
from blocks.parameters import Parameter


@cache
def blocks() -> dict[str, type[Block]]:
    """Every block by id, in the order of categories, then ids. Loads all block modules on first use."""
    found: dict[str, type[Block]] = {}
    for package_name in ("blocks.primitives", "blocks.composites"):
        package = importlib.import_module(package_name)
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package_name}.{info.name}")
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, Block) and value.__module__ == module.__name__ and value.id:
                    check_definition(value)
                    if value.id in found:
                        raise TypeError(f"{value.__module__}: block id {value.id!r} is taken")
                    found[value.id] = value
    return dict(sorted(found.items(), key=lambda item: (CATEGORIES.index(item[1].category), item[0])))


def block(block_id: str) -> type[Block]:
    """The block with this id. Raises LookupError (KeyError) when there is none."""
    return blocks()[block_id]


def check_definition(block: type[Block]) -> None:
    """Refuse a block whose definition is incomplete, when it is registered and not when it is first used."""
    from blocks.ids import valid_id

    def need(condition: bool, what: str) -> None:
        if not condition:
            raise TypeError(f"{block.__module__}.{block.__name__}: {what}")

    need(valid_id(block.id), f"{block.id!r} cannot be an id: it must be able to name a part of a drawing")
    need(block.category in CATEGORIES, f"the category must be one of {CATEGORIES}")
    need(
        bool(block.__doc__) and block.summary().endswith("."),
        "the docstring must begin with a sentence that ends with a full stop",
    )
    ports = [port.name for port in block.inputs]
    need(len(set(ports)) == len(ports), "two input ports have the same name")
    need(not any(p.variadic for p in block.inputs) or len(block.inputs) == 1, "a variadic port must be the only input port")
    need(len(set(block.outputs)) == len(block.outputs) > 0, "there must be outputs, each with a name of its own")
    if issubclass(block, Primitive):
        need(len(block.outputs) == 1, "a primitive has exactly one output")
        need("primitive" in (block.__doc__ or ""), "the docstring must say why it is a primitive and no drawing of others")
        for method in ("infer", "cost", "module"):
            need(getattr(block, method) is not getattr(Primitive, method), f"a primitive needs {method}()")
    elif issubclass(block, Composite):
        need(block.expand is not Composite.expand, "a composite needs expand()")
    for name, parameter in block.parameters.items():
        taken = name == "name" or name in ports or hasattr(Primitive, name) or hasattr(Composite, name)
        need(not taken, f"a parameter may not be called {name!r}: that name means something else")
        need(bool(parameter.help), f"parameter {name!r} needs a help sentence")
        if parameter.kind in ("int", "float", "pair", "padding"):
            need(
                parameter.minimum is not None and parameter.maximum is not None,
                f"parameter {name!r} needs both ends of its range",
            )
        for other, values in parameter.visible_when.items():
            need(other in block.parameters, f"{name!r} is shown by {other!r}, which is no parameter")
            for value in values:
                need(_takes(block.parameters[other], value), f"{name!r} is shown where {other} is {value!r}, which it cannot be")


def _takes(parameter: Parameter[Any], value: Any) -> bool:
    try:
        parameter.clean(value)
    except BlockError:
        return False
    return True
