"""What palette and gallery show is what the definitions say, and is shown without loading them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from blocks import registry
from blocks.block import CATEGORIES
from designer.app import cards, gallery_catalogue, palette_catalogue
from designer.app.cards import Bar, PresetCard
from designer.app.miniatures import HEIGHT, WIDTH
from designer.app.palette_catalogue import formula, shape, summary
from presets.preset import presets

ROOT = Path(__file__).parent.parent.parent
BY_ID = {card.id: card for card in cards.presets()}
BLOCKS = {card.id: card for card in cards.palette().blocks}


def test_the_catalogue_of_presets_is_fresh() -> None:
    assert gallery_catalogue.file().read_text(encoding="utf-8") == gallery_catalogue.text(), "run `make docs`"


def test_the_catalogue_of_blocks_is_fresh() -> None:
    assert palette_catalogue.file().read_text(encoding="utf-8") == palette_catalogue.text(), "run `make docs`"


def test_reading_loads_no_preset_no_block_and_no_network() -> None:
    code = (
        "import sys; from designer.app import cards; cards.palette(); cards.presets();"
        "print([m for m in sys.modules if m.split('.')[0] in ('presets', 'blocks', 'networkx', 'torch', 'msgspec')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_preset_and_every_block_has_a_card() -> None:
    assert [card.id for card in cards.presets()] == list(presets())
    assert BLOCKS.keys() == registry.blocks().keys()
    assert BLOCKS.keys() >= palette_catalogue.CONVOLUTIONS
    assert list(palette_catalogue.SECTIONS) == [c for c in CATEGORIES if c != "own"]


def test_figures_are_those_of_the_literature() -> None:
    mobilenet = BY_ID["mobilenet_v2"]
    assert (mobilenet.params, mobilenet.macs) == (3_504_872, 300_774_272)
    assert (mobilenet.year, mobilenet.family, mobilenet.example) == (2018, "MobileNet", False)
    assert (
        mobilenet.paper == "Sandler et al.: MobileNetV2: Inverted residuals and linear bottlenecks. CVPR 2018, arXiv:1801.04381"
    )
    assert "width" in mobilenet.options
    assert (mobilenet.top1, mobilenet.top1_source, mobilenet.recalled) == (71.878, "torchvision", False)
    assert {card.id for card in cards.presets() if card.recalled} == {"alexnet", "xception", "ghostnet"}
    assert BY_ID["vgg13"].top1 is None
    assert BY_ID["example_convolutions"].example
    assert BY_ID["example_convolutions"].top1 is None


@pytest.mark.parametrize("card", cards.presets(), ids=lambda card: card.id)
def test_a_miniature_stands_in_its_grid_and_nothing_covers_another(card: PresetCard) -> None:
    bars = card.miniature
    assert bars
    for bar in bars:
        assert bar.width > 0
        assert bar.height > 0
        assert 0 <= bar.x <= WIDTH - bar.width
        assert 0 <= bar.y <= HEIGHT - bar.height
        assert bar.category in CATEGORIES
    for k, one in enumerate(bars):
        assert not any(_overlap(one, other) for other in bars[k + 1 :])
    above, below = min(bar.y for bar in bars), HEIGHT - max(bar.y + bar.height for bar in bars)
    assert abs(above - below) <= 1


def _overlap(a: Bar, b: Bar) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def test_miniatures_tell_families_apart() -> None:
    def marks(preset_id: str) -> set[str]:
        return {bar.category for bar in BY_ID[preset_id].miniature}

    assert "merge" not in marks("vgg16")  # no bypass
    assert "merge" in marks("resnet50")
    assert "composite" not in marks("mobilenet_v1")  # a chain of convolutions
    widths = [bar.width for bar in BY_ID["googlenet"].miniature if bar.category == "composite"]
    assert len(widths) % 4 == 0  # modules of four branches
    gates = [bar for bar in BY_ID["mobilenet_v3_large"].miniature if bar.x == 0]
    assert gates
    assert not [bar for bar in BY_ID["mobilenet_v2"].miniature if bar.x == 0]


def test_a_drawing_shows_the_parts_in_order() -> None:
    drawing = BLOCKS["inverted_residual"].drawing
    assert drawing is not None
    assert [piece.label for piece in drawing.pieces] == ["1×1", "dw", "1×1", ""]
    assert [piece.column for piece in drawing.pieces] == [0, 1, 2, 3]
    assert (-1, 3) in drawing.wires  # the bypass
    assert drawing.outputs == (3,)
    inception = BLOCKS["inception_v1"].drawing
    assert inception is not None
    assert len({piece.row for piece in inception.pieces if piece.column == 0}) == 4
    assert BLOCKS["conv2d"].drawing is None


@pytest.mark.parametrize("block_id", [block_id for block_id, card in BLOCKS.items() if card.drawing is not None])
def test_wires_of_drawings_lead_forward_between_pieces(block_id: str) -> None:
    drawing = BLOCKS[block_id].drawing
    assert drawing is not None
    for start, end in drawing.wires:
        assert 0 <= end < len(drawing.pieces)
        assert start < 0 or drawing.pieces[start].column < drawing.pieces[end].column
    places = [(piece.column, piece.row) for piece in drawing.pieces]
    assert len(set(places)) == len(places)
    assert all(0 <= piece.row <= drawing.rows - 1 for piece in drawing.pieces)


def test_formulas_are_read_from_docstrings() -> None:
    assert formula("x. Costs H W t C (C + K K + out) macs at stride 1, t = ratio. Paper.") == [
        "H·W·t·C·(C + K² + out) MACs at stride 1, t = ratio"
    ]
    assert formula("params = out K K C / groups (+ out with bias); macs = F out.") == [
        "params = out·K²·C / groups (+ out with bias)",
        "MACs = F·out",
    ]
    assert formula("Same shape. Per element: 1 add, 2 mul. A primitive.") == ["Per element: 1 add, 2 mul"]
    assert formula("Nothing.") == []
    assert shape("x (C, H, W) -> (out_channels, H', W'). Costs nothing.") == "(C, H, W) → (out_channels, H', W')"
    assert summary("Rectifier of 3x3 (torch.nn.ReLU).") == "Rectifier of 3×3."


def test_most_blocks_say_what_they_cost() -> None:
    silent = {card.id for card in BLOCKS.values() if not card.formula and not card.shape}
    assert silent <= {"input", "output", "dropout", "channel_shuffle", "identity"}
