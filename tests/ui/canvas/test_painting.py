"""What is on the screen: colours at places, levels of detail, and painting that fails without taking the program along."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from designer.graph.edits import SetDisabled, SetParam
from designer.ui import theme, units
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.node_item import MARK_AT, NodeItem
from tests.ui.canvas.conftest import Show, residual


def shot(canvas: Canvas) -> QImage:
    QApplication.processEvents()
    return canvas.view.grab().toImage()


def color_at(canvas: Canvas, image: QImage, x: float, y: float) -> QColor:
    at = canvas.view.mapFromScene(QPointF(x, y))
    ratio = image.devicePixelRatio()
    return image.pixelColor(round(at.x() * ratio), round(at.y() * ratio))


def close(a: QColor, b: QColor, by: int = 12) -> bool:
    return all(abs(x - y) <= by for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))


def count(image: QImage, color: QColor, by: int = 2) -> int:
    wanted = color.getRgb()[:3]
    plain = image.convertToFormat(QImage.Format.Format_RGB32)  # held: the bits are its own
    pixels = Counter(plain.constBits().cast("I"))
    near = [p for p in pixels if all(abs((p >> shift & 255) - c) <= by for shift, c in zip((16, 8, 0), wanted, strict=True))]
    return sum(pixels[pixel] for pixel in near)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_block_at_close_level(show: Show, name: str) -> None:
    theme.choose(name)
    canvas = show("mobilenet_v2")
    look = theme.current()
    canvas.view.center_on("stage2_ir2")
    canvas.view.zoom_at(1.0)
    image = shot(canvas)
    box = canvas.scene.nodes["stage2_ir2"].box
    assert close(color_at(canvas, image, box.left + 2, box.centre[1]), look.category("composite"))  # stripe
    assert close(color_at(canvas, image, box.left + 5, box.centre[1]), look.color("node.body"))
    assert close(color_at(canvas, image, box.left + 6.6, box.centre[1]), look.category("composite"))  # the second one
    assert close(color_at(canvas, image, box.right - 60, box.top + 5), look.color("node.body"))
    share = canvas.scene.nodes["stage2_ir2"].share
    assert close(color_at(canvas, image, box.left + 60, box.bottom - 5), look.heat_bar(share), 20)
    canvas.controller.select({"stage2_ir2"})
    image = shot(canvas)
    assert close(color_at(canvas, image, box.right + 3, box.centre[1] - 12), look.color("accent.base"))  # 2 px ring, 2 px gap
    assert not close(color_at(canvas, image, box.right + 1, box.centre[1] - 12), look.color("accent.base"), 60)


def test_marks_and_borders_say_what_is_wrong(show: Show) -> None:
    canvas = show(residual(stride=2))
    canvas.view.center_on("s1_add")
    canvas.view.zoom_at(1.0)
    image = shot(canvas)
    look = theme.current()
    box = canvas.scene.nodes["s1_add"].box
    assert count(image, look.color("state.error"), 40) > 300  # border, mark and the wire that does not fit
    assert close(color_at(canvas, image, box.right - MARK_AT[0], box.top + MARK_AT[1]), look.color("state.error"), 60)
    act = canvas.scene.nodes["act"].box
    assert close(color_at(canvas, image, act.right - 20, act.top + 6), look.color("node.blocked"))


def test_the_wire_goes_through_what_is_bypassed(show: Show) -> None:
    canvas = show(residual())
    canvas.controller.apply(SetDisabled(node="act", disabled=True), "off")
    canvas.view.center_on("act")
    canvas.view.zoom_at(1.0)
    box = canvas.scene.nodes["act"].box
    assert close(color_at(canvas, shot(canvas), *box.centre), theme.current().color("node.wire"), 70)


def test_far_away_blocks_are_bars_of_8_px_and_no_item_is_asked(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = show("mobilenet_v2")
    canvas.view.zoom_at(0.3)
    canvas.view.center_on("stage4_ir1")
    canvas.view.zoom_at(0.3)
    painted: list[str] = []
    monkeypatch.setattr(NodeItem, "paint", lambda self, *_: painted.append(self.id))
    image = shot(canvas)
    look = theme.current()
    box = canvas.scene.nodes["stage4_ir1"].box
    assert close(color_at(canvas, image, *box.centre), look.category("composite"))
    assert close(color_at(canvas, image, box.centre[0] + 40, box.centre[1] + 3 / 0.3), look.category("composite"))
    assert not close(color_at(canvas, image, box.centre[0] + 40, box.centre[1] + 6 / 0.3), look.category("composite"), 40)
    assert not painted


def test_far_away_problems_are_dots(show: Show) -> None:
    canvas = show(residual(stride=2))
    canvas.view.zoom_at(0.2)
    look = theme.current()
    assert count(shot(canvas), look.color("state.error")) > 40
    canvas.controller.apply(SetParam(node="s1_a", name="stride", value=1), "fix")
    assert not count(shot(canvas), look.color("state.error"))


def test_a_change_of_theme_repaints(show: Show) -> None:
    canvas = show()
    theme.choose("light")
    assert close(shot(canvas).pixelColor(3, 12), theme.named("light").color("bg.canvas"), 30)
    theme.choose("dark")
    assert close(shot(canvas).pixelColor(3, 12), theme.named("dark").color("bg.canvas"), 30)


def test_flops_stand_wherever_macs_stood(show: Show) -> None:
    canvas = show("mobilenet_v2")
    units.use(units.FLOPS)
    assert canvas.scene.nodes["stage2_ir2"].texts[1] == "51.5 M"
    assert "109.9 M FLOPs" in [text for text, _ in canvas.scene.frames["stage2"].lines(5)]


@pytest.mark.parametrize("zoom", [1.0, 0.5, 0.2])
def test_painting_that_fails_is_logged_once_and_ends(
    show: Show, zoom: float, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from designer.ui import painting
    from designer.ui.canvas.edge_item import EdgeItem
    from designer.ui.canvas.stage_frame import StageFrame

    def broken(*_: object) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setattr(painting, "_said", set())
    for kind in (NodeItem, EdgeItem, StageFrame):
        monkeypatch.setattr(kind, "draw", broken)
    with caplog.at_level(logging.ERROR):
        canvas = show(residual())
        canvas.view.zoom_at(zoom)
        for _ in range(3):
            shot(canvas)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == len(set(said)) <= 4
    assert said
    caplog.clear()


def test_a_picture_of_any_device_can_be_painted(show: Show) -> None:
    """Printing and thumbnails paint the scene elsewhere than on the view."""
    canvas = show()
    box = canvas.scene.content()
    assert box is not None
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    canvas.scene.render(painter, QRectF(image.rect()), QRectF(box.left, box.top, box.width, box.height))
    painter.end()
    assert count(image, theme.current().color("node.body"), 6) > 500
