"""The model of the table in which MACs and time stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import Qt

from designer.analysis.layers import BLOCK, LAYER, STAGE
from designer.app.measurements import ESTIMATED
from designer.app.profile_figures import ProfileRow
from designer.ui import numbers, units
from designer.ui.panels.layer_times import bare_ms, rate
from designer.ui.row_table import Index, RowTableModel

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
NATURAL = -1
LEVELS = (STAGE, BLOCK, LAYER)
NONE = numbers.NOT_APPLICABLE
NAMES = {STAGE: "Stage", BLOCK: "Block", LAYER: "Layer"}


class Column(NamedTuple):
    """A column: its name, its least width in px, what a row says in it and by what it is sorted."""

    id: str
    title: str
    width: int
    text: Callable[[ProfileRow], str]
    key: Callable[[ProfileRow], Any]
    right: bool = True
    at_first: bool = True
    unit: str = ""  # in files, where no head says it


def percent(fraction: float | None) -> str:
    """A share without its sign, which stands in the head: `9.7`."""
    return NONE if fraction is None else f"{fraction * 100:.1f}"


def _shape(row: ProfileRow) -> str:
    return numbers.shape(row.layer.output) if row.layer.output is not None else ("" if not row.path else NONE)


def ran_as(row: ProfileRow) -> str:
    """How the runtime did it, where that is not layer by layer."""
    parts = [f"{row.fused} fused" if row.fused else "", "reorder" if row.reorder_ms else ""]
    return ", ".join(filter(None, parts))


def _known(value: float | None) -> float:
    return -1.0 if value is None else float(value)


COLUMNS = (
    Column("name", "Block", 120, lambda row: row.path, lambda row: row.path, right=False),
    Column(
        "kind", "Kind", 96, lambda row: "" if row.layer.level == STAGE else row.layer.block, lambda r: r.layer.block, False, False
    ),
    Column(
        "output",
        "Output",
        104,
        _shape,
        lambda row: row.layer.output.elements if row.layer.output is not None else -1,
        right=False,
    ),
    Column("macs", "MACs", 60, lambda row: units.short(row.macs), lambda row: _known(row.macs)),
    Column("mac_share", "% of MACs", 70, lambda row: percent(row.mac_share), lambda row: _known(row.mac_share), unit="%"),
    Column(
        "time_share", "% of time", 104, lambda row: percent(row.time_share), lambda row: _known(row.time_share), False, unit="%"
    ),
    Column("ms", "ms", 58, lambda row: bare_ms(row.ms), lambda row: _known(row.ms), unit="ms"),
    Column("gmacs", "GMAC/s", 60, lambda row: rate(row.gmacs_per_s), lambda row: _known(row.gmacs_per_s)),
    Column(
        "moved",
        "Moved",
        76,
        lambda row: NONE if row.moved is None else numbers.bytes_(row.moved),
        lambda row: _known(row.moved),
        at_first=False,
    ),
    Column("intensity", "MAC/byte", 70, lambda row: rate(row.macs_per_byte), lambda row: _known(row.macs_per_byte)),
    Column("ran", "Ran as", 104, ran_as, lambda row: (row.fused, row.reorder_ms), right=False, at_first=False),
    Column("bound", "Bound by", 80, lambda row: row.bound or NONE, lambda row: row.bound or "", right=False),
    Column("save", "Save", 62, lambda row: bare_ms(row.save_ms), lambda row: _known(row.save_ms), unit="ms"),
)
PLACE = {column.id: place for place, column in enumerate(COLUMNS)}
MACS_COLUMNS = ("macs", "mac_share", "gmacs", "intensity")


def heading(column: int, level: str = BLOCK) -> str:
    """The title of a column, in the unit of work in use."""
    one = COLUMNS[column]
    if one.id == "name":
        return NAMES[level]
    if units.name() == units.FLOPS and one.id in MACS_COLUMNS:
        return one.title.replace("MAC", "FLOP")
    return one.title


class ProfileModel(RowTableModel):
    """Rows as they were given, in the order a person sorted them."""

    def __init__(self) -> None:
        super().__init__()
        self.level = BLOCK
        self.rows: list[ProfileRow] = []
        self.whole: ProfileRow | None = None
        self.most = 0.0, 0.0  # the largest share of the MACs and of the time: bars of both have one scale
        self._natural: list[ProfileRow] = []
        self.sorted_by = PLACE["save"]
        self.descending = True

    def show_rows(self, rows: Sequence[ProfileRow], whole: ProfileRow | None, level: str) -> None:
        """Show these, given in the order of execution."""
        self._natural = list(rows)
        self.whole = whole
        self.most = (
            max([row.mac_share or 0.0 for row in rows], default=0.0),
            max([row.time_share or 0.0 for row in rows], default=0.0),
        )
        arranged = self._arranged()
        same = level == self.level and [row.path for row in arranged] == [row.path for row in self.rows]
        self.level = level
        if same:
            self.rows = arranged
            if arranged:
                self.dataChanged.emit(self.index(0, 0), self.index(len(arranged) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self.rows = arranged
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives the order of execution back."""
        self.sorted_by, self.descending = column, order == Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self.rows = self._arranged()
        self.endResetModel()

    def _arranged(self) -> list[ProfileRow]:
        if self.sorted_by == NATURAL:
            return list(self._natural)
        key = COLUMNS[self.sorted_by].key
        if COLUMNS[self.sorted_by].id == "save" and all(row.save_ms is None for row in self._natural):
            key = COLUMNS[PLACE["ms"]].key  # without a roof: what takes longest
        return sorted(self._natural, key=key, reverse=self.descending)

    def place_of(self, path: str) -> int:
        """The row of a path, -1 where there is none."""
        return next((place for place, row in enumerate(self.rows) if row.path == path), -1)

    # -- Qt ----------------------------------------------------------------------------------------------------------------------

    def row_total(self) -> int:
        return len(self.rows)

    def column_total(self) -> int:
        return len(COLUMNS)

    def head(self, column: int) -> str:
        return heading(column, self.level)

    def stands_right(self, column: int) -> bool:
        return COLUMNS[column].right

    def cell(self, row: int, column: int) -> str:
        return COLUMNS[column].text(self.rows[row])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = super().data(index, role)
        if role == Qt.ItemDataRole.AccessibleTextRole and found is not None and COLUMNS[index.column()].id == "ms":
            return f"{found}, estimated" if self.rows[index.row()].kind == ESTIMATED else found
        return found

    def said(self, row: int, column: int, role: int) -> Any:
        if role == ROW_ROLE:
            return self.rows[row]
        return remark(self.rows[row]) or None if role == Qt.ItemDataRole.ToolTipRole else None


def remark(row: ProfileRow) -> str:
    """What has to be said about the figures of a row, a sentence; "" where they speak for themselves."""
    if row.where:
        return f"Its time was measured together with that of {row.where}, as one node of the runtime."
    if row.kind != ESTIMATED and (row.fused or row.reorder_ms):
        said = "The runtime did some of its layers at once." if row.fused else ""
        moves = f"{numbers.ms(row.reorder_ms)} of its time only reorders data for it." if row.reorder_ms else ""
        return " ".join(filter(None, (said, moves)))
    if row.kind == ESTIMATED:
        return "Estimated from layers measured here: it was not run as it is now."
    if row.layer.said and row.layer.status in ("error", "blocked", "incomplete", "unused"):
        return row.layer.said
    return ""


def as_text(model: ProfileModel, columns: Sequence[int], *, markdown: bool) -> str:
    """The table as CSV (RFC 4180) or Markdown, with the columns that are shown, and the sum of all as the last row."""
    lines = [[_file_heading(column, model.level) for column in columns]]
    lines += [[_cell(row, column) for column in columns] for row in model.rows]
    if model.whole is not None:
        whole = model.whole
        lines.append(["All" if COLUMNS[c].id == "name" else _cell(whole, c) for c in columns])
    if not markdown:
        return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)
    rule = ["---:" if COLUMNS[column].right or COLUMNS[column].id == "time_share" else "---" for column in columns]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in (lines[0], rule, *lines[1:]))


def _file_heading(column: int, level: str) -> str:
    one = COLUMNS[column]
    title = heading(column, level)
    return f"{title} ({one.unit})" if one.unit and one.unit not in title else title


def _cell(row: ProfileRow, column: int) -> str:
    """As it is, without short forms: `25690112`, not `25.7 M`."""
    one = COLUMNS[column]
    if one.id == "macs":
        work = units.work(row.macs)
        return "" if work is None else str(work)
    if one.id == "moved":
        return "" if row.moved is None else str(row.moved)
    text = one.text(row)
    return "" if text == NONE else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text
