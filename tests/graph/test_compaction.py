"""Gaps that folding leaves are closed: nothing overlaps, nothing changes its order, and places can be told back."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.catalogue import load
from designer.graph.compaction import Compact, Cuts, compact
from designer.graph.folding import Fold, fold, stage_folds
from designer.graph.geometry import Box
from designer.graph.layout import layout
from designer.graph.repeats import find_repeats
from presets.preset import presets

SIZE = (216.0, 48.0)


def box(x: float, y: float, width: float = 216.0, height: float = 48.0) -> Box:
    return Box(x, y, x + width, y + height)


def column(count: int) -> dict[str, Box]:
    return {f"n{k}": box(0, k * 76.0) for k in range(count)}


def test_a_card_takes_the_room_of_one_block() -> None:
    boxes = column(6)
    made = compact(boxes, [Fold("card", ("n1", "n2", "n3"))], {"card": SIZE})
    assert made.box_of_card("card") == boxes["n1"]
    assert made.box(boxes["n0"]) == boxes["n0"]
    assert made.box(boxes["n4"]) == boxes["n2"]
    assert made.box(boxes["n5"]) == boxes["n3"]


def test_a_higher_card_keeps_the_gap_behind_it() -> None:
    boxes = column(4)
    made = compact(boxes, [Fold("card", ("n1", "n2"))], {"card": (216.0, 64.0)})
    card = made.box_of_card("card")
    assert card.height == 64
    assert made.box(boxes["n3"]).top == card.bottom + 28


def test_what_stands_beside_is_not_drawn_along() -> None:
    boxes = column(5)
    boxes["side"] = box(300, 152)
    made = compact(boxes, [Fold("card", ("n1", "n2", "n3"))], {"card": SIZE})
    side, card, after = made.box(boxes["side"]), made.box_of_card("card"), made.box(boxes["n4"])
    assert side.left == 300
    assert card.bottom <= after.top - 28
    assert side.bottom <= after.top


def test_left_to_right_it_closes_sideways() -> None:
    boxes = {f"n{k}": box(k * 256.0, 0) for k in range(5)}
    made = compact(boxes, [Fold("card", ("n1", "n2", "n3"))], {"card": SIZE})
    card, after = made.box_of_card("card"), made.box(boxes["n4"])
    assert card.left == 256
    assert after.left == card.right + 40


def test_nothing_folded_moves_nothing() -> None:
    made = compact(column(3), [], {})
    assert made.seen((12.5, 700.0)) == (12.5, 700.0) == made.place((12.5, 700.0))


def overlapping(boxes: list[Box]) -> bool:
    return any(a.meets(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])


def seen_boxes(made: Compact, boxes: dict[str, Box], folds: list[Fold]) -> dict[str, Box]:
    hidden = {node_id for one in folds for node_id in one.members}
    shown = {node_id: made.box(b) for node_id, b in boxes.items() if node_id not in hidden}
    return shown | {one.id: made.box_of_card(one.id) for one in folds}


@given(st.integers(0, 2**32))
def test_nothing_overlaps_and_order_stays(seed: int) -> None:
    rng = Random(seed)
    boxes: dict[str, Box] = {}
    for k in range(rng.randint(2, 30)):
        new = box(rng.randrange(-6, 6) * 64.0, rng.randrange(0, 40) * 24.0)
        if not any(new.grown(4).meets(other) for other in boxes.values()):
            boxes[f"n{k}"] = new
    ids = list(boxes)
    rng.shuffle(ids)
    folds = []
    for k in range(rng.randint(1, 3)):
        members = [ids.pop() for _ in range(min(len(ids), rng.randint(1, 6)))]
        if members:
            folds.append(Fold(f"card{k}", tuple(members)))
    made = compact(boxes, folds, {one.id: SIZE for one in folds})
    seen = seen_boxes(made, boxes, folds)
    assert not overlapping(list(seen.values()))
    before = {**{node_id: boxes[node_id] for node_id in ids}, **made.cards}
    for a in seen:
        assert (seen[a].width, seen[a].height) == (before[a].width, before[a].height)
        for b in seen:
            if before[a].bottom <= before[b].top:
                assert seen[a].bottom <= seen[b].top
                assert seen[b].top - seen[a].bottom <= before[b].top - before[a].bottom
            if before[a].right <= before[b].left:
                assert seen[a].right <= seen[b].left
        x, y = made.place(seen[a].centre)
        assert (x, y) == pytest.approx(before[a].centre)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 20)), max_size=6), st.integers(-50, 400))
def test_cuts_are_undone(parts: list[tuple[int, int]], at: int) -> None:
    spans = []
    end = 0
    for gap, length in parts:
        spans.append((float(end + gap + 1), float(end + gap + 1 + length)))
        end = int(spans[-1][1])
    cuts = Cuts(spans)
    inside = next((span for span in spans if span[0] <= at <= span[1]), None)
    assert cuts.place(cuts.seen(at)) == (at if inside is None else inside[0])
    assert cuts.seen(at) == at - sum(max(0.0, min(at, b) - a) for a, b in spans if a < at)
    assert cuts.seen(cuts.place(at)) == at


@pytest.mark.parametrize("name", presets())
def test_folded_presets_close_up_without_overlaps(name: str) -> None:
    d = load(name)
    places = layout(d.root, d.resolve)
    boxes = {n.id: box(*places[n.id], *((152.0, 28.0) if n.block in ("input", "output") else SIZE)) for n in d.root.nodes()}
    for wanted in (list(stage_folds(d.root, d.resolve).values()), find_repeats(d.root, d.resolve)):
        folds = list(fold(d.root, d.resolve, wanted).folds.values())
        made = compact(boxes, folds, {one.id: SIZE for one in folds})
        seen = seen_boxes(made, boxes, folds)
        assert not overlapping(list(seen.values()))
        in_column = sorted(
            (b for b in seen.values() if abs(b.centre[0] - made.box(boxes["input"]).centre[0]) < 1), key=lambda b: b.top
        )
        if len(in_column) == len(seen):  # a chain: no gap is longer than between stages
            assert all(b.top - a.bottom <= 80 for a, b in pairwise(in_column))
