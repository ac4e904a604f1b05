"""The JSON Schema of `.lightdesign` documents, made from the records and the registry: what an editor completes and checks.

It describes, it does not judge: a document that breaks it may still be read, and one that obeys it may still have issues.
`python -m designer.document.schema` writes `resources/schema/lightdesign.schema.json` anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from blocks import registry
from blocks.parameters import Choice, Padding, Parameter, Shape
from blocks.spec import MAX_CHANNELS, MAX_SIDE
from designer.document.migrations import MIGRATIONS
from designer.document.records import FORMAT
from designer.graph.design import DOWN, RIGHT

Schema = dict[str, Any]
ID: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 100}
TEXT: Schema = {"type": "string"}


def file() -> Path:
    """Where the schema stands: in `designer/resources` of an installed program, in `resources` of a checkout."""
    here = Path(__file__).parent.parent
    folder = here / "resources" if (here / "resources").is_dir() else here.parent / "resources"
    return folder / "schema" / "lightdesign.schema.json"


def schema() -> Schema:
    """The schema as plain data."""
    known = registry.blocks()
    nodes: Schema = {"type": "array", "description": "Blocks in this network, sorted by id.", "items": {"$ref": "#/$defs/node"}}
    edges: Schema = {
        "type": "array",
        "description": "Wires: node and output port they begin at, node and input port they end at.",
        "items": {"type": "array", "prefixItems": [TEXT] * 4, "minItems": 4, "maxItems": 4},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lightdesigner design",
        "type": "object",
        "required": ["format", "schema", "nodes", "edges"],
        "properties": {
            "format": {"const": FORMAT},
            "schema": {"type": "integer", "minimum": 1, "maximum": MIGRATIONS.current, "description": "Version of this form."},
            "name": TEXT,
            "own_block": {**ID, "description": "In a .lightblock file: the id of the definition that the file is about."},
            "origin": {"$ref": "#/$defs/origin"},
            "blocks": {
                "type": "object",
                "description": "Version of each block that the nodes were written for.",
                "additionalProperties": {"type": "integer", "minimum": 1},
            },
            "nodes": nodes,
            "edges": edges,
            "definitions": {"type": "array", "items": {"$ref": "#/$defs/definition"}},
            "flow": {"description": "Which way wires run on the canvas.", "default": DOWN, "enum": [DOWN, RIGHT]},
            "notes": _by_scope({"type": "array", "items": {"$ref": "#/$defs/note"}}, "Free texts on the canvas."),
            "positions": _by_scope(
                {"type": "object", "additionalProperties": {"$ref": "#/$defs/point"}}, "Where blocks stand on the canvas, in px."
            ),
        },
        "$defs": {
            "origin": _record({"preset": TEXT, "options": {"type": "object"}}, ["preset"], "The preset the design came from."),
            "point": {"type": "array", "prefixItems": [{"type": "number"}] * 2, "minItems": 2, "maxItems": 2},
            "note": _record(
                {"id": TEXT, "text": TEXT, "x": {"type": "number"}, "y": {"type": "number"}, "width": {"type": "number"}},
                ["id", "text"],
                "A note.",
            ),
            "relation": {
                **_record(
                    {"same_as": TEXT, "times": {"type": "integer", "minimum": 1, "maximum": MAX_CHANNELS}},
                    ["same_as"],
                    'Inside a definition: channels of an input, such as {"same_as": "x.channels", "times": 2}.',
                ),
                "additionalProperties": False,
            },
            "node": _node(sorted(known)),
            "definition": _record(
                {
                    "id": ID,
                    "name": TEXT,
                    "version": {"type": "integer"},
                    "help": TEXT,
                    "exposed": {"type": "array", "items": {"$ref": "#/$defs/exposed"}},
                    "nodes": nodes,
                    "edges": edges,
                },
                ["id", "name", "nodes", "edges"],
                "An own block; its input and output nodes are its ports. Nodes name it as own.<id>.",
            ),
            "exposed": _record(
                {
                    "name": ID,
                    "bindings": {
                        "type": "array",
                        "items": {"type": "array", "prefixItems": [TEXT] * 2, "minItems": 2, "maxItems": 2},
                    },
                    "help": TEXT,
                },
                ["name", "bindings"],
                "A parameter of an own block, bound to pairs of node and parameter inside.",
            ),
            **{f"params_{name}": _params(known[name].parameters) for name in sorted(known)},
        },
    }


def _record(properties: Schema, required: list[str], description: str) -> Schema:
    return {"type": "object", "description": description, "required": required, "properties": properties}


def _by_scope(values: Schema, description: str) -> Schema:
    where = 'By scope: "" is the design, others are ids of definitions.'
    return {"type": "object", "description": f"{description} {where}", "additionalProperties": values}


def _node(names: list[str]) -> Schema:
    node = _record(
        {
            "id": ID,
            "block": {"anyOf": [{"enum": names}, TEXT]},
            "version": {"type": ["integer", "null"]},
            "stage": {"anyOf": [ID, {"type": "null"}]},
            "label": TEXT,
            "disabled": {"type": "boolean"},
            "params": {"type": "object"},
        },
        ["id", "block"],
        "A block in the network. Parameters equal to their defaults are left out.",
    )
    for_block = [
        {"if": {"properties": {"block": {"const": name}}}, "then": {"properties": {"params": {"$ref": f"#/$defs/params_{name}"}}}}
        for name in names
    ]
    return {**node, "allOf": for_block}


def _params(parameters: Any) -> Schema:
    return {"type": "object", "properties": {name: _parameter(parameter) for name, parameter in parameters.items()}}


def _parameter(parameter: Parameter[Any]) -> Schema:
    unit = f" Unit: {parameter.unit}." if parameter.unit else ""
    forms = _forms(parameter)
    if parameter.optional and not isinstance(parameter, Choice):
        forms.append({"type": "null"})
    form = forms[0] if len(forms) == 1 else {"anyOf": forms}
    return {"description": f"{parameter.help}{unit}", "default": parameter.raw(parameter.default), **form}


def _forms(parameter: Parameter[Any]) -> list[Schema]:
    """Schemas of which a raw value obeys one."""
    ends = {"minimum": parameter.minimum, "maximum": parameter.maximum}
    bounds = {key: value for key, value in ends.items() if value is not None}
    if isinstance(parameter, Choice):
        return [{"enum": list(parameter.of)}]
    if isinstance(parameter, Shape):
        channels = {"type": "integer", "minimum": 1, "maximum": MAX_CHANNELS}
        side = {"type": "integer", "minimum": 1, "maximum": MAX_SIDE}
        return [
            {"type": "array", "prefixItems": [channels, side, side], "minItems": 3, "maxItems": 3},
            {"type": "array", "prefixItems": [channels], "minItems": 1, "maxItems": 1},
        ]
    if parameter.kind == "bool":
        return [{"type": "boolean"}]
    if parameter.kind == "float":
        return [{"type": "number", **bounds}]
    number: Schema = {"type": "integer", **bounds}
    if parameter.kind == "int":
        return [number, {"$ref": "#/$defs/relation"}]
    pair: Schema = {"type": "array", "prefixItems": [number, number], "minItems": 2, "maxItems": 2}
    return [number, pair, {"const": "same"}] if isinstance(parameter, Padding) else [number, pair]


def text() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_text(text(), encoding="utf-8")
