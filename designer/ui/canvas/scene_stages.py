"""`SceneStages`: which blocks of a scene are in which stage, and the frames around them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from designer.graph.design import RIGHT
from designer.graph.folding import stage_id
from designer.graph.network import Edge
from designer.ui.canvas.geometry import Box, around, frame_box
from designer.ui.canvas.stage_frame import StageFacts, StageFrame

if TYPE_CHECKING:
    from designer.ui.canvas.scene import Scene


class StageOrder(NamedTuple):
    """The place of each stage among the stages, and the last node of each, in execution order."""

    positions: dict[str, int]
    last: dict[str, str]


class SceneStages:
    """The stages of a design on the canvas. Its scene says what has changed; only the frames that concerns are told."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.of: dict[str, str] = {}
        """The stage of each block that is in one."""
        self._members: dict[str, set[str]] = {}
        self._order: StageOrder | None = None  # made when it is asked for
        self._told: dict[str, int] = {}  # the places of stages that frames know
        self._loose: set[str] = set()  # stages whose wires have changed since their frames were told

    def forget(self) -> None:
        """No block is in a stage, until the scene says so."""
        self._members, self.of, self._order = {}, {}, None

    def reorder(self) -> None:
        """The network is executed in another order."""
        self._order = None

    @property
    def names(self) -> set[str]:
        """All stages, with those that have lost their last block since they were told."""
        return set(self._members)

    def follow(self, node_id: str) -> None:
        """A block is there, or may be in another stage."""
        stage = self._scene.controller.design.root.node(node_id).stage or ""
        if self.of.get(node_id, "") != stage:
            self.leave(node_id)
            self._order = None
            if stage:
                self._members.setdefault(stage, set()).add(node_id)
                self.of[node_id] = stage

    def leave(self, node_id: str) -> None:
        """A block is in no stage any more."""
        stage = self.of.pop(node_id, "")
        if stage:
            self._order = None
            self._members[stage].discard(node_id)

    def members(self, stage: str) -> frozenset[str]:
        """The nodes of a stage."""
        return frozenset(self._members.get(stage, ()))

    def move(self, node_ids: Iterable[str]) -> None:
        """Let the frames follow blocks that are being dragged."""
        for stage in {self.of.get(node_id, "") for node_id in self._scene.folds.members(node_ids)}:
            if stage in self._scene.frames and self._members[stage]:
                self._scene.frames[stage].surround(self.box_of(stage))

    def box_of(self, stage: str) -> Box:
        """Around the blocks of a stage, and the bypasses that run beside them."""
        members = self._members[stage]
        inside = {self._scene.seen(node_id) for node_id in members}
        inner = around([self._scene.nodes[seen].box for seen in inside])
        assert inner is not None
        boxes = [inner]
        for seen in inside:
            for edge in self._scene.incoming[seen]:
                item = self._scene.edges[edge]
                if item.bypass or (edge.source in members and len(item.points) > 4):
                    boxes.append(_beside(inner, item.lane, self._scene.orientation))
        return frame_box(boxes, self._scene.orientation)

    def note_way(self, edge: Edge) -> None:
        """A wire takes another way, which its stage's frame may have to make room for."""
        stage = self.of.get(edge.target)
        if stage is not None:
            self._loose.add(stage)

    def tell(self, stages: set[str], *, totals: bool = False) -> None:
        """Let the frames of these stages show what became of them, and of those whose wires changed; `totals` says that all have
        another share."""
        stages |= self._loose
        self._loose = set()
        stages.discard("")
        for stage in stages:
            gone = not self._members.get(stage)
            if gone or stage_id(stage) in self._scene.folds.folded.folds:
                if gone:
                    self._members.pop(stage, None)
                frame = self._scene.frames.pop(stage, None)
                if frame is not None:
                    self._scene.removeItem(frame)
        positions = self.order.positions
        if not stages and not totals and positions == self._told:
            return
        self._told = positions
        for stage in sorted(stages, key=lambda stage: positions.get(stage, 0)):  # where frames overlap, the later lies above
            members = self._members.get(stage)
            if not members or stage_id(stage) in self._scene.folds.folded.folds:
                continue
            frame = self._scene.frames.get(stage)
            if frame is None:
                frame = self._scene.frames[stage] = StageFrame(stage, self._scene.orientation)
                self._scene.addItem(frame)
            frame.surround(self.box_of(stage))
            frame.why_open = self._scene.folds.why_open(stage)
            frame.tell(self.facts(stage, members), positions[stage])
        for stage, frame in self._scene.frames.items():
            if stage not in stages:
                facts = frame.facts
                frame.tell(facts._replace(share=self._share(facts.macs)) if totals else facts, positions[stage])

    @property
    def order(self) -> StageOrder:
        """How the stages lie in the execution order."""
        if self._order is None:
            positions: dict[str, int] = {}
            last: dict[str, str] = {}
            for node_id in self._scene.rank:
                stage = self.of.get(node_id)
                if stage is not None:
                    positions.setdefault(stage, len(positions))
                    last[stage] = node_id
            self._order = StageOrder(positions, last)
        return self._order

    def _share(self, macs: int | None) -> float | None:
        """The share of a stage in the MACs of the design."""
        total = self._scene.controller.engine.total
        return macs / total.macs if macs is not None and total is not None and total.macs else None

    def facts(self, stage: str, members: set[str]) -> StageFacts:
        """What a stage adds up to."""
        results = self._scene.controller.engine.results
        params = macs = 0
        bad = waiting = 0
        waits = ""
        for node_id in members:
            result = results[node_id]
            if result.status != "unused":  # as in the totals
                params += result.cost.params
                macs += result.cost.macs
            if result.status == "error":
                bad += 1
            elif result.status == "blocked":
                waiting += 1
                waits = result.blocked_by
        spec = next(iter(results[self.order.last[stage]].outputs.values()), None)
        if waiting == len(members):
            return StageFacts(len(members), None, None, None, None, waits)
        if bad or waiting:
            return StageFacts(len(members), None, None, None, None)
        return StageFacts(len(members), spec, params, macs, self._share(macs))


def _beside(inner: Box, lane: Box, orientation: str) -> Box:
    """The box of the blocks of a stage, as far across the flow as a wire that runs beside them."""
    if orientation == RIGHT:
        return inner._replace(top=min(inner.top, lane.top), bottom=max(inner.bottom, lane.bottom))
    return inner._replace(left=min(inner.left, lane.left), right=max(inner.right, lane.right))
