"""What a person chose to see of one document: heat and the width of wires, on every surface of its canvas, with a legend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPaintEvent
from PySide6.QtWidgets import QWidget

from designer.ui import numbers, theme, units
from designer.ui.canvas import heat
from designer.ui.canvas.heat import Heat
from designer.ui.painting import painting

if TYPE_CHECKING:
    from designer.ui.canvas.canvas import Canvas

NOT_PROFILED = "Not profiled yet."
STOPS = 11  # colours of the ramp in the tokens
BAR = 8.0
PAD, WIDTH = 12.0, 168.0


class Legend(QWidget):
    """What the colours mean: the figure, its unit, and the scale from 0 to the largest."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._heat: Heat | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_scale(self, scale: Heat) -> None:
        """Explain this scale."""
        self._heat = scale
        self.setAccessibleName(f"Legend: {self.title}, from {self.ends[0]} to {self.ends[1]}")
        self.update()

    @property
    def title(self) -> str:
        scale = self._heat
        if scale is None:
            return ""
        if scale.metric == heat.TIME and scale.estimated:
            return "Time, partly estimated"
        return heat.title(scale.metric)

    @property
    def ends(self) -> tuple[str, str]:
        """What stands below the ends of the scale."""
        scale = self._heat
        if scale is None or not scale.top:
            return "0", numbers.UNKNOWN if scale is None or scale.total is None else ""
        return "0", heat.written(scale.metric, scale.top)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(round(WIDTH), 60)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with painting(self) as painter:
            look = theme.current()
            painter.setPen(look.color("border.default"))
            painter.setBrush(look.color("bg.overlay"))
            radius = look.size("radius.card")
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), radius, radius)
            bar = QRectF(PAD, 28, self.width() - 2 * PAD, BAR)
            ramp = QLinearGradient(bar.topLeft(), bar.topRight())
            for k in range(STOPS):
                ramp.setColorAt(k / (STOPS - 1), look.heat(k / (STOPS - 1)))
            painter.fillRect(bar, ramp)
            painter.setFont(look.font("strong"))
            painter.setPen(look.color("text.primary"))
            painter.drawText(QPointF(PAD, 20), self.title)
            painter.setFont(look.font("number_small"))
            painter.setPen(look.color("text.secondary"))
            least, most = self.ends
            line = QRectF(PAD, 38, bar.width(), 16)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), least)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), most)


class Looks(QObject):
    """The choices of one canvas. Every surface that is shown gets them."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.metric = heat.OFF
        self.wires_by_size = False
        self.legend = Legend(canvas)
        self._measuring = False
        canvas.whole.heat_changed.connect(self._tell)
        units.notifier().changed.connect(self._tell)
        theme.notifier().changed.connect(self.legend.update)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What it does, by the id of the action."""
        found: dict[str, Callable[[], object]] = {
            f"view.heat_{metric}": partial(self.show_heat, metric) for metric in (heat.OFF, *heat.METRICS)
        }
        return {**found, "view.wire_width": lambda: self.show_wires_by_size(not self.wires_by_size)}

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Which of its actions are checked."""
        found: dict[str, Callable[[], bool]] = {
            f"view.heat_{metric}": partial(self._is_shown, metric) for metric in (heat.OFF, *heat.METRICS)
        }
        return {**found, "view.wire_width": lambda: self.wires_by_size}

    def reasons(self) -> dict[str, Callable[[], str]]:
        """Why one of them is not possible now."""
        return {f"view.heat_{heat.TIME}": self._why_no_time}

    def _is_shown(self, metric: str) -> bool:
        return self.metric == metric

    def _why_no_time(self) -> str:
        measurements = self.canvas.document.measurements
        known = measurements.measured is not None or measurements.estimate is not None
        return "" if known or self.metric == heat.TIME else NOT_PROFILED

    def show_heat(self, metric: str) -> None:
        """Colour blocks by a figure, or by their category again."""
        self.metric = metric
        if metric == heat.TIME and not self._measuring:
            self._measuring = True
            self.canvas.document.measurements.changed.connect(self._measured)
        for surface in self.canvas.surfaces:
            surface.show_heat(metric)
        self._tell()
        self.canvas.looks_changed.emit()

    def show_wires_by_size(self, wanted: bool) -> None:
        """Draw wires as wide as what flows in them is large, or all alike."""
        self.wires_by_size = wanted
        for surface in self.canvas.surfaces:
            surface.show_wires_by_size(wanted)
        self.canvas.looks_changed.emit()

    def chosen(self) -> dict[str, Any]:
        """What is not as usual, to come back to."""
        found: dict[str, Any] = {"heat": self.metric} if self.metric != heat.OFF else {}
        return {**found, "wires_by_size": True} if self.wires_by_size else found

    def choose(self, look: Mapping[str, Any]) -> None:
        """Look as was chosen before; measured times are shown once there are some."""
        metric = look.get("heat")
        if metric in heat.METRICS and not (metric == heat.TIME and self._why_no_time()):
            self.show_heat(metric)
        if look.get("wires_by_size") is True:
            self.show_wires_by_size(True)

    def dress(self) -> None:
        """Let the surface that is shown now look as chosen."""
        surface = self.canvas.surfaces[-1]
        if surface.scale.heat.metric != self.metric:
            surface.heat_changed.connect(self._tell)
            surface.show_heat(self.metric)
        if surface.wires_by_size != self.wires_by_size:
            surface.show_wires_by_size(self.wires_by_size)
        self._tell()

    def _measured(self) -> None:
        if self.metric == heat.TIME:
            for surface in self.canvas.surfaces:
                surface.warm()
            self._tell()

    def _tell(self) -> None:
        self.legend.setVisible(self.metric != heat.OFF)
        self.legend.show_scale(self.canvas.surfaces[-1].scale.heat)
