"""What the inspector shows while no block is selected: the design's name, its inputs and notes, and the options of its preset."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from blocks.errors import BlockError, LightdesignerError
from blocks.parameters import Parameter
from designer import catalogue
from designer.app.controller import Controller
from designer.app.preset_redraw import PresetRedraw
from designer.graph.design import ROOT, Design, Note
from designer.graph.edits import SetName, SetNote, SetParam
from designer.graph.topology import boundary
from designer.ui import theme
from designer.ui.panels.cost_card import PAD, Section
from designer.ui.panels.papers import address
from designer.ui.panels.parameter_form import ParameterForm, Way, reason
from designer.ui.panels.spin import words
from designer.ui.widgets import button, label, tool_button, without_margins
from presets.preset import Preset


class PresetOptions(Section):
    """The options of the design's preset. Changing one draws the design anew, as one step of undo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Preset")
        self.redraw = PresetRedraw()
        self.about = label("", "secondary", wrap=True)
        self.paper = button("", "link", icon="book-open", on_click=self._open_paper)
        self._address = ""
        self.form = ParameterForm()
        self.body.addWidget(self.about)
        self.body.addWidget(self.paper, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.form)
        self.form.edited.connect(self._edited)
        self.form.reset.connect(self._reset)
        self.form.released.connect(self.redraw.released)

    def show_origin(self, controller: Controller, *, anew: bool) -> bool:
        """Show the options if the design still equals its preset; False where it does not."""
        before = self.redraw.kind
        if not self.redraw.follow(controller):
            return False
        kind = self.redraw.kind
        assert kind is not None
        if kind is not before:
            self._show_kind(kind)
        if self.redraw.parameters:
            self.form.show_parameters(self.redraw.parameters, self.redraw.values, anew=anew)
        return True

    def _show_kind(self, kind: type[Preset]) -> None:
        paper = kind.paper
        first, *others = paper.authors.split(",")
        self.about.setText(f"{kind.title}, {first}{' et al.' if others else ''} {kind.year}. {kind.description}")
        self.note.setText(kind.id)
        self._address = f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else address(f"{first} {kind.year}")
        self.paper.setText(f"{paper.venue}, arXiv:{paper.arxiv}" if paper.arxiv else paper.venue)
        self.paper.setToolTip(f"{paper.authors}: {paper.title}.")
        self.paper.setAccessibleName(f"Paper: {paper.title}")
        self.paper.setEnabled(bool(self._address))

    def _open_paper(self) -> None:
        QDesktopServices.openUrl(QUrl(self._address))

    def forget(self) -> None:
        """The document is gone."""
        self.redraw.forget()

    def _edited(self, name: str, value: Any) -> None:
        row = self.form.rows[name]
        sentence = reason(value, self.redraw.parameters[name])
        if sentence is None:
            sentence = self.redraw.draw(name, value)
        if sentence is None:
            row.accept()
        else:
            keep = Way(f"Keep {words(row.used)}", "", row.put_back)
            row.refuse(sentence, f"The design still uses {words(row.used)}.", [keep])

    def _reset(self, name: str) -> None:
        sentence = self.redraw.draw(name, None, reset=True)
        if sentence is not None:
            self.form.rows[name].refuse(sentence, f"The design still uses {words(self.form.rows[name].used)}.")
        self.redraw.released()


class DesignPage(QWidget):
    """Name, inputs, preset and notes of the design in front."""

    node_activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller: Controller | None = None
        self._session = 0
        column = without_margins(QVBoxLayout(self))
        head = without_margins(QVBoxLayout(), 4)
        head.setContentsMargins(PAD, 12, PAD, 12)
        head.addWidget(label("Design", "caption"))
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the design")
        self.name.setMaxLength(200)
        self.origin = label("", "caption", wrap=True)
        head.addWidget(self.name)
        head.addWidget(self.origin)
        column.addLayout(head)
        self.preset = PresetOptions()
        column.addWidget(self.preset)
        self.inputs = Section("Inputs")
        self.inputs_form = ParameterForm(label_width=76)
        self.inputs.body.addWidget(self.inputs_form)
        column.addWidget(self.inputs)
        self.notes = Section("Notes")
        add = tool_button(icon="plus", name="Add a note to the canvas", small=True)
        add.clicked.connect(self._add_note)
        self.notes.head.addWidget(add)
        self._no_notes = label("No notes on the canvas.", "muted")
        self.notes.body.addWidget(self._no_notes)
        column.addWidget(self.notes)
        column.addStretch(1)
        self._note_edits: dict[str, _NoteEdit] = {}
        self._shapes: dict[str, Parameter[Any]] = {}
        self.name.textEdited.connect(self._renamed)
        self.name.editingFinished.connect(self._released)
        self.inputs_form.edited.connect(self._shape_edited)
        self.inputs_form.reset.connect(lambda node: self._set_shape(node, None, reset=True))
        self.inputs_form.released.connect(self._released)

    def forget(self) -> None:
        """The document is gone."""
        self._controller = None
        self.preset.forget()

    def show_design(self, controller: Controller, *, anew: bool) -> None:
        """Show what is to be said about the whole design."""
        self._controller = controller
        design = controller.design
        if self.name.text() != design.name:
            self.name.setText(design.name)
        holds = self.preset.show_origin(controller, anew=anew)
        self.preset.setVisible(holds)
        origin = design.origin
        self.origin.setVisible(origin is not None and not holds)
        if origin is not None and not holds:
            self.origin.setText(f"Changed since it was opened from {_text(design)}.")
        self._show_inputs(design, anew)
        self._show_notes(design)

    # -- inputs ------------------------------------------------------------------------------------------------------------

    def _show_inputs(self, design: Design, anew: bool) -> None:
        nodes = boundary(design.root, "input")
        self.inputs.setVisible(bool(nodes))
        shape = design.resolve("input").parameters["shape"]
        for node in nodes:
            if node.id not in self._shapes:
                made = copy.copy(shape)
                made.name = node.id
                self._shapes[node.id] = made
        shown = {node.id: self._shapes[node.id] for node in nodes}
        values = {}
        for node in nodes:
            raw = node.params.get("shape", shape.default)
            values[node.id] = raw if reason(raw, shape) is not None else shape.clean(raw)
        self.inputs_form.show_parameters(shown, values, anew=anew)

    def _shape_edited(self, node_id: str, value: Any) -> None:
        row = self.inputs_form.rows[node_id]
        sentence = str(value) if isinstance(value, BlockError) else None
        if sentence is not None:
            row.refuse(sentence, f"The design still uses {words(row.used)}.", [Way(f"Keep {words(row.used)}", "", row.put_back)])
            return
        row.accept()
        self._set_shape(node_id, list(value))

    def _set_shape(self, node_id: str, value: Any, *, reset: bool = False) -> None:
        assert self._controller is not None
        edit = SetParam(node=node_id, name="shape", value=value, reset=reset)
        self._controller.apply(edit, f"Set shape of {node_id}", merge=f"shape {node_id} {self._session}")

    # -- name and notes ----------------------------------------------------------------------------------------------------

    def _renamed(self, text: str) -> None:
        assert self._controller is not None
        if text.strip():
            self._controller.apply(SetName(name=text.strip()), "Rename the design", merge=f"name {self._session}")

    def _released(self) -> None:
        self._session += 1
        if self._controller is not None:
            self._controller.finish_merge()
            if not self.name.text().strip():
                self.name.setText(self._controller.design.name)

    def _show_notes(self, design: Design) -> None:
        notes = design.notes.get(ROOT, {})
        for note_id in [note_id for note_id in self._note_edits if note_id not in notes]:
            self._note_edits.pop(note_id).deleteLater()
        for note_id, note in sorted(notes.items()):
            if note_id not in self._note_edits:
                made = self._note_edits[note_id] = _NoteEdit(note_id)
                made.edited.connect(self._note_edited)
                made.removed.connect(self._note_removed)
                made.released.connect(self._released)
                self.notes.body.addWidget(made)
            self._note_edits[note_id].show_text(note.text)
        self._no_notes.setVisible(not notes)

    def _note_edited(self, note_id: str, text: str) -> None:
        controller = self._controller
        assert controller is not None
        old = controller.design.notes.get(ROOT, {}).get(note_id)
        if old is not None and old.text != text:
            note = msgspec.structs.replace(old, text=text)
            controller.apply(SetNote(id=note_id, note=note), "Write a note", merge=f"note {note_id} {self._session}")

    def _note_removed(self, note_id: str) -> None:
        assert self._controller is not None
        self._controller.apply(SetNote(id=note_id, note=None), "Remove a note")

    def _add_note(self) -> None:
        controller = self._controller
        assert controller is not None
        notes = controller.design.notes.get(ROOT, {})
        number = next(k for k in range(1, len(notes) + 2) if f"note{k}" not in notes)
        places = controller.design.positions.get(ROOT, {}).values()
        x = max([x for x, _ in places], default=0.0) + theme.current().size("node.width") + 40
        y = min([y for _, y in places], default=0.0)
        note = Note(f"note{number}", "", x, y)
        if controller.apply(SetNote(id=note.id, note=note), "Add a note") and note.id in self._note_edits:
            self._note_edits[note.id].text.setFocus()


class _NoteEdit(QWidget):
    """One note of the canvas as text."""

    edited = Signal(str, str)
    removed = Signal(str)
    released = Signal()

    def __init__(self, note_id: str) -> None:
        super().__init__()
        row = without_margins(QHBoxLayout(self), 4)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(f"Text of {note_id}")
        self.text.setPlaceholderText("Empty note")
        self.text.setFixedHeight(56)
        gone = tool_button(icon="x", name=f"Remove {note_id}", small=True)
        gone.clicked.connect(lambda: self.removed.emit(note_id))
        row.addWidget(self.text, 1)
        row.addWidget(gone)
        self.text.textChanged.connect(lambda: self.edited.emit(note_id, self.text.toPlainText()))

    def show_text(self, text: str) -> None:
        if self.text.toPlainText() != text:
            self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(False)


def _text(design: Design) -> str:
    origin = design.origin
    assert origin is not None
    try:
        return catalogue.canonical(origin.preset, origin.options)
    except LightdesignerError:
        return origin.preset
