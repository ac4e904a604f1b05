"""From the times of what ran to those of layers, of units for the latency table, and of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from designer.analysis.measured import BlockTime, LayerTime, Roof, UnitTime
from designer.analysis.roofline import under_roof
from designer.analysis.units import Units
from designer.compile.onnx_prepare import smallest_block
from designer.compile.plan import Plan


class Piece(NamedTuple):
    """Something that ran: its operator, its milliseconds, and the steps of the design that it did, in execution order. With
    `moves` it only moved data for them."""

    op: str
    ms: float
    steps: tuple[int, ...]
    moves: bool = False


class Times(NamedTuple):
    """All that a run says about the parts of a design."""

    layers: list[LayerTime]
    units: list[UnitTime]
    blocks: list[BlockTime]


class Book:
    """Books pieces on the parts of one design. `size` are the bytes of an element."""

    def __init__(self, plan: Plan, units: Units, *, size: int, batch: int, roof: Roof | None) -> None:
        self.plan = plan
        self.units = units
        self.size = size
        self.batch = batch
        self.roof = roof
        self._steps = units.flat.steps
        self._node_of = units.node_of()
        kept = {step for _, step in units.flat.output_nodes}
        self._readers: list[list[int]] = [[] for _ in self._steps]
        for k, refs in enumerate(units.flat.inputs):
            for ref in refs:
                self._readers[ref].append(k)
        self._kept = kept

    def times(self, pieces: Sequence[Piece]) -> Times:
        """Book them all."""
        whole = sum(piece.ms for piece in pieces) or 1.0
        return Times([self._layer(piece, whole) for piece in pieces], self._units(pieces), self._blocks(pieces, whole))

    def blocks_without_times(self) -> list[BlockTime]:
        """The blocks of a design of which only the whole was timed."""
        return self._blocks((), 1.0, timed=False)

    # -- layers --------------------------------------------------------------------------------------------------------------

    def _layer(self, piece: Piece, whole: float) -> LayerTime:
        parts = tuple([self.units.paths[k] for k in piece.steps])
        path = smallest_block(*parts) if parts else ""
        if not path and parts:
            path = self.units.paths[self._main(piece.steps)]
        macs = 0 if piece.moves else self.macs(piece.steps)
        moved = 0 if piece.moves else self.moved(piece.steps)
        under = None
        if self.roof is not None and not piece.moves and (macs or moved):
            under = under_roof(self.roof, piece.ms, macs, moved)
        return LayerTime(
            path=path,
            op=piece.op,
            ms=piece.ms,
            share=piece.ms / whole,
            sort="reorder" if piece.moves else "fused" if len(parts) > 1 else "layer",
            parts=parts,
            key="" if piece.moves else self._key(piece.steps),
            macs=macs,
            bytes=moved,
            gmacs_per_s=_rate(macs, piece.ms),
            macs_per_byte=macs / moved if moved else None,
            bound=under.bound if under else None,
            save_ms=under.save_ms if under else None,
        )

    def _key(self, steps: tuple[int, ...]) -> str:
        """The unit's that these steps are, "" where they are several, or only a part of one."""
        found = {self.units.unit_of[k] for k in steps}
        unit = self.units.units[found.pop()] if len(found) == 1 else None
        return unit.key if unit is not None and len(unit.steps) == len(steps) else ""

    def _main(self, steps: Iterable[int]) -> int:
        """The step that does the most: the one whose block bears the time."""
        return max(steps, key=lambda k: (self._steps[k].cost.macs, self._steps[k].elements, -k))

    def macs(self, steps: Iterable[int]) -> int:
        """MACs of so many steps, of the whole batch."""
        return self.batch * sum([self._steps[k].cost.macs for k in steps])

    def moved(self, steps: tuple[int, ...]) -> int:
        """Bytes that steps which run at once have to move at least: what they read from others, what others read, weights."""
        inside = set(steps)
        if all(self._steps[k].block.makes_no_tensor for k in steps):
            return 0
        sources = {ref for k in steps for ref in self.units.flat.inputs[k]} - inside
        elements = sum([self._steps[ref].elements for ref in sources])
        for k in steps:
            readers = self._readers[k]
            if k in self._kept or not readers or not inside.issuperset(readers):
                elements += self._steps[k].elements
        weights = sum([self._steps[k].cost.params + self._steps[k].cost.buffers for k in steps])
        return self.size * (self.batch * elements + weights)

    # -- units ---------------------------------------------------------------------------------------------------------------

    def _units(self, pieces: Sequence[Piece]) -> list[UnitTime]:
        """The time of each kind of unit: the mean over all of its kind in the design."""
        sums: dict[str, list[float]] = {}
        for unit, ms in zip(self.units.units, self.spent(pieces), strict=True):
            sums.setdefault(unit.key, []).append(ms)
        kinds = {unit.key: unit for unit in self.units.units}
        return [
            UnitTime(
                key=key,
                ms=sum(times) / len(times),
                macs=kinds[key].macs * self.batch,
                bytes=kinds[key].bytes(self.size, self.batch),
                calls=len(times),
            )
            for key, times in sums.items()
        ]

    def spent(self, pieces: Sequence[Piece]) -> list[float]:
        """Milliseconds of each unit. What a piece did for several units counts for the one that does the most; a unit that
        something else took in costs nothing."""
        found = [0.0] * len(self.units.units)
        for piece in pieces:
            if piece.steps:
                found[self.units.unit_of[self._main(piece.steps)]] += piece.ms
        return found

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def _blocks(self, pieces: Sequence[Piece], whole: float, *, timed: bool = True) -> list[BlockTime]:
        """The root blocks in execution order. A piece that belongs to several counts for the one that does the most of it."""
        engine = self.plan.engine
        mine: dict[str, list[Piece]] = {}
        others: dict[str, dict[str, None]] = {}
        for piece in pieces:
            if not piece.steps:
                continue
            node = self._node_of[self._main(piece.steps)]
            mine.setdefault(node, []).append(piece)
            if not piece.moves:
                also = {self._node_of[k]: None for k in piece.steps if self._node_of[k] != node}
                others.setdefault(node, {}).update(also)
        found = []
        for node_id, start, end in self.units.flat.spans:
            steps = [k for k in range(start, end) if self._steps[k].block.category != "io"]
            if not steps:
                continue
            result = engine.results[node_id]
            booked = mine.get(node_id, [])
            working = [piece for piece in booked if not piece.moves]
            done = [k for piece in working for k in piece.steps]
            ms = sum(piece.ms for piece in booked) if timed else None
            macs = self.macs(done) if timed and done else self.macs(steps)
            moved = sum([self.moved(piece.steps) for piece in working]) if timed else self._alone(steps)
            under = None
            if ms is not None and self.roof is not None and (macs or moved):
                under = under_roof(self.roof, ms, macs, moved, len(working)) if working else None
            found.append(
                BlockTime(
                    path=result.path,
                    ms=ms,
                    share=ms / whole if ms is not None else None,
                    macs=macs,
                    gmacs_per_s=_rate(macs, ms) if working else None,
                    bytes=moved,
                    bound=under.bound if under else None,
                    save_ms=under.save_ms if under else None,
                    macs_per_byte=macs / moved if moved else None,
                    block=result.block,
                    stage=engine.design.root.node(node_id).stage,
                    fused_with=tuple([engine.results[other].path for other in others.get(node_id, ())]),
                )
            )
        return found

    def _alone(self, steps: list[int]) -> int:
        """Bytes of steps whose units run one after the other."""
        units = {self.units.unit_of[k] for k in steps}
        return sum([self.units.units[unit].bytes(self.size, self.batch) for unit in units])


def _rate(macs: int, ms: float | None) -> float | None:
    return macs / ms / 1e6 if ms and macs else None
