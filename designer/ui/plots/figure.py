"""What all charts share, with axes or without: following the theme, marks under the mouse, copying, saving, accessibility."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QImageWriter,
    QKeyEvent,
    QPainter,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from designer.ui import copying, theme
from designer.ui.painting import KEYBOARD, paint_ring
from designer.ui.plots.readout import Readout, Rows
from designer.ui.theme import Theme

SOON, LATE = 40, 400  # ms between two drawings while a design is being changed: four times as long as one takes
SHARP = 2.0  # pictures have this many pixels for each on the screen
NAMES_MOST = 16  # a description read aloud does not list more marks


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in a figure that has numbers: a bar, a point, a tile.

    `key` is what `picked` and `hovered` carry, such as the id of a block. `x` and `y` are in the figure's own measure: values
    of the axes in a chart. `title` and `rows` (label, number with unit) are what the read-out says.
    """

    key: object
    x: float
    y: float
    title: str
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a figure, as they are: no separators, no rounding; the unit stands in the head."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]]


class Figure(QWidget):
    """A drawing of numbers with marks in it.

    A subclass writes `draw` (called when it is seen, and again after `refresh()`, a new theme or a new size), gives its marks
    through `set_marks`, says where they are (`place`) and which one is meant by a point (`mark_at`), and gives its numbers as a
    `table()`. Where there is nothing to see, `draw` sets `message` to the reason. The rest is here: the read-out, the keyboard
    (arrows walk through the marks, Enter picks), the menu with `Copy picture`, `Copy CSV` and their files, and drawing nothing
    while nobody looks.
    """

    picked = Signal(object)  # the key of a mark that was clicked, or None beside the marks
    hovered = Signal(object)  # the key of the mark that is read out, None when none is
    redrawn = Signal()  # anew, with new numbers perhaps

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(120, 80))
        self.marks: Sequence[Mark] = ()
        self.highlighted: frozenset[object] = frozenset()
        self.current: Mark | None = None
        self.message = ""  # why there is nothing to see; drawn instead of marks
        self._stale = True
        self._ringed = False  # the keyboard came here
        self._readout = Readout(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON)
        self._soon.timeout.connect(self._draw_if_seen)
        theme.notifier().changed.connect(self._recolor)

    # -- for subclasses ------------------------------------------------------------------------------------------------------

    def draw(self, look: Theme) -> None:
        """Draw everything anew in the colours of the theme."""
        raise NotImplementedError

    def place(self, mark: Mark) -> QPointF:
        """Where a mark is, in pixels of this widget."""
        raise NotImplementedError

    def mark_at(self, at: QPointF) -> Mark | None:
        """The mark that is meant by a point of this widget."""
        raise NotImplementedError

    def table(self) -> Table:
        """The numbers of the figure."""
        raise NotImplementedError

    def show_current(self) -> None:
        """Show which mark is read out (`self.current`); it may be none."""

    def rows_of(self, mark: Mark) -> Rows:
        """What is read out of a mark. A figure for which that is long to work out does it here, when it is asked for."""
        return mark.rows

    # -- drawing ---------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw anew, soon and once, however often this is called; not before somebody sees it."""
        self._stale = True
        if self.is_seen() and not self._soon.isActive():
            self._soon.start()

    def is_seen(self) -> bool:
        """Whether a person can see any of it. A dock behind another tab is visible to Qt, only nothing of it shows."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def draw_now(self) -> None:
        """Draw at once what `refresh` has put off."""
        self._soon.stop()
        self._draw_now()

    def _draw_if_seen(self) -> None:
        if self.is_seen():
            self._draw_now()

    def _draw_now(self) -> None:
        self._stale = False
        key = self.current.key if self.current is not None else None
        self.message = ""
        started = perf_counter()
        self.draw(theme.current())
        self._soon.setInterval(min(LATE, max(SOON, round(4000 * (perf_counter() - started)))))
        self._describe()
        self.redrawn.emit()
        again = next((mark for mark in self.marks if mark.key == key), None) if key is not None else None
        if again is not None or self.current is not None:
            self.read_out(again)

    def _recolor(self) -> None:
        self.refresh()

    def event(self, event: QEvent) -> bool:
        """Draw anew when it comes to the front and has not been drawn since."""
        if event.type() == QEvent.Type.Paint and self._stale and not self._soon.isActive():
            self._soon.start()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._stale:
            self.draw_now()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self._soon.stop()  # what was put off is done when it is shown again

    def set_marks(self, marks: Iterable[Mark]) -> None:
        """What can be read out, in the order the keyboard walks through them."""
        self.marks = tuple(marks)

    def highlight(self, keys: Iterable[object]) -> None:
        """Mark these as selected; what that looks like is up to `draw`."""
        wanted = frozenset(keys)
        if wanted != self.highlighted:
            self.highlighted = wanted
            self.refresh()

    def paint_focus(self, painter: QPainter) -> None:
        """Draw the ring that shows where the keyboard is; every figure ends its painting with it."""
        if self._ringed:
            paint_ring(painter, self.rect())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self._show_ring(event.reason() in KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self._show_ring(False)

    def _show_ring(self, wanted: bool) -> None:
        if wanted != self._ringed:
            self._ringed = wanted
            self.update()

    def paint_message(self, painter: QPainter) -> None:
        """Write why there is nothing to see into the middle."""
        look = theme.current()
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text.muted"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(16, 8, -16, -8), flags, self.message)

    # -- reading out -------------------------------------------------------------------------------------------------------------

    def read_out(self, mark: Mark | None) -> None:
        """Say the numbers of a mark, or nothing."""
        before, self.current = self.current, mark
        if mark is None:
            self._readout.hide()
        else:
            self._readout.say(mark.title, self.rows_of(mark), self.place(mark))
        self.show_current()
        key = mark.key if mark is not None else None
        if key != (before.key if before is not None else None):
            self.hovered.emit(key)
            self._describe()

    def point_at(self, at: QPointF) -> None:
        """The mouse is here now."""
        self.read_out(self.mark_at(at))

    def pick(self, at: QPointF) -> None:
        """The mouse was clicked here."""
        mark = self.mark_at(at)
        self.picked.emit(mark.key if mark is not None else None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.read_out(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps and self.marks:
            if self.current is None or self.current not in self.marks:
                index = 0 if steps[key] > 0 else len(self.marks) - 1
            else:
                index = (self.marks.index(self.current) + steps[key]) % len(self.marks)
            self.read_out(self.marks[index])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.marks:
            self.read_out(self.marks[0 if key == Qt.Key.Key_Home else -1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.picked.emit(self.current.key)
        elif key == Qt.Key.Key_Escape and self.current is not None:
            self.read_out(None)
        elif key == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy_picture()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _describe(self) -> None:
        """What a screen reader says: the mark read out, or what there is."""
        if self.current is not None or self.message:
            self.setAccessibleDescription(self.message or self._readout.text)
            return
        titles = [mark.title for mark in self.marks[:NAMES_MOST]]
        rest = len(self.marks) - len(titles)
        self.setAccessibleDescription(", ".join(titles) + (f" and {rest} more" if rest else ""))

    # -- copying and saving ----------------------------------------------------------------------------------------------------

    def menu_actions(self) -> list[QAction]:
        """What can be done with the figure; also for buttons beside it."""
        made = []
        for text, do in (
            ("Copy picture", self.copy_picture),
            ("Copy CSV", self.copy_csv),
            ("Save picture…", partial(self._ask_file, "picture")),
            ("Save CSV…", partial(self._ask_file, "csv")),
        ):
            action = QAction(text, self)
            action.triggered.connect(partial(_drop_checked, do))
            made.append(action)
        return made

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        self.open_menu(event.globalPos())
        event.accept()

    def open_menu(self, at: QPoint) -> QMenu:
        """The menu of the figure."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        actions = self.menu_actions()
        for action in actions:
            action.setParent(menu)
        menu.addActions(actions)
        menu.popup(at)
        return menu

    def csv(self) -> str:
        """The table of the figure as CSV."""
        table = self.table()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.head)
        writer.writerows([["" if cell is None else cell for cell in row] for row in table.rows])
        return text.getvalue()

    def picture(self) -> QImage:
        """The figure as it is, without the read-out, twice as sharp as on the screen."""
        if self._stale:
            self.draw_now()
        shown, ringed = self.current, self._ringed
        self.current, self._ringed = None, False
        self._readout.hide()
        self.show_current()
        image = QImage(self.size() * SHARP, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(SHARP)
        image.fill(theme.current().color("bg.panel"))
        painter = QPainter(image)
        try:
            self.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        finally:
            painter.end()
        self._ringed = ringed
        self.read_out(shown)
        return image

    def copy_csv(self) -> None:
        """Put the table on the clipboard, as CSV."""
        copying.copy(self.csv())

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        copying.copy(self.picture())

    def save_csv(self, path: Path) -> None:
        """Write the table to a file. Raises OSError."""
        path.write_text(self.csv(), encoding="utf-8", newline="")

    def save_picture(self, path: Path) -> None:
        """Write the picture to a PNG file. Raises OSError."""
        writer = QImageWriter(str(path), b"PNG")
        if not writer.write(self.picture()):
            raise OSError(writer.errorString())

    def _ask_file(self, what: str) -> None:
        from designer.ui.plots.saving import ask_and_save

        ask_and_save(self, what)


def _drop_checked(do: object, _checked: bool = False) -> None:
    assert callable(do)
    do()
