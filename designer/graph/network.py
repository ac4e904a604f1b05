"""`Network`: the one class that changes the networkx graph of a design or of an own block's drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from blocks.block import Binding
from blocks.spec import Port

if TYPE_CHECKING:
    import networkx


class Node(msgspec.Struct, frozen=True):
    """One block placed in a network.

    `params` are raw values as a person or file gave them, only those given; the analysis makes them canonical and reports what
    is wrong. `extra` keeps unknown keys of a file. A node of an unknown block keeps all its data and is a placeholder.
    """

    id: str
    block: str
    params: dict[str, Any] = {}
    label: str = ""
    stage: str | None = None
    disabled: bool = False
    version: int | None = None  # of the block, where a file names one
    extra: dict[str, Any] = {}


class Edge(NamedTuple):
    """A wire from an output port to an input port (`x.0`, `x.1`, ... on a variadic port)."""

    source: str
    source_port: str
    target: str
    target_port: str


def node_path(node: Node) -> str:
    """The dotted path of a root node: `stage.id`, with the stage's name cut from the front of the id; used by modules, ONNX,
    tables and messages alike."""
    if node.stage is None:
        return node.id
    return f"{node.stage}.{node.id.removeprefix(node.stage + '_')}"


class Network:
    """Nodes and wires on a networkx MultiDiGraph (multi, because `add(x, x)` is legal).

    Structural rules are checked by the callers in `rules`; this class only keeps the graph whole: ids are unique, an input port
    has one wire, removing a node needs its wires gone. `structure` counts changes of nodes and wires, so that whatever is derived
    from them can be kept until it changes.
    """

    def __init__(self) -> None:
        import networkx

        self.graph: networkx.MultiDiGraph = networkx.MultiDiGraph()
        # networkx's own dictionaries: its views cost ten times as much, and every node is read on every structural edit
        self._nodes: dict[str, Any] = self.graph._node
        self._feeding: dict[str, dict[str, Any]] = self.graph._pred
        self.bindings: dict[str, tuple[Node, Any, Binding]] = {}  # canonical values of nodes that were drawn, each with its block
        self.structure = 0
        self.order_cache: Any = None

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge]) -> Network:
        """A network of nodes and wires already known to obey the rules."""
        network = cls()
        graph = network.graph
        # what add_node and add_edge do, without their questions, which take five times as long
        succ, pred, attributes = graph._succ, graph._pred, graph._node
        for node in nodes:
            node_id = node.id
            succ[node_id], pred[node_id], attributes[node_id] = {}, {}, {"node": node}
        for source, out, target, into in edges:
            wires = succ[source].get(target)
            if wires is None:
                succ[source][target] = pred[target][source] = {(out, into): {}}
            else:
                wires[(out, into)] = {}
        return network

    def copy(self) -> Network:
        return Network.of(self.nodes(), self.edges())

    def __len__(self) -> int:
        return len(self.graph)

    def __contains__(self, node_id: str) -> bool:
        return node_id in self.graph

    def __iter__(self) -> Iterator[str]:
        return iter(self.graph)

    def node(self, node_id: str) -> Node:
        """The node with this id. Raises KeyError when there is none."""
        node: Node = self._nodes[node_id]["node"]
        return node

    def nodes(self) -> list[Node]:
        return [data["node"] for data in self._nodes.values()]

    def edges(self) -> list[Edge]:
        return [Edge(source, key[0], target, key[1]) for source, target, key in self.graph.edges(keys=True)]

    def sources(self, node_id: str) -> dict[str, tuple[str, str]]:
        """What feeds each connected input port: `{port: (node, output port)}`."""
        found: dict[str, tuple[str, str]] = {}
        for source, wires in self._feeding[node_id].items():
            for out, into in wires:
                found[into] = (source, out)
        return found

    def all_sources(self) -> dict[str, dict[str, tuple[str, str]]]:
        """`sources` of every node at once."""
        every: dict[str, dict[str, tuple[str, str]]] = {node_id: {} for node_id in self._nodes}
        for target, feeding in self._feeding.items():
            found = every[target]
            for source, wires in feeding.items():
                for out, into in wires:
                    found[into] = (source, out)
        return every

    def readers(self, node_id: str) -> list[Edge]:
        """Wires that leave the node."""
        return [Edge(node_id, out, target, into) for target, wires in self.graph.succ[node_id].items() for out, into in wires]

    def successors(self, node_id: str) -> Iterable[str]:
        successors: Mapping[str, Any] = self.graph.succ[node_id]
        return successors

    # -- changes, each the exact inverse of another ------------------------------------------------------------------

    def add_node(self, node: Node) -> None:
        if node.id in self.graph:
            raise KeyError(f"node {node.id!r} exists")
        self.graph.add_node(node.id, node=node)
        self.structure += 1

    def remove_node(self, node_id: str) -> Node:
        if self.graph.degree(node_id):
            raise KeyError(f"node {node_id!r} still has wires")
        node = self.node(node_id)
        self.graph.remove_node(node_id)
        self.structure += 1
        return node

    def replace_node(self, node: Node, *, structural: bool = False) -> Node:
        """Put a new record in the place of the node with the same id; returns the old one."""
        data = self.graph.nodes[node.id]
        old: Node = data["node"]
        data["node"] = node
        if structural:
            self.structure += 1
        return old

    def add_edge(self, edge: Edge) -> None:
        if edge.target_port in self.sources(edge.target) or edge.source not in self.graph:
            raise KeyError(f"{edge} cannot be added")
        self.graph.add_edge(edge.source, edge.target, (edge.source_port, edge.target_port))
        self.structure += 1

    def remove_edge(self, edge: Edge) -> None:
        self.graph.remove_edge(edge.source, edge.target, (edge.source_port, edge.target_port))
        self.structure += 1


def slots(ports: tuple[Port, ...], connected: Mapping[str, Any]) -> list[str]:
    """The names of a block's input ports in order: a variadic port gives its connected slots in slot order."""
    if ports and ports[-1].variadic:
        prefix = ports[-1].name + "."
        numbers = sorted(int(name[len(prefix) :]) for name in connected if name.startswith(prefix))
        return [f"{prefix}{number}" for number in numbers]
    return [port.name for port in ports]
