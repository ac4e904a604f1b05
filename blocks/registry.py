"""All blocks by id. A block is registered by standing in a module of `blocks/primitives` or `blocks/composites`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from blocks.block import CATEGORIES, Block
from blocks.spec import Port


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
    from blocks.builder import ID

    def need(condition: bool, what: str) -> None:
        if not condition:
            raise TypeError(f"{block.__module__}.{block.__name__}: {what}")

    need(bool(ID.match(block.id)) and "__" not in block.id, "the id must be lower case letters, digits and single underscores")
    need(block.category in CATEGORIES, f"the category must be one of {CATEGORIES}")
    need(
        bool(block.__doc__) and block.summary().endswith("."),
        "the docstring must begin with a sentence that ends with a full stop",
    )
    need(all(isinstance(port, Port) for port in block.inputs), "inputs must be ports")
    need(not any(p.variadic for p in block.inputs) or len(block.inputs) == 1, "a variadic port must be the only input port")
    need(not block.primitive or len(block.outputs) == 1, "a primitive has exactly one output")
    for name, parameter in block.parameters.items():
        need(name not in ("name", "x", "id"), f"a parameter may not be called {name!r}")
        need(bool(parameter.help), f"parameter {name!r} needs a help sentence")
        if parameter.kind in ("int", "float", "pair", "padding"):
            need(
                parameter.minimum is not None and parameter.maximum is not None,
                f"parameter {name!r} needs both ends of its range",
            )
        for other, values in parameter.visible_when.items():
            need(other in block.parameters, f"{name!r} is shown by {other!r}, which is no parameter")
            for value in values:
                block.parameters[other].clean(value)
