"""The figures of a profile, row by row: MACs and time of each stage, block or layer side by side, and what holds it back.

Figures come from pieces: what a run booked on a path, or what an estimate expects of it. A row has the pieces at its path and
below, whatever the level, so that stages, blocks and layers add up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from designer.analysis.engine import Engine
from designer.analysis.layers import BLOCK, LAYER, STAGE, LayerRow, rows_of_node, stage_row
from designer.analysis.measured import ELEMENT_BYTES, Bound, Profile, Roof, Setup
from designer.analysis.results import NodeResult
from designer.analysis.roofline import under_roof
from designer.analysis.units import units_of
from designer.app.controller import Controller
from designer.app.measurements import MEASURED, Kind, Time

SUSPICIOUS = 1.5
"""A row whose share of the time is so many times its share of the MACs is marked."""


class Piece(NamedTuple):
    """Something that ran, or will. `moved` are bytes, of the whole batch as `macs` are. Without a roof nothing holds it back.

    `fused` is 1 where it did the work of several layers at once, `reorder_ms` its time where it only moves data for the next.
    """

    path: str
    ms: float
    macs: int
    moved: int
    bound: Bound | None = None
    save_ms: float | None = None
    fused: int = 0
    reorder_ms: float = 0.0


class Sum(NamedTuple):
    """Several pieces together; `bound` is what holds most of their time back."""

    ms: float
    macs: int
    moved: int
    bound: Bound | None
    save_ms: float | None
    fused: int = 0
    reorder_ms: float = 0.0


class Pieces:
    """Pieces by path, and their sums."""

    def __init__(self, pieces: Iterable[Piece], roof: Roof | None) -> None:
        self._sorted = sorted(pieces, key=lambda piece: piece.path)
        self._paths = [piece.path for piece in self._sorted]
        self.roof = roof

    def __bool__(self) -> bool:
        return bool(self._sorted)

    def below(self, path: str) -> Sum | None:
        """All at a path and inside of it; None where there is nothing."""
        first, last = bisect_left(self._paths, path), bisect_left(self._paths, f"{path}.")
        found = [piece for piece in self._sorted[first:last] if piece.path == path]
        while last < len(self._paths) and self._paths[last].startswith(f"{path}."):
            found.append(self._sorted[last])
            last += 1
        return total(found)

    def around(self, path: str) -> str:
        """The nearest path around this one on which something was booked, "" where there is none."""
        while "." in path:
            path = path.rpartition(".")[0]
            at = bisect_left(self._paths, path)
            if at < len(self._paths) and self._paths[at] == path:
                return path
        return ""


def total(pieces: Iterable[Piece | Sum]) -> Sum | None:
    """Several pieces as one."""
    ms, macs, moved, save, some = 0.0, 0, 0, 0.0, False
    judged = False
    fused, reorder = 0, 0.0
    by_bound: dict[Bound, float] = {}  # milliseconds
    for piece in pieces:
        some = True
        ms, macs, moved = ms + piece.ms, macs + piece.macs, moved + piece.moved
        fused, reorder = fused + piece.fused, reorder + piece.reorder_ms
        if piece.bound:
            by_bound[piece.bound] = by_bound.get(piece.bound, 0.0) + piece.ms
        if piece.save_ms is not None:  # what moves no bytes is not judged
            save += piece.save_ms
            judged = True
    if not some:
        return None
    bound = max(by_bound.items(), key=lambda pair: pair[1])[0] if by_bound else None
    return Sum(ms, macs, moved, bound, save if judged else None, fused, reorder)


def pieces_of_run(profile: Profile) -> Pieces:
    """What a run booked: on layers, or on blocks where its backend knows no layers."""
    found = [
        Piece(
            layer.path,
            layer.ms,
            layer.macs,
            layer.bytes,
            layer.bound,
            layer.save_ms,
            fused=int(layer.sort == "fused"),
            reorder_ms=layer.ms if layer.sort == "reorder" else 0.0,
        )
        for layer in profile.layers
        if layer.path
    ]
    if not found:
        found = [
            Piece(block.path, block.ms, block.macs, block.bytes, block.bound, block.save_ms)
            for block in profile.blocks
            if block.ms is not None
        ]
    return Pieces(found, profile.roof)


def held_in(profile: Profile) -> dict[str, str]:
    """Blocks whose layers, or some of them, ran inside of another block's: by path, the path of that one."""
    return {inner: block.path for block in profile.blocks for inner in block.fused_with}


def pieces_expected(engine: Engine, setup: Setup, times: Mapping[str, float], roof: Roof | None) -> Pieces:
    """What an estimate expects: `times` are milliseconds by the path on which each unit is booked."""
    found = []
    units = units_of(engine, setup.backend)
    size = ELEMENT_BYTES[setup.dtype]
    for unit in units.units:
        path = common_path([units.paths[step] for step in unit.steps])
        ms = times.get(path)
        if ms is None:
            continue
        macs, moved = unit.macs * setup.batch, unit.bytes(size, setup.batch)
        judged = under_roof(roof, ms, macs, moved) if roof is not None else None
        found.append(
            Piece(path, ms, macs, moved, judged.bound if judged else None, judged.save_ms if judged else None),
        )
    return Pieces(found, roof)


def common_path(paths: list[str]) -> str:
    """The smallest block that holds all of these; for layers of several root nodes the first of these nodes."""
    if len(paths) == 1:
        return paths[0]
    first, *others = [path.split(".") for path in paths]
    same = 0
    while same < len(first) and all(same < len(other) and other[same] == first[same] for other in others):
        same += 1
    return ".".join(first[:same]) if same else paths[0]


# -- rows ---------------------------------------------------------------------------------------------------------------------


class ProfileRow(NamedTuple):
    """One row. `macs` are those of one input, `layer` is what the table of layers says about it.

    `time_share` and `mac_share` are of the whole design, 0 to 1. `where` is the path on which its time was booked together with
    that of others, "" where it has its own. `fused` nodes of the runtime did several of its layers at once, and `reorder_ms` of
    its time only moved data.
    """

    layer: LayerRow
    path: str
    macs: int | None
    mac_share: float | None
    ms: float | None = None
    kind: Kind | None = None
    time_share: float | None = None
    gmacs_per_s: float | None = None
    moved: int | None = None
    macs_per_byte: float | None = None
    bound: Bound | None = None
    save_ms: float | None = None
    where: str = ""
    fused: int = 0
    reorder_ms: float = 0.0

    @property
    def suspicious(self) -> bool:
        """Whether it takes far more of the time than of the MACs."""
        if not self.time_share or self.mac_share is None or self.time_share < 0.02:
            return False
        return self.time_share > SUSPICIOUS * self.mac_share


def path_of(row: LayerRow) -> str:
    """The dotted path of a row of the table of layers."""
    return row.name if row.stage is None or row.level == STAGE else f"{row.stage}.{row.name}"


class Rows:
    """The rows of one document. What an edit did not change is not worked out again."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._kept: dict[tuple[str, str], tuple[NodeResult, list[LayerRow]]] = {}

    def layers(self, level: str) -> list[LayerRow]:
        """Stages, blocks or layers in the order of execution, without inputs and outputs."""
        controller = self._controller
        root, results = controller.design.root, controller.engine.results
        found: list[LayerRow] = []
        stages: dict[str, int] = {}
        members: dict[str, list[str]] = {}
        for node_id in controller.engine.order.order:
            node = root.node(node_id)
            if node.block in ("input", "output"):
                continue
            if level == STAGE and node.stage is not None:
                members.setdefault(node.stage, []).append(node_id)
                if node.stage not in stages:
                    stages[node.stage] = len(found)
                    found.append(NOWHERE)
                continue
            found += self._of_node(node_id, LAYER if level == LAYER else BLOCK)
        for stage, place in stages.items():
            ids = members[stage]
            nodes, known = [root.node(one) for one in ids], [results[one] for one in ids]
            found[place] = stage_row(stage, nodes, known, layers=len(ids), group=False)
        return found

    def _of_node(self, node_id: str, level: str) -> list[LayerRow]:
        node, result = self._controller.design.root.node(node_id), self._controller.engine.results[node_id]
        kept = self._kept.get((node_id, level))
        if kept is None or kept[0] is not result:
            kept = self._kept[node_id, level] = result, rows_of_node(node, result, level)
        return kept[1]

    def forget(self, node_ids: Iterable[str]) -> None:
        """Nodes are gone, or their records changed."""
        for node_id in node_ids:
            for level in (BLOCK, LAYER):
                self._kept.pop((node_id, level), None)


NOWHERE = LayerRow(STAGE, (), "", None, "", "", "", (), None, None, "", "", {})


class Source(NamedTuple):
    """Where figures come from: the run that is shown, and what is expected of what changed since."""

    ran: Pieces | None
    expected: Pieces | None
    batch: int
    held: Mapping[str, str] = {}  # blocks that ran inside of others


def figures(rows: Iterable[LayerRow], controller: Controller, source: Source) -> list[ProfileRow]:
    """The rows with their times."""
    times = controller.measurements
    cost = controller.engine.total
    all_macs = cost.macs if cost is not None else 0
    whole = times.layers_ms
    return [figures_of(row, controller, all_macs, whole, source) for row in rows]


def figures_of(row: LayerRow, controller: Controller, all_macs: int, whole: Time | None, source: Source) -> ProfileRow:
    """One row with its time; `all_macs` and `whole` are those of all rows together."""
    path = path_of(row)
    time = controller.measurements.ms_of(path)
    macs = row.cost.macs if row.cost is not None else None
    mac_share = macs / all_macs if macs is not None and all_macs else None
    if time is None:
        around = source.ran.around(path) if source.ran is not None and row.level == LAYER else source.held.get(path, "")
        return ProfileRow(row, path, macs, mac_share, where=around)
    found = _found(row, path, time, controller, source)
    share = time.ms / whole.ms if whole is not None and whole.ms > 0 else None
    if found is None or macs is None:
        where = source.held.get(path, "") if time.kind == MEASURED else ""
        return ProfileRow(row, path, macs, mac_share, time.ms, time.kind, share, where=where)
    speed = macs * source.batch / time.ms / 1e6 if macs and time.ms else None
    dense = found.macs / found.moved if found.macs and found.moved else None
    return ProfileRow(
        row,
        path,
        macs,
        mac_share,
        time.ms,
        time.kind,
        share,
        speed,
        found.moved,
        dense,
        found.bound,
        found.save_ms,
        source.held.get(path, "") if time.kind == MEASURED else "",
        found.fused,
        found.reorder_ms,
    )


def _found(row: LayerRow, path: str, time: Time, controller: Controller, source: Source) -> Sum | None:
    """The pieces of a row; of a stage those of its blocks, some of which may be measured and some expected."""
    if row.level != STAGE:
        pieces = source.ran if time.kind == MEASURED else source.expected
        return pieces.below(path) if pieces is not None else None
    sums = []
    for node_id in row.node_ids:
        mine = controller.measurements.of_node(node_id)
        pieces = None if mine is None else source.ran if mine.kind == MEASURED else source.expected
        found = pieces.below(controller.engine.results[node_id].path) if pieces is not None else None
        if found is not None:
            sums.append(found)
    return total(sums)


def whole_of(rows: list[ProfileRow], batch: int) -> ProfileRow:
    """All rows as one, as far as they are known."""
    macs = sum([row.macs or 0 for row in rows])
    known = [row for row in rows if row.ms is not None]
    ms = sum([row.ms or 0.0 for row in known]) if known and all(row.ms is not None or row.where for row in rows) else None
    moved = sum([row.moved or 0 for row in rows])
    saves = [row.save_ms for row in rows if row.save_ms is not None]
    kind: Kind | None = None if ms is None else MEASURED if all(row.kind == MEASURED for row in known) else "estimated"
    return ProfileRow(
        NOWHERE,
        "",
        macs,
        1.0 if macs else None,
        ms,
        kind,
        1.0 if ms else None,
        macs * batch / ms / 1e6 if ms and macs else None,
        moved or None,
        macs * batch / moved if moved and macs else None,
        None,
        sum(saves) if saves else None,
    )
