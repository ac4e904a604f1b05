"""Writes what is generated from the block definitions: `BLOCKS.md`, the block reference, and `blocks/builder.pyi`.

    python -m blocks.reference

A test fails while either is not what this writes.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from blocks import registry
from blocks.block import LIMITS, Block
from blocks.parameters import Parameter
from blocks.spec import MAX_CHANNELS, MAX_SIDE, MAX_WINDOW, Port
from blocks.typed_stub import builder_stub

ROOT = Path(__file__).parent.parent

CATEGORIES = {
    "io": "Input and output",
    "conv": "Convolutions and linear layers",
    "norm": "Normalisation",
    "activation": "Activations",
    "pooling": "Pooling",
    "merge": "Merging, moving and resizing",
    "composite": "Composites",
}

HEADER = f"""\
# Blocks

Written by `python -m blocks.reference` (`make docs`) from the block definitions. Do not edit; how to add a block is in
`CONTRIBUTING.md`, what the words mean in `CONTEXT.md`.

Shapes leave the batch out: a map is `(C, H, W)`, a vector `(F,)`. A pair is (height, width), or one number for both. All blocks
refuse channels and features over {MAX_CHANNELS:,}, sides over {MAX_SIDE:,}, and windows, strides, padding and dilation over
{MAX_WINDOW:,}; what else a block refuses although torch takes it is said with the block.
"""


def block_reference() -> str:
    """The text of `BLOCKS.md`."""
    lines = [HEADER]
    blocks = registry.blocks().values()
    for category, members in groupby(blocks, key=lambda block: block.category):
        listed = list(members)
        links = ", ".join(f"[{block.id}](#{block.id})" for block in listed)
        lines += [f"## {CATEGORIES[category]}", "", links, ""]
        for block in listed:
            lines += [*_block(block), ""]
    return "\n".join(lines).rstrip() + "\n"


def _block(block: type[Block]) -> Iterator[str]:
    yield from [f"### {block.id}", "", "```text", inspect.getdoc(block) or "", "```", ""]
    inputs = ", ".join(map(_port, block.inputs)) or "none"
    yield f"- Inputs: {inputs}. Outputs: {', '.join(f'`{name}`' for name in block.outputs)}."
    if block.reference:
        yield f"- Reference: {block.reference}."
    if block.document:
        yield f"- In the document the project started from: {block.document}."
    beyond = [f"{reason} (`{code}`)" for code, reason in block.refuses_more.items() if code not in LIMITS]
    if beyond:
        yield f"- Refused although torch takes it: {'; '.join(beyond)}."
    if block.parameters:
        yield from ["", "| parameter | default | values | unit | meaning |", "|---|---|---|---|---|"]
        yield from map(_parameter, block.parameters.values())


def _port(port: Port) -> str:
    shape = {3: " (map)", 1: " (vector)", None: ""}[port.rank]
    if port.variadic:
        return f"`{port.name}.0`, `{port.name}.1`, ...{shape}"
    return f"`{port.name}`{shape}{', may stay free' if port.optional else ''}"


def _parameter(parameter: Parameter[object]) -> str:
    default = parameter.raw(parameter.default)
    values = parameter.allowed() + (" or none" if parameter.optional and None not in getattr(parameter, "of", ()) else "")
    meaning = parameter.help
    if parameter.visible_when:
        conditions = [
            f"{name} is {' or '.join('none' if value is None else str(value) for value in options)}"
            for name, options in parameter.visible_when.items()
        ]
        meaning += f" Only where {' and '.join(conditions)}."
    cells = (f"`{parameter.name}`", _shown(default), values, parameter.unit, meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case list():
            return "x".join(map(str, value))
        case _:
            return str(value)


def generated() -> dict[Path, str]:
    """The generated files and what they have to hold."""
    return {ROOT / "BLOCKS.md": block_reference(), ROOT / "blocks" / "builder.pyi": builder_stub()}


def main() -> None:
    if not (ROOT / "pyproject.toml").exists():
        sys.exit(f"{ROOT} is no checkout: the generated files belong beside the block definitions.")
    for path, text in generated().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
