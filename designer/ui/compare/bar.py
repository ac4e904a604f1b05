"""The row above a comparison: a chip for each design, what can be added, ready-made comparisons, and ways out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QPushButton, QWidget

from designer.app.comparison import Compared, CompareModel
from designer.ui import theme
from designer.ui.compare.marks import MarkWidget
from designer.ui.widgets import PushButton, ToolButton, button, label, without_margins

NAME_MOST = 150  # px of a name in a chip
READY_MOST = 36  # letters


class Chip(QFrame):
    """One design: a click on its name makes it the baseline, the cross takes it out."""

    chosen = Signal(object)
    removed = Signal(object)
    asked = Signal(object, QPoint)  # its menu is wanted at a place of the screen

    def __init__(self, one: Compared, series: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.one = one
        self.setProperty("role", "chip")
        self.setFixedHeight(28)
        row = without_margins(QHBoxLayout(self), 6)
        row.setContentsMargins(10, 0, 4, 0)
        row.addWidget(MarkWidget(series))
        self.name = PushButton()
        self.name.setProperty("role", "chip-name")
        self.name.clicked.connect(lambda: self.chosen.emit(one))
        row.addWidget(self.name)
        self.detail = label("", "number-muted")
        row.addWidget(self.detail)
        self.badge = label("baseline", "badge")
        row.addWidget(self.badge)
        self.close_button = ToolButton()
        self.close_button.setProperty("role", "close")
        self.close_button.setIcon(theme.current().icon("x", size=14))
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.clicked.connect(lambda: self.removed.emit(one))
        row.addWidget(self.close_button)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.asked.emit(one, self.mapToGlobal(at)))

    def describe(self, *, baseline: bool, roomy: bool) -> None:
        """Write its name anew."""
        name, detail = self.one.called
        metrics = self.name.fontMetrics()
        self.name.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, NAME_MOST).replace("&", "&&"))
        self.detail.setText(detail if len(detail) <= 28 else detail[:27] + "…")
        self.detail.setVisible(roomy and bool(detail))
        self.badge.setVisible(baseline)
        full = f"{name} ({detail})" if detail else name
        self.name.setAccessibleName(f"{full}, baseline" if baseline else f"Make {full} the baseline")
        self.name.setToolTip(
            f"{full}: the others are compared with it" if baseline else f"{full}: click to compare with this one"
        )
        self.close_button.setAccessibleName(f"Remove {full}")
        self.close_button.setToolTip(f"Remove {full} from this comparison")


class CompareBar(QWidget):
    """Chips at the left, everything else at the right; in two rows where one is too narrow."""

    opened = Signal(object)  # a Compared that is to be shown in a tab

    def __init__(self, model: CompareModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setProperty("role", "page")
        self.chips: list[Chip] = []
        self._grid = without_margins(QGridLayout(self), 8)
        self._chips = QWidget()
        self._row = without_margins(QHBoxLayout(self._chips), 8)
        self.add_button = button("Add design", "flat", icon="plus")
        self._row.addWidget(self.add_button)
        self._row.addStretch(1)
        self._tools = QWidget()
        tools = without_margins(QHBoxLayout(self._tools), 8)
        self.ready_button = button("Ready-made", icon="book-open")
        tools.addWidget(self.ready_button)
        self.outs: dict[str, QPushButton] = {}
        for key, text, icon, tip in (
            ("copy", "Copy", "copy", "Copy the totals as a table, or everything as CSV, Markdown or LaTeX"),
            ("csv", "CSV", "download", "Write a row for each design to a CSV file"),
            ("markdown", "Markdown", "", "Write all tables to a Markdown file"),
            ("latex", "LaTeX", "", "Write all tables to a LaTeX file"),
            ("html", "HTML report", "", "Write a report with tables and pictures to one HTML file"),
        ):
            one = self.outs[key] = button(text, icon=icon, tip=tip)
            tools.addWidget(one)
        self._two_rows: bool | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(0)
        self._again.timeout.connect(self._settle)
        for part in (self._chips, self._tools):
            part.installEventFilter(self)
        self._arrange()
        model.listed.connect(self.show_designs)
        model.changed.connect(self.describe)

    def set_menus(self, add: QMenu, ready: QMenu, copy: QMenu) -> None:
        """The menus of the buttons that have one."""
        for one, menu in ((self.add_button, add), (self.ready_button, ready), (self.outs["copy"], copy)):
            one.setMenu(menu)

    def show_designs(self) -> None:
        """The designs are others now."""
        for chip in self.chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for series, one in enumerate(self._model.designs):
            chip = Chip(one, series)
            chip.chosen.connect(lambda found: self._model.set_baseline(self._model.designs.index(found)))
            chip.removed.connect(self._model.remove)
            chip.asked.connect(self._open_menu)
            self._row.insertWidget(series, chip)
            self.chips.append(chip)
        self.describe()

    def describe(self) -> None:
        """Write the names anew."""
        reason = self._model.why_not_add()
        self.add_button.setEnabled(not reason)
        self.add_button.setToolTip(reason or "Compare an open document, a preset, a file or an earlier state")
        ready = self._model.ready
        text = f"Ready-made: {ready.title}" if ready is not None else "Ready-made"
        self.ready_button.setText(text if len(text) <= READY_MOST else f"{text[: READY_MOST - 1].rstrip()}…")
        self.ready_button.setToolTip(ready.sees if ready is not None else "Open one of the papers' comparisons")
        for index, chip in enumerate(self.chips):
            chip.describe(baseline=index == self._model.baseline, roomy=True)
        self._again.start()

    def _open_menu(self, one: Compared, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        index = self._model.designs.index(one)
        entries: Iterable[tuple[str, Callable[[], object], str]] = (
            ("Make it the baseline", partial(self._model.set_baseline, index), "" if index != self._model.baseline else "It is."),
            ("Open in a tab", partial(self.opened.emit, one), ""),
            ("Remove", partial(self._model.remove, one), ""),
        )
        for text, do, reason in entries:
            action = QAction(text, menu)
            action.setEnabled(not reason)
            action.triggered.connect(partial(_without_checked, do))
            menu.addAction(action)
        menu.popup(at)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.describe()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.LayoutRequest:  # texts have changed; what they need is known after this event
            self._again.start()
        return super().eventFilter(watched, event)

    def _settle(self) -> None:
        """Take a row more, or leave out details, where the texts need it."""
        if self._arrange() > self.width():
            for index, chip in enumerate(self.chips):
                chip.describe(baseline=index == self._model.baseline, roomy=False)

    def _arrange(self) -> int:
        """In one row or two; gives the width that the chips need."""
        chips, tools = self._chips.sizeHint().width(), self._tools.sizeHint().width()
        wanted = chips + tools + 24 > self.width()
        if wanted != self._two_rows:
            self._place(wanted)
        return chips

    def _place(self, wanted: bool) -> None:
        self._two_rows = wanted
        self._grid.removeWidget(self._chips)
        self._grid.removeWidget(self._tools)
        self._grid.addWidget(self._chips, 0, 0)
        side = Qt.AlignmentFlag.AlignRight
        if wanted:
            self._grid.addWidget(self._tools, 1, 0, side)
        else:
            self._grid.addWidget(self._tools, 0, 1, side)
        self._grid.setColumnStretch(0, 1)


def _without_checked(do: Callable[[], object], _checked: bool = False) -> None:
    do()
