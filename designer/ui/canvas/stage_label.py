"""What a frame says about its stage, and where: beside the blocks or above them, at the edge of the view while a frame goes on
beyond it. Where the room for it is out of view, a small chip over the blocks has its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTransform

from designer.analysis.describe import stage_title
from designer.graph.design import RIGHT
from designer.graph.geometry import FRAME_PAD, LABEL_ABOVE
from designer.ui import units
from designer.ui.canvas import painter as draw
from designer.ui.canvas.geometry import CLOSE, FAR, SIZES, Box, level
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

Line = tuple[str, str]
"""A text and its kind: title, number, caption."""


class Standing(NamedTuple):
    """How a label stands: where, in scene px, what it says, and how much room its lines have in the text's own px."""

    x: float
    y: float
    baseline: float  # of the first line, from there
    lines: list[Line]
    room: float
    height: float


def strip_of(frame: StageFrame, detail: str) -> Box:
    """The part of a frame that is kept free for its label; far away all of it, where the flow is to the right."""
    box = frame.box
    if frame.orientation != RIGHT:
        return Box(box.left, box.top, box.left + SIZES.gutter + SIZES.frame_side, box.bottom)
    return box if detail == FAR else Box(box.left, box.top, box.right, box.top + LABEL_ABOVE + FRAME_PAD)


def hides(frame: StageFrame, zoom: float, area: Box) -> bool:
    """Whether a frame that can be seen has too little of the room for its label in view."""
    detail = level(zoom)
    scale = draw.text_scale(zoom, detail)
    strip = strip_of(frame, detail)
    if frame.orientation == RIGHT:
        return area.top > strip.top and (strip.bottom - area.top) / scale < LINE + BELOW
    return area.left > strip.left and (strip.right - area.left) / scale < READABLE + INDENT


def standing(frame: StageFrame, kit: Ink, zoom: float, area: Box) -> Standing | None:
    """Where the label of a frame stands while this area can be seen; None where there is no room for one."""
    detail = level(zoom)
    scale = draw.text_scale(zoom, detail)
    box, above, far = frame.box, frame.orientation == RIGHT, detail == FAR
    strip = strip_of(frame, detail)
    left, top = max(strip.left, area.left), max(strip.top, area.top)
    height = (strip.bottom - top if above and not far else box.height) / scale
    count = 1 if far else int((height - 10) / LINE)
    if height < 15 or count < 1:
        return None
    lines = frame.lines(min(count, 6))
    indent = _indent(zoom, detail)
    room = ((box.right if above else strip.right) - (box.left if above else left)) / scale - indent - (-1 if far else 2)
    if any(kind == "number" and len(text) * kit.digit > room for text, kind in lines):
        lines = frame.short_lines(lines[0], count)
    used = len(lines) * LINE
    baseline = 4.0 if far else min(FIRST_ABOVE if above else FIRST, (height - used) / 2 + 12)
    if above:
        wide = max(_metrics(kit, kind, detail).horizontalAdvance(text) for text, kind in lines)
        toggle = 0.0 if far else box.right - frame.toggle.left
        x = max(box.left, min(left, box.right - toggle - (indent + min(wide, room)) * scale))
    else:
        x = left
    if far:  # the middle, as far as that is in view
        reach = LINE / 2 * scale
        middle = box.top + LABEL_ABOVE / 2 if above else (box.top + box.bottom) / 2
        y = min(max(middle, area.top + reach), area.bottom - reach)
        y = min(max(y, box.top + min(reach, box.height / 2)), box.bottom - min(reach, box.height / 2))
    elif above:
        y = top
    else:
        bar = BAR if detail == CLOSE and frame.facts.share else 0.0
        y = max(box.top, min(top, box.bottom - (baseline + used - LINE + bar + BELOW) * scale))
    return Standing(x, y, baseline, lines, room, height)


def draw_label(frame: StageFrame, painter: QPainter, kit: Ink, zoom: float, area: Box) -> None:
    """Write what a frame says where it stands while this area can be seen."""
    detail = level(zoom)
    found = standing(frame, kit, zoom, area)
    if found is None:
        return
    scale = draw.text_scale(zoom, detail)
    painter.translate(found.x, found.y)
    painter.scale(scale, scale)
    indent, y = _indent(zoom, detail), found.baseline
    for text, kind in found.lines:
        painter.setFont(_font(kit, kind, detail))
        painter.setPen(kit.text if kind == "title" else kit.secondary if kind == "number" else kit.muted)
        written = text
        if kind == "title" or len(text) * kit.digit > found.room:  # only words: numbers that do not fit are not here
            written = draw.elided(text, _metrics(kit, kind, detail), found.room)
        if kind == "title" and len(written) < 3:
            return
        painter.drawText(QPointF(indent, y), written)
        y += LINE
    if detail == CLOSE and frame.facts.share and found.height - y > 4:
        width = min(SIZES.gutter - indent, found.room)
        draw.draw_share_bar(painter, kit, indent, y - 6, width, 4, min(1.0, frame.facts.share))


def _indent(zoom: float, detail: str) -> float:
    return INDENT if detail == CLOSE else max(5.0, INDENT * zoom)


def _font(kit: Ink, kind: str, detail: str) -> QFont:
    if kind == "title":
        return kit.name_font if detail == CLOSE else kit.body_font if detail == FAR else kit.small_name_font
    return kit.number_font if kind == "number" else kit.body_font


def _metrics(kit: Ink, kind: str, detail: str) -> QFontMetricsF:
    if kind == "title":
        return kit.name_metrics if detail == CLOSE else kit.caption_metrics if detail == FAR else kit.small_name_metrics
    return kit.number_metrics if kind == "number" else kit.caption_metrics


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
        if not box.meets(area) or not hides(frame, zoom, area):
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
