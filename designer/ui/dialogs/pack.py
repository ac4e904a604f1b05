"""Pack: what the new block is called, what its ports are called, which parameters it has, and what inside follows its inputs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from blocks.errors import LightdesignerError
from designer.app.pack_plan import Plan
from designer.app.pack_proposals import Candidate, Inlet, Outlet, Relation
from designer.app.packing import Choice
from designer.ui.dialogs.question import CANCEL, Question
from designer.ui.dialogs.question import Choice as Answer
from designer.ui.numbers import TIMES, shape
from designer.ui.panels.spin import words
from designer.ui.widgets import button, label, without_margins

PACK = "pack"
WIDTH, MOST_HEIGHT = 592, 460
NAME_WIDTH = 168
BOX_WIDTH = 28  # of a box and the gap before its text


class _Cut(QObject):
    """Cuts the text of a widget in its middle where it has no room, so that what stands beside it has."""

    def __init__(self, widget: QLabel | QCheckBox, around: int = 0) -> None:
        super().__init__(widget)
        self._widget, self._whole, self._around = widget, widget.text(), around
        widget.setAccessibleName(self._whole)
        widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize and watched is self._widget:
            room = self._widget.width() - self._around
            shown = self._widget.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room)
            self._widget.setText(shown)
            if shown != self._whole and not self._widget.toolTip():
                self._widget.setToolTip(self._whole)
        return False


class PackDialog(Question):
    """`refusal` says why a choice cannot be packed, "" where it can; `packed` is called with what a person chose."""

    def __init__(
        self,
        plan: Plan,
        name: str,
        refusal: Callable[[Choice], str],
        packed: Callable[[Choice], object],
        parent: QWidget | None = None,
    ) -> None:
        count = len(plan.ids)
        title = f"Pack {count} blocks into one of your own" if count > 1 else "Pack this block into one of your own"
        answers = (Answer(CANCEL, "Cancel"), Answer(PACK, "Pack", "primary"))
        super().__init__(title, "", answers, icon="package", color="text.secondary", parent=parent)
        self.setFixedWidth(WIDTH)
        self.plan = plan
        self._refusal = refusal
        self._packed = packed
        self.name = QLineEdit(name)
        self.name.setMaxLength(80)
        self.name.setAccessibleName("Name of the block")
        self.name.selectAll()
        row = without_margins(QHBoxLayout(), 8)
        caption = label("Name", "secondary")
        caption.setFixedWidth(88)
        row.addWidget(caption)
        row.addWidget(self.name, 1)
        self.body.addLayout(row)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self._inside = without_margins(QVBoxLayout(inner), 4)
        self._inside.setContentsMargins(0, 0, 12, 0)
        self.area.setWidget(inner)
        self.area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)  # which setWidget sets
        self.body.addWidget(self.area)
        self.inputs = [self._port(f"Input {k + 1}", one.name) for k, one in enumerate(plan.inlets)]
        self.outputs = [self._port(f"Output {k + 1}", one.name) for k, one in enumerate(plan.outlets)]
        self._ports()
        self.relations = [(one, self._relation(one)) for one in plan.relations]
        self._relations()
        self.candidates = [(one, *self._candidate(one)) for one in plan.candidates]
        self.all = button("", "link", on_click=self._show_all)
        self._parameters()
        self.why = label(" ", "error", wrap=True)
        self.body.addWidget(self.why)
        self._inside.addStretch(1)
        self.area.setFixedHeight(min(MOST_HEIGHT, inner.sizeHint().height() + 4))
        for field in (self.name, *self.inputs, *self.outputs, *[field for _, _, field in self.candidates]):
            field.textChanged.connect(self._look)
        for one, box, field in self.candidates:
            box.toggled.connect(partial(self._name_shortly, one, field))
        for box in (*[box for _, box in self.relations], *[box for _, box, _ in self.candidates]):
            box.toggled.connect(self._look)
        self.accepted.connect(self._give)
        self._look()
        self.name.setFocus()

    # -- building ------------------------------------------------------------------------------------------------------------

    def _heading(self, text: str, about: str) -> None:
        if self._inside.count():
            self._inside.addSpacing(12)
        self._inside.addWidget(label(text, "strong"))
        if about:
            self._inside.addWidget(label(about, "caption", wrap=True))

    def _port(self, what: str, name: str) -> QLineEdit:
        field = QLineEdit(name)
        field.setMaxLength(60)
        field.setAccessibleName(f"Name of {what.lower()}")
        field.setFixedWidth(NAME_WIDTH)
        return field

    def _ports(self) -> None:
        self._heading("Ports", "")
        grid = without_margins(QGridLayout(), 8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        ports: list[tuple[str, QLineEdit, Inlet | Outlet]] = [
            *[("Input", field, inlet) for field, inlet in zip(self.inputs, self.plan.inlets, strict=True)],
            *[("Output", field, outlet) for field, outlet in zip(self.outputs, self.plan.outlets, strict=True)],
        ]
        for row, (what, field, port) in enumerate(ports):
            caption = label(what, "secondary")
            caption.setFixedWidth(80)
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1)
            source = port.source
            whose = "free" if source is None else f"{'from' if what == 'Input' else 'of'} {source[0]}"
            _Cut(said := label(whose, "number-secondary"))
            grid.addWidget(said, row, 2)
            if port.spec is not None:
                grid.addWidget(label(shape(port.spec), "number-secondary"), row, 3)
        self._inside.addLayout(grid)

    def _relation(self, one: Relation) -> QCheckBox:
        times = f"{one.times} {TIMES} " if one.times != 1 else ""
        box = QCheckBox(f"{self.plan.inside[one.node]}: {one.param} = {times}channels of {one.port}   ({one.value:,} now)")
        _Cut(box, BOX_WIDTH)
        box.setChecked(one.meant)
        return box

    def _relations(self) -> None:
        if not self.relations:
            return
        self._heading("Follow the input", "A value that follows an input is right wherever the block is put.")
        for _, box in self.relations:
            self._inside.addWidget(box)

    def _candidate(self, one: Candidate) -> tuple[QCheckBox, QLineEdit]:
        node, param = one.bindings[0]
        further = f" and {len(one.bindings) - 1} more" if len(one.bindings) > 1 else ""
        box = QCheckBox(f"{self.plan.inside[node]}: {param}{further}")
        _Cut(box, BOX_WIDTH)
        box.setToolTip(", ".join(f"{self.plan.inside[inner]}.{name}" for inner, name in one.bindings))
        box.setChecked(one.forced)
        field = QLineEdit(one.name)
        field.setMaxLength(60)
        field.setAccessibleName(f"Name of {param} of {self.plan.inside[node]}")
        field.setFixedWidth(NAME_WIDTH)
        return box, field

    def _parameters(self) -> None:
        if not self.candidates:
            return
        self._heading("Parameters of the block", "What can be set at each copy; all else is the same in all of them.")
        self._rows: list[tuple[QWidget, bool]] = []
        for one, box, field in self.candidates:
            row = QWidget()
            line = without_margins(QHBoxLayout(row), 8)
            line.addWidget(box, 1)
            value: QLabel = label(words(one.value), "number-secondary")
            line.addWidget(value)
            line.addWidget(field)
            if one.forced:
                box.setEnabled(False)
                box.setToolTip("The block around decides this value, so it has to be handed in.")
            self._inside.addWidget(row)
            self._rows.append((row, one.main or one.forced))
        hidden = sum(not main for _, main in self._rows)
        for row, main in self._rows:
            row.setVisible(main)
        self.all.setText(f"Show {hidden} more parameter{'s' if hidden != 1 else ''}")
        self.all.setVisible(bool(hidden))
        self._inside.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_all(self) -> None:
        for row, _ in self._rows:
            row.show()
        self.all.hide()

    # -- what was chosen -----------------------------------------------------------------------------------------------------

    @property
    def choice(self) -> Choice:
        exposed: dict[str, Candidate] = {}
        for one, box, field in self.candidates:
            if box.isChecked():
                name = field.text().strip()
                known = exposed.get(name)  # two of one name are told the same
                exposed[name] = one if known is None else known._replace(bindings=(*known.bindings, *one.bindings))
        return Choice(
            self.name.text(),
            [field.text() for field in self.inputs],
            [field.text() for field in self.outputs],
            exposed,
            [one for one, box in self.relations if box.isChecked()],
        )

    def _name_shortly(self, one: Candidate, field: QLineEdit, checked: bool) -> None:
        """The first of its name needs no block's name before it."""
        param = one.bindings[0][1]
        taken = {other.text() for _, box, other in self.candidates if box.isChecked() and other is not field}
        if checked and field.text() == one.name and param not in taken:
            field.setText(param)

    def _look(self) -> None:
        exposed = {place for one, box, _ in self.candidates if box.isChecked() for place in one.bindings}
        for relation, check in self.relations:
            taken = (relation.node, relation.param) in exposed
            check.setEnabled(not taken)
            check.setToolTip("It is a parameter of the block." if taken else "")
        for _, box, field in self.candidates:
            field.setEnabled(box.isChecked())
        sentence = ""
        try:
            sentence = self._refusal(self.choice)
        except LightdesignerError as problem:
            sentence = str(problem)
        self.why.setText(sentence or " ")
        self.buttons[PACK].setEnabled(not sentence)
        self.buttons[PACK].setToolTip(sentence)
        if self.isVisible():
            self.fit()

    def _give(self) -> None:
        if self.answer == PACK:
            self._packed(self.choice)
