"""The controller of what is inside an own block: to canvas and panels it is a document of its own.

Edits made here are edits of the whole document, on its one undo stack; shapes and costs are those of the copy one came from.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from blocks.spec import TensorSpec
from designer.analysis.engine import Delta
from designer.analysis.inside_engine import Given, InsideEngine
from designer.app.controller import Controller, GraphDelta
from designer.graph.design import ROOT, Design
from designer.graph.edits import Change, Compound, Edit, SetStage
from designer.graph.inside import DesignInside, rescoped
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN, OwnBlock

if TYPE_CHECKING:
    from designer.app.measurements import Measurements, Time

NO_STAGES = "Stages are of the design itself: what is inside a block has none."


class InsideController(Controller):
    """What is inside the own block at `node_id` of `outer`, or a definition seen without a copy (`node_id` "").

    `scope` is the id of the definition, `document` the controller of the whole document.
    """

    def __init__(self, outer: Controller, scope: str, node_id: str = "", parent: QObject | None = None) -> None:
        QObject.__init__(self, parent)
        self.outer = outer
        self.document: Controller = outer.document if isinstance(outer, InsideController) else outer
        self.scope = scope
        self.node_id = node_id
        self.view = DesignInside(self.document.design, scope)
        self.design = self.view
        self._shapes: dict[str, TensorSpec] = {}
        self.inner = InsideEngine(self.view, self._given())
        self.engine = self.inner
        self.stack = self.document.stack
        self._selection = frozenset()
        self._remember()
        outer.followed.connect(self._follow_document)
        outer.analysis_changed.connect(self._follow_copy)
        self.document.refused.connect(self.refused)
        self.document.title_changed.connect(self.title_changed)

    def release(self) -> None:
        """Listen no longer."""
        self.outer.followed.disconnect(self._follow_document)
        self.outer.analysis_changed.disconnect(self._follow_copy)
        self.document.refused.disconnect(self.refused)
        self.document.title_changed.disconnect(self.title_changed)

    # -- the document around ------------------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether the definition and the copy that one came from are still there."""
        if self.document.design is not self.view.whole or self.view.definition is None:
            return False
        network = self.outer.design.root
        return not self.node_id or (self.node_id in network and network.node(self.node_id).block == OWN + self.scope)

    @property
    def path(self) -> Path | None:
        return self.document.path

    def saved_as(self, path: Path) -> None:
        self.document.saved_as(path)

    @property
    def title(self) -> str:
        return self.design.name

    @property
    def unsaved(self) -> bool:
        return self.document.unsaved

    def replace_design(self, design: Design) -> None:
        self.document.replace_design(design)

    @property
    def measurements(self) -> Measurements:
        return self.document.measurements

    def dotted_path(self, node_id: str) -> str:
        around = self.outer.dotted_path(self.node_id) if self.node_id else ""
        return f"{around}.{node_id}" if around else ""

    def time_of(self, node_id: str) -> Time | None:
        path = self.dotted_path(node_id)
        return self.measurements.ms_of(path) if path else None

    # -- editing ------------------------------------------------------------------------------------------------------------

    def apply(self, edit: Edit, text: str, *, merge: str = "") -> bool:
        if _stages(edit):
            self.refused.emit(NO_STAGES)
            return False
        step = f"{text} inside {self.title}"  # it may be taken back while something else is shown
        return self.document.apply(rescoped(edit, self.scope), step, merge=f"{merge} in {self.scope}" if merge else "")

    def finish_merge(self) -> None:
        self.document.finish_merge()

    # -- following ----------------------------------------------------------------------------------------------------------

    def _given(self) -> Given:
        """What the copy gives: shapes and values, as far as there is a copy and it knows them."""
        definition = self.view.definition
        block = self.design.resolve(OWN + self.scope)
        if definition is None or not isinstance(block, OwnBlock):
            return Given({}, {})
        values = {name: parameter.default for name, parameter in block.parameters.items()}
        inputs = {}
        if self.node_id and self.node_id in self.outer.design.root:
            result = self.outer.engine.results.get(self.node_id)
            if result is not None:
                self._shapes |= result.inputs  # those it had last stand in while what feeds it has a problem
            inputs = {port: spec for port, spec in self._shapes.items() if port in {one.name for one in block.inputs}}
            if self.outer.design.root.node(self.node_id).block == block.id:
                values = self.outer.engine.values_of(self.node_id)
        bound = {}
        for name, parameter in block.parameters.items():
            for binding in definition.exposed[name].bindings:
                bound[binding] = parameter.raw(values[name])
        return Given(inputs, bound)

    def _remember(self) -> None:
        self._network: Network = self.design.root
        self._nodes: dict[str, Node] = {node.id: node for node in self._network.nodes()}
        self._edges: frozenset[Edge] = frozenset(self._network.edges())

    def _follow_document(self, delta: GraphDelta) -> None:
        if not self.alive:
            self.followed.emit(delta)
            return
        touched = {node_id for scope, node_id in delta.touched if scope == self.scope}
        if self.design.root is not self._network:  # defined anew, as when a parameter is exposed
            touched |= self._different()
        self._remember()
        before = self.inner.given
        self.inner.given = self._given()
        changes = bool(touched) or delta.definitions or before != self.inner.given
        found = None
        if changes:
            change = Change(Compound(edits=()), {(ROOT, node_id) for node_id in touched}, True, delta.definitions)
            found = self.inner.update(change)
        self.graph_changed.emit(
            GraphDelta(frozenset({(ROOT, node_id) for node_id in touched}), delta.structural, delta.definitions)
        )
        self.followed.emit(delta)
        if found is not None:
            self.analysis_changed.emit(found)
        gone = [node_id for node_id in self._selection if node_id not in self.design.root]
        if gone:
            self.select(self._selection - frozenset(gone))

    def _different(self) -> set[str]:
        """The nodes that differ from those seen last, or whose wires do."""
        network = self.design.root
        now = {node.id: node for node in network.nodes()}
        found = {node_id for node_id in now.keys() | self._nodes.keys() if now.get(node_id) != self._nodes.get(node_id)}
        return found | {edge.target for edge in self._edges ^ frozenset(network.edges())}

    def _follow_copy(self, _: Delta) -> None:
        """The copy has other shapes or values."""
        if not self.alive:
            return
        found = self.inner.give(self._given())
        if found is not None:
            self.analysis_changed.emit(found)


def _stages(edit: Edit) -> bool:
    if isinstance(edit, Compound):
        return any(_stages(inner) for inner in edit.edits)
    return isinstance(edit, SetStage) and edit.stage is not None
