"""What the inspector says and offers beside a parameter inside an own block: expose it, or let it follow an input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget

from blocks.errors import LightdesignerError
from designer.app import own_blocks
from designer.app.inside import InsideController
from designer.app.pack_proposals import WIDTHS
from designer.graph.edits import Compound
from designer.ui.dialogs.name import NameDialog
from designer.ui.numbers import TIMES
from designer.ui.panels.parameter_form import FormRow
from designer.ui.panels.spin import words
from designer.ui.widgets import label, tool_button


def relation_of(raw: Any) -> tuple[str, int] | None:
    """The input and the factor of a value that follows one; None of any other value."""
    if isinstance(raw, dict) and isinstance(raw.get("same_as"), str) and isinstance(raw.get("times", 1), int):
        return str(raw["same_as"]).partition(".")[0], int(raw.get("times", 1))
    return None


def said_relation(port: str, times: int) -> str:
    """`6 × channels of x`."""
    return f"{f'{times} {TIMES} ' if times != 1 else ''}channels of {port}"


class Exposing:
    """Adds to each row of a form, while one block inside an own block is selected, a button with a menu and a line that says what
    decides the value."""

    def __init__(self, window: Callable[[], QWidget]) -> None:
        self._window = window
        self._buttons: dict[FormRow, QToolButton] = {}
        self._lines: dict[FormRow, QLabel] = {}
        self._controller: InsideController | None = None
        self._node = ""

    def show(self, controller: InsideController | None, node_id: str, rows: dict[str, FormRow]) -> None:
        """Dress these rows; without a controller they are left plain."""
        self._controller, self._node = controller, node_id
        for name, row in rows.items():
            self._dress(row, name)

    def _dress(self, row: FormRow, name: str) -> None:
        controller = self._controller
        node = (
            controller.design.root.node(self._node) if controller is not None and self._node in controller.design.root else None
        )
        if controller is None or node is None or node.block in ("input", "output"):
            if row in self._buttons:
                self._buttons[row].hide()
                self._lines[row].hide()
            row.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
            return
        if row not in self._buttons:
            made = tool_button(icon="ellipsis", name=f"More about {name}", small=True)
            made.clicked.connect(lambda: self._popup(name, made.mapToGlobal(QPoint(0, made.height()))))
            line = label("", "caption", wrap=True)
            row.add_more(made, line)
            row.customContextMenuRequested.connect(lambda at: self._popup(name, row.mapToGlobal(at)))
            row.destroyed.connect(partial(self._forget, row))
            self._buttons[row], self._lines[row] = made, line
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        text = self._said(name)
        self._buttons[row].show()
        self._lines[row].setText(text)
        self._lines[row].setVisible(bool(text))

    def _forget(self, row: FormRow) -> None:
        self._buttons.pop(row, None)
        self._lines.pop(row, None)

    def _said(self, name: str) -> str:
        controller = self._controller
        assert controller is not None
        exposed = own_blocks.exposed_as(controller.document.design, controller.scope, self._node, name)
        if exposed:
            value = controller.engine.values_of(self._node).get(name)
            return f"exposed as {exposed}: {words(value)} in this copy" if controller.node_id else f"exposed as {exposed}"
        relation = relation_of(controller.design.root.node(self._node).params.get(name))
        return f"= {said_relation(*relation)}" if relation is not None else ""

    # -- the menu ------------------------------------------------------------------------------------------------------------

    def menu(self, name: str) -> QMenu:
        """What can be done with a parameter of the selected block."""
        controller, node_id = self._controller, self._node
        assert controller is not None
        design, scope = controller.document.design, controller.scope
        menu = QMenu(self._window())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        exposed = own_blocks.exposed_as(design, scope, node_id, name)
        if exposed:
            menu.addAction("Rename the parameter…", lambda: self._ask_rename(exposed))
            menu.addAction(
                f"Stop exposing {exposed}", lambda: self._do(lambda: own_blocks.unexpose(design, scope, exposed, (node_id, name)))
            )
            return menu
        menu.addAction("Expose as a parameter of the block…", lambda: self._ask_expose(name))
        raw = controller.design.root.node(node_id).params.get(name)
        if relation_of(raw) is not None:
            value = controller.engine.values_of(node_id)[name]
            menu.addAction(f"Keep {words(value)} in every copy", lambda: self._keep(name, value))
        elif name in WIDTHS:
            found = own_blocks.multiples(controller.engine, node_id, name)
            for port, times in found:
                text = f"Let it be {said_relation(port, times)}"
                menu.addAction(text, partial(self._follow, name, port, times))
            if not found:
                none = QAction("No input has channels it is a multiple of", menu)
                none.setEnabled(False)
                menu.addAction(none)
        return menu

    def _popup(self, name: str, at: QPoint) -> None:
        if self._controller is not None and self._node in self._controller.design.root:
            self.menu(name).popup(at)

    def _do(self, make: Callable[[], Compound]) -> None:
        controller = self._controller
        if controller is None:
            return
        try:
            made = make()
        except LightdesignerError as problem:
            controller.refused.emit(str(problem))
            return
        controller.document.apply(made, made.name)

    def _follow(self, name: str, port: str, times: int) -> None:
        controller, node_id = self._controller, self._node
        assert controller is not None
        self._do(lambda: own_blocks.follow_input(controller.document.design, controller.scope, node_id, name, port, times))

    def _keep(self, name: str, value: Any) -> None:
        controller, node_id = self._controller, self._node
        assert controller is not None
        self._do(lambda: own_blocks.settle(controller.document.design, controller.scope, node_id, name, value))

    def _ask_expose(self, name: str) -> None:
        controller, node_id = self._controller, self._node
        assert controller is not None
        design, scope = controller.document.design, controller.scope
        value = controller.engine.values_of(node_id).get(name)
        block = controller.design.resolve(controller.design.root.node(node_id).block)
        raw = block.parameters[name].raw(value)

        def made(text: str) -> Compound:
            return own_blocks.expose(design, scope, node_id, name, text, value=raw)

        def refusal(text: str) -> str:
            try:
                made(text)
            except LightdesignerError as problem:
                return str(problem)
            return ""

        known = ", ".join(design.definitions[scope].exposed)
        about = f"Each copy of {controller.title} can then have its own value. A name that it has already tells both the same."
        NameDialog(
            f"Expose {name} of {node_id}",
            f"{about} It has {known}." if known else about,
            "Expose",
            own_blocks.free_parameter(design, scope, node_id, name),
            refusal,
            lambda text: self._do(lambda: made(text)),
            icon="sliders-horizontal",
            parent=self._window(),
        ).show_and_go()

    def _ask_rename(self, exposed: str) -> None:
        controller = self._controller
        assert controller is not None
        design, scope = controller.document.design, controller.scope

        def refusal(text: str) -> str:
            try:
                own_blocks.rename_parameter(design, scope, exposed, text)
            except LightdesignerError as problem:
                return str(problem)
            return ""

        NameDialog(
            f"Rename the parameter {exposed}",
            "Copies keep their values.",
            "Rename",
            exposed,
            refusal,
            lambda text: self._do(lambda: own_blocks.rename_parameter(design, scope, exposed, text)),
            parent=self._window(),
        ).show_and_go()
