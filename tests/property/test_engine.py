"""After any sequence of edits the live analysis equals a fresh one, and inverses restore the exact state."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from blocks.builder import clear_memo
from designer.analysis.engine import Engine
from designer.analysis.results import NodeResult
from designer.graph.design import Design
from designer.graph.edits import Change, Edit
from designer.graph.rules import StructureError
from tests.designs import chain, copied, design, state
from tests.property.random_edits import random_edit

EDITS = 40  # in one sequence


def small_designs() -> list[Design]:
    conv = {"out_channels": 8, "padding": 1}
    residual = design(
        [("n0", "input", {"shape": [8, 8, 8]}), ("n1", "conv2d", conv), ("n2", "relu"), ("n3", "add"), ("n4", "output")],
        ["n0 -> n1", "n1 -> n2", "n2 -> n3.a", "n0 -> n3.b", "n3 -> n4"],
    )
    branches = design(
        [
            *(("n0", "input", {"shape": [8, 8, 8]}), ("n1", "conv2d", conv), ("n2", "conv2d", conv), ("n3", "concat")),
            *(("n4", "inverted_residual", {"out_channels": 8}), ("n5", "output"), ("n6", "output", {"order": 1})),
        ],
        ["n0 -> n1", "n0 -> n2", "n1 -> n3.x.0", "n2 -> n3.x.2", "n0 -> n3.x.1", "n3 -> n4", "n4 -> n5", "n3 -> n6"],
    )
    line = chain(("n1", "conv_norm_act", {"out_channels": 8}), ("n2", "relu"), ("n3", "global_avg_pool"), shape=(8, 8, 8))
    return [residual, branches, line, Design("empty")]


def same_as_fresh(engine: Engine, rng: Random) -> None:
    """Compare with an engine on a copy of the design whose nodes and wires were added in another order."""
    fresh = Engine(copied(engine.design, rng.shuffle))
    assert engine.results == fresh.results
    assert engine.order == fresh.order
    assert engine.valid == fresh.valid
    assert engine.total == fresh.total
    assert engine.issues() == fresh.issues()


def plain(result: NodeResult) -> Any:
    """A result without the objects that the memo shares."""
    layers = result.evaluated.primitives if result.evaluated is not None else None
    return msgspec.structs.astuple(msgspec.structs.replace(result, evaluated=layers, block_type=result.block_type is not None))


def follow(engine: Engine, change: Change) -> None:
    """Let the engine follow an applied edit, and compare what it says it changed with what changed."""
    before = dict(engine.results)
    totals = (engine.total, engine.valid)
    revision = engine.revision
    delta = engine.update(change)
    new = {node for node, result in engine.results.items() if before.get(node) is not result}
    assert delta.changed == new
    assert delta.removed == before.keys() - engine.results.keys()
    assert delta.totals or totals == (engine.total, engine.valid)
    assert engine.revision > revision


def apply(engine: Engine, edit: Edit) -> Edit | None:
    """Apply an edit and follow it; None where the graph refuses it, and then nothing may have changed."""
    before = state(engine.design)
    try:
        change = edit.apply(engine.design)
    except StructureError as error:
        refused = error
    else:
        follow(engine, change)
        return change.inverse
    assert str(refused).endswith(".")
    assert refused.code
    assert state(engine.design) == before
    return None


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])  # a smaller seed is no smaller case
@given(st.integers(0, 3), st.integers(0, 2**32))
def test_any_edits_then_all_undone(start: int, seed: int) -> None:
    rng = Random(seed)
    engine = Engine(small_designs()[start])
    states = [state(engine.design)]
    undo: list[Edit] = []
    for _ in range(EDITS):
        if undo and rng.random() < 0.2:  # undone, and now and then done again
            inverse = undo.pop()
            after = states.pop()
            redo = apply(engine, inverse)
            assert redo is not None, f"{inverse} was refused"
            assert state(engine.design) == states[-1]
            if rng.random() < 0.5:
                again = apply(engine, redo)
                assert again is not None
                assert state(engine.design) == after
                undo.append(again)
                states.append(after)
        else:
            edit = random_edit(rng, engine.design)
            inverse = apply(engine, edit)
            if inverse is not None:
                undo.append(inverse)
                states.append(state(engine.design))
        same_as_fresh(engine, rng)
    while undo:
        assert apply(engine, undo.pop()) is not None
        states.pop()
        assert state(engine.design) == states[-1]
    same_as_fresh(engine, rng)


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 3), st.integers(0, 2**32))
def test_nothing_depends_on_what_was_remembered(start: int, seed: int) -> None:
    """The memo of evaluated blocks is no part of the answer."""
    rng = Random(seed)
    engine = Engine(small_designs()[start])
    for _ in range(EDITS):
        apply(engine, random_edit(rng, engine.design))
    live = {node: plain(result) for node, result in engine.results.items()}
    clear_memo()
    fresh = Engine(copied(engine.design, rng.shuffle))
    assert live == {node: plain(result) for node, result in fresh.results.items()}
    assert (engine.total, engine.valid) == (fresh.total, fresh.valid)


def test_the_random_edits_are_worth_having() -> None:
    """Most are taken, many are refused, for many reasons; many states are valid, many are not."""
    outcomes: Counter[str] = Counter()
    for seed in range(60):
        rng = Random(seed)
        engine = Engine(small_designs()[seed % 3])
        for _ in range(EDITS):
            edit = random_edit(rng, engine.design)
            try:
                engine.update(edit.apply(engine.design))
                outcomes["taken"] += 1
            except StructureError as refused:
                outcomes["refused"] += 1
                outcomes[refused.code] += 1
            outcomes["valid" if engine.valid else "invalid"] += 1
            for result in engine.results.values():
                outcomes[result.status] += 1
    assert outcomes["taken"] > 1000
    assert outcomes["valid"] > 300
    assert outcomes["invalid"] > 300
    codes = {"duplicate_id", "occupied", "cycle", "no_port", "no_node", "no_definition", "recursion", "in_use", "cannot_disable"}
    assert codes <= outcomes.keys()
    assert {"ok", "error", "blocked", "incomplete", "unused"} <= outcomes.keys()
