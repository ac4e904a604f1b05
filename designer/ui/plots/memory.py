"""Activation memory step by step, and beside it the tensors that are alive at the peak, or at the step that is read out."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from designer.analysis.chart_rows import Memory, Tensor, memory
from designer.analysis.engine import Engine
from designer.analysis.memory import BYTES
from designer.ui import numbers, theme
from designer.ui.painting import painting
from designer.ui.plots.base import Axis, Chart, Mark, Table, bytes_axis
from designer.ui.plots.design_figure import axis_of, follow, runs, tint, why_nothing
from designer.ui.plots.figure import Figure
from designer.ui.plots.readout import Rows
from designer.ui.theme import Theme
from designer.ui.widgets import without_margins

DTYPE = "fp32"
SIZE = BYTES[DTYPE]
ROW = 24.0
HEAD = 44.0
PAD = 12.0
LIST = 300  # px


class MemoryChart(Chart):
    """Bytes alive while each primitive works. Keys are (node id, step)."""

    zooms = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Memory over time", Axis(), bytes_axis(f"Activations alive, {DTYPE}"), parent)
        self.engine: Engine | None = None
        self.memory: Memory | None = None

    def plot(self, look: Theme) -> None:
        self.memory = None
        follow(self, self.engine, self._plot)

    def _plot(self, engine: Engine) -> None:
        look = theme.current()
        found = self.memory = memory(engine)
        live = found.lives.live
        if not live:
            self.message = "The design has no step."
            self.memory = None
            return
        network = engine.design.root
        stages = [network.node(node).stage or "" for node in found.nodes]
        self.x_axis = axis_of(stages, "step")
        for run in runs(stages):
            self.band(run.first - 0.5, run.last + 0.5, tint(look, run))
        for k, node in enumerate(found.nodes):
            if node in self.highlighted:
                self.band(k - 0.5, k + 0.5, look.color("accent.base", 0.18))
        hue = look.color("category.conv")
        self.line(range(len(live)), [SIZE * count for count in live], hue, steps=True, fill=look.color("category.conv", 0.30))
        peak, at = SIZE * found.lives.peak, found.at
        self.rule(look.color("state.warning"), y=peak)
        self.dots([at], [peak], look.color("state.warning"), shape="diamond", size=10)
        self.include(ys=[peak * 1.14])  # the text above it
        left = at > len(live) / 2
        text = f"  peak {numbers.bytes_(peak)}  "
        self.words(text, at, peak, look.color("text.primary"), anchor=(1.0 if left else 0.0, 1.0), role="number_small")
        self.set_marks(
            Mark((node, k), k, SIZE * live[k], path) for k, (node, path) in enumerate(zip(found.nodes, found.paths, strict=True))
        )

    def rows_of(self, mark: Mark) -> Rows:
        """Few lines: the tensors themselves stand in the list beside the chart."""
        if self.memory is None:
            return ()
        step = int(mark.x)
        alive = SIZE * self.memory.lives.live[step]
        return (
            ("Alive", numbers.bytes_(alive)),
            ("Tensors", str(len(self.memory.lives.alive(step)))),
            ("Of the peak", numbers.share(alive / max(1, SIZE * self.memory.lives.peak))),
            ("Output", numbers.shape(self.memory.specs[step])),
        )

    def table(self) -> Table:
        if self.memory is None:
            return Table(["step", "layer", "alive_bytes"], [])
        rows = [[k, path, SIZE * self.memory.lives.live[k]] for k, path in enumerate(self.memory.paths)]
        return Table(["step", "layer", "alive_bytes"], rows)


class AliveList(Figure):
    """The tensors alive at one step, the largest first: who made each, its shape, and its part. Keys are (node id, number)."""

    def __init__(self, chart: MemoryChart, parent: QWidget | None = None) -> None:
        super().__init__("Tensors alive at the peak", parent)
        self._chart = chart
        self.step: int | None = None  # None for the peak
        self.tensors: list[Tensor] = []
        self.setFixedWidth(LIST)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)

    def show_step(self, step: int | None) -> None:
        """Show what is alive at this step, or at the peak."""
        if step != self.step:
            self.step = step
            self.refresh()

    def draw(self, look: Theme) -> None:
        found = self._chart.memory
        self.tensors = []
        if found is None:
            self.message = " " if why_nothing(self._chart.engine) else ""
            self.set_marks(())
        else:
            self.tensors = found.alive(self._at(found))
            self.set_marks(
                Mark(
                    (one.node, k),
                    20.0,
                    HEAD + (k + 0.5) * ROW,
                    one.path,
                    (
                        ("Tensor", numbers.shape(one.spec)),
                        ("Bytes", numbers.bytes_(SIZE * one.elements)),
                        ("Part", numbers.share(one.elements / max(1, found.lives.live[self._at(found)]))),
                    ),
                )
                for k, one in enumerate(self.tensors)
            )
        self.update()

    def _at(self, found: Memory) -> int:
        return found.at if self.step is None or self.step >= len(found.paths) else self.step

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            self._paint(painter)
            self.paint_focus(painter)

    def _paint(self, painter: QPainter) -> None:
        look = theme.current()
        painter.fillRect(0, 8, 1, self.height() - 16, look.color("border.subtle"))
        found = self._chart.memory
        if found is None:
            return
        at = self._at(found)
        left, right = PAD, self.width() - PAD
        body = QFontMetricsF(look.font("body"))
        digits = QFontMetricsF(look.font("number_small"))
        painter.setFont(look.font("strong"))
        painter.setPen(look.color("text.primary"))
        title = "Alive at the peak" if at == found.at else "Alive at this step"
        painter.drawText(QRectF(left, 6, right - left, 18), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(look.font("number_strong"))
        total = numbers.bytes_(SIZE * found.lives.live[at])
        painter.drawText(QRectF(left, 6, right - left, 18), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, total)
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text.secondary"))
        said = body.elidedText(f"while {found.paths[at]} works", Qt.TextElideMode.ElideMiddle, right - left)
        painter.drawText(QRectF(left, 23, right - left, 18), Qt.AlignmentFlag.AlignVCenter, said)
        live = max(1, found.lives.live[at])
        shown = max(1, int((self.height() - HEAD - 4) // ROW))
        fits = self.tensors if len(self.tensors) <= shown else self.tensors[: shown - 1]
        for k, one in enumerate(fits):
            top = HEAD + k * ROW
            if one.node in self.highlighted or (self.current is not None and self.current.key == (one.node, k)):
                path = "bg.selected" if one.node in self.highlighted else "bg.hover"
                painter.fillRect(QRectF(6, top, self.width() - 12, ROW), look.color(path))
            size = numbers.bytes_(SIZE * one.elements)
            wide = digits.horizontalAdvance(size)
            painter.setFont(look.font("number_small"))
            painter.setPen(look.color("text.primary"))
            line = QRectF(left, top, right - left, ROW - 4)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, size)
            painter.setFont(look.font("body"))
            name = body.elidedText(one.path, Qt.TextElideMode.ElideMiddle, right - left - wide - 10)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
            part = one.elements / live
            painter.fillRect(QRectF(left, top + ROW - 4, (right - left) * part, 2), look.heat_bar(part))
        if len(fits) < len(self.tensors):
            rest = self.tensors[len(fits) :]
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text.muted"))
            more = f"{len(rest)} more, {numbers.bytes_(SIZE * sum(one.elements for one in rest))}"
            painter.drawText(QRectF(left, HEAD + len(fits) * ROW, right - left, ROW - 4), Qt.AlignmentFlag.AlignVCenter, more)

    def place(self, mark: Mark) -> QPointF:
        return QPointF(mark.x, min(mark.y, self.height() - ROW / 2))

    def mark_at(self, at: QPointF) -> Mark | None:
        return next((mark for mark in self.marks if abs(at.y() - mark.y) < ROW / 2), None)

    def show_current(self) -> None:
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self.pick(event.position())
        event.accept()

    def table(self) -> Table:
        rows = [[one.path, "x".join(map(str, one.spec)), SIZE * one.elements] for one in self.tensors]
        return Table(["tensor", "shape", "bytes"], rows)


class MemoryView(QWidget):
    """The chart with its list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = MemoryChart()
        self.alive = AliveList(self.chart)
        row = without_margins(QHBoxLayout(self))
        row.addWidget(self.chart, 1)
        row.addWidget(self.alive)
        self.chart.redrawn.connect(self.alive.refresh)
        self.chart.hovered.connect(self._hovered)

    def _hovered(self, key: object) -> None:
        self.alive.show_step(key[1] if isinstance(key, tuple) else None)
