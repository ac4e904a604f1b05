"""What a scene shows while nothing is folded, set aside while something is: unfolding makes no block and leads no wire then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from designer.ui.canvas.edge_item import EdgeItem
from designer.ui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from designer.graph.network import Edge
    from designer.ui.canvas.grid import Grid
    from designer.ui.canvas.overview import Overview
    from designer.ui.canvas.scene import Scene


class Aside(NamedTuple):
    """Blocks and wires of a scene, and what knows where they are."""

    flow: str
    nodes: dict[str, NodeItem]
    edges: dict[Edge, EdgeItem]
    incoming: dict[str, set[Edge]]
    outgoing: dict[str, set[Edge]]
    node_grid: Grid[str]
    edge_grid: Grid[tuple[Edge, int]]
    overview: Overview


def set_aside(scene: Scene) -> Aside:
    """Take blocks and wires out of a scene without ending them. It has to forget them then."""
    for item in (*scene.nodes.values(), *scene.edges.values()):
        scene.removeItem(item)
    return Aside(
        scene.orientation,
        scene.nodes,
        scene.edges,
        scene.incoming,
        scene.outgoing,
        scene.node_grid,
        scene.edge_grid,
        scene.overview,
    )


def fits(aside: Aside, scene: Scene) -> bool:
    """Whether all blocks and wires of the design are in it, and would stand and run the same way."""
    network = scene.controller.design.root
    return (
        aside.flow == scene.orientation
        and aside.nodes.keys() == set(network)
        and aside.edges.keys() == set(network.edges())
        and all(
            item.node.block == network.node(node_id).block and item.box[:2] == scene.place(node_id)
            for node_id, item in aside.nodes.items()
        )
    )


def put_back(aside: Aside, scene: Scene) -> None:
    """Show it again in a scene that is empty. What blocks and wires say may be of yesterday."""
    _, scene.nodes, scene.edges, scene.incoming, scene.outgoing, scene.node_grid, scene.edge_grid, scene.overview = aside
    for item in aside.nodes.values():
        item.hovered = item.dimmed = False
        item.port_states = {}
        scene.addItem(item)
    for wire in aside.edges.values():
        wire.hovered = wire.selected = False
        wire.set_width(0.0)
        scene.addItem(wire)
    scene.version += 1
