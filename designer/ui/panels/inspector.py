"""The inspector: parameters and cost of the selected blocks, or what is to be said about the whole design."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from blocks.parameters import Parameter
from designer.analysis.engine import Delta
from designer.analysis.fix_values import said
from designer.analysis.fixes import stopped_by
from designer.analysis.reach import reach_of
from designer.analysis.results import NodeResult
from designer.app.controller import Controller, GraphDelta
from designer.app.inside import InsideController
from designer.graph.network import Node
from designer.graph.own_block import OwnBlock
from designer.ui import theme, units
from designer.ui.panels.block_head import Head
from designer.ui.panels.cost_card import PAD, CostCard, Section
from designer.ui.panels.definition_page import DefinitionPage
from designer.ui.panels.exposing import Exposing
from designer.ui.panels.parameter_edits import ParameterEdits, shared_parameters, value_of
from designer.ui.panels.parameter_form import MIXED, ParameterForm, Way
from designer.ui.panels.preset_options import DesignPage
from designer.ui.panels.repeat_note import RepeatNote
from designer.ui.panels.time_card import TimeCard
from designer.ui.widgets import label, tool_button, without_margins

AT_ONCE = 400  # blocks up to which receptive fields follow a drag without waiting for a pause
REACH_PAUSE = 80  # ms
BLAME_PAUSE = 120  # ms without an edit after which a block is told that it stops another


class Inspector(QWidget):
    """The panel. `set_controller` says whose selection it follows."""

    node_activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Inspector")
        self.setProperty("role", "panel")
        self._controller: Controller | None = None
        self._ids: tuple[str, ...] = ()
        self._stale = True
        column = without_margins(QVBoxLayout(self))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setProperty("role", "panel")
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.area)
        self.pages = QStackedWidget()
        self.pages.setProperty("role", "panel")
        self.area.setWidget(self.pages)
        self.block_page = QWidget()
        self.design_page = DesignPage()
        self.empty_page = QWidget()
        self.definition_page = DefinitionPage()
        self.exposing = Exposing(self.window)
        for page in (self.empty_page, self.block_page, self.design_page, self.definition_page):
            self.pages.addWidget(page)
        self._build_block_page()
        empty = without_margins(QVBoxLayout(self.empty_page))
        empty.setContentsMargins(PAD, PAD, PAD, PAD)
        empty.addWidget(label("No design is open.", "muted"))
        empty.addStretch(1)
        self.design_page.node_activated.connect(self.node_activated)
        self.definition_page.do.connect(self._perform)
        self._blame_timer = QTimer(self)
        self._blame_timer.setSingleShot(True)
        self._blame_timer.setInterval(BLAME_PAUSE)
        self._blame_timer.timeout.connect(self._show_blame)
        self._reach_timer = QTimer(self)
        self._reach_timer.setSingleShot(True)
        self._reach_timer.setInterval(REACH_PAUSE)
        self._reach_timer.timeout.connect(self._show_reach)
        theme.notifier().changed.connect(self.head.draw_icon)
        units.notifier().changed.connect(self._units_changed)

    def _build_block_page(self) -> None:
        column = without_margins(QVBoxLayout(self.block_page))
        self.head = Head()
        self.inside = tool_button(icon="eye", name="Look inside")
        self.inside.clicked.connect(lambda: self._perform("view.inside"))
        self.off = tool_button(icon="power", name="Switch off")
        self.off.clicked.connect(lambda: self._perform("edit.disable"))
        self.head.buttons.addWidget(self.inside)
        self.head.buttons.addWidget(self.off)
        self.parameters = Section("Parameters")
        self.form = ParameterForm()
        self.no_parameters = label("This block has no parameters.", "muted")
        self.parameters.body.addWidget(self.form)
        self.parameters.body.addWidget(self.no_parameters)
        self.card = CostCard()
        column.addWidget(self.parameters)
        self.times = TimeCard()
        column.addWidget(self.times)
        column.addWidget(self.card)
        self.repeats = RepeatNote(self._perform, self._can_perform)
        column.insertWidget(0, self.repeats)
        column.insertWidget(0, self.head)  # added last: the keyboard comes to the parameters first
        column.addStretch(1)
        self.edits = ParameterEdits(self.form)
        self.edits.counted.connect(self._count)

    def _perform(self, action_id: str) -> None:
        """Have the window do one of its actions for the selected block."""
        actions = getattr(self.window(), "actions_", None)
        if actions is not None:
            actions.perform(action_id)

    def _can_perform(self, action_id: str) -> bool:
        actions = getattr(self.window(), "actions_", None)
        return actions is not None and not actions.why_not(action_id)

    # -- whom it follows ---------------------------------------------------------------------------------------------------

    def set_controller(self, controller: Controller | None) -> None:
        """Follow another document, or none."""
        if controller is self._controller:
            return
        old = self._controller
        if old is not None:
            old.graph_changed.disconnect(self._graph_changed)
            old.analysis_changed.disconnect(self._analysis_changed)
            old.selection_changed.disconnect(self._selection_changed)
            old.destroyed.disconnect(self._forget)
        self._controller = controller
        self.times.follow(controller)
        if controller is not None:
            controller.graph_changed.connect(self._graph_changed)
            controller.analysis_changed.connect(self._analysis_changed)
            controller.selection_changed.connect(self._selection_changed)
            controller.destroyed.connect(self._forget)
        self._show_anew()

    def _forget(self) -> None:
        """The document is being destroyed: there is nothing to disconnect from any more."""
        self._controller = None
        self._ids = ()
        self.edits.follow(None, ())
        self.repeats.show_for(None, ())
        self.times.forget()
        self.design_page.forget()
        self.definition_page.forget()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._stale:
            self._show_anew()

    def _graph_changed(self, delta: GraphDelta) -> None:
        if not self.isVisible():
            self._stale = True
        elif not self._ids:
            self._show_design(anew=False)
        elif all(node in self._nodes() for node in self._ids) and (
            delta.structural or delta.everything or any(node in self._ids for _, node in delta.touched)
        ):
            self._show_blocks(anew=False)

    def _analysis_changed(self, delta: Delta) -> None:
        if not self.isVisible():
            self._stale = True
        elif self._ids:
            self._show_results()

    def _selection_changed(self, _: object) -> None:
        if self.isVisible():
            self._show_anew()
        else:
            self._stale = True

    def _units_changed(self) -> None:
        if self._ids and self.isVisible():
            self._show_results()

    def _nodes(self) -> Mapping[str, NodeResult]:
        assert self._controller is not None
        return self._controller.engine.results

    # -- showing -----------------------------------------------------------------------------------------------------------

    def _show_anew(self) -> None:
        self._stale = False
        controller = self._controller
        if controller is None:
            self._ids = ()
            self.edits.follow(None, ())
            self.pages.setCurrentWidget(self.empty_page)
            return
        rank = {node_id: k for k, node_id in enumerate((*controller.engine.order.order, *controller.engine.order.rest))}
        self._ids = tuple(sorted(controller.selection, key=lambda node_id: rank.get(node_id, 0)))
        self.edits.follow(controller, self._ids)
        self.area.verticalScrollBar().setValue(0)
        if not self._ids:
            self._show_design(anew=True)
        else:
            self._show_blocks(anew=True)
            self._show_results()

    def _show_design(self, *, anew: bool) -> None:
        assert self._controller is not None
        if isinstance(self._controller, InsideController):
            self.pages.setCurrentWidget(self.definition_page)
            self.definition_page.show_definition(self._controller)
            return
        self.pages.setCurrentWidget(self.design_page)
        self.design_page.show_design(self._controller, anew=anew)

    def _show_blocks(self, *, anew: bool) -> None:
        controller = self._controller
        assert controller is not None
        design = controller.design
        self.pages.setCurrentWidget(self.block_page)
        nodes = [design.root.node(node_id) for node_id in self._ids]
        types = [design.resolve(node.block) for node in nodes]
        shared = shared_parameters([kind.parameters if kind is not None else {} for kind in types])
        self._show_head(nodes, types)
        self.repeats.show_for(controller, self._ids)
        values: dict[str, Any] = {}
        for name in shared:
            own = [self._value(node, kind.parameters[name]) for node, kind in zip(nodes, types, strict=True)]
            values[name] = own[0] if all(one == own[0] for one in own) else MIXED
        self.form.show_parameters(shared, values, anew=anew)
        inside = controller if isinstance(controller, InsideController) and len(nodes) == 1 else None
        self.exposing.show(inside, self._ids[0], self.form.rows)
        self.form.setVisible(bool(shared))
        self.no_parameters.setVisible(not shared)
        if not shared:
            unknown = len(nodes) == 1 and types[0] is None
            none = "This kind of block is not known here; its data is kept." if unknown else "This block has no parameters."
            self.no_parameters.setText("The selected blocks share no parameters." if len(nodes) > 1 else none)
        self._count()

    def _value(self, node: Node, parameter: Parameter[Any]) -> Any:
        """What a parameter of a block is: as its field shows it, with what follows an input worked out."""
        if isinstance(node.params.get(parameter.name), dict):
            assert self._controller is not None
            return self._controller.engine.values_of(node.id)[parameter.name]
        return value_of(node, parameter)

    def _show_head(self, nodes: list[Node], types: list[Any]) -> None:
        kind = types[0]
        category = kind.category if kind is not None else ""
        if len(nodes) == 1:
            node = nodes[0]
            name = node.label or node.id.removeprefix(f"{node.stage}_" if node.stage else "")
            block = f"{kind.definition.name}, your own block" if isinstance(kind, OwnBlock) else node.block
            where = f"{block} in {node.stage}" if node.stage else block
            self.head.show_names(name, where, theme.glyph(node.block, category), category)
        else:
            kinds = sorted({node.block for node in nodes})
            listed = ", ".join(kinds[:3]) + (f" and {len(kinds) - 3} more kinds" if len(kinds) > 3 else "")
            one = theme.glyph(nodes[0].block, category) if len(kinds) == 1 else "boxes"
            self.head.show_names(f"{len(nodes)} blocks", listed, one, category if len(kinds) == 1 else "")
        single = len(nodes) == 1 and kind is not None
        self.inside.setVisible(single and not kind.primitive)
        self.inside.setToolTip("Edit what is inside, in every copy" if category == "own" else "Look inside")
        self.inside.setAccessibleName("Edit inside" if category == "own" else "Look inside")
        self.off.setVisible(any(kind is not None and kind.category != "io" for kind in types))
        on = any(not node.disabled for node in nodes)
        self.off.setToolTip("Switch off" if on else "Switch on")
        self.off.setAccessibleName(self.off.toolTip())

    def _count(self) -> None:
        refused, changed = self.form.refused, self.form.changed
        self.parameters.note.setText(f"{refused} not applied" if refused else f"{changed} changed" if changed else "")

    def _show_results(self) -> None:
        """Figures and complaints of the selected blocks as the analysis has them now."""
        controller = self._controller
        assert controller is not None
        results = [self._nodes()[node_id] for node_id in self._ids if node_id in self._nodes()]
        if not results:
            return
        self.times.show_for(self._ids)
        self.card.setVisible(True)
        self.card.show_many(not_one=len(results) > 1)
        if len(results) == 1:
            self.card.show_result(self.head.name.text(), results[0], controller.engine.total)
            if len(self._nodes()) <= AT_ONCE:
                self._show_reach()
            else:
                self._reach_timer.start()
        else:
            self.card.show_sum(results, controller.engine.total)
        said = {issue.param: issue for result in results for issue in result.issues if issue.param is not None}
        for name, row in self.form.rows.items():
            if row.refused:
                continue
            issue = said.get(name)
            if issue is not None and issue.severity == "error":
                row.complain(issue.sentence())
                row.show()
            else:
                row.accept()
        if len(results) == 1 and not controller.engine.valid and results[0].outputs:
            self._blame_timer.start()

    def _show_blame(self) -> None:
        """Say beside a parameter that its value is what stops another block."""
        controller = self._controller
        if controller is None or len(self._ids) != 1 or self._ids[0] not in self._nodes() or not self.isVisible():
            return
        for name, key in stopped_by(controller.engine, self._ids[0], self.edits.bench()).items():
            row = self.form.rows.get(name)
            if row is not None and not row.refused:
                path = self._nodes()[key].path
                show = Way(f"Show {path}", "", partial(self.node_activated.emit, key))
                row.complain(f"{name} {said(row.used)} here is what stops {path}.", ways=[show], invalid=False)

    def _show_reach(self) -> None:
        controller = self._controller
        if controller is not None and len(self._ids) == 1 and self._ids[0] in self._nodes():
            self.card.show_reach(reach_of(controller.engine, self._ids[0]))
