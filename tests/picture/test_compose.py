"""What a picture of a design says and where: everything named, nothing outside the page, nothing on top of another."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

import designer
from designer.analysis import numbers
from designer.analysis.describe import name_of
from designer.analysis.engine import Engine
from designer.graph.design import DOWN, RIGHT, ROOT, Note
from designer.graph.edits import AddNode, SetNote
from designer.graph.folding import stage_folds
from designer.graph.geometry import bounds as around
from designer.graph.network import Node
from designer.picture.cards import box_of
from designer.picture.columns import in_columns
from designer.picture.heat import Heat
from designer.picture.palette import THEMES, palette
from designer.picture.scene import Group, Path, Picture, Text, bounds
from designer.picture.sheet import Sheet, read
from designer.picture.wires import lead
from tests.picture.conftest import picture_of
from tests.unpacking import unpacked

DESIGNS = ["mobilenet_v2", "googlenet:aux=true", "resnet18", "densenet121", "alexnet", "example_inception", "mobilenet_v3_small"]


def texts(picture: Picture) -> list[str]:
    return [item.text for item in picture.flat() if isinstance(item, Text)]


def sheet_of(text: str, **options: bool) -> Sheet:
    design = designer.load(text)
    return read(design, Engine(design), **options)


@pytest.mark.parametrize("folded", [False, True], ids=["unfolded", "folded"])
@pytest.mark.parametrize("text", DESIGNS)
def test_nothing_is_outside_the_page(text: str, folded: bool) -> None:
    picture = picture_of(text, folded=folded)
    for item in picture.flat():
        left, top, right, bottom = bounds(item)
        assert left >= 8
        assert top >= 8
        assert right <= picture.width - 8, item
        assert bottom <= picture.height - 8, item


@pytest.mark.parametrize("text", DESIGNS)
def test_every_block_is_named_with_its_figures(text: str) -> None:
    design = designer.load(text)
    engine = Engine(design)
    said = texts(picture_of(design))
    for node in design.root.nodes():
        assert name_of(node) in said
        cost = engine.results[node.id].cost
        if cost.macs:
            assert numbers.short(cost.macs) in said
    for stage in {node.stage for node in design.root.nodes() if node.stage}:
        assert any(line.replace(" ", "").lower() == stage.replace("_", "") for line in said), stage


def test_a_fold_says_how_often_what_and_how_the_first_differs() -> None:
    said = texts(picture_of("mobilenet_v2", folded=True))
    assert said.count("ir1 to ir3") == 3
    assert "× 4" in said
    assert "t6 s2 24 → 32" in said
    assert said.count("stride 2 in the first") == 4
    assert "37.4 M" in said, "what stage 3's three blocks cost together"
    assert "repeated" in said


def test_a_folded_stage_is_a_card_in_its_tint_without_a_frame() -> None:
    design = designer.load("mobilenet_v2")
    stages = stage_folds(design.root, design.resolve)
    sheet = read(design, Engine(design), folds=[stages["stage4"], stages["head"]])
    cards = {card.name: card for card in sheet.cards}
    assert cards["Stage 4"].lines == ("4 × inverted",)
    assert cards["Head"].lines == ("2 blocks",)
    assert (cards["Stage 4"].position, cards["Head"].position) == (4, 8)
    assert numbers.short(cards["Stage 4"].cost.macs) == "38.5 M"
    assert {frame.stage for frame in sheet.frames} == set(stages) - {"stage4", "head"}
    assert "folded stage" in texts(picture_of(design, folds=(stages["stage4"],)))
    places = {card.id: card.box[:2] for card in sheet.cards}
    again = read(design, Engine(design), folds=[stages["stage4"], stages["head"]], places=places)
    assert again.placed
    assert {card.id: card.box[:2] for card in again.cards} == places


def test_folding_keeps_the_sum_of_what_is_shown() -> None:
    for text in ("mobilenet_v2", "resnet50", "densenet121"):
        total = Engine(designer.load(text)).total
        assert total is not None
        for folded in (False, True):
            assert sum(card.cost.macs for card in sheet_of(text, folded=folded).cards) == total.macs


@pytest.mark.parametrize("columns", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("text", ["mobilenet_v2", "googlenet:aux=true", "densenet121"])
def test_columns_overlap_nowhere_and_lose_nothing(text: str, columns: int) -> None:
    whole = sheet_of(text)
    broken = in_columns(whole, columns)
    assert [card.id for card in broken.cards] == [card.id for card in whole.cards]
    assert [(wire.source, wire.target, wire.text) for wire in broken.wires] == [
        (wire.source, wire.target, wire.text) for wire in whole.wires
    ]
    assert not [(a.id, b.id) for a, b in combinations(broken.cards, 2) if a.box.meets(b.box)]
    frames = [box_of(frame) for frame in broken.frames]
    assert not [(a, b) for a, b in combinations(frames, 2) if a.meets(b)]
    by_id = {card.id: card.box for card in broken.cards}
    for wire in broken.wires:
        assert by_id[wire.source].holds(*wire.start)
        assert by_id[wire.target].holds(*wire.end)
    lefts = {round(box.left) for box in frames}
    if text != "googlenet:aux=true":
        assert len(lefts) == columns if columns else len(lefts) > 1


@pytest.mark.parametrize("flow", [DOWN, RIGHT])
@pytest.mark.parametrize("text", ["mobilenet_v2", "resnet50", "googlenet", "shufflenet_v2", "densenet121"])
def test_wires_run_through_no_block_and_no_text_lies_on_another(text: str, flow: str) -> None:
    for design in (designer.load(text), unpacked(designer.load(text))):
        design.flow = flow
        sheet = read(design, Engine(design))
        lead(sheet)
        sheet = in_columns(sheet)
        boxes = sorted((card.box.grown(-1) for card in sheet.cards), key=lambda box: box.top)
        crossed = [
            wire
            for wire in sheet.wires
            for ends in pairwise(wire.points)
            for box in boxes
            if box.meets(around(ends).grown(0.1))
            and not any(box == end.box.grown(-1) for end in sheet.cards if end.id in (wire.source, wire.target))
        ]
        assert not crossed, [(wire.source, wire.target) for wire in crossed]
        lines = [bounds(item) for item in picture_of(design).flat() if isinstance(item, Text)]
        lines.sort(key=lambda line: line[1])
        for number, (left, _, right, bottom) in enumerate(lines):
            for other in lines[number + 1 :]:
                if other[1] > bottom - 1.5:
                    break
                assert other[2] <= left + 0.5 or right <= other[0] + 0.5


def test_a_page_is_not_much_longer_than_wide() -> None:
    for text in ("mobilenet_v2", "googlenet", "resnet152"):
        picture = picture_of(text)
        assert picture.height < 1.6 * picture.width


@pytest.mark.parametrize("theme", THEMES)
def test_themes_differ_in_colours_alone(theme: str) -> None:
    picture, paper = picture_of("mobilenet_v2", theme=theme), picture_of("mobilenet_v2")
    assert texts(picture) == texts(paper)
    assert (picture.background == "#FFFFFF") == (theme == "paper")
    assert (picture.width, picture.height) == (paper.width, paper.height)


def test_a_bypass_is_drawn_as_one_and_explained() -> None:
    assert "bypass" not in texts(picture_of("resnet18"))
    said = texts(picture_of(unpacked(designer.load("resnet18")), columns=1))
    assert said.count("bypass") > 8, "beside each unit and in the legend"


def test_blocks_stand_where_a_person_put_them_and_notes_beside_them() -> None:
    design = designer.load("example_mobilenet_blocks")
    places = {node_id: (300.0 * k, 100.0 * (k % 2)) for k, node_id in enumerate(design.root)}
    note = Note("n", "Bypass\nOnly where stride is 1 and the widths of both ends agree.", 0, 300)
    SetNote(scope=ROOT, id="n", note=note).apply(design)
    sheet = read(design, Engine(design), places=places)
    assert {card.id: card.box[:2] for card in sheet.cards} == places
    said = texts(picture_of(design, places=places))
    assert "Bypass" in said
    assert any(line.startswith("Only where") for line in said)
    assert "Bypass" not in texts(picture_of(design)), "laid out anew, the note would stand anywhere"


def test_a_part_alone() -> None:
    design = designer.load("mobilenet_v2")
    only = {"stage2_ir1", "stage2_ir2"}
    picture = picture_of(design, only=only)
    groups = [item.title for item in picture.items if isinstance(item, Group)]
    assert len([title for title in groups if "inverted_residual" in title]) == 2
    assert f"2 of {len(design.root)} blocks   14.0 K params   54.9 M MACs" in texts(picture)


def test_heat_colours_blocks_by_their_figure_and_the_legend_says_which() -> None:
    design = designer.load("mobilenet_v2")
    engine = Engine(design)
    values = {node_id: float(result.cost.params) for node_id, result in engine.results.items()}
    heat = Heat("Params", values, lambda value: f"{numbers.short(round(value))} params")
    for theme in THEMES:
        look = palette(theme)
        picture = picture_of(design, heat=heat, theme=theme)
        groups = {item.title.partition(",")[0]: item for item in picture.items if isinstance(item, Group)}
        classifier = groups["classifier"]
        fills = [item.fill for item in classifier.items if isinstance(item, Path)]
        assert look.heat(1.0) in fills, "the largest"
        assert {item.color for item in classifier.items if isinstance(item, Text)} == {look.text_on(look.heat(1.0))}
        assert look.heat(0.0) in [item.fill for item in groups["input"].items if isinstance(item, Path)]
    said = texts(picture_of(design, heat=heat))
    assert "Params: 0 to 1.28 M params" in said
    assert "1.28 M params" in said
    assert "36.5 %" in said
    stage = stage_folds(design.root, design.resolve)["stage6"]
    folded = texts(picture_of(design, heat=heat, folds=(stage,)))
    assert "795.3 K params" in folded, "a card has what its blocks have together"
    partly = Heat("Params", {"stem_conv": 928.0}, heat.write)
    assert "36.5 %" not in texts(picture_of(design, heat=partly)), "a part of what is not all known"


def test_wires_may_be_as_wide_as_what_flows_in_them() -> None:
    def widths(**options: bool) -> list[float]:
        items = picture_of("mobilenet_v2", columns=1, **options).items
        return [item.stroke.width for item in items if isinstance(item, Path) and item.stroke is not None]

    assert set(widths()) == {1.5}
    wide = widths(wires_by_size=True)
    assert max(wide) == 6.0
    assert min(wide) == 1.5
    assert len(set(wide)) > 5
    assert "as wide as what flows is large" in texts(picture_of("mobilenet_v2", wires_by_size=True))


def test_flops_are_two_for_each_mac() -> None:
    said = texts(picture_of("mobilenet_v2", flops=True))
    assert any("601.5 M FLOPs" in line for line in said)
    assert not any("MACs" in line for line in said)


def test_without_heading_and_legend_there_is_the_design_alone() -> None:
    bare = picture_of("mobilenet_v2", heading=False, legend=False, columns=1)
    assert "conv_norm_act" not in texts(bare)
    assert bare.height < picture_of("mobilenet_v2", columns=1).height - 100


def test_what_is_not_complete_is_drawn_too() -> None:
    design = designer.load("example_mobilenet_blocks")
    AddNode(node=Node("lost", "conv2d", {"out_channels": 3})).apply(design)
    AddNode(node=Node("odd", "no_such_block")).apply(design)
    said = texts(picture_of(design))
    assert '"x" has no wire' in said
    assert "odd" in said
    for edge in design.root.edges():
        design.root.remove_edge(edge)
    for node_id in list(design.root):
        design.root.remove_node(node_id)
    assert picture_of(design).width > 0
