"""The dialog for a picture of the design: how it looks, a preview of just that, and the file it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QFileInfo, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from blocks.errors import LightdesignerError
from designer.app.background import Background
from designer.app.export_job import obstacle
from designer.graph.repeats import find_repeats
from designer.picture.compose import Options, compose
from designer.picture.export import content, lacking
from designer.picture.heat import Heat
from designer.picture.palette import DARK, LIGHT, PAPER
from designer.picture.png import image
from designer.picture.scene import Picture
from designer.ui import document_actions, numbers, theme, units
from designer.ui.dialogs.export import REPLACE, replace_question
from designer.ui.dialogs.preview import PREVIEW, Preview
from designer.ui.plots.saving import choose_file
from designer.ui.widgets import Segments, button, label, line, repolish, set_role, without_margins
from designer.whole_files import write_whole

if TYPE_CHECKING:
    from designer.app.controller import Controller
    from designer.graph.folding import Fold
    from designer.graph.geometry import Point

WIDTH = 976
HIGHEST = 8000  # px of the preview
THEMES = (PAPER, LIGHT, DARK)
MM = 25.4 / 96  # of a px
AS_IT_STANDS, PAGE, ONE_COLUMN = range(3)


class Format(NamedTuple):
    """One kind of file: what its button says, what it ends in, and what it is good for."""

    kind: str
    text: str
    suffix: str
    filter: str
    use: str


FORMATS = (
    Format("svg", "SVG", ".svg", "SVG pictures (*.svg)", "For web pages and drawing programs; its texts stay texts."),
    Format("pdf", "PDF", ".pdf", "PDF pages (*.pdf)", "For LaTeX and print; one page, its text can be searched."),
    Format("png", "PNG", ".png", "PNG pictures (*.png)", "For slides and chats; pixels."),
)
SCALES = (1.0, 2.0, 3.0, 4.0)


class PictureDialog(QDialog):
    """Draws the network that the canvas shows. `folds` are what is folded there, `places` where blocks and folds stand."""

    exported = Signal(object)  # the path

    def __init__(
        self,
        controller: Controller,
        places: Mapping[str, Point],
        folder: Path,
        *,
        folds: Iterable[Fold] = (),
        heat: Heat | None = None,
        wires_by_size: bool = False,
        title: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._places = dict(places)
        self._folds = tuple(folds)
        self._heat = heat
        self._wires_by_size = wires_by_size
        self._folder = folder
        self._drawn_title = title
        self.picture: Picture | None = None
        self._written: Path | None = None
        self._drawing = Background("picture", self)
        self._drawing.done.connect(self._drew)
        self._drawing.failed.connect(self._could_not_draw)
        self._writing = Background("picture file", self)
        self._writing.done.connect(self._made)
        self._writing.failed.connect(self._could_not_write)
        name = f"Picture of {controller.title}"
        self.setWindowTitle(name)
        self.setAccessibleName(name)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        column = without_margins(QVBoxLayout(self))
        body = QHBoxLayout()
        body.setContentsMargins(24, 24, 24, 20)
        body.setSpacing(24)
        self.preview = Preview()
        self.area = QScrollArea()
        self.area.setProperty("role", "framed")
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setAccessibleName("Preview")
        self.area.setMinimumSize(PREVIEW)
        self.area.setWidget(self.preview)
        body.addWidget(self.area, 1)
        body.addWidget(self._build_form(name))
        column.addLayout(body)
        column.addWidget(line("line-default"))
        foot = without_margins(QHBoxLayout(), 8)
        foot.setContentsMargins(24, 12, 24, 12)
        self.outcome = label("", "caption")
        foot.addWidget(self.outcome, 1)
        self.close_button = button("Cancel", on_click=self.reject)
        self.export_button = button("Export", "primary", icon="image", on_click=self.export)
        self.export_button.setDefault(True)
        foot.addWidget(self.close_button)
        foot.addWidget(self.export_button)
        column.addLayout(foot)
        self.resize(WIDTH, 560)
        self._show_format()
        self._redraw()

    # -- building --------------------------------------------------------------------------------------------------------------

    def _build_form(self, name: str) -> QWidget:
        form = QWidget()
        form.setFixedWidth(352)
        column = without_margins(QVBoxLayout(form), 0)
        column.addWidget(label(name, "block-title", wrap=True))
        column.addSpacing(12)
        self.formats = Segments([one.text for one in FORMATS], "Format")
        self.formats.chosen.connect(self._format_chosen)
        self._use = label("", "caption", wrap=True)
        self.file = QLineEdit()
        self.file.setAccessibleName("File")
        self.file.textEdited.connect(self._look_at_file)
        self.choose = button("Choose…", on_click=self._choose_file)
        self.choose.setProperty("small", True)
        self.themes = Segments(["Paper", "Light", "Dark"], "Theme")
        self.themes.chosen.connect(lambda _: self._redraw())
        self.layouts = QComboBox()
        self.layouts.addItems(["As on the canvas", "To fit a page", "In one column"])
        self.layouts.setAccessibleName("Arrangement")
        self.layouts.activated.connect(lambda _: self._redraw())
        selected = len(self._selection)
        self.selection = _check(f"Only the selected blocks ({selected})" if selected else "Only the selected blocks")
        self.selection.setEnabled(bool(selected))
        self.selection.setToolTip("" if selected else "Nothing is selected.")
        self.fold = _check("Repeated blocks once, with their number")
        repeats = bool(find_repeats(self._controller.design.root, self._controller.design.resolve))
        self.fold.setEnabled(repeats)
        self.fold.setToolTip("" if repeats else "Nothing in this design repeats.")
        self.heading = _check("Name and totals", checked=True)
        self.legend = _check("Legend", checked=True)
        self.heat = _check(f"Colours of the heat: {self._heat.title}" if self._heat is not None else "Colours of the heat")
        self.heat.setChecked(self._heat is not None)
        for box in (self.selection, self.fold, self.heat, self.heading, self.legend):
            box.toggled.connect(lambda _: self._redraw())
        self.scales = QComboBox()
        self.scales.addItems([f"{scale:g} {numbers.TIMES}" for scale in SCALES])
        self.scales.setCurrentIndex(1)
        self.scales.setAccessibleName("Pixels for each px")
        self.scales.activated.connect(lambda _: self._say_size())
        self._size = label("", "number-secondary")
        self._state = label("", "caption", wrap=True)
        for head, *fields in (
            ("Format", self.formats),
            ("", self._use),
            ("File", self.file, self.choose),
            ("", self._state),
            ("Theme", self.themes),
            ("Arranged", self.layouts),
            ("Shows", self.selection),
            ("", self.fold),
            ("", self.heat),
            ("", self.heading),
            ("", self.legend),
        ):
            column.addWidget(_row(head, *fields))
        if self._heat is None:
            heat_row = self.heat.parentWidget()
            assert heat_row is not None
            heat_row.hide()
        self._scale_row = _row("Scale", self.scales)
        column.addWidget(self._scale_row)
        column.addWidget(_row("Size", self._size))
        column.addStretch(1)
        self.file.setText(str(self._folder / self._suggest()))
        return form

    # -- what was chosen ---------------------------------------------------------------------------------------------------------

    @property
    def _selection(self) -> frozenset[str]:
        return self._controller.selection

    @property
    def format(self) -> Format:
        return FORMATS[self.formats.index]

    @property
    def scale(self) -> float:
        return SCALES[self.scales.currentIndex()]

    @property
    def options(self) -> Options:
        """What was chosen."""
        arranged = self.layouts.currentIndex()
        return Options(
            theme=THEMES[self.themes.index],
            folded=self.fold.isChecked(),
            folds=self._folds,
            heading=self.heading.isChecked(),
            legend=self.legend.isChecked(),
            only=self._selection if self.selection.isChecked() else None,
            places=self._places if arranged == AS_IT_STANDS else None,
            columns=1 if arranged == ONE_COLUMN or self.selection.isChecked() else 0,
            heat=self._heat if self.heat.isChecked() else None,
            wires_by_size=self._wires_by_size,
            flops=units.name() == units.FLOPS,
            title=self._drawn_title or self._controller.title,
        )

    @property
    def target(self) -> Path:
        """Where to write. A name alone lies in the document's folder, and gets the format's ending where it has none."""
        path = self._folder / Path(self.file.text().strip()).expanduser()
        has_ending = path.suffix and not path.suffix[1:].isdigit()
        if has_ending or not path.name or QFileInfo(str(path)).isDir():
            return path
        return path.with_name(f"{path.name}{self.format.suffix}")

    @property
    def problem(self) -> str:
        """Why there is nothing to write to, a sentence; empty when there is."""
        return obstacle(self.target) if self.file.text().strip() else "A name is missing."

    def _suggest(self) -> str:
        stem = re.sub(r"[^\w .()=,+-]+", "_", self._controller.title).strip(" .") or "network"
        return f"{stem}{self.format.suffix}"

    # -- following ------------------------------------------------------------------------------------------------------------

    def _format_chosen(self, _: int) -> None:
        path = Path(self.file.text().strip())
        if path.suffix in {one.suffix for one in FORMATS}:
            self.file.setText(str(path.with_suffix(self.format.suffix)))
        self._show_format()

    def _show_format(self) -> None:
        self._use.setText(self.format.use)
        self._scale_row.setVisible(self.format.kind == "png")
        self._say_size()
        self._look_at_file()

    def _choose_file(self) -> None:
        chosen = choose_file(self, f"Export as {self.format.text}", self.format.filter, self.target.name)
        if chosen is not None:
            self.file.setText(str(chosen))
            self._look_at_file()

    def _look_at_file(self, _: str = "") -> None:
        problem = self.problem
        there = not problem and self.target != self._written and self.target.is_file()
        self._state.setText(problem or ("Exists already; you are asked before it is replaced." if there else ""))
        parent = self._state.parentWidget()
        if parent is not None:
            parent.setVisible(bool(self._state.text()))
        set_role(self._state, "error" if problem else "warning")
        if self.file.property("invalid") != bool(problem):
            self.file.setProperty("invalid", bool(problem))
            repolish(self.file)
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        can = not self.problem and self.picture is not None and not self._writing.busy and not self._drawing.busy
        self.export_button.setEnabled(can)
        self.export_button.setToolTip(self.problem)
        self.close_button.setText("Close" if self._written is not None else "Cancel")

    def _redraw(self) -> None:
        """Draw what is chosen now, in another thread: a large design takes a while to lay out."""
        options = self.options
        design, engine = self._controller.design, self._controller.engine
        ratio = self.devicePixelRatio()
        room = self.area.viewport().width() or PREVIEW.width()

        def draw() -> tuple[Picture, QImage]:
            picture = compose(design, engine, options)
            scale = min(1.0, room / picture.width, HIGHEST / picture.height)
            return picture, _thumbnail(picture, scale * ratio, ratio)

        if not self._drawing.busy and self.preview.image is None:
            self.preview.show_image(None, "Drawing …")
        self._drawing.begin(options, draw)
        self._refresh_buttons()

    def _drew(self, _: object, made: object) -> None:
        assert isinstance(made, tuple)
        self.picture, small = made
        self.preview.show_image(small)
        letters = lacking(self.picture)
        self.outcome.setText(f"No font here has {letters}; PNG and PDF show boxes there." if letters else "")
        self._say_size()
        self._refresh_buttons()

    def _could_not_draw(self, _: object, problem: str) -> None:
        self.picture = None
        self.preview.show_image(None, problem)
        self._refresh_buttons()

    def _say_size(self) -> None:
        if self.picture is None:
            self._size.setText("")
            return
        width, height = self.picture.width, self.picture.height
        if self.format.kind == "png":
            text = f"{round(width * self.scale)} {numbers.TIMES} {round(height * self.scale)} px"
        else:
            text = f"{width * MM:.0f} {numbers.TIMES} {height * MM:.0f} mm"
        self._size.setText(text)

    # -- the file -------------------------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Write the picture, after asking about a file that is there."""
        picture, target = self.picture, self.target
        if picture is None or self.problem or self._writing.busy:
            return
        if target.exists() and document_actions.ask(replace_question((target,), self)) != REPLACE:
            return
        kind, scale = self.format.kind, self.scale
        self.outcome.setText("Writing …")
        set_role(self.outcome, "caption")

        def write() -> int:
            data = content(picture, kind, scale)
            try:
                write_whole(target, data, overwrite=True)
            except OSError as error:
                from designer.whole_files import reason

                raise LightdesignerError(f"{target.name} was not written: {reason(error)}.") from error
            return len(data)

        self._writing.begin(target, write)
        self._refresh_buttons()

    def _made(self, target: object, size: object) -> None:
        assert isinstance(target, Path)
        assert isinstance(size, int)
        self._written = target
        self.outcome.setText(f"Written: {target.name}, {numbers.bytes_(size)}")
        set_role(self.outcome, "ok")
        self._look_at_file()
        self.exported.emit(target)

    def _could_not_write(self, _: object, problem: str) -> None:
        self.outcome.setText(problem)
        set_role(self.outcome, "error")
        self._look_at_file()

    def done(self, result: int) -> None:
        """Whatever closes the dialog ends its threads."""
        self._drawing.give_up()
        self._writing.give_up()
        super().done(result)


def _thumbnail(picture: Picture, scale: float, ratio: float) -> QImage:
    made = image(picture, scale)
    made.setDevicePixelRatio(ratio)
    return made


def _check(text: str, *, checked: bool = False) -> QCheckBox:
    made = QCheckBox(text)
    made.setChecked(checked)
    made.setAccessibleName(text)
    return made


def _row(head: str, *fields: QWidget) -> QWidget:
    row = QWidget()
    inside = without_margins(QHBoxLayout(row), 8)
    words = label(head, "secondary")
    words.setFixedWidth(72)
    if head:
        words.setBuddy(fields[0])
    inside.addWidget(words)
    for field in fields:
        grows = isinstance(field, QLineEdit) or field.property("role") in ("caption", "number-secondary")
        inside.addWidget(field, 1 if grows else 0)
    if not any(isinstance(field, QLineEdit) for field in fields):
        inside.addStretch(0)
    note = not head and not isinstance(fields[0], QCheckBox)  # words under the field above
    if note:
        inside.setContentsMargins(0, 0, 0, 8)
    else:
        row.setFixedHeight(theme.current().size("form_row"))
    for field in fields:
        if isinstance(field, Segments | QComboBox | QLineEdit):
            field.setFixedHeight(theme.current().size("field"))
    return row
