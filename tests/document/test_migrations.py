"""Documents of older versions, with a chain of steps that only these tests know."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from blocks import registry
from blocks.primitives.conv import Conv2d
from designer.document import format as document_format
from designer.document.errors import DocumentError
from designer.document.format import read, read_migrating, write
from designer.document.migrations import MIGRATIONS, Migrations, migrate, migrate_params

Raw = dict[str, Any]


def one_to_two(data: Raw) -> Raw:
    """Wires were texts once."""
    edges = []
    for text in data["wires"]:
        ends = [end.split(".", 1) for end in text.split(" > ")]
        edges.append([*ends[0], *ends[1]])
    return {**{key: value for key, value in data.items() if key != "wires"}, "schema": 2, "edges": edges}


def two_to_three(data: Raw) -> Raw:
    """A title became a name."""
    return {**{key: value for key, value in data.items() if key != "title"}, "schema": 3, "name": data["title"]}


CHAIN = Migrations((one_to_two, two_to_three))
OLD: Raw = {
    "format": "lightdesign",
    "schema": 1,
    "title": "old",
    "colour": "red",
    "nodes": [{"id": "input", "block": "input"}, {"id": "act", "block": "relu"}],
    "wires": ["input.y > act.x"],
}


def test_steps_run_one_after_the_other_from_where_the_document_stands() -> None:
    before = copy.deepcopy(OLD)
    design, migrated = read_migrating(json.dumps(OLD), CHAIN)
    assert migrated
    assert design.name == "old"
    assert design.extra == {"colour": "red"}
    assert design.root.sources("act") == {"x": ("input", "y")}
    assert before == OLD
    second, migrated = read_migrating(json.dumps(one_to_two(OLD)), CHAIN)
    assert migrated
    assert write(second) == write(design)
    third, migrated = read_migrating(json.dumps(two_to_three(one_to_two(OLD))), CHAIN)
    assert not migrated
    assert write(third) == write(design)


def test_steps_do_not_change_what_they_are_given() -> None:
    given = copy.deepcopy(OLD)
    migrate(given, 1, CHAIN)
    assert given == OLD


def test_a_chain_refuses_only_what_lies_beyond_it() -> None:
    with pytest.raises(DocumentError, match="schema 4, but this program reads schemas up to 3"):
        read_migrating(json.dumps({**OLD, "schema": 4}), CHAIN)
    with pytest.raises(DocumentError, match="schema 2, but this program reads schemas up to 1"):
        read(json.dumps({**OLD, "schema": 2}))


def test_documents_are_written_in_the_schema_the_steps_lead_to(monkeypatch: pytest.MonkeyPatch) -> None:
    design, _ = read_migrating(json.dumps(OLD), CHAIN)
    assert json.loads(write(design))["schema"] == MIGRATIONS.current == 1
    monkeypatch.setattr(document_format, "MIGRATIONS", CHAIN)
    assert json.loads(write(design))["schema"] == 3


# -- blocks --------------------------------------------------------------------------------------------------------------------


def bias_was_on(params: Raw) -> Raw:
    """conv2d 1 -> 2: the default of `bias` changed."""
    return {"bias": True, **params}


def kernel_was_called_size(params: Raw) -> Raw:
    """conv2d 2 -> 3: a parameter got its name."""
    return {("kernel_size" if name == "size" else name): value for name, value in params.items()}


BLOCKS = Migrations((), {("conv2d", 1): bias_was_on, ("conv2d", 2): kernel_was_called_size})


def with_conv(version: int | None, **params: Any) -> str:
    node = {"id": "conv", "block": "conv2d", "params": params}
    versions = {} if version is None else {"conv2d": version}
    return json.dumps({"format": "lightdesign", "schema": 1, "blocks": versions, "nodes": [node], "edges": []})


@pytest.fixture
def third_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conv2d, "version", 3)


@pytest.mark.usefixtures("third_version")
def test_a_blocks_parameters_follow_its_versions() -> None:
    design, migrated = read_migrating(with_conv(1, size=5), BLOCKS)
    assert migrated
    node = design.root.node("conv")
    assert (node.params, node.version, node.block) == ({"bias": True, "kernel_size": 5}, None, "conv2d")
    design, migrated = read_migrating(with_conv(2, size=5, bias=False), BLOCKS)
    assert migrated
    assert design.root.node("conv").params == {"bias": False, "kernel_size": 5}
    design, migrated = read_migrating(with_conv(3, kernel_size=5), BLOCKS)
    assert not migrated
    assert design.root.node("conv").params == {"kernel_size": 5}


@pytest.mark.usefixtures("third_version")
def test_blocks_inside_definitions_follow_too_and_a_node_may_have_its_own_version() -> None:
    inner = {
        "id": "d",
        "name": "D",
        "edges": [],
        "nodes": [{"id": "conv", "block": "conv2d", "version": 2, "params": {"size": 7}}],
    }
    text = json.dumps(
        {"format": "lightdesign", "schema": 1, "blocks": {"conv2d": 3}, "nodes": [], "edges": [], "definitions": [inner]}
    )
    design, migrated = read_migrating(text, BLOCKS)
    assert migrated
    assert design.definitions["d"].network.node("conv").params == {"kernel_size": 7}


@pytest.mark.usefixtures("third_version")
def test_a_document_that_names_no_version_has_ours() -> None:
    design, migrated = read_migrating(with_conv(None, size=5), BLOCKS)
    assert not migrated
    assert design.root.node("conv").params == {"size": 5}
    assert json.loads(write(design))["blocks"] == {"conv2d": 3}


def test_a_placeholder_of_a_newer_version_becomes_a_block_once_we_know_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = write(read(with_conv(3, kernel_size=5)))
    assert read(text).root.node("conv").block == "conv2d@3"
    monkeypatch.setattr(Conv2d, "version", 3)
    node = read(text).root.node("conv")
    assert (node.block, node.version, node.params) == ("conv2d", None, {"kernel_size": 5})
    assert write(read(text)) == text


def test_every_step_a_block_or_a_document_may_need_exists() -> None:
    for block in registry.blocks().values():
        for version in range(1, block.version):
            assert (block.id, version) in MIGRATIONS.blocks, f"{block.id} {version} -> {version + 1} has no migration"
    for block_id, version in MIGRATIONS.blocks:
        assert 1 <= version < registry.blocks()[block_id].version
    assert migrate_params("relu", {"a": 1}, 1, 1) == {"a": 1}
