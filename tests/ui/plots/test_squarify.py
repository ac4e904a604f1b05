"""Tiles fill their room, have the areas asked for, and never overlap."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.ui.plots.squarify import Rect, squarify


def overlap(a: Rect, b: Rect) -> float:
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, wide) * max(0.0, high)


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=20).map(lambda values: sorted(values, reverse=True)),
    st.floats(1, 2000),
    st.floats(1, 2000),
)
def test_areas_are_as_the_values_and_nothing_overlaps(values: list[int], width: float, height: float) -> None:
    room = (3.0, 5.0, width, height)
    tiles = squarify(values, room)
    area = width * height
    assert len(tiles) == len(values)
    for value, tile in zip(values, tiles, strict=True):
        assert tile[2] * tile[3] == pytest.approx(area * value / sum(values), rel=1e-6, abs=area * 1e-9)
        assert tile[0] >= 3.0 - 1e-6
        assert tile[1] >= 5.0 - 1e-6
        assert tile[0] + tile[2] <= 3.0 + width * (1 + 1e-6)
        assert tile[1] + tile[3] <= 5.0 + height * (1 + 1e-6)
    assert all(overlap(a, b) <= area * 1e-6 for a, b in combinations(tiles, 2))


def test_tiles_are_nearly_square_where_they_can_be() -> None:
    tiles = squarify([6, 6, 4, 3, 2, 2, 1], (0.0, 0.0, 6.0, 4.0))  # the example of the paper
    assert [tuple(round(side, 2) for side in tile) for tile in tiles[:3]] == [(0, 0, 3, 2), (0, 2, 3, 2), (3, 0, 1.71, 2.33)]
    assert max(max(w / h, h / w) for _, _, w, h in tiles) < 3.1


def test_nothing_to_share_and_no_room() -> None:
    assert squarify([], (0.0, 0.0, 5.0, 5.0)) == []
    assert squarify([0, 0], (1.0, 2.0, 5.0, 5.0)) == [(1.0, 2.0, 0.0, 0.0)] * 2
    assert squarify([1], (1.0, 2.0, 0.0, 5.0)) == [(1.0, 2.0, 0.0, 0.0)]
