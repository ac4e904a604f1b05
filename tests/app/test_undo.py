"""Steps of one drag as one step of undo: undone and done again it leads to exactly the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from designer.app.controller import Controller
from designer.graph.design import Note
from designer.graph.edits import Compound, Edit, Move, SetNote, SetParam
from tests.designs import chain, state

NODES = ("input", "a", "b", "c", "output")
places = st.dictionaries(st.sampled_from(NODES), st.one_of(st.none(), st.tuples(st.floats(-9, 9), st.floats(-9, 9))), min_size=1)
moves = st.builds(lambda found: Move(positions=found), places)
notes = st.builds(lambda x: SetNote(id="n", note=Note("n", "text", x, 0.0)), st.floats(-9, 9))
both = st.builds(lambda move, note: Compound(edits=(move, note), name="Move"), moves, notes)
params = st.builds(lambda out: SetParam(node="a", name="out_channels", value=out), st.integers(1, 64))


@given(st.one_of([st.lists(kind, min_size=1, max_size=4) for kind in (moves, both, params)]))
def test_a_drag_is_one_step_that_comes_back_exactly(steps: list[Edit]) -> None:
    controller = Controller(chain(("a", "conv2d", {"out_channels": 8}), ("b", "relu"), ("c", "relu")))
    before = state(controller.design)
    for step in steps:
        assert controller.apply(step, "Drag", merge="drag")
    after = state(controller.design)
    assert controller.stack.count() == 1
    for _ in range(2):
        controller.stack.undo()
        assert state(controller.design) == before
        controller.stack.redo()
        assert state(controller.design) == after
