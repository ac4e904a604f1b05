"""The model of the layer table: one flat list of rows, kept per block, so that an edit costs what it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from PySide6.QtCore import Qt, Signal

from blocks.cost import Cost
from designer.analysis.engine import Delta
from designer.analysis.filters import Term, matches, terms
from designer.analysis.layers import BLOCK, LAYER, STAGE, LayerRow, rows_of_node, stage_row
from designer.analysis.results import NodeResult
from designer.app.controller import Controller
from designer.graph.network import Node
from designer.ui import numbers, units
from designer.ui.panels.layer_times import TIMED, LayerTimes
from designer.ui.row_table import RowTableModel

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
SORT_NATURAL = -1
SAMPLE = 2_000  # rows whose shapes are measured


class Column(NamedTuple):
    """A column: its name, how wide it likes to be and how narrow it may become, what a row says in it and what it is sorted by.
    The narrowest that numbers need: names are cut, numbers are not."""

    id: str
    title: str
    width: int
    least: int
    text: Callable[[LayerRow], str]
    key: Callable[[LayerRow], Any]
    right: bool = False
    at_first: bool = True
    mono: bool = True


def _cost(field: str) -> tuple[Callable[[LayerRow], str], Callable[[LayerRow], Any]]:
    def value(row: LayerRow) -> int | None:
        return None if row.cost is None else int(getattr(row.cost, field))

    return lambda row: numbers.full(value(row)), lambda row: -1 if row.cost is None else value(row)


def _other(row: LayerRow) -> int | None:
    return None if row.cost is None else row.cost.add + row.cost.mul + row.cost.div_exp + row.cost.compare


def _value(name: str) -> tuple[Callable[[LayerRow], str], Callable[[LayerRow], Any]]:
    def text(row: LayerRow) -> str:
        value = row.values.get(name)
        if isinstance(value, (tuple, list)):
            return str(value[0]) if len(set(value)) == 1 else numbers.shape(value)
        return "" if value is None else str(value)

    return text, lambda row: (text(row).rjust(8), text(row))


def _shape(spec: Any) -> str:
    return numbers.shape(spec) if spec is not None else numbers.NOT_APPLICABLE


def _elements(spec: Any) -> int:
    return int(spec.elements) if spec is not None else -1


def _timed(id: str, title: str, width: int, *, right: bool = True) -> Column:
    """A column whose figures are measured: `TIMED` says what stands in it."""
    return Column(id, title, width, width - 12, lambda row: "", lambda row: -1, right=right, at_first=False, mono=id != "bound")


COLUMNS = (
    Column("name", "Layer", 132, 104, lambda row: row.name, lambda row: row.name, mono=False),
    Column("block", "Block", 118, 76, lambda row: "" if row.level == STAGE else row.block, lambda row: row.block, mono=False),
    Column("stage", "Stage", 84, 64, lambda row: row.stage or "", lambda row: row.stage or "", at_first=False, mono=False),
    Column("kernel", "Kernel", 80, 76, lambda row: row.kernel, lambda row: row.kernel),
    Column(
        "input",
        "Input",
        124,
        112,
        lambda row: " + ".join(_shape(spec) for spec in row.inputs[:3]),
        lambda row: sum(map(_elements, row.inputs)),
        at_first=False,
    ),
    Column("output", "Output", 124, 112, lambda row: _shape(row.output), lambda row: _elements(row.output)),
    Column("stride", "Stride", 60, 56, *_value("stride"), right=True, at_first=False),
    Column("groups", "Groups", 64, 60, *_value("groups"), right=True, at_first=False),
    Column("params", "Params", 84, 76, *_cost("params"), right=True),
    Column("buffers", "Buffers", 80, 68, *_cost("buffers"), right=True, at_first=False),
    Column(
        "macs",
        "MACs",
        104,
        92,
        lambda row: units.full(None if row.cost is None else row.cost.macs),
        lambda row: -1 if row.cost is None else row.cost.macs,
        right=True,
    ),
    _timed("ms", "ms", 72),
    Column("share", "Share of MACs", 142, 98, lambda row: "", lambda row: -1 if row.cost is None else row.cost.macs, right=True),
    _timed("time_share", "Share of time", 96),
    _timed("gmacs", "GMAC/s", 72),
    _timed("intensity", "MAC/byte", 76),
    _timed("bound", "Bound by", 84, right=False),
    _timed("save", "Save, ms", 72),
    Column("activations", "Activations", 96, 84, *_cost("activations"), right=True),
    Column(
        "other",
        "Other ops",
        96,
        84,
        lambda row: numbers.full(_other(row)),
        lambda row: _other(row) or 0,
        right=True,
        at_first=False,
    ),
    Column(
        "bytes",
        "Weights",
        84,
        76,
        lambda row: numbers.bytes_(None if row.cost is None else 4 * (row.cost.params + row.cost.buffers)),
        lambda row: -1 if row.cost is None else row.cost.params + row.cost.buffers,
        right=True,
        at_first=False,
    ),
)
PLACE = {column.id: place for place, column in enumerate(COLUMNS)}


class LayerModel(RowTableModel):
    """Rows of one document at a level, filtered and sorted. Reads the delta of each analysis and rebuilds only changed blocks."""

    rebuilt = Signal()  # rows came or went: selections have to be set again

    def __init__(self) -> None:
        super().__init__()
        self._controller: Controller | None = None
        self.level = LAYER
        self.rows: list[LayerRow] = []
        self._of_node: dict[str, list[LayerRow]] = {}
        self._closed: set[str] = set()
        self._terms: list[Term] = []
        self._sort = SORT_NATURAL
        self._descending = True
        self.most = 0  # MACs of the largest row: the full length of a share bar
        self.total: Cost | None = None
        self.times = LayerTimes()

    # -- what it shows -----------------------------------------------------------------------------------------------------

    def set_controller(self, controller: Controller | None) -> None:
        self._controller = controller
        self._of_node = {}
        self.refresh()

    def set_level(self, level: str) -> None:
        if level != self.level:
            self.level = level
            self._of_node = {}
            self.refresh()

    def set_filter(self, text: str) -> None:
        self._terms = terms(text)
        self.refresh()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives the order of execution back, with the stages above their rows."""
        self._sort = column
        self._descending = order == Qt.SortOrder.DescendingOrder
        self.refresh()

    @property
    def sorted_by(self) -> tuple[int, bool]:
        """Column and whether the largest comes first; column -1 in the order of execution."""
        return self._sort, self._descending

    def toggle(self, stage: str) -> None:
        """Fold or unfold a stage."""
        self._closed ^= {stage}
        self.refresh()

    def is_closed(self, stage: str | None) -> bool:
        return stage in self._closed

    def unit_changed(self) -> None:
        self._touch()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    # -- following ---------------------------------------------------------------------------------------------------------

    def follow(self, delta: Delta) -> None:
        """Rebuild what an edit changed."""
        for node_id in (*delta.changed, *delta.removed):
            self._of_node.pop(node_id, None)
        self.refresh()

    def forget(self, node_ids: Iterable[str]) -> None:
        """Build the rows of these nodes anew when the list is next brought up to date: their records changed."""
        for node_id in node_ids:
            self._of_node.pop(node_id, None)

    def refresh(self) -> None:
        """Bring the list up to date; rows that stay are only repainted."""
        self.times.follow(self._controller)
        rows = self._build()
        self.total = self._controller.engine.total if self._controller is not None else None
        self.most = max([row.cost.macs for row in rows if row.cost is not None], default=0)
        if len(rows) == len(self.rows) and all(
            a.node_ids == b.node_ids and a.group == b.group for a, b in zip(rows, self.rows, strict=True)
        ):
            self.rows = rows
            self._touch()
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        self.rebuilt.emit()

    def shown_name(self, row: LayerRow) -> str:
        """What a row is called: with its stage where it does not stand under it, for each stage may have a unit1."""
        sorted_ = self._sort != SORT_NATURAL
        return f"{row.stage}.{row.name}" if sorted_ and row.stage is not None and row.level != STAGE else row.name

    def longest_names(self) -> set[str]:
        """The names that may be the widest of those that are shown: those with the most letters, or nearly so."""
        names = {self.shown_name(row) for row in self.rows[:SAMPLE] if row.level != STAGE}
        most = max(map(len, names), default=0)
        return {name for name in names if len(name) >= most - 2}

    def letters(self) -> dict[str, int]:
        """How many letters the longest name and the longest figure of a column have, at least: no row costs more than all rows
        together."""
        found: dict[str, int] = {"names": max(map(len, self.longest_names()), default=0)}
        if self.total is not None:
            for name in ("params", "buffers", "activations"):
                found[name] = len(numbers.full(int(getattr(self.total, name))))
            found["macs"] = len(units.full(self.total.macs))
        found["output"] = max([len(_shape(row.output)) for row in self.rows[:SAMPLE]], default=0)
        found["kernel"] = max([len(row.kernel) for row in self.rows[:SAMPLE]], default=0)
        return found

    def _touch(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))

    def _build(self) -> list[LayerRow]:
        controller = self._controller
        if controller is None:
            return []
        root, engine = controller.design.root, controller.engine
        results = engine.results
        kept = self._of_node
        level = LAYER if self.level == LAYER else BLOCK
        order = [node_id for node_id in (*engine.order.order, *engine.order.rest) if node_id in results]
        natural = self._sort == SORT_NATURAL
        members: dict[str, list[str]] = {}
        listed: list[tuple[str | None, list[LayerRow]]] = []
        place: dict[str, int] = {}
        for node_id in order:
            node = root.node(node_id)
            if node.block in ("input", "output") and results[node_id].status != "error":
                continue
            rows = kept.get(node_id)
            if rows is None:
                rows = kept[node_id] = rows_of_node(node, results[node_id], level)
            stage = node.stage
            if stage is None:
                listed.append((None, rows))
            elif stage in place:
                members[stage].append(node_id)
                listed[place[stage]][1].extend(rows)
            else:
                members[stage] = [node_id]
                place[stage] = len(listed)
                listed.append((stage, list(rows)))
        if self.level == STAGE:
            found = [
                row
                for stage, rows in listed
                for row in (rows if stage is None else [self._stage(stage, members[stage], rows, results, group=False)])
            ]
            return self._sorted(self._passing(found))
        if not natural:
            return self._sorted(self._passing([row for _, rows in listed for row in rows]))
        found = []
        for stage, rows in listed:
            passing = self._passing(rows)
            if stage is not None and passing:
                found.append(self._stage(stage, members[stage], rows, results, group=True))
                if stage in self._closed:
                    continue
            found += passing
        return found

    def _stage(
        self, stage: str, ids: list[str], rows: list[LayerRow], results: dict[str, NodeResult], *, group: bool
    ) -> LayerRow:
        assert self._controller is not None
        nodes: list[Node] = [self._controller.design.root.node(node_id) for node_id in ids]
        return stage_row(stage, nodes, [results[node_id] for node_id in ids], layers=len(rows), group=group)

    def _passing(self, rows: list[LayerRow]) -> list[LayerRow]:
        wanted = self._terms
        if not wanted:
            return rows
        return [row for row in rows if matches(wanted, _words(row), lambda row=row: _named(row))]  # type: ignore[misc]

    def _sorted(self, rows: list[LayerRow]) -> list[LayerRow]:
        if self._sort == SORT_NATURAL:
            return rows
        column = COLUMNS[self._sort]
        key = self.times.key(column.id) if column.id in TIMED else column.key
        return sorted(rows, key=key, reverse=self._descending)

    # -- Qt ----------------------------------------------------------------------------------------------------------------

    def row_total(self) -> int:
        return len(self.rows)

    def column_total(self) -> int:
        return len(COLUMNS)

    def head(self, column: int) -> str:
        return heading(column)

    def stands_right(self, column: int) -> bool:
        return COLUMNS[column].right and COLUMNS[column].id != "share"

    def cell(self, row: int, column: int) -> str:
        return self.text(self.rows[row], column)

    def said(self, row: int, column: int, role: int) -> Any:
        found = self.rows[row]
        if role == ROW_ROLE:
            return found
        if role == Qt.ItemDataRole.ToolTipRole:
            return found.said if found.status in ("error", "blocked", "incomplete", "unused") and found.said else None
        return None

    def text(self, row: LayerRow, column: int) -> str:
        """What stands in a cell, as it is shown and copied."""
        if COLUMNS[column].id == "share":
            return self.share(row)
        if COLUMNS[column].id in TIMED:
            return self.times.text(row, COLUMNS[column].id)
        return COLUMNS[column].text(row)

    def share(self, row: LayerRow) -> str:
        if row.cost is None or self.total is None:
            return numbers.UNKNOWN
        return numbers.share(row.cost.macs / self.total.macs) if self.total.macs else numbers.share(0)


def heading(column: int) -> str:
    """The title of a column, in the unit in use."""
    title = COLUMNS[column].title.replace(units.MACS, units.name())
    return title.replace("MAC/", "FLOP/") if units.name() == units.FLOPS else title


def _words(row: LayerRow) -> str:
    return f"{row.name} {row.block} {row.stage or ''} {row.kernel} {row.said}".lower()


def _named(row: LayerRow) -> dict[str, Any]:
    cost = msgspec.structs.asdict(row.cost) if row.cost is not None else {}
    named = {
        **row.values,
        **cost,
        "name": row.name,
        "block": row.block,
        "stage": row.stage,
        "output": row.output,
        "status": row.status,
    }
    if row.cost is not None:
        named["flops"] = row.cost.flops
    kernel = named.get("kernel_size")
    if kernel is not None:
        named.setdefault("kernel", kernel)
    if row.output is not None:
        named["channels"] = row.output[0]
    return named


def as_text(model: LayerModel, columns: list[int], *, markdown: bool) -> str:
    """The table as CSV (RFC 4180) or as a Markdown table, with the columns that are shown. Group rows are left out: their numbers
    stand in the rows below them."""
    lines: list[list[str]] = [[heading(column) for column in columns]]
    for row in model.rows:
        if row.group:
            continue
        cells = []
        for column in columns:
            text = model.text(row, column)
            if COLUMNS[column].id == "name" and row.stage is not None and row.level != STAGE:
                text = f"{row.stage}.{text}"
            cells.append(text if markdown else _plain(text))
        lines.append(cells)
    if not markdown:
        return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)
    rule = ["---:" if COLUMNS[column].right else "---" for column in columns]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in (lines[0], rule, *lines[1:]))


def _plain(text: str) -> str:
    """Numbers without separators, as spreadsheets read them."""
    bare = text.replace(",", "")
    return bare if bare.isdigit() else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text
