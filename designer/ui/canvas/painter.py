"""How blocks, wires and frames are drawn: flat fills and 1 px lines, one function a thing, nothing kept but ink.

Scene px throughout. At the middle level texts and icons keep their size on the screen, so those are drawn with the zoom undone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from blocks.block import CATEGORIES
from designer.ui import theme
from designer.ui.canvas.geometry import CLOSE, SIZES, Box
from designer.ui.canvas.heat import STEPS

NO_PEN = QPen(Qt.PenStyle.NoPen)
NO_BRUSH = QBrush(Qt.BrushStyle.NoBrush)


class Letters(NamedTuple):
    """Colours of what is written on a block."""

    text: QColor
    secondary: QColor
    muted: QColor


class Ink:
    """Pens, brushes and fonts of one theme, made once. `ink()` gives that of the theme in use."""

    def __init__(self, look: theme.Theme) -> None:
        color = look.color
        self.theme = look
        self.color = color
        self._bars: dict[int, QColor] = {}
        self._tints: dict[tuple[int, float], QColor] = {}
        self._heat: dict[int, tuple[QBrush, Letters]] = {}
        self._wide: dict[tuple[str, int], QPen] = {}
        self._pictures: dict[tuple[str, int, float, float], tuple[QPixmap, QRectF]] = {}
        self._borders: dict[str, QPen] = {}
        self.body = QBrush(color("node.body"))
        self.body_hover = QBrush(color("node.body_hover"))
        self.blocked = QBrush(color("node.blocked"))
        self.border = _pen(color("node.border"), 1)
        self.border_hover = _pen(color("node.border_hover"), 1)
        self.border_dashed = _pen(color("node.border"), 1, (3, 3))
        self.border_kept = _pen(color("node.border_hover"), 1, (3, 3))
        self.error = _pen(color("state.error"), look.size("node.border_issue"))
        self.error_dashed = _pen(color("state.error"), look.size("node.border_issue"), (4, 3))
        self.warning = _pen(color("state.warning"), look.size("node.border_issue"))
        self.ring = _pen(color("accent.base"), look.size("node.selection_ring.width"))
        self.port_ring = _pen(color("node.port_ring"), look.size("port.ring"))
        self.port_dashed = _pen(color("node.port_ring"), 1, (2, 2))
        self.port_fill = QBrush(color("node.port_fill"))
        self.text = color("text.primary")
        self.secondary = color("text.secondary")
        self.muted = color("text.muted")
        self.disabled = color("text.disabled")
        self.letters = Letters(self.text, self.secondary, self.muted)
        self.name_font = look.font("strong")
        self.number_font = look.font("number_small")
        self.body_font = look.font("caption")
        small = look.size("node.middle.text")
        self.small_name_font = look.font_of("text", small, 600)
        self.small_number_font = look.font_of("number", small)
        self.struck_font = QFont(self.name_font)
        self.struck_font.setStrikeOut(True)
        self.name_metrics = QFontMetricsF(self.name_font)
        self.small_name_metrics = QFontMetricsF(self.small_name_font)
        self.caption_metrics = QFontMetricsF(self.body_font)
        self.number_metrics = QFontMetricsF(self.number_font)
        self.digit = QFontMetricsF(self.number_font).horizontalAdvance("0")
        self.small_digit = QFontMetricsF(self.small_number_font).horizontalAdvance("0")
        self.canvas = QBrush(color("bg.canvas"))
        self.overlay = QBrush(color("bg.overlay"))
        self.chip = _pen(color("border.default"), 1)
        self.wires = {
            "": _pen(color("node.wire"), look.size("wire.width")),
            "hover": _pen(color("node.wire_hover"), look.size("wire.hover")),
            "selected": _pen(color("accent.base"), look.size("wire.selected")),
            "error": _pen(color("state.error"), look.size("wire.error")),
            "bypass": _pen(color("category.merge"), look.size("wire.bypass")),
            "blocked": _pen(color("node.wire"), look.size("wire.width"), look.size("wire.dash_blocked")),
            "drag": _pen(color("accent.base"), look.size("wire.selected"), look.size("wire.dash_drag")),
        }
        self.category = {name: QBrush(color(f"category.{name}")) for name in CATEGORIES}
        self.category_dim = {name: QBrush(mixed(color(f"category.{name}"), color("bg.canvas"), 0.45)) for name in CATEGORIES}
        self.frame_fill = look.size("frame.fill_opacity" if look.dark else "frame.fill_opacity_light")
        self.frame_border = look.size("frame.border_opacity" if look.dark else "frame.border_opacity_light")

    def tint(self, stage: int, strength: float) -> QColor:
        """The tint of a stage on the bare canvas: opaque, because blending large areas costs more than all else far away."""
        found = self._tints.get((stage, strength))
        if found is None:
            found = mixed(self.color(f"stage.{stage}"), self.color("bg.canvas"), strength)
            self._tints[stage, strength] = found
        return found

    def heat(self, step: int) -> tuple[QBrush, Letters]:
        """The fill of a block at this step of the heat scale, and what is read on it."""
        found = self._heat.get(step)
        if found is None:
            fill = self.theme.heat(step / STEPS)
            on = self.theme.text_on(fill)
            found = self._heat[step] = (QBrush(fill), Letters(on, on, on))
        return found

    def fill(self, look: str, dim: bool = False) -> QBrush:
        """The fill of a bar far away: of a category, of a stage (`stage.3`), or of a step of the heat scale (`heat.12`)."""
        kind, _, number = look.partition(".")
        if kind == "heat":
            return self.heat(int(number))[0]
        if kind == "stage":
            return QBrush(self.color(look))
        return (self.category_dim if dim else self.category)[look] if look else QBrush(self.muted)

    def wide(self, state: str, width: float) -> QPen:
        """The pen of a wire in a state, at least as wide as this."""
        pen = self.wires[state]
        key = (state, round(width * 4))
        if key[1] <= pen.widthF() * 4:
            return pen
        found = self._wide.get(key)
        if found is None:
            found = self._wide[key] = QPen(pen)
            found.setWidthF(key[1] / 4)
        return found

    def frame_pen(self, name: str) -> QPen:
        """The border of the frame of a stage: `stage.3`."""
        found = self._borders.get(name)
        if found is None:
            found = self._borders[name] = QPen(self.color(name, self.frame_border), 1)
            found.setCosmetic(True)
        return found

    def picture(self, name: str, color: QColor, size: float, ratio: float) -> tuple[QPixmap, QRectF]:
        """An icon's picture and the rectangle of all of it. The theme keeps pictures too, but by the name of a colour, which
        takes longer to write than the picture to draw."""
        key = (name, color.rgba(), size, ratio)
        found = self._pictures.get(key)
        if found is None:
            if len(self._pictures) > 512:
                self._pictures.clear()
            pixmap = self.theme.pixmap(name, color, round(size), ratio)
            found = self._pictures[key] = (pixmap, QRectF(pixmap.rect()))
        return found

    def bar(self, fraction: float) -> QColor:
        """The colour of a share bar, in 64 steps."""
        step = round(fraction * 64)
        found = self._bars.get(step)
        if found is None:
            found = self._bars[step] = self.theme.heat_bar(step / 64)
        return found


_inks: dict[str, Ink] = {}


def mixed(over: QColor, under: QColor, part: float) -> QColor:
    """What `over` looks like at an opacity of `part`, as an opaque colour."""
    rest = 1 - part
    return QColor.fromRgbF(
        over.redF() * part + under.redF() * rest,
        over.greenF() * part + under.greenF() * rest,
        over.blueF() * part + under.blueF() * rest,
    )


def ink() -> Ink:
    """The ink of the theme in use."""
    look = theme.current()
    found = _inks.get(look.name)
    if found is None:
        found = _inks[look.name] = Ink(look)
    return found


def _pen(color: QColor, width: float, dashes: tuple[float, ...] | list[float] = ()) -> QPen:
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern([dash / width for dash in dashes])
    return pen


@lru_cache(maxsize=64)
def body_path(width: float, height: float, inset: float = 0.0) -> QPainterPath:
    """The outline of a block of this size."""
    path = QPainterPath()
    radius = theme.current().size("node.radius")
    path.addRoundedRect(QRectF(inset, inset, width - 2 * inset, height - 2 * inset), radius - inset, radius - inset)
    return path


@lru_cache(maxsize=64)
def stripe_path(width: float, height: float) -> QPainterPath:
    """The category's stripe: the left edge of the body, with its rounded corners."""
    edge = QPainterPath()
    edge.addRect(QRectF(0, 0, theme.current().size("node.stripe"), height))
    return body_path(width, height).intersected(edge)


def elided(text: str, metrics: QFontMetricsF, width: float) -> str:
    """The text, cut in the middle where it is too long: names are cut, numbers never."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def draw_port(
    painter: QPainter, kit: Ink, x: float, y: float, state: str = "", optional: bool = False, more: bool = False
) -> None:
    """A port. While a wire is dragged `state` is source, can, snapped or refused; else hover or nothing."""
    centre = QPointF(x, y)
    if not state and not more:  # nearly all
        painter.setBrush(kit.port_fill)
        painter.setPen(kit.port_dashed if optional else kit.port_ring)
        painter.drawEllipse(centre, 3.25, 3.25)
        return
    accent = kit.color("accent.base")
    if state == "refused":
        painter.setPen(kit.border_dashed)
        painter.setBrush(kit.port_fill)
        painter.drawEllipse(centre, 4, 4)
        painter.drawLine(QPointF(x - 2, y - 2), QPointF(x + 2, y + 2))
        painter.drawLine(QPointF(x - 2, y + 2), QPointF(x + 2, y - 2))
        return
    if state in ("can", "snapped"):
        painter.setPen(NO_PEN)
        painter.setBrush(kit.color("accent.base", 0.28))
        painter.drawEllipse(centre, 8 if state == "can" else 10, 8 if state == "can" else 10)
    if state in ("source", "snapped"):
        painter.setPen(NO_PEN)
        painter.setBrush(accent)
        painter.drawEllipse(centre, 6 if state == "snapped" else 5, 6 if state == "snapped" else 5)
        return
    painter.setBrush(kit.port_fill)
    painter.setPen(QPen(accent, 1.5) if state == "can" else kit.port_dashed if optional or more else kit.port_ring)
    radius = 5.25 if state == "hover" else 3.25
    painter.drawEllipse(centre, radius, radius)
    if more:
        painter.setPen(kit.border_hover)
        painter.drawLine(QPointF(x - 1.5, y), QPointF(x + 1.5, y))
        painter.drawLine(QPointF(x, y - 1.5), QPointF(x, y + 1.5))


def draw_mark(painter: QPainter, kit: Ink, x: float, y: float, status: str, scale: float = 1.0) -> None:
    """The sign of a problem around (x, y): a circle with an x, or a triangle; `scale` undoes the zoom."""
    color = "state.error" if status == "error" else "state.warning" if status == "warning" else "text.muted"
    icon = "circle-x" if status == "error" else "triangle-alert" if status == "warning" else "circle-dot"
    size = kit.theme.size("node.mark.size")
    painter.save()
    painter.translate(x, y)
    painter.scale(scale, scale)
    painter.setPen(NO_PEN)
    painter.setBrush(kit.canvas)
    painter.drawEllipse(QPointF(0, 0), 9, 9)
    draw_icon(painter, kit, icon, kit.color(color), -size / 2, -size / 2, size)
    painter.restore()


def draw_icon(painter: QPainter, kit: Ink, name: str, color: QColor, x: float, y: float, size: float) -> None:
    """An icon with its top left corner at (x, y), as sharp as the device and the zoom allow."""
    ratio = painter.deviceTransform().m11()
    picture, whole = kit.picture(name, color, size, max(1.0, round(ratio * 4) / 4))
    painter.drawPixmap(QRectF(x, y, size, size), picture, whole)


def draw_toggle(painter: QPainter, kit: Ink, box: Box, icon: str, zoom: float) -> None:
    """A sign that folds or unfolds; it keeps its size on the screen where the zoom makes blocks smaller."""
    size = min(16.0 / min(zoom, 1.0), box.width)
    x, y = box.centre
    color = kit.color("state.warning") if icon == "triangle-alert" else kit.muted
    draw_icon(painter, kit, icon, color, x - size / 2, y - size / 2, size)


def draw_share_bar(painter: QPainter, kit: Ink, x: float, y: float, width: float, height: float, fraction: float) -> None:
    """How large a figure is beside the largest of the view."""
    if fraction > 0:
        painter.fillRect(QRectF(x, y, max(1.0, width * fraction), height), kit.bar(fraction))


def right_text(painter: QPainter, text: str, right: float, baseline: float, digit: float) -> None:
    """A number whose last digit ends at `right`; all its characters are as wide as a digit."""
    painter.drawText(QPointF(right - len(text) * digit, baseline), text)


def text_scale(zoom: float, detail: str) -> float:
    """What a text's size is multiplied with in scene px: it keeps its size on the screen where the level is not close."""
    return 1.0 if detail == CLOSE else 1.0 / zoom


def wire_label_gap(zoom: float, detail: str) -> float:
    """The length of the gap in an upright wire in which its shape stands, in scene px."""
    return (SIZES.label_min_gap - 4.0) * text_scale(zoom, detail)
