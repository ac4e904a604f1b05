"""What a frame says about its stage, and where: beside the blocks or above them, at the edge of the view while a frame goes on
beyond it. Where the room for it is out of view, a small chip over the blocks has its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTransform

from designer.analysis.describe import stage_title
from designer.graph.design import RIGHT
from designer.graph.geometry import FRAME_PAD, LABEL_ABOVE
from designer.ui import units
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import CLOSE, FAR, SIZES, Box, Point, level
from designer.ui.canvas.painter import Ink

if TYPE_CHECKING:
    from designer.ui.canvas.stage_frame import StageFrame

LINE = 16.0
INDENT = 15.0
FIRST, FIRST_ABOVE = 20.0, 17.0  # baseline of the first line; above blocks the last one stays clear of a bypass
BELOW = 8.0  # under the last line, where the frame ends
READABLE = 56.0  # px of the text's own size: in less of the gutter no label can be read
CHIP_HEIGHT = 22.0
CHIP_INSET = 6.0  # between a chip and the edge of what is seen of its frame
CHIP_PAD = 10.0
CHIP_LEAST = 48.0  # px wide: less would hold no name
BAR = 12.0  # the share bar with its distance to the lines above


class Row(NamedTuple):
    """A line of a label: a text as it fits, its font and colour."""

    text: str
    font: QFont
    color: QColor


class Label(NamedTuple):
    """What a frame says at one zoom, in the text's own px."""

    rows: list[Row]
    scale: float
    indent: float
    baseline: float  # of the first line
    wide: float  # how wide the widest line is
    used: float  # how high all of it is, from the baseline of the first line
    bar: float  # how wide a full share bar is; 0: there is none


def strip_of(frame: StageFrame, detail: str) -> Box:
    """The part of a frame that is kept free for its label; far away all of it, where the flow is to the right."""
    box = frame.box
    if frame.orientation != RIGHT:
        return Box(box.left, box.top, box.left + SIZES.gutter + SIZES.frame_side, box.bottom)
    return box if detail == FAR else Box(box.left, box.top, box.right, box.top + LABEL_ABOVE + FRAME_PAD)


def hides(frame: StageFrame, zoom: float, area: Box) -> bool:
    """Whether a frame that can be seen has too little of the room for its label in view."""
    if frame.orientation == RIGHT:
        if area.top <= frame.box.top:  # nearly all
            return False
        detail = level(zoom)
        return (strip_of(frame, detail).bottom - area.top) / draw.text_scale(zoom, detail) < LINE + BELOW
    if area.left <= frame.box.left:
        return False
    detail = level(zoom)
    return (strip_of(frame, detail).right - area.left) / draw.text_scale(zoom, detail) < READABLE + INDENT


def label_of(frame: StageFrame, kit: Ink, zoom: float, area: Box) -> Label | None:
    """What a frame says while this area can be seen; None where there is no room for anything. Frames keep what they said last,
    so that moving over a design writes nothing anew."""
    box = frame.box
    above = frame.orientation == RIGHT
    cut = max(0.0, area.top - box.top if above else area.left - box.left)  # what is gone of the room for it
    key = (zoom, kit, cut, box.size, frame.facts, units.name())
    if frame.said[0] != key:
        frame.said = (key, _lay_out(frame, kit, zoom, cut))
    return frame.said[1]


def _lay_out(frame: StageFrame, kit: Ink, zoom: float, cut: float) -> Label | None:
    detail = level(zoom)
    scale = draw.text_scale(zoom, detail)
    box, above, far = frame.box, frame.orientation == RIGHT, detail == FAR
    strip = strip_of(frame, detail)
    height = (strip.height - cut if above and not far else box.height) / scale
    count = 1 if far else int((height - 10) / LINE)
    if height < 15 or count < 1:
        return None
    lines = frame.lines(min(count, 6))
    indent = INDENT if detail == CLOSE else max(5.0, INDENT * zoom)
    room = (box.width if above else strip.width - cut) / scale - indent - (-1 if far else 2)
    if any(kind == "number" and len(text) * kit.digit > room for text, kind in lines):
        lines = frame.short_lines(lines[0], count)
    rows: list[Row] = []
    wide = 0.0
    for text, kind in lines:
        font, color, metrics = _look(kit, kind, detail)
        written = text
        if kind == "title" or len(text) * kit.digit > room:  # only words: numbers that do not fit are not here
            written = draw.elided(text, metrics, room)
        if kind == "title" and len(written) < min(3, len(text)):
            return None
        rows.append(Row(written, font, color))
        wide = max(wide, metrics.horizontalAdvance(written))
    high = len(rows) * LINE
    baseline = 4.0 if far else min(FIRST_ABOVE if above else FIRST, (height - high) / 2 + 12)
    bar = detail == CLOSE and frame.facts.share and height - baseline - high > 4
    used = baseline + high - LINE + (BAR if bar else 0.0)
    return Label(rows, scale, indent, baseline, wide, used, min(SIZES.gutter - indent, room) if bar else 0.0)


def _look(kit: Ink, kind: str, detail: str) -> tuple[QFont, QColor, QFontMetricsF]:
    if kind == "title":
        if detail == CLOSE:
            return kit.name_font, kit.text, kit.name_metrics
        return (
            (kit.body_font, kit.text, kit.caption_metrics)
            if detail == FAR
            else (kit.small_name_font, kit.text, kit.small_name_metrics)
        )
    return (
        (kit.number_font, kit.secondary, kit.number_metrics)
        if kind == "number"
        else (kit.body_font, kit.muted, kit.caption_metrics)
    )


def place_of(frame: StageFrame, label: Label, zoom: float, area: Box) -> Point:
    """Where the label of a frame begins while this area can be seen: where the frame does, or at the edge of the view as long
    as the frame goes on behind it."""
    box, scale = frame.box, label.scale
    above, far = frame.orientation == RIGHT, level(zoom) == FAR
    x, y = max(box.left, area.left), max(box.top, area.top)
    if above:
        toggle = 0.0 if far else box.right - frame.toggle.left
        x = max(box.left, min(x, box.right - toggle - (label.indent + label.wide) * scale))
    elif not far:
        y = max(box.top, min(y, box.bottom - (label.used + BELOW) * scale))
    if far:  # the middle, as far as that is in view
        reach = LINE / 2 * scale
        middle = box.top + LABEL_ABOVE / 2 if above else (box.top + box.bottom) / 2
        half = min(reach, box.height / 2)
        y = min(max(min(max(middle, area.top + reach), area.bottom - reach), box.top + half), box.bottom - half)
    return x, y


def draw_label(frame: StageFrame, painter: QPainter, kit: Ink, zoom: float, area: Box) -> None:
    """Write what a frame says where it stands while this area can be seen."""
    label = label_of(frame, kit, zoom, area)
    if label is None:
        return
    painter.translate(*place_of(frame, label, zoom, area))
    painter.scale(label.scale, label.scale)
    y = label.baseline
    for text, font, color in label.rows:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(QPointF(label.indent, y), text)
        y += LINE
    if label.bar and frame.facts.share:
        draw.draw_share_bar(painter, kit, label.indent, y - 6, label.bar, 4, min(1.0, frame.facts.share))


# -- chips ---------------------------------------------------------------------------------------------------------------------


class Chip(NamedTuple):
    """The name of a stage over its blocks: where it is in the view, in px, and what it says."""

    stage: str
    box: Box
    title: str
    number: str
    position: int


def chips(frames: Iterable[StageFrame], kit: Ink, look: QTransform, area: Box) -> list[Chip]:
    """The chips of frames whose label is out of view; `look` leads from the scene to the view."""
    zoom = look.m11()
    found: list[Chip] = []
    for frame in frames:
        box = frame.box
        if not hides(frame, zoom, area) or not box.meets(area):
            continue
        upper = look.map(QPointF(max(box.left, area.left), max(box.top, area.top)))
        lower = look.map(QPointF(min(box.right, area.right), min(box.bottom, area.bottom)))
        left, top = upper.x() + CHIP_INSET, upper.y() + CHIP_INSET
        if lower.y() - top < CHIP_HEIGHT:
            continue
        toggle = frame.toggle
        kept = (toggle.width * zoom) if toggle.meets(area) else CHIP_INSET  # the sign that folds stays free
        room = lower.x() - kept - left - 2 * CHIP_PAD
        title = stage_title(frame.name)
        number = f"{units.short(frame.facts.macs)} {units.name()}" if frame.facts.macs is not None else ""
        wide, more = kit.name_metrics.horizontalAdvance(title), len(number) * kit.digit + CHIP_PAD
        if not number or wide + more > room:
            number, more = "", 0.0
        if min(wide, room) < min(wide, CHIP_LEAST):
            continue
        width = min(wide + more, room) + 2 * CHIP_PAD
        found.append(Chip(frame.name, Box(left, top, left + width, top + CHIP_HEIGHT), title, number, frame.position))
    return found


def draw_chips(painter: QPainter, kit: Ink, found: Iterable[Chip]) -> None:
    """Paint chips, in px of the view."""
    for chip in found:
        left, top, right, bottom = chip.box
        painter.setPen(kit.chip)
        painter.setBrush(kit.overlay)
        painter.drawRoundedRect(QRectF(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1), 4, 4)
        painter.fillRect(QRectF(left + 1, top + 4, 3, bottom - top - 8), kit.color(f"stage.{chip.position % 8}"))
        painter.setFont(kit.name_font)
        painter.setPen(kit.text)
        room = right - left - 2 * CHIP_PAD - (len(chip.number) * kit.digit + CHIP_PAD if chip.number else 0.0)
        painter.drawText(QPointF(left + CHIP_PAD, top + 15), draw.elided(chip.title, kit.name_metrics, room + 0.5))
        if chip.number:
            painter.setFont(kit.number_font)
            painter.setPen(kit.secondary)
            draw.right_text(painter, chip.number, right - CHIP_PAD, top + 15, kit.digit)
