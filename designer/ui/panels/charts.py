"""The charts of the design in front: cost over depth, shares, memory, receptive field. Each is made when it is first chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedLayout, QWidget

from designer.app.controller import Controller
from designer.ui import units
from designer.ui.plots.design_figure import METRICS
from designer.ui.plots.figure import Figure
from designer.ui.plots.memory import MemoryView
from designer.ui.plots.over_depth import OverDepth
from designer.ui.plots.reach import ReachChart
from designer.ui.plots.treemap import KIND, STAGE, Treemap
from designer.ui.widgets import Segments, tool_button, without_margins

DEPTH, STAGES, KINDS, MEMORY, FIELD = range(5)
TITLES = ("Depth", "Stages", "Kinds", "Memory", "Field")
SENTENCES = ("Cost over depth", "Share by stage", "Share by kind", "Memory over time", "Receptive field")


class _Header(QWidget):
    """The controls at the end of the row of tabs: all charts side by side where there is room, else in a list."""

    def __init__(self) -> None:
        super().__init__()
        self._row = row = without_margins(QHBoxLayout(self), 8)
        row.addStretch(1)
        self.measures = _combo("Figure", [one.title for one in METRICS])
        self.kinds = Segments(TITLES, "Chart")
        self.list = _combo("Chart", list(SENTENCES))
        self.copying = tool_button(icon="copy", name="Copy or save the chart", small=True)
        for widget in (self.measures, self.kinds, self.list, self.copying):
            row.addWidget(widget)
        self._wide = sum(one.sizeHint().width() for one in (self.measures, self.kinds, self.copying)) + 24
        self.list.hide()
        self.setFixedHeight(24)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._wide, 24)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, 24)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Show what there is room for."""
        narrow = self.width() < self._wide
        self.list.setVisible(narrow)
        self.kinds.setVisible(not narrow)
        self.measures.setVisible(not narrow or self.measures.isEnabled())


class Charts(QWidget):
    """The panel. Its `header` holds the choice of chart and metric, and what can be done with a chart."""

    node_activated = Signal(str)  # a person wants to see this block

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Charts")
        self._controller: Controller | None = None
        self._stack = QStackedLayout(self)
        self._made: dict[int, QWidget] = {}
        self.header = _Header()
        self.header.measures.setCurrentIndex(1)
        self.header.measures.activated.connect(lambda _: self._feed())
        self.header.kinds.chosen.connect(self.choose)
        self.header.list.activated.connect(self.choose)
        self.header.copying.clicked.connect(self._pop_menu)
        units.notifier().changed.connect(self._unit_changed)
        self.choose(DEPTH)

    # -- building --------------------------------------------------------------------------------------------------------------

    def _make(self, kind: int) -> QWidget:
        makers: dict[int, Callable[[], QWidget]] = {DEPTH: OverDepth, STAGES: Treemap, MEMORY: MemoryView, FIELD: ReachChart}
        made = self._made[kind] = makers[kind]()
        self._stack.addWidget(made)
        for figure in _figures(made):
            figure.picked.connect(self._picked)
        return made

    # -- what a person chooses ---------------------------------------------------------------------------------------------------

    def choose(self, kind: int) -> None:
        """Show another chart."""
        shown = STAGES if kind == KINDS else kind  # the same one, with other tiles
        made = self._made.get(shown) or self._make(shown)
        if isinstance(made, Treemap):
            made.by = KIND if kind == KINDS else STAGE
        self._stack.setCurrentWidget(made)
        self.header.kinds.choose(kind)
        self.header.list.setCurrentIndex(kind)
        self.header.measures.setEnabled(kind in (DEPTH, STAGES, KINDS))
        self.header.measures.setToolTip("" if kind in (DEPTH, STAGES, KINDS) else "This chart shows one figure alone.")
        self.header.arrange()
        self._feed()

    def _unit_changed(self) -> None:
        self.header.measures.setItemText(1, METRICS[1].title)
        self._feed()

    def _pop_menu(self) -> None:
        button = self.header.copying
        self.figure.open_menu(button.mapToGlobal(QPoint(0, button.height())))

    @property
    def figure(self) -> Figure:
        """The chart in front."""
        front = self._stack.currentWidget()
        assert front is not None
        return _figures(front)[0]

    # -- whom it follows -------------------------------------------------------------------------------------------------------

    def set_controller(self, controller: Controller | None) -> None:
        """Follow another document, or none."""
        old = self._controller
        if controller is old:
            return
        if old is not None:
            old.graph_changed.disconnect(self._changed)
            old.analysis_changed.disconnect(self._changed)
            old.selection_changed.disconnect(self._selection_changed)
            old.destroyed.disconnect(self._forget)
        self._controller = controller
        if controller is not None:
            controller.graph_changed.connect(self._changed)
            controller.analysis_changed.connect(self._changed)
            controller.selection_changed.connect(self._selection_changed)
            controller.destroyed.connect(self._forget)
        self._feed()

    def _forget(self) -> None:
        """The document is being destroyed: there is nothing to disconnect from any more."""
        self._controller = None
        self._feed()

    def _changed(self, _: object) -> None:
        self._feed()

    def _selection_changed(self, _: object) -> None:
        selection = self._controller.selection if self._controller is not None else frozenset()
        for made in self._made.values():
            for figure in _figures(made):
                figure.highlight(selection)

    def _feed(self) -> None:
        """Tell every chart whose numbers to show; they draw when they are seen."""
        engine = self._controller.engine if self._controller is not None else None
        for made in self._made.values():
            for figure in _figures(made):
                if isinstance(figure, OverDepth | Treemap):
                    figure.measure = METRICS[self.header.measures.currentIndex()]
                if hasattr(figure, "engine"):
                    figure.engine = engine
                figure.refresh()
        self._selection_changed(None)

    def _picked(self, key: object) -> None:
        """A click selects the block, and another one beside the marks none."""
        if self._controller is None:
            return
        node_id = key[0] if isinstance(key, tuple) else None
        self._controller.select({node_id} if node_id is not None else frozenset())
        if node_id is not None:
            self.node_activated.emit(node_id)


def _figures(made: QWidget) -> list[Figure]:
    if isinstance(made, MemoryView):
        return [made.chart, made.alive]
    return [made] if isinstance(made, Figure) else []


def _combo(name: str, texts: list[str]) -> QComboBox:
    made = QComboBox()
    made.addItems(texts)
    made.setAccessibleName(name)
    made.setFixedHeight(24)
    return made
