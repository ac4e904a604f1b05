"""Edits: everything that changes a design, as frozen records whose `apply` gives the exact inverse.

Edits hold ids and values only. An edit that cannot be applied raises StructureError and has changed nothing. Those of own blocks'
definitions are in `definition_edits`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from blocks.errors import LightdesignerError
from blocks.parameters import shown
from designer.graph import rules
from designer.graph.design import ROOT, Design, Note, Origin
from designer.graph.network import Edge, Network, Node, slots
from designer.graph.rules import StructureError


class Change(msgspec.Struct):
    """What applying an edit did: its inverse, the nodes it touched by scope, and whether nodes, wires or definitions changed."""

    inverse: Edit
    touched: set[tuple[str, str]]
    structural: bool = False
    definitions: bool = False


class Edit(msgspec.Struct, frozen=True):
    """Base of all edits. `scope` is ROOT or the id of a definition."""

    scope: str = ROOT

    def apply(self, design: Design) -> Change:
        """Change `design`. Raises StructureError, having changed nothing, when the graph cannot take it."""
        raise NotImplementedError

    def network(self, design: Design) -> Network:
        if self.scope != ROOT and self.scope not in design.definitions:
            raise StructureError("no_definition", f"There is no own block {shown(self.scope)}.")
        return design.network(self.scope)

    def _done(self, design: Design, inverse: Edit, *nodes: str, structural: bool = False) -> Change:
        inside = self.scope != ROOT
        if inside:
            design.definitions_changed()
        return Change(inverse, {(self.scope, node) for node in nodes}, structural or inside, inside)


class AddNode(Edit, frozen=True, kw_only=True):
    node: Node
    position: tuple[float, float] | None = None

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        rules.check_node(design, self.scope, self.node)
        network.add_node(self.node)
        if self.position is not None:
            design.positions.setdefault(self.scope, {})[self.node.id] = self.position
        return self._done(design, RemoveNode(scope=self.scope, id=self.node.id), self.node.id, structural=True)


class RemoveNode(Edit, frozen=True, kw_only=True):
    """Removes a node with its wires and its position."""

    id: str

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        node = rules.need_node(network, self.id)
        wires = [Edge(source, out, self.id, port) for port, (source, out) in network.sources(self.id).items()]
        wires += network.readers(self.id)
        for wire in wires:
            network.remove_edge(wire)
        network.remove_node(self.id)
        position = _drop_position(design, self.scope, self.id)
        add = AddNode(scope=self.scope, node=node, position=position)
        inverse: Edit = add
        if wires:
            inverse = Compound(scope=self.scope, edits=(add, *[Connect.again(self.scope, wire) for wire in wires]))
        touched = [self.id, *[wire.target for wire in wires]]
        return self._done(design, inverse, *touched, structural=True)


def _drop_position(design: Design, scope: str, node_id: str) -> tuple[float, float] | None:
    places = design.positions.get(scope)
    if places is None:
        return None
    position = places.pop(node_id, None)
    if not places:
        del design.positions[scope]
    return position


class Connect(Edit, frozen=True, kw_only=True):
    """Draws a wire from an output port to a free input port. `restore` puts one back whose ports an own block has lost since it
    was drawn."""

    source: str
    source_port: str
    target: str
    target_port: str
    restore: bool = False

    @classmethod
    def again(cls, scope: str, edge: Edge) -> Connect:
        """Puts back a wire that stood in the network."""
        return cls(scope=scope, source=edge[0], source_port=edge[1], target=edge[2], target_port=edge[3], restore=True)

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        edge = Edge(self.source, self.source_port, self.target, self.target_port)
        rules.check_connect(design, self.scope, edge, ports=not self.restore)
        network.add_edge(edge)
        inverse = Disconnect(scope=self.scope, target=self.target, target_port=self.target_port)
        return self._done(design, inverse, self.target, structural=True)


class Disconnect(Edit, frozen=True, kw_only=True):
    """Removes the wire that ends at an input port."""

    target: str
    target_port: str

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        rules.need_node(network, self.target)
        source = network.sources(self.target).get(self.target_port)
        if source is None:
            raise StructureError("no_edge", f"No wire ends at {self.target}.{self.target_port}.")
        edge = Edge(*source, self.target, self.target_port)
        network.remove_edge(edge)
        return self._done(design, Connect.again(self.scope, edge), self.target, structural=True)


class Reorder(Edit, frozen=True, kw_only=True):
    """Permutes the connected slots of a variadic port: slot k gets the wire that was in slot `order[k]`."""

    node: str
    order: tuple[int, ...]

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        node = rules.need_node(network, self.node)
        block = design.resolve(node.block)
        sources = network.sources(self.node)
        names = slots(block.inputs, sources) if block is not None and block.inputs and block.inputs[-1].variadic else []
        if not names or sorted(self.order) != list(range(len(names))):
            raise StructureError("bad_order", f"{self.node} has {len(names)} inputs to reorder, but got {list(self.order)}.")
        for name in names:
            network.remove_edge(Edge(*sources[name], self.node, name))
        for name, old in zip(names, self.order, strict=True):
            network.add_edge(Edge(*sources[names[old]], self.node, name))
        back = tuple(sorted(range(len(names)), key=self.order.__getitem__))
        return self._done(design, Reorder(scope=self.scope, node=self.node, order=back), self.node, structural=True)


class SetParam(Edit, frozen=True, kw_only=True):
    """Gives a parameter a raw value, or its default with `reset`. Meaning is reported by the analysis, not refused here."""

    node: str
    name: str
    value: Any = None
    reset: bool = False

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        node = rules.need_node(network, self.node)
        params = dict(node.params)
        if self.name in params:
            inverse = SetParam(scope=self.scope, node=self.node, name=self.name, value=params[self.name])
        else:
            inverse = SetParam(scope=self.scope, node=self.node, name=self.name, reset=True)
        if self.reset:
            params.pop(self.name, None)
        else:
            params[self.name] = self.value
        # `order` of inputs and outputs is part of the execution order
        boundary = node.block in ("input", "output")
        network.replace_node(changed(node, params=params), structural=boundary)
        return self._done(design, inverse, self.node, structural=boundary)


def changed(node: Node, **fields: Any) -> Node:
    return msgspec.structs.replace(node, **fields)


class SetLabel(Edit, frozen=True, kw_only=True):
    node: str
    label: str

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        node = rules.need_node(network, self.node)
        network.replace_node(changed(node, label=self.label))
        return self._done(design, SetLabel(scope=self.scope, node=self.node, label=node.label), self.node)


class SetStage(Edit, frozen=True, kw_only=True):
    """Puts a node into a stage, or out of all stages. Its dotted path changes with it."""

    node: str
    stage: str | None

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        node = rules.need_node(network, self.node)
        moved = changed(node, stage=self.stage)
        rules.check_stage(network, moved)
        network.replace_node(moved)
        inverse = SetStage(scope=self.scope, node=self.node, stage=node.stage)
        # followers' messages name this node by its path
        return self._done(design, inverse, self.node, *network.successors(self.node))


class SetDisabled(Edit, frozen=True, kw_only=True):
    """Bypasses a block with one output: it passes its first input on and costs nothing. `restore` bypasses again what could be
    bypassed when it was: an own block may have another number of outputs since."""

    node: str
    disabled: bool
    restore: bool = False

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        node = rules.need_node(network, self.node)
        block = design.resolve(node.block)
        if self.disabled and not self.restore:
            rules.check_bypass(node, block)
        network.replace_node(changed(node, disabled=self.disabled), structural=True)
        inverse = SetDisabled(scope=self.scope, node=self.node, disabled=node.disabled, restore=True)
        return self._done(design, inverse, self.node, structural=True)


class Move(Edit, frozen=True, kw_only=True):
    """Places nodes at scene positions in px; None takes a node's position away."""

    positions: dict[str, tuple[float, float] | None]

    def apply(self, design: Design) -> Change:
        network = self.network(design)
        for node_id in self.positions:
            rules.need_node(network, node_id)
        places = design.positions.setdefault(self.scope, {})
        before = {node_id: places.get(node_id) for node_id in self.positions}
        for node_id, position in self.positions.items():
            if position is None:
                places.pop(node_id, None)
            else:
                places[node_id] = position
        if not places:
            del design.positions[self.scope]
        return Change(Move(scope=self.scope, positions=before), {(self.scope, node_id) for node_id in self.positions})


class SetNote(Edit, frozen=True, kw_only=True):
    """Places or replaces a note on the canvas; None removes it."""

    id: str
    note: Note | None

    def apply(self, design: Design) -> Change:
        self.network(design)
        notes = design.notes.setdefault(self.scope, {})
        before = notes.pop(self.id, None)
        if self.note is not None:
            notes[self.id] = self.note
        if not notes:
            del design.notes[self.scope]
        return Change(SetNote(scope=self.scope, id=self.id, note=before), set())


class SetName(Edit, frozen=True, kw_only=True):
    """Gives the design another name."""

    name: str

    def apply(self, design: Design) -> Change:
        before, design.name = design.name, self.name
        return Change(SetName(name=before), set())


class SetOrigin(Edit, frozen=True, kw_only=True):
    """Says which preset the design equals; None once it no longer does."""

    origin: Origin | None

    def apply(self, design: Design) -> Change:
        before, design.origin = design.origin, self.origin
        return Change(SetOrigin(origin=before), set())


class SetFlow(Edit, frozen=True, kw_only=True):
    """Says which way wires run on the canvas: `down` or `right`. Places stay: whoever changes it lays the blocks out too."""

    flow: str

    def apply(self, design: Design) -> Change:
        before, design.flow = design.flow, self.flow
        return Change(SetFlow(flow=before), set())


class Redraw(Edit, frozen=True, kw_only=True):
    """Replaces all nodes and wires of the design, as when an option of its preset changes. Positions of nodes that stay are kept.

    The nodes and wires must obey the structural rules already (they come from a preset, or from a design).
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    origin: Origin | None
    name: str
    positions: dict[str, tuple[float, float]] | None = None

    def apply(self, design: Design) -> Change:
        old = design.root
        before = Redraw(
            nodes=tuple(old.nodes()),
            edges=tuple(old.edges()),
            origin=design.origin,
            name=design.name,
            positions=dict(design.positions.get(ROOT, {})),
        )
        design.root = Network.of(self.nodes, self.edges)
        design.root.structure = old.structure + 1
        design.origin = self.origin
        design.name = self.name
        standing = design.positions.pop(ROOT, {})
        places = dict(standing if self.positions is None else self.positions)
        places = {node_id: place for node_id, place in places.items() if node_id in design.root}
        if places:
            design.positions[ROOT] = places
        touched = {(ROOT, node.id) for node in (*before.nodes, *self.nodes)}
        return Change(before, touched, structural=True)


class Compound(Edit, frozen=True, kw_only=True):
    """Several edits as one: all or none."""

    edits: tuple[Edit, ...]
    name: str = ""

    def apply(self, design: Design) -> Change:
        inverses: list[Edit] = []
        total = Change(self, set())
        try:
            for edit in self.edits:
                change = edit.apply(design)
                inverses.append(change.inverse)
                total.touched |= change.touched
                total.structural |= change.structural
                total.definitions |= change.definitions
        except LightdesignerError:
            for inverse in reversed(inverses):
                inverse.apply(design)
            raise
        total.inverse = Compound(scope=self.scope, edits=tuple(reversed(inverses)), name=self.name)
        return total
