"""Whatever edits can make can be written, and what is read back is the same design."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import registry
from blocks.errors import BlockError
from designer.analysis.engine import Engine
from designer.catalogue import load
from designer.document.errors import DocumentError
from designer.document.format import read, write
from designer.graph.design import ROOT, Design
from designer.graph.network import Network, Node
from presets.preset import presets
from tests.document.random_designs import random_design


def plain(value: Any) -> Any:
    """Pairs as lists, as JSON has them."""
    return json.loads(json.dumps(value))


def node_says(node: Node) -> Any:
    """What a node says, with parameters at the values they mean."""
    block = registry.blocks().get(node.block)
    params: dict[str, Any] = {} if block is None else {name: p.default for name, p in block.parameters.items()}
    for name, value in node.params.items():
        if block is not None and name in block.parameters:
            with suppress(BlockError):
                value = block.parameters[name].clean(value)
        params[name] = value
    return (node.id, node.block, plain(params), node.label, node.stage, node.disabled, node.version, plain(node.extra))


def network_says(network: Network) -> Any:
    return sorted([node_says(node) for node in network.nodes()], key=lambda said: said[0]), sorted(network.edges())


def design_says(design: Design) -> Any:
    """Everything a design holds, as comparable data."""
    origin = design.origin
    scopes = (ROOT, *design.definitions)  # what lies in others waits for the undo of an Undefine
    places = {
        scope: {node_id: place for node_id, place in design.positions.get(scope, {}).items() if node_id in design.network(scope)}
        for scope in scopes
    }
    return {
        "name": design.name,
        "root": network_says(design.root),
        "definitions": {
            name: (
                d.id,
                d.name,
                d.version,
                d.help,
                [(n, [list(b) for b in e.bindings], e.help, plain(e.extra)) for n, e in d.exposed.items()],
                plain(d.extra),
                network_says(d.network),
            )
            for name, d in design.definitions.items()
        },
        "positions": places,
        "flow": design.flow,
        "notes": {
            scope: {
                n: (note.text, note.x, note.y, note.width, plain(note.extra)) for n, note in design.notes.get(scope, {}).items()
            }
            for scope in scopes
        },
        "origin": None if origin is None else (origin.preset, plain(origin.options), plain(origin.extra)),
        "extra": plain(design.extra),
    }


@given(seed=st.integers(0, 2**32), edits=st.integers(0, 120))
def test_what_edits_make_is_read_back(seed: int, edits: int) -> None:
    design = random_design(Random(seed), edits)
    text = write(design)
    again = read(text)
    again.name = design.name  # a design without a name is called untitled
    assert design_says(again) == design_says(design)
    assert write(again) == text


@given(seed=st.integers(0, 2**32), edits=st.integers(0, 80))
def test_what_is_read_back_means_the_same(seed: int, edits: int) -> None:
    design = random_design(Random(seed), edits)
    before, after = Engine(design), Engine(read(write(design)))
    assert after.issues() == before.issues()
    assert after.total == before.total
    assert after.order.order == before.order.order
    assert {n: r.outputs for n, r in after.results.items()} == {n: r.outputs for n, r in before.results.items()}


@given(seed=st.integers(0, 2**32))
def test_a_document_with_a_piece_cut_out_is_refused_or_read_but_never_breaks(seed: int) -> None:
    random = Random(seed)
    text = write(random_design(random, 40))
    start = random.randrange(len(text))
    end = min(len(text), start + random.choice([1, 1, 2, 5, 40]))
    broken = text[:start] + random.choice(["", "", "0", "[", '"', ",", "\x00"]) + text[end:]
    with suppress(DocumentError):
        design = read(broken)
        assert write(read(write(design))) == write(design)
        Engine(design).issues()


@pytest.mark.parametrize("preset", sorted(presets()))
def test_every_preset_is_read_back(preset: str) -> None:
    design = load(preset)
    text = write(design)
    again = read(text)
    assert design_says(again) == design_says(design)
    assert write(again) == text
    assert Engine(again).total == Engine(design).total
    assert again.network(ROOT).edges() != []
