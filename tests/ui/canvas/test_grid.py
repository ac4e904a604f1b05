"""The grid of boxes answers like a look at every box."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from designer.ui.canvas.geometry import Box
from designer.ui.canvas.grid import Grid

side = st.floats(-3000, 3000, allow_nan=False)
length = st.one_of(st.floats(0, 500), st.floats(0, 60_000))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y = draw(side), draw(side)
    return Box(x, y, x + draw(length), y + draw(length))


@given(st.lists(st.tuples(st.integers(0, 12), st.none() | boxes()), max_size=40), boxes())
def test_whatever_is_put_moved_and_dropped_it_finds_what_is_there(steps: list[tuple[int, Box | None]], area: Box) -> None:
    grid: Grid[int] = Grid()
    model: dict[int, Box] = {}
    for key, box in steps:
        before = grid.version
        if box is None:
            changed = model.pop(key, None) is not None
            grid.drop(key)
        else:
            changed = model.get(key) != box
            model[key] = box
            grid.put(key, box)
        assert (grid.version != before) == changed
    assert grid.boxes == model
    assert len(grid) == len(model)
    expected = {
        key
        for key, box in model.items()
        if box.left <= area.right and area.left <= box.right and box.top <= area.bottom and area.top <= box.bottom
    }
    found = grid.near(area)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_nothing_is_left_of_boxes_that_are_gone() -> None:
    grid: Grid[str] = Grid()
    grid.put("a", Box(0, 0, 216, 48))
    grid.put("wide", Box(-1e5, -1e5, 1e5, 1e5))
    grid.drop("a")
    grid.drop("wide")
    assert not grid._cells
    assert not grid._wide
