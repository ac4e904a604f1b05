"""Plain records between the JSON text and the objects of a design, and sentences for values of the wrong type.

Every record leaves out what it does not know; `extra` picks those keys out of the raw object, so that they are saved back.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from designer.document.errors import DocumentError
from designer.graph.design import DOWN, NOTE_WIDTH

FORMAT = "lightdesign"
EdgeRecord = tuple[str, str, str, str]
"""Node and output port a wire begins at, node and input port it ends at."""


class NodeRecord(msgspec.Struct):
    """A node. `version` overrides the version that the document's `blocks` give for its block."""

    id: str
    block: str
    version: int | msgspec.UnsetType | None = msgspec.UNSET
    stage: str | None = None
    label: str = ""
    disabled: bool = False
    params: dict[str, Any] = {}


class ExposedRecord(msgspec.Struct):
    """A parameter of a definition, bound to (node, parameter) pairs inside."""

    name: str
    bindings: list[tuple[str, str]]
    help: str = ""


class DefinitionRecord(msgspec.Struct):
    """An own block; its input and output nodes are its ports."""

    id: str
    name: str
    nodes: list[NodeRecord]
    edges: list[EdgeRecord]
    version: int = 1
    help: str = ""
    exposed: list[ExposedRecord] = []


class NoteRecord(msgspec.Struct):
    """Free text at a scene position, so wide, in px."""

    id: str
    text: str
    x: float = 0.0
    y: float = 0.0
    width: float = NOTE_WIDTH


class OriginRecord(msgspec.Struct):
    """The preset a design came from."""

    preset: str
    options: dict[str, Any] = {}


class DocumentRecord(msgspec.Struct):
    """The whole document. `flow` is the way wires run on the canvas. Notes and positions (scene px) are kept by scope: "" is the
    design, others are ids of definitions."""

    format: str
    schema: int
    nodes: list[NodeRecord]
    edges: list[EdgeRecord]
    name: str = ""
    origin: OriginRecord | None = None
    blocks: dict[str, int] = {}
    definitions: list[DefinitionRecord] = []
    flow: str = DOWN
    notes: dict[str, list[NoteRecord]] = {}
    positions: dict[str, dict[str, tuple[float, float]]] = {}


@cache
def _keys(record: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(record.__struct_fields__)


def extra(raw: dict[str, Any], record: type[msgspec.Struct]) -> dict[str, Any]:
    """What a raw object holds beyond the record's keys."""
    known = _keys(record)
    return {} if raw.keys() <= known else {key: value for key, value in raw.items() if key not in known}


def document(data: dict[str, Any]) -> DocumentRecord:
    """The record of a parsed document. Raises DocumentError naming the place where a value has the wrong type."""
    try:
        return msgspec.convert(data, DocumentRecord)
    except msgspec.ValidationError as problem:
        raise _explained(str(problem)) from None


WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}
"""JSON types as a person says them."""


def type_words(types: str) -> str:
    return " or ".join([WORDS.get(name, name) for name in types.split(" | ")])


def _explained(message: str) -> DocumentError:
    what, _, where = message.partition(" - at `$")
    where = where.strip("`.")
    place = f'"{where}"' if where else "The document"
    wrong = re.fullmatch(r"Expected `(.*)`, got `(.*)`", what)
    count = re.fullmatch(r"Expected `array` of length (\d+), got (\d+)", what)
    missing = re.fullmatch(r"Object missing required field `(.*)`", what)
    if wrong:
        sentence = f"{place} needs {type_words(wrong[1])}, but holds {type_words(wrong[2])}."
    elif count:
        sentence = f"{place} needs a list of {count[1]} values, but holds {count[2]}."
    elif missing:
        sentence = f'{place} has no "{missing[1]}".'
    else:
        sentence = f"{place}: {what[:1].lower()}{what[1:]}."
    return DocumentError("wrong_type", sentence)
