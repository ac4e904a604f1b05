"""The card about time: what has to be measured, what is being measured, and savings that are none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from designer.analysis.compare_entry import Entry
from designer.analysis.compare_saving import Saving, undecided
from designer.ui import numbers, theme, units
from designer.ui.widgets import button, label, line, set_role, without_margins


class SavingCard(QFrame):
    """Shows one of four things: nothing measured yet, a run, no false saving, or the false savings one below the other."""

    profile_wanted = Signal()
    cancel_wanted = Signal()
    shown_on_canvases = Signal(object)  # a Saving
    profile_opened = Signal(int)  # of the design with this number

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._column = without_margins(QVBoxLayout(self), 8)
        self._column.setContentsMargins(16, 10, 16, 12)
        self._inside: QWidget | None = None
        self._bar: QProgressBar | None = None
        self._said: QLabel | None = None
        self._shown: object = None
        theme.notifier().changed.connect(self._recolour)
        units.notifier().changed.connect(self._recolour)
        self._again: tuple[Sequence[Entry], Sequence[Saving], int] = ((), (), 0)

    # -- states ------------------------------------------------------------------------------------------------------------------

    def show_result(self, entries: Sequence[Entry], savings: Sequence[Saving], baseline: int) -> None:
        """What the measurements say; asks for those that are missing."""
        self._again = (entries, savings, baseline)
        conditions = tuple(entry.measured.conditions if entry.measured is not None else "" for entry in entries)
        times = tuple(entry.measured.total_ms if entry.measured is not None else 0.0 for entry in entries)
        said = (tuple(savings), conditions, times, tuple(entry.short for entry in entries), baseline, units.name())
        if self._shown == said:
            return
        self._shown = said
        alone = len(entries) < 2
        missing = [entry for entry in entries if entry.measured is None]
        unlike = not alone and not missing and not all(entry.comparable(entries[baseline]) for entry in entries)
        if savings:
            self._put([self._saving(entries, saving) for saving in savings], "notice-card")
        elif alone:
            self._put([self._plain("Two designs or more are compared.", "Add another one to see what differs.")], "card")
        elif missing or unlike:
            self._put([self._ask(entries, unlike)], "card")
        else:
            self._put([self._fine(entries, baseline)], "card")

    def show_progress(self, text: str, done: int, count: int) -> None:
        """A run is under way."""
        if self._bar is None or self._said is None:
            self._shown = None
            inside = QWidget()
            column = without_margins(QVBoxLayout(inside), 8)
            self._said = label(text, "secondary", wrap=True)
            self._bar = QProgressBar()
            self._bar.setTextVisible(False)
            self._bar.setAccessibleName("Profiles done")
            row = without_margins(QHBoxLayout(), 8)
            row.addWidget(self._bar, 1)
            row.addWidget(button("Cancel", on_click=self.cancel_wanted.emit))
            column.addWidget(label("Profiling", "panel-title"))
            column.addWidget(self._said)
            column.addLayout(row)
            bar, said = self._bar, self._said
            self._put([inside], "card")
            self._bar, self._said = bar, said
        assert self._said is not None
        self._said.setText(f"{text} ({done} of {count})")
        self._bar.setRange(0, count)
        self._bar.setValue(done - 1)

    def show_failure(self, sentence: str) -> None:
        """A run came to nothing."""
        self._shown = None
        inside = self._plain("Not measured", sentence)
        row = without_margins(QHBoxLayout(), 8)
        row.addWidget(button("Profile again", icon="gauge", on_click=self.profile_wanted.emit))
        row.addStretch(1)
        layout = inside.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addLayout(row)
        self._put([inside], "card")

    # -- inside ------------------------------------------------------------------------------------------------------------------

    def _put(self, parts: Sequence[QWidget], role: str) -> None:
        here = QApplication.focusWidget()
        focused = here is not None and self.isAncestorOf(here)
        if self._inside is not None:
            self._column.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
        self._bar = self._said = None
        self._inside = QWidget()
        column = without_margins(QVBoxLayout(self._inside), 12)
        for number, part in enumerate(parts):
            if number:
                column.addWidget(line())
            column.addWidget(part)
        self._column.addWidget(self._inside)
        self._inside.show()
        set_role(self, role)
        buttons = self._inside.findChildren(QPushButton)
        if focused and buttons:
            buttons[0].setFocus()  # else it would go to whatever comes first in the window

    def _recolour(self) -> None:
        if self._shown is not None:
            self._shown = None
            self.show_result(*self._again)

    def _plain(self, title: str, text: str) -> QWidget:
        inside = QWidget()
        column = without_margins(QVBoxLayout(inside), 6)
        column.addWidget(label(title, "panel-title"))
        if text:
            column.addWidget(label(text, "secondary", wrap=True))
        return inside

    def _ask(self, entries: Sequence[Entry], unlike: bool) -> QWidget:
        if unlike:
            inside = self._plain(
                "Measured in different ways", "These times do not compare: device, threads, type or backend differ."
            )
        else:
            inside = self._plain(
                "Is it really faster here?", "Fewer MACs are not less time. A profile of every design on this machine tells."
            )
        row = without_margins(QHBoxLayout(), 8)
        count = len(entries)
        row.addWidget(button("Profile both" if count == 2 else f"Profile all {count}", icon="gauge", on_click=self._profile))
        row.addStretch(1)
        layout = inside.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addLayout(row)
        return inside

    def _profile(self) -> None:
        self.profile_wanted.emit()

    def _fine(self, entries: Sequence[Entry], baseline: int) -> QWidget:
        base = entries[baseline]
        fewer = [
            entry
            for k, entry in enumerate(entries)
            if k != baseline and entry.facts.macs is not None and base.facts.macs and entry.facts.macs < base.facts.macs
        ]
        open_ = undecided(entries, baseline)
        names = " and ".join([", ".join(entry.short for entry in fewer[:-1]), fewer[-1].short]) if len(fewer) > 1 else ""
        if open_:
            who = ", ".join(entries[k].short for k in open_)
            inside = self._plain(
                "Not decided",
                f"Faster than {base.short} or not: the times of {who} leave it open. Close other programs, profile again.",
            )
        elif fewer:
            who = names.removeprefix(" and ") or fewer[0].short
            verb = "have" if len(fewer) > 1 else "has"
            are = "are" if len(fewer) > 1 else "is"
            inside = self._plain("No false saving", f"{who} {verb} fewer MACs than {base.short}, and {are} faster here too.")
        else:
            inside = self._plain("No saving to doubt", f"No design has fewer MACs than {base.short}.")
        assert base.measured is not None
        row = without_margins(QHBoxLayout(), 8)
        row.addWidget(button("Profile again", icon="gauge", on_click=self._profile))
        row.addStretch(1)
        row.addWidget(label(_how(base.measured.conditions, base.measured.runs), "caption"))
        layout = inside.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addLayout(row)
        return inside

    def _saving(self, entries: Sequence[Entry], saving: Saving) -> QWidget:
        entry, base = entries[saving.entry], entries[saving.baseline]
        inside = QWidget()
        outer = without_margins(QHBoxLayout(inside), 10)
        sign = label()
        sign.setPixmap(theme.current().icon("triangle-alert", "state.warning").pixmap(QSize(16, 16), self.devicePixelRatio()))
        sign.setAccessibleName("Warning")
        outer.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        column = without_margins(QVBoxLayout(), 6)
        outer.addLayout(column, 1)
        column.addWidget(label(saving.title, "strong", wrap=True))
        count = len(saving.culprits)
        blame = f" {_COUNTS.get(count, str(count))} {'block causes' if count == 1 else 'blocks cause'} it:" if count else ""
        column.addWidget(label(f"{saving.text}{blame}", "secondary", wrap=True))
        table = without_margins(QGridLayout(), 4)
        table.setHorizontalSpacing(16)
        table.setColumnStretch(4, 1)
        heads = (f"Block of {entry.short}", units.name(), "ms", "GMAC/s", "Why, as measured")
        for place, text in enumerate(heads):
            head = label(text, "caption")
            table.addWidget(head, 0, place, Qt.AlignmentFlag.AlignRight if 0 < place < 4 else Qt.AlignmentFlag.AlignLeft)
        rows = [
            (one.path, units.short(one.macs), f"{one.ms:.2f}", numbers.gmacs(one.rate), one.why, one) for one in saving.culprits
        ]
        for number, (path, macs, ms, rate, why, one) in enumerate(rows, start=1):
            name = QWidget()
            inner = without_margins(QHBoxLayout(name), 8)
            icon = label()
            glyph = theme.glyph(one.block, one.category)
            icon.setPixmap(theme.current().icon(glyph, f"category.{one.category}").pixmap(QSize(16, 16), self.devicePixelRatio()))
            inner.addWidget(icon)
            inner.addWidget(label(path))
            inner.addStretch(1)
            table.addWidget(name, number, 0)
            for place, text in ((1, macs), (2, ms), (3, rate)):
                table.addWidget(label(text, "number-small"), number, place, Qt.AlignmentFlag.AlignRight)
            table.addWidget(label(why, "secondary", wrap=True), number, 4)
        last = len(rows) + 1
        table.addWidget(label(f"{base.short}, all blocks", "muted"), last, 0)
        for place, text in (
            (1, units.short(saving.base_macs)),
            (2, f"{saving.base_ms:.2f}"),
            (3, numbers.gmacs(saving.base_rate)),
        ):
            table.addWidget(label(text, "number-muted"), last, place, Qt.AlignmentFlag.AlignRight)
        if saving.base_intensity is not None:
            table.addWidget(label(f"{saving.base_intensity:.1f} MACs a byte", "muted"), last, 4)
        column.addLayout(table)
        row = without_margins(QHBoxLayout(), 8)
        show = button("Show on both canvases", icon="scan", on_click=partial(self.shown_on_canvases.emit, saving))
        profile = button(f"Open profile of {entry.short}", icon="gauge", on_click=partial(self.profile_opened.emit, saving.entry))
        again = button("Profile again", icon="rotate-ccw", on_click=self._profile)
        for one_button in (show, profile, again):
            one_button.setProperty("small", True)
            row.addWidget(one_button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(label(_how(saving.conditions, saving.runs, each=True), "caption", wrap=True))
        return inside


_COUNTS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}


def _how(conditions: str, runs: int, *, each: bool = False) -> str:
    if not runs:
        return conditions
    return f"{conditions}, {numbers.full(runs)} runs{' each' if each else ''}"
