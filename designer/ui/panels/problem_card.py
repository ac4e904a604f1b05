"""The card of one problem: its sentence, and the ways out as buttons that say what the design costs after them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from blocks.errors import Issue
from designer.analysis.fixes import Bench, Fix, fixes_for, node_of
from designer.app.controller import Controller
from designer.graph.own_block import OwnBlock
from designer.ui import numbers, theme, units
from designer.ui.widgets import PushButton, button, label, repolish, without_margins

ICONS = {"error": "circle-x", "warning": "triangle-alert", "info": "info"}
COLORS = {"error": "state.error", "warning": "state.warning", "info": "text.muted"}


class FixButton(PushButton):
    """A fix: the verb on the left, its price on the right."""

    def __init__(self, fix: Fix, *, first: bool) -> None:
        super().__init__()
        self.fix = fix
        self.setProperty("role", "first-fix" if first else "")
        price = f"{units.short(fix.macs_after)} {units.name()}" if fix.macs_after is not None else "other errors remain"
        row = without_margins(QHBoxLayout(self), 12)
        row.setContentsMargins(10, 0, 10, 0)
        title = label(fix.title)
        cost = label(price, "number-small" if fix.macs_after is not None else "muted")
        for part in (title, cost):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(title, 1)
        row.addWidget(cost)
        params = f", {numbers.short(fix.params_after)} params" if fix.params_after is not None else ""
        self.setAccessibleName(f"{fix.title}: {price}{params}")
        self.setToolTip(f"{fix.title}. After it the design has {price}{params}." if params else f"{fix.title}: {price}.")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.layout().sizeHint().width(), theme.current().size("button"))  # type: ignore[union-attr]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def way_inside(controller: Controller, issue: Issue) -> tuple[str, ...]:
    """The way to the part that an issue of an own block is about; empty for issues of anything else."""
    node_id = node_of(controller.engine, issue)
    if node_id is None:
        return ()
    path = controller.engine.results[node_id].path
    if not isinstance(controller.engine.results[node_id].block_type, OwnBlock) or not issue.path.startswith(f"{path}."):
        return ()
    return (node_id, *issue.path.removeprefix(f"{path}.").split("."))


class ProblemCard(QFrame):
    """Shows one issue of a document. Whoever shows it calls `show_issue` again when the design has changed."""

    applied = Signal(str)  # the title of a fix that was made
    inside_wanted = Signal(object)  # the way to a part of an own block: a node's id and names of parts

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._controller: Controller | None = None
        self._bench: Bench | None = None
        self.buttons: list[FixButton] = []
        column = without_margins(QVBoxLayout(self), 8)
        column.setContentsMargins(12, 12, 12, 12)
        row = without_margins(QHBoxLayout(), 8)
        self._mark = QLabel()
        self.sentence = label("", wrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.sentence, 1)
        column.addLayout(row)
        self._fixes = without_margins(QVBoxLayout(), 6)
        column.addLayout(self._fixes)
        self.none = label("", "muted", wrap=True)
        column.addWidget(self.none)
        self._way: tuple[str, ...] = ()
        self.inside = button("", icon="eye", on_click=lambda: self.inside_wanted.emit(self._way))
        self.inside.setProperty("small", True)
        self.inside.hide()
        column.addWidget(self.inside, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def show_issue(self, controller: Controller, issue: Issue) -> None:
        """Show an issue with its fixes, worked out for the design as it is now."""
        self._controller = controller
        color = theme.current().color(COLORS[issue.severity])
        self._mark.setPixmap(theme.current().pixmap(ICONS[issue.severity], color, 16, self.devicePixelRatio()))
        self.sentence.setText(issue.sentence())
        self.setAccessibleName(issue.sentence())
        if (
            self._bench is None
            or self._bench.revision != controller.engine.revision
            or self._bench.source is not controller.engine
        ):
            self._bench = Bench(controller.engine)
        self._show_fixes(fixes_for(controller.design, controller.engine, issue, self._bench))
        self._way = way_inside(controller, issue)
        if self._way:
            self.inside.setText(f"Show {self._way[-1]} inside {self._way[-2]}")
            self.inside.setAccessibleName(self.inside.text())
            self.none.hide()
        self.inside.setVisible(bool(self._way))

    def show_words(self, sentence: str) -> None:
        """Show a sentence that needs no fix."""
        self._mark.setPixmap(theme.current().pixmap("info", theme.current().color("text.muted"), 16, self.devicePixelRatio()))
        self.sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._show_fixes([])
        self.none.hide()
        self.inside.hide()

    def _show_fixes(self, fixes: list[Fix]) -> None:
        focused = any(one.hasFocus() for one in self.buttons)
        for old in self.buttons:
            old.hide()
            old.deleteLater()
        self.buttons = []
        for place, fix in enumerate(fixes):
            made = FixButton(fix, first=place == 0)
            made.clicked.connect(lambda _=False, fix=fix: self.apply(fix))
            self._fixes.addWidget(made)
            made.show()
            repolish(made)
            self.buttons.append(made)
        if focused and self.buttons:
            self.buttons[0].setFocus()
        self.none.setText("" if fixes else "No quick fix: change one of the blocks named.")
        self.none.setVisible(not fixes)

    def apply_first(self) -> bool:
        """Make the first fix; False when there is none."""
        if not self.buttons:
            return False
        self.apply(self.buttons[0].fix)
        return True

    def apply(self, fix: Fix) -> None:
        """Make a fix, as one step of undo."""
        if self._controller is not None and self._controller.apply(fix.edit, fix.title):
            self.applied.emit(fix.title)

    def forget(self) -> None:
        """The document is gone."""
        self._controller = None
        self._bench = None
