"""What a person chooses before an export: format, file and options."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QFileInfo, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from designer.app.export_job import obstacle
from designer.protocol import Export, Hello, Kind
from designer.ui import theme
from designer.ui.widgets import Segments, button, label, repolish, set_role, without_margins

LARGEST_SEED = 2**31 - 1


class Format(NamedTuple):
    """One kind of file: what its button says, what it ends in, and what it is good for."""

    kind: Kind
    text: str
    suffix: str
    filter: str
    use: str


FORMATS = (
    Format(
        "onnx", "ONNX", ".onnx", "ONNX models (*.onnx)", "For ONNX Runtime, OpenVINO, TensorRT and other runtimes, in float32."
    ),
    Format(
        "python", "Python", ".py", "Python source (*.py)", "A module to read, change and train; it needs torch and nothing else."
    ),
    Format("pt2", "torch program", ".pt2", "torch programs (*.pt2)", "Read with torch.export.load, without Python source."),
)
SUFFIXES = tuple(one.suffix for one in FORMATS)


def choose_file(parent: QWidget, suggestion: Path, wanted: Format) -> Path | None:
    """Where to write, None where a person cancels. Whether a file may be replaced is asked later, when it is."""
    dialog = QFileDialog(parent, f"Export as {wanted.text}", str(suggestion.parent), f"{wanted.filter};;All files (*)")
    try:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setDefaultSuffix(wanted.suffix[1:])
        dialog.selectFile(suggestion.name)
        return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
    finally:
        dialog.deleteLater()


class ExportForm(QWidget):
    """The choices, each on a row of its own. Options that a format does not have are not shown."""

    changed = Signal()

    def __init__(self, folder: Path, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._name = name
        self._written: Path | None = None
        self._rows: dict[str, QWidget] = {}
        self._column = without_margins(QVBoxLayout(self), 4)
        self.formats = Segments([one.text for one in FORMATS], "Format")
        self._use = label("", "caption", wrap=True)
        self._add("format", "Format", self.formats)
        self._note(self._use)
        self.file = QLineEdit()
        self.file.setAccessibleName("File")
        self._choose = button("Choose…", tip="Choose the folder and the name", on_click=self._choose_file)
        self._choose.setProperty("small", True)
        self._add("file", "File", self.file, self._choose)
        self._state = label("", "caption", wrap=True)
        self._state_row = self._note(self._state)
        self.opset = QComboBox()
        self.opset.setAccessibleName("Opset")
        self.opset.setFixedWidth(128)
        self._opsets: list[int | None] = [None]
        self.opset.addItem("Default")
        self._add("opset", "Opset", self.opset, label("which operators the file may use", "muted"))
        self.dynamic = self._check("dynamic", "Batch", "Any batch size", "otherwise always 1")
        self.keep = self._check("keep", "Batch norm", "Keep as layers", "otherwise folded into the layer before")
        self.seed = QSpinBox()
        self.seed.setAccessibleName("Seed")
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setFixedWidth(128)
        self.seed.lineEdit().setTextMargins(5, 0, 0, 0)  # the style sheet's padding does not reach inside a spin box
        self._add("seed", "Seed", self.seed, label("of the random weights", "muted"))
        self.check = self._check("check", "Check", "Run the file", "and compare its answers with torch")
        self.check.setChecked(True)
        self.formats.chosen.connect(self._format_chosen)
        self.file.textEdited.connect(self._refresh)
        self.file.setText(str(folder / self._suggest()))
        self._refresh()

    # -- what was chosen -----------------------------------------------------------------------------------------------------

    @property
    def format(self) -> Format:
        return FORMATS[self.formats.index]

    @property
    def target(self) -> Path:
        """Where to write. A name alone lies in the document's folder, and gets the format's ending where it has none."""
        path = Path(self.file.text().strip())
        with suppress(RuntimeError):  # there is no such person's home
            path = path.expanduser()
        path = self._folder / path
        has_ending = path.suffix and not path.suffix[1:].isdigit()  # `net_0.5` has none
        if has_ending or not path.name or QFileInfo(str(path)).isDir():
            return path
        return path.with_name(f"{path.name}{self.format.suffix}")

    @property
    def problem(self) -> str:
        """Why there is nothing to export to, a sentence; empty when there is."""
        if not self.file.text().strip():
            return "A name is missing."
        return obstacle(self.target)

    @property
    def options(self) -> Export:
        """What was chosen, for the format in front; the design and the place in the job's folder are still to come."""
        return Export(
            kind=self.format.kind,
            design="",
            file="",
            opset=self._opsets[self.opset.currentIndex()],
            dynamic_batch=self.dynamic.isChecked(),
            keep_batch_norm=self.keep.isChecked(),
            seed=self.seed.value(),
            check=self.check.isChecked(),
        )

    def choose_format(self, kind: str) -> None:
        """Choose as a click does."""
        self.formats.choose([one.kind for one in FORMATS].index(kind))  # type: ignore[arg-type]
        self._format_chosen()

    def greet(self, hello: Hello) -> None:
        """The worker knows which opsets this installation can write."""
        chosen = self._opsets[self.opset.currentIndex()]
        self._opsets = [None, *reversed(hello.opsets)]
        self.opset.clear()
        self.opset.addItems([f"Default, {hello.default_opset}", *map(str, reversed(hello.opsets))])
        self.opset.setCurrentIndex(self._opsets.index(chosen) if chosen in self._opsets else 0)

    # -- inside ----------------------------------------------------------------------------------------------------------------

    def _add(self, name: str, text: str, *fields: QWidget) -> None:
        row = self._rows[name] = QWidget()
        inside = without_margins(QHBoxLayout(row), 8)
        head = label(text, "secondary")
        head.setFixedWidth(theme.current().size("form_label"))
        head.setBuddy(fields[0])
        inside.addWidget(head)
        for field in fields:
            inside.addWidget(field, 1 if isinstance(field, QLineEdit) else 0, Qt.AlignmentFlag.AlignVCenter)
        if not any(isinstance(field, QLineEdit) for field in fields):
            inside.addStretch(1)
        row.setFixedHeight(theme.current().size("form_row"))
        self._column.addWidget(row)

    def _note(self, note: QWidget) -> QWidget:
        """Words under a row's field."""
        row = QWidget()
        inside = without_margins(QHBoxLayout(row))
        inside.setContentsMargins(theme.current().size("form_label") + 8, 0, 0, 8)
        inside.addWidget(note)
        self._column.addWidget(row)
        return row

    def _check(self, name: str, text: str, does: str, more: str) -> QCheckBox:
        made = QCheckBox(does)
        made.setAccessibleName(f"{text}: {does}")
        made.setAccessibleDescription(more)
        self._add(name, text, made, label(more, "muted"))
        return made

    def _stem(self) -> str:
        """The design's name as a file can have it; as Python can import it, where that is the format."""
        name = self._name
        if self.format.kind == "python":
            name = re.sub(r"\W+", "_", name).strip("_") or "network"
            return f"net_{name}" if name[0].isdigit() else name
        return re.sub(r"[^\w .()=,+-]+", "_", name).strip(" .") or "network"

    def _suggest(self) -> str:
        """What the file is called until somebody calls it something else."""
        self._suggestion = f"{self._stem()}{self.format.suffix}"
        return self._suggestion

    def _format_chosen(self, _: int = 0) -> None:
        """The ending follows the format, unless a person gave the file one of their own."""
        written = Path(self.file.text().strip())
        if written.name in ("", self._suggestion):
            name = self._suggest()
        elif written.suffix in SUFFIXES:
            name = f"{written.stem}{self.format.suffix}"
        else:
            name = written.name
        self.file.setText(str(written.parent / name if written.name else self._folder / name))
        self._refresh()

    def _choose_file(self) -> None:
        chosen = choose_file(self, self.target, self.format)
        if chosen is not None:
            self.file.setText(str(chosen))
            self._refresh()

    def _refresh(self, _: str = "") -> None:
        """Show what belongs to the format, and what is the matter with the file."""
        kind = self.format.kind
        self._use.setText(self.format.use)
        for name in ("dynamic", "seed", "check"):
            self._rows[name].setVisible(kind != "python")
        for name in ("opset", "keep"):
            self._rows[name].setVisible(kind == "onnx")
        problem = self.problem
        there = not problem and self.target != self._written and self.target.is_file()
        self._state.setText(problem or ("Exists already; you are asked before it is replaced." if there else ""))
        self._state_row.setVisible(bool(self._state.text()))
        set_role(self._state, "error" if problem else "warning")
        if self.file.property("invalid") != bool(problem):
            self.file.setProperty("invalid", bool(problem))
            repolish(self.file)
        self.file.setToolTip(str(self.target))
        self.changed.emit()

    def look_again(self, written: Path | None = None) -> None:
        """The disk may have changed: of the file that was `written` just now nobody needs to hear that it exists."""
        self._written = written
        self._refresh()
