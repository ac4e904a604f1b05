"""Two designs on canvases side by side: what differs is marked on both, and both look at the same place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from designer.analysis.compare_changes import ADDED, CHANGED, REMOVED, Difference, differences
from designer.analysis.compare_rows import Place
from designer.analysis.compare_saving import Saving
from designer.app.comparison import Compared, CompareModel
from designer.graph.design import ROOT
from designer.ui import numbers, units
from designer.ui.compare.changes import COUNTERPART, CULPRIT, ChangesGrid, Line, line_of
from designer.ui.compare.side import Side, Sign
from designer.ui.tool_page import ToolPage
from designer.ui.widgets import button, label, line, tool_button, without_margins

LIST_HEIGHT = 208
KEYS = "Pan or zoom one canvas and the other follows. N and P go to the next change and back, F shows all."


class CanvasesPage(ToolPage):
    """The baseline at the left, another design at the right. Panning or zooming one moves the other to the block that stands for
    the one in the middle."""

    over = Signal()  # one of the two is compared no longer

    def __init__(self, model: CompareModel, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Differences on both canvases")
        self._model = model
        self._old, self._new = model.designs[model.baseline], model.designs[number]
        self._numbers = (model.baseline, number)
        self._saving: Saving | None = None
        self._moving = False
        self._partner: tuple[dict[str, str], dict[str, str]] = ({}, {})  # old -> new, new -> old
        self.left = Side(self._old, model.baseline)
        self.right = Side(self._new, number)
        column = without_margins(QVBoxLayout(self))
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.setHandleWidth(1)
        both.addWidget(self.left)
        both.addWidget(self.right)
        both.setSizes([1000, 1000])
        column.addWidget(both, 1)
        column.addWidget(line("line-default"))
        column.addWidget(self._foot())
        for mine, theirs, to_new in ((self.left, self.right, True), (self.right, self.left, False)):
            mine.view.moved.connect(partial(self._follow, mine, theirs, to_new))
            mine.view.zoom_changed.connect(partial(self._zoomed, mine, theirs, to_new))
            mine.one.changed.connect(self.refresh)
        model.listed.connect(self._check)
        units.notifier().changed.connect(self._describe)
        self._status = label(KEYS, "secondary")
        self._status.setParent(self)
        self._status.hide()
        self.lead(self.right.view)
        self.refresh()

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setProperty("role", "panel")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        foot.setFixedHeight(LIST_HEIGHT)
        column = without_margins(QVBoxLayout(foot))
        row = without_margins(QHBoxLayout(), 8)
        row.setContentsMargins(16, 6, 12, 6)
        self.sentence = label("", "strong")
        row.addWidget(self.sentence)
        row.addStretch(1)
        self.step_text = label("", "number-muted")
        row.addWidget(self.step_text)
        for icon, name, by in (("chevron-up", "Previous change", -1), ("chevron-down", "Next change", 1)):
            one = tool_button(icon=icon, name=name, small=True)
            one.clicked.connect(partial(self._stepped, by))
            row.addWidget(one)
        self.fit_button = button("Fit both", icon="maximize", on_click=self.fit)
        self.fit_button.setProperty("small", True)
        row.addWidget(self.fit_button)
        column.addLayout(row)
        column.addWidget(line())
        self.list = ChangesGrid()
        self.list.row_chosen.connect(self.go_to)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setProperty("role", "panel")
        area.setWidget(self.list)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        column.addWidget(area, 1)
        return foot

    # -- as a tab --------------------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        entries = self._model.entries
        at = [self._model.designs.index(one) for one in (self._old, self._new) if one in self._model.designs]
        return " | ".join(entries[k].short for k in at)

    @property
    def icon(self) -> str:
        return "git-compare"

    @property
    def tip(self) -> str:
        return f"{self._old.called[0]} beside {self._new.called[0]}"

    @property
    def status(self) -> QWidget:
        return self._status

    @property
    def designs(self) -> tuple[Compared, Compared]:
        """The baseline and the other one."""
        return self._old, self._new

    def may_close(self) -> bool:
        self._model.listed.disconnect(self._check)
        for side in (self.left, self.right):
            side.one.changed.disconnect(self.refresh)
        return True

    def _check(self) -> None:
        if self._old not in self._model.designs or self._new not in self._model.designs:
            self.over.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {Qt.Key.Key_N: 1, Qt.Key.Key_P: -1}
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and event.key() in steps:
            self.step(steps[Qt.Key(event.key())])
        elif event.modifiers() == Qt.KeyboardModifier.NoModifier and event.key() == Qt.Key.Key_F:
            self.fit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    # -- what is marked ----------------------------------------------------------------------------------------------------------

    def show_saving(self, saving: Saving) -> None:
        """Mark the blocks that make a saving false, and what does their work in the baseline."""
        self._saving = saving
        self.refresh()
        if saving.culprits:
            self._center(self.right, saving.culprits[0].node)

    def show_place(self, place: Place) -> None:
        """Look at the blocks of one output resolution."""
        nodes = [unit.node for unit in place.units]
        self.right.view.zoom_to(nodes)

    def go_to_block(self, node_id: str) -> None:
        """Look at a block of either design."""
        for row, one in enumerate(self.list.found):
            if node_id in (one.new, one.old):
                self.go_to(row)
                return
        self._center(self.right if node_id in self.right.scene.nodes else self.left, node_id)

    def refresh(self) -> None:
        """Compare anew."""
        if self._old not in self._model.designs or self._new not in self._model.designs:
            return
        number = self._model.designs.index(self._new)
        base = self._old.controller.engine
        found = (
            self._model.differences_of(number)
            if self._model.designs[self._model.baseline] is self._old
            else differences(base, self._new.controller.engine)
        )
        self._pair(found.found)
        signs: tuple[dict[str, Sign], dict[str, Sign]] = ({}, {})
        if self._saving is not None:
            self._mark_saving(self._saving, signs)
            self.sentence.setText(self._saving.title)
        else:
            self._mark_changes(found.found, signs)
            said = found.sentence()
            self.sentence.setText(said if found.related else f"{said}. These are not versions of one design.")
        for side, mine in zip((self.left, self.right), signs, strict=True):
            side.show_signs(mine)
        if self._saving is None:
            self.list.show_lines(tuple(map(line_of, found.found)))
        else:
            self.list.show_lines(
                tuple(
                    [
                        Line(CULPRIT, one.path, f"{numbers.ms(one.ms)}, {one.why}", None, one.macs, "", one.node)
                        for one in self._saving.culprits
                    ]
                )
            )
        self._describe()
        self.title_changed.emit()

    def _mark_changes(self, found: tuple[Difference, ...], signs: tuple[dict[str, Sign], dict[str, Sign]]) -> None:
        for one in found:
            if one.scope != ROOT:
                continue
            text = ", ".join(map(str, one.details[:2])) if one.sort == CHANGED else ""
            if one.sort != ADDED:
                signs[0][one.old] = Sign(one.sort)
            if one.sort != REMOVED:
                signs[1][one.new] = Sign(one.sort, text)

    def _mark_saving(self, saving: Saving, signs: tuple[dict[str, Sign], dict[str, Sign]]) -> None:
        for one in saving.culprits:
            signs[1][one.node] = Sign(CULPRIT, f"{numbers.ms(one.ms)}, {one.why[0].lower()}{one.why[1:]}")
        for unit in self._old.facts.units:
            if unit.stride == saving.stride and unit.layers:
                signs[0][unit.node] = Sign(COUNTERPART)

    def _pair(self, found: tuple[Difference, ...]) -> None:
        """Which block stands for which: equal ids, and those that were renamed."""
        old_nodes, new_nodes = self._old.controller.design.root, self._new.controller.design.root
        to_new = {node_id: node_id for node_id in old_nodes if node_id in new_nodes}
        for one in found:
            if one.scope == ROOT and one.old and one.new:
                to_new[one.old] = one.new
        if len(to_new) * 3 < min(len(old_nodes), len(new_nodes)):  # two designs, not two versions: pair what stands at one stride
            theirs: dict[float | None, list[str]] = {}
            for unit in self._new.facts.units:
                theirs.setdefault(unit.stride, []).append(unit.node)
            counts: dict[float | None, int] = {}
            for unit in self._old.facts.units:
                there = theirs.get(unit.stride)
                if there:
                    at = counts.get(unit.stride, 0)
                    to_new[unit.node] = there[min(at, len(there) - 1)]
                    counts[unit.stride] = at + 1
        self._partner = to_new, {new: old for old, new in reversed(to_new.items())}

    def _describe(self) -> None:
        for side in (self.left, self.right):
            side.describe()
        self.list.update()
        count = len(self.list.found)
        self.step_text.setText(f"{self.list.current + 1} of {count}" if count and self.list.current >= 0 else f"{count}")

    # -- looking -----------------------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show all of both."""
        self._moving = True
        try:
            self.left.view.fit()
            self.right.view.fit()
        finally:
            self._moving = False

    def step(self, by: int) -> None:
        """To the next change, around the end."""
        count = len(self.list.found)
        if count:
            at = self.list.current + by if self.list.current >= 0 else (0 if by > 0 else count - 1)
            self.go_to(at % count)

    def _stepped(self, by: int, _checked: bool = False) -> None:
        self.step(by)

    def go_to(self, row: int) -> None:
        """Look at one change on both canvases."""
        self.list.current = row
        self.list.update()
        self._area.ensureVisible(0, self.list.head_height + row * self.list.row_height, 0, self.list.row_height)
        self._describe()
        one = self.list.found[row]
        if one.new:
            self._center(self.right, one.new)
        elif one.old:
            self._center(self.left, one.old)

    def _center(self, side: Side, node_id: str) -> None:
        if node_id in side.scene.nodes:
            side.view.center_on(node_id)

    def _zoomed(self, mine: Side, theirs: Side, to_new: bool, _zoom: float) -> None:
        self._follow(mine, theirs, to_new)

    def _follow(self, mine: Side, theirs: Side, to_new: bool) -> None:
        """Let the other canvas look at what stands for the block in the middle of this one, at the same zoom."""
        if self._moving or not self.isVisible():
            return
        self._moving = True
        try:
            centre = mine.view.centre()
            pairs = self._partner[0 if to_new else 1]
            target = self._counterpart(mine, theirs, pairs, centre)
            if target is not None:
                theirs.view.look(mine.view.zoom, target)
        finally:
            self._moving = False

    def _counterpart(self, mine: Side, theirs: Side, pairs: Mapping[str, str], centre: QPointF) -> QPointF | None:
        best: tuple[float, str, str] | None = None
        for node_id, other in pairs.items():
            here, there = mine.scene.nodes.get(node_id), theirs.scene.nodes.get(other)
            if here is None or there is None:
                continue
            x, y = here.box.centre
            away = abs(x - centre.x()) + abs(y - centre.y())
            if best is None or away < best[0]:
                best = away, node_id, other
        if best is None:
            return None
        here, there = mine.scene.nodes[best[1]].box.centre, theirs.scene.nodes[best[2]].box.centre
        return QPointF(there[0] + centre.x() - here[0], there[1] + centre.y() - here[1])
