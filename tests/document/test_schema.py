"""The JSON Schema is fresh, and says of documents what the reader and the blocks say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from blocks import registry
from blocks.errors import BlockError
from blocks.parameters import Choice
from designer.catalogue import load
from designer.document.format import write
from designer.document.schema import file, schema, text
from presets.preset import presets

SCHEMA = schema()
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int,),
}
KEYWORDS = {
    *("$schema", "$defs", "$ref", "title", "description", "default", "type", "const", "enum", "anyOf", "allOf", "if", "then"),
    *("required", "properties", "additionalProperties", "items", "prefixItems", "minItems", "maxItems", "pattern", "maxLength"),
    *("minimum", "maximum"),
}


def obeys(value: Any, rule: Any) -> bool:
    """Whether a value obeys a schema: what JSON Schema says of the keywords that ours uses, and no other."""
    if isinstance(rule, bool):
        return rule
    assert set(rule) <= KEYWORDS, set(rule) - KEYWORDS
    if "$ref" in rule and not obeys(value, SCHEMA["$defs"][rule["$ref"].removeprefix("#/$defs/")]):
        return False
    if "type" in rule:
        names = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
        if not any(isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names):
            return False
    if "const" in rule and value != rule["const"]:
        return False
    if "enum" in rule and not any(value == one and type(value) is type(one) for one in rule["enum"]):
        return False
    if "anyOf" in rule and not any(obeys(value, one) for one in rule["anyOf"]):
        return False
    if not all(obeys(value, one) for one in rule.get("allOf", [])):
        return False
    if "if" in rule and obeys(value, rule["if"]) and not obeys(value, rule["then"]):
        return False
    if isinstance(value, dict):
        return _object_obeys(value, rule)
    if isinstance(value, list):
        first = rule.get("prefixItems", [])
        rest = rule.get("items", True)
        return (
            rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value))
            and all(obeys(item, one) for item, one in zip(value, first, strict=False))
            and all(obeys(item, rest) for item in value[len(first) :])
        )
    if isinstance(value, str):
        return len(value) <= rule.get("maxLength", len(value)) and re.search(rule.get("pattern", ""), value) is not None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return rule.get("minimum", value) <= value <= rule.get("maximum", value)
    return True


def _object_obeys(value: dict[str, Any], rule: dict[str, Any]) -> bool:
    known = rule.get("properties", {})
    rest = rule.get("additionalProperties", True)
    return all(key in value for key in rule.get("required", [])) and all(
        obeys(item, known.get(key, rest)) for key, item in value.items()
    )


def test_the_file_is_fresh() -> None:
    assert file().read_text(encoding="utf-8") == text(), "resources/schema/lightdesign.schema.json is stale: run `make docs`"


@pytest.mark.parametrize("preset", sorted(presets()))
def test_presets_obey(preset: str) -> None:
    assert obeys(json.loads(write(load(preset))), SCHEMA)


@pytest.mark.parametrize(
    "sample", sorted((Path(__file__).parent.parent / "documents").glob("*.lightdesign")), ids=lambda p: p.stem
)
def test_released_documents_obey(sample: Path) -> None:
    data = json.loads(sample.read_text(encoding="utf-8"))
    if sample.stem == "schema1_placeholders":  # a newer conv2d and two deliberate slips
        data["nodes"] = [node for node in data["nodes"] if node["block"] != "conv2d"]
    assert obeys(data, SCHEMA)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "other"),
        (["schema"], 2),
        (["schema"], "1"),
        (["nodes"], {}),
        (["nodes", 0, "id"], "Bad"),
        (["nodes", 0, "id"], 7),
        (["nodes", 0, "disabled"], 1),
        (["nodes", 0, "params"], {"dropout": 2}),
        (["edges", 0], ["a", "b", "c"]),
        (["positions"], {"": {"stem": [1]}}),
        (["notes"], {"": [{"id": "n"}]}),
        (["origin"], {"options": {}}),
        (["definitions"], [{"id": "d", "name": "D", "nodes": []}]),
    ],
    ids=str,
)
def test_what_is_refused_does_not_obey(path: list[Any], value: Any) -> None:
    data = json.loads(write(load("mobilenet_v2")))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not obeys(data, SCHEMA)


RAW: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    2,
    -1,
    0.5,
    1.0,
    10**9,
    "same",
    "relu",
    "zeros",
    "x",
    [],
    [1],
    [3, 3],
    [1, 2, 3],
    [8, 16, 16],
]


def test_parameters_obey_exactly_where_their_blocks_take_them() -> None:
    for block in registry.blocks().values():
        for name, parameter in block.parameters.items():
            rule = SCHEMA["$defs"][f"params_{block.id}"]["properties"][name]
            if not isinstance(parameter, Choice):
                assert obeys(parameter.raw(parameter.default), rule), (block.id, name)
            for value in RAW:
                if isinstance(value, float) and value.is_integer():
                    continue  # a whole number to us and to JSON Schema, but this test's rules know no 1.0
                try:
                    parameter.clean(value)
                    taken = True
                except BlockError:
                    taken = False
                assert obeys(value, rule) == taken, (block.id, name, value)
