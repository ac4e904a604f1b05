"""Where a picture is broken into columns."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import designer
from designer.analysis.engine import Engine
from designer.graph.geometry import frame_box
from designer.picture.columns import balanced, in_columns
from designer.picture.sheet import read
from designer.picture.wires import lead
from presets.preset import presets
from tests.unpacking import unpacked


def longest(cuts: list[float], top: float, bottom: float) -> float:
    ends = [top, *cuts, bottom]
    return max(b - a for a, b in pairwise(ends))


@settings(max_examples=100)
@given(st.lists(st.integers(1, 99), max_size=7, unique=True).map(sorted), st.integers(1, 5))
def test_the_longest_column_is_as_short_as_it_can_be(cuts: list[int], count: int) -> None:
    places = [float(cut) for cut in cuts]
    found = balanced(places, 0.0, 100.0, count)
    assert len(found) < count
    assert set(found) <= set(places)
    best = min(
        longest(list(chosen), 0.0, 100.0)
        for number in range(min(count, len(places) + 1))
        for chosen in combinations(places, number)
    )
    assert longest(found, 0.0, 100.0) == pytest.approx(best)


def test_a_stage_is_broken_only_where_the_page_would_be_too_long_otherwise() -> None:
    for text, continued in (("googlenet", False), ("mobilenet_v2", False), ("resnet152", True)):
        design = designer.load(text)
        sheet = in_columns(read(design, Engine(design)))
        assert any(frame.continued for frame in sheet.frames) == continued
        first = {frame.stage for frame in sheet.frames if not frame.continued}
        assert first == {node.stage for node in design.root.nodes() if node.stage}


@pytest.mark.deep
@pytest.mark.parametrize("text", presets())
def test_no_preset_overlaps_itself_in_columns(text: str) -> None:
    for design in (designer.load(text), unpacked(designer.load(text))):
        for folded in (False, True):
            for columns in range(6):
                sheet = read(design, Engine(design), folded=folded)
                lead(sheet)
                sheet = in_columns(sheet, columns)
                boxes = [card.box for card in sheet.cards]
                assert not [1 for a, b in combinations(boxes, 2) if a.meets(b)]
                frames = [frame_box(frame.boxes) for frame in sheet.frames]
                assert not [1 for a, b in combinations(frames, 2) if a.meets(b)]
