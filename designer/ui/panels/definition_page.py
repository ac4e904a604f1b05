"""What the inspector shows inside an own block while nothing is selected there: the block itself, its parameters, its copies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from blocks.errors import LightdesignerError
from designer.app import own_blocks
from designer.app.inside import InsideController
from designer.graph.design import ROOT
from designer.graph.edits import Compound
from designer.graph.own_block import OWN, OwnBlock
from designer.graph.topology import boundary
from designer.ui.numbers import shape
from designer.ui.panels.cost_card import PAD, Section
from designer.ui.panels.spin import words
from designer.ui.widgets import button, label, tool_button, without_margins

NO_PARAMETERS = "It has no parameters of its own. Select a block inside and choose a parameter to expose."


class DefinitionPage(QWidget):
    """Name, description, ports, exposed parameters and copies of a definition. `do` is emitted with the id of an action."""

    do = Signal(str)
    node_activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller: InsideController | None = None
        column = without_margins(QVBoxLayout(self))
        head = without_margins(QVBoxLayout(), 4)
        head.setContentsMargins(PAD, 12, PAD, 12)
        head.addWidget(label("Own block", "caption"))
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the block")
        self.name.setMaxLength(80)
        self.about = label("", "caption", wrap=True)
        self.why = label("", "error", wrap=True)
        self.why.hide()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("What the block is for")
        self.text.setPlaceholderText("What it is for")
        self.text.setFixedHeight(56)
        for widget in (self.name, self.why, self.about, self.text):
            head.addWidget(widget)
        column.addLayout(head)
        self.parameters = Section("Parameters of the block")
        self._rows: dict[str, _Row] = {}
        self._none = label(NO_PARAMETERS, "muted", wrap=True)
        self.parameters.body.addWidget(self._none)
        column.addWidget(self.parameters)
        self.ports = Section("Ports")
        self._ports: dict[str, _Row] = {}
        column.addWidget(self.ports)
        self.copies = Section("Copies")
        self.where = label("", "secondary", wrap=True)
        self.copies.body.addWidget(self.where)
        row = without_margins(QHBoxLayout(), 8)
        for text, action, tip in (
            ("Find copies", "design.find_copies", "Select the copies of this block"),
            ("Duplicate", "design.duplicate_own", "Make a new block with the same content"),
            ("Keep", "design.keep_own", "Put this block into your library, for all designs"),
        ):
            one = button(text, tip=tip, on_click=partial(self.do.emit, action))
            one.setProperty("small", True)
            row.addWidget(one)
        row.addStretch(1)
        self.copies.body.addLayout(row)
        column.addWidget(self.copies)
        column.addStretch(1)
        self._session = 0
        self.name.textEdited.connect(self._rename)
        self.name.editingFinished.connect(self._released)
        self.text.textChanged.connect(self._describe)
        self.text.installEventFilter(_Leaving(self.text, self._released))

    def forget(self) -> None:
        """The document is gone."""
        self._controller = None

    def show_definition(self, controller: InsideController) -> None:
        """Show the block that this controller is inside of."""
        self._controller = controller
        definition = controller.design.definition
        if definition is None:
            return
        if self.name.text().strip() != definition.name and self.why.isHidden():
            self.name.setText(definition.name)
        if self.text.toPlainText().strip() != definition.help:
            self.text.blockSignals(True)  # it is shown, not written
            self.text.setPlainText(definition.help)
            self.text.blockSignals(False)
        self.about.setText(f"{OWN}{definition.id} in files and source")
        kind = controller.design.resolve(OWN + definition.id)
        assert isinstance(kind, OwnBlock)
        self._show_parameters(controller, kind)
        self._show_ports(controller)
        copies = own_blocks.copies_of(controller.document.design, controller.scope)
        here = sum(scope == ROOT for scope, _ in copies)
        others = dict.fromkeys(scope for scope, _ in copies if scope != ROOT)
        names = {scope: controller.document.design.definitions[scope].name for scope in others}
        said = [f"{here} in the design"] if here else []
        said += [f"{sum(one == scope for one, _ in copies)} in {name}" for scope, name in names.items()]
        self.copies.note.setText(f"{len(copies)}")
        self.where.setText(f"{', '.join(said)}." if said else "It is not used in this design.")

    def _show_parameters(self, controller: InsideController, kind: OwnBlock) -> None:
        exposed = kind.definition.exposed
        for name in [name for name in self._rows if name not in exposed]:
            row = self._rows.pop(name)
            row.hide()
            row.deleteLater()
        copy = controller.outer.engine.values_of(controller.node_id) if controller.node_id in controller.outer.design.root else {}
        for name, one in exposed.items():
            if name not in self._rows:
                made = self._rows[name] = _Row(name, self._rename_parameter, self._remove)
                self.parameters.body.addWidget(made)
            parameter = kind.parameters.get(name)
            if parameter is None:
                self._rows[name].tell("Sets nothing any more: what it set is gone.")
                continue
            default = words(parameter.default)
            tells = ", ".join(f"{node}.{param}" for node, param in one.bindings)
            here = f", {words(copy[name])} in this copy" if name in copy and words(copy[name]) != default else ""
            self._rows[name].tell(f"sets {tells} to {default}{here}")
        self._none.setVisible(not exposed)
        self.parameters.note.setText(str(len(exposed)) if exposed else "")

    def _show_ports(self, controller: InsideController) -> None:
        found: dict[str, str] = {}
        for what, kind in (("input", "input"), ("output", "output")):
            for node in boundary(controller.design.root, kind):
                result = controller.engine.results.get(node.id)
                spec = next(iter(result.outputs.values()), None) if result is not None else None
                found[node.id] = f"{what}, {shape(spec) if spec is not None else 'of unknown shape'}"
        if list(found) != list(self._ports):
            for old in self._ports.values():
                old.hide()
                old.deleteLater()
            self._ports = {name: _Row(name, self._rename_port) for name in found}
            for one in self._ports.values():
                self.ports.body.addWidget(one)
        for name, text in found.items():
            self._ports[name].tell(text)

    # -- changing ------------------------------------------------------------------------------------------------------------

    def _attempt(self, make: Callable[[], Compound], merge: str = "") -> str:
        """Apply a step; gives why it cannot be. Steps of the same `merge` are one while somebody writes."""
        controller = self._controller
        if controller is None:
            return ""
        try:
            made = make()
        except LightdesignerError as problem:
            return str(problem)
        if made.edits:
            key = f"{merge} {controller.scope} {self._session}" if merge else ""
            controller.document.apply(made, merge or made.name, merge=key)  # of steps that merge the first gives the name
        return ""

    def _rename(self, text: str) -> None:
        controller = self._controller
        if controller is None or controller.design.definition is None:
            return
        sentence = self._attempt(
            lambda: own_blocks.rename(controller.document.design, controller.scope, text), "Rename the block"
        )
        self.why.setText(sentence)
        self.why.setVisible(bool(sentence))

    def _describe(self) -> None:
        controller = self._controller
        if controller is not None and controller.design.definition is not None:
            text = self.text.toPlainText()
            self._attempt(lambda: own_blocks.describe(controller.document.design, controller.scope, text), "Describe the block")

    def _released(self) -> None:
        """Writing has ended: the next letter is another step."""
        self._session += 1
        controller = self._controller
        if controller is None or controller.design.definition is None:
            return
        controller.finish_merge()
        if self.name.text().strip() != controller.design.name:  # what could not be taken
            self.why.hide()
            self.name.setText(controller.design.name)

    def _rename_parameter(self, name: str, wanted: str) -> str:
        controller = self._controller
        assert controller is not None
        return self._attempt(lambda: own_blocks.rename_parameter(controller.document.design, controller.scope, name, wanted))

    def _rename_port(self, name: str, wanted: str) -> str:
        controller = self._controller
        assert controller is not None
        return self._attempt(lambda: own_blocks.rename_port(controller.document.design, controller.scope, name, wanted))

    def _remove(self, name: str) -> str:
        controller = self._controller
        assert controller is not None
        return self._attempt(lambda: own_blocks.unexpose(controller.document.design, controller.scope, name))


class _Row(QWidget):
    """One exposed parameter or port: its name, which can be changed, what there is to say of it, and the way to take it back."""

    def __init__(self, name: str, rename: Callable[[str, str], str], remove: Callable[[str], object] | None = None) -> None:
        super().__init__()
        self.name = name
        self._do = rename
        column = without_margins(QVBoxLayout(self), 2)
        row = without_margins(QHBoxLayout(), 8)
        self.field = QLineEdit(name)
        self.field.setMaxLength(60)
        self.field.setAccessibleName(f"Name of {name}")
        row.addWidget(self.field, 1)
        if remove is not None:
            gone = tool_button(icon="x", name=f"Stop exposing {name}", small=True)
            gone.clicked.connect(lambda: remove(self.name))
            row.addWidget(gone)
        column.addLayout(row)
        self.sets = label("", "caption", wrap=True)
        self.why = label("", "error", wrap=True)
        self.why.hide()
        column.addWidget(self.sets)
        column.addWidget(self.why)
        self.field.editingFinished.connect(self._rename)

    def tell(self, sets: str) -> None:
        self.sets.setText(sets)

    def _rename(self) -> None:
        wanted = self.field.text().strip()
        if wanted == self.name or self.isHidden():
            return
        sentence = self._do(self.name, wanted)
        self.why.setText(sentence)
        self.why.setVisible(bool(sentence))


class _Leaving(QObject):
    """Calls when the focus leaves a widget."""

    def __init__(self, watched: QWidget, left: Callable[[], object]) -> None:
        super().__init__(watched)
        self._left = left

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.FocusOut:
            self._left()
        return False
