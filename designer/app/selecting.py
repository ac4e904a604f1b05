"""Which blocks belong to a selection or match what a person typed. Pure functions of the design; ids in, ids out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from blocks.errors import BlockError
from designer.analysis.engine import Engine
from designer.app.synonyms import also
from designer.app.wiring import reached
from designer.graph.design import ROOT, Design
from designer.graph.network import Node, node_path
from designer.graph.own_block import OWN


def upstream(design: Design, ids: Iterable[str], scope: str = ROOT) -> frozenset[str]:
    """The nodes themselves and everything they depend on."""
    return _all_reached(design, ids, scope, upstream=True)


def downstream(design: Design, ids: Iterable[str], scope: str = ROOT) -> frozenset[str]:
    """The nodes themselves and everything that depends on them."""
    return _all_reached(design, ids, scope, upstream=False)


def _all_reached(design: Design, ids: Iterable[str], scope: str, *, upstream: bool) -> frozenset[str]:
    network = design.network(scope)
    return frozenset(reached(network, [node_id for node_id in ids if node_id in network], upstream=upstream))


def same_kind(design: Design, ids: Iterable[str], scope: str = ROOT) -> frozenset[str]:
    """All nodes of the same kinds."""
    network = design.network(scope)
    kinds = {network.node(node_id).block for node_id in ids if node_id in network}
    return frozenset(node.id for node in network.nodes() if node.block in kinds)


def neighbour(engine: Engine, ids: Iterable[str], by: int) -> str | None:
    """The node before or behind some nodes in execution order, at the ends these themselves; without any, the first or last."""
    order = [*engine.order.order, *engine.order.rest]
    if not order:
        return None
    chosen = set(ids)
    places = [place for place, node_id in enumerate(order) if node_id in chosen]
    if not places:
        return order[0 if by > 0 else -1]
    place = (max(places) if by > 0 else min(places)) + by
    return order[min(max(place, 0), len(order) - 1)]


def find(design: Design, engine: Engine, text: str, scope: str = ROOT) -> list[str]:
    """Ids of the nodes that fit every word of `text`, in execution order.

    A word is part of a name (id, label or stage) or of a kind, or a parameter with its value, `stride=2`, as the block uses it,
    whether given or by default. `stride=` finds all that have the parameter. Where nothing is called so, a word may also be
    another name of the kind: "convolution" finds conv2d.
    """
    words = re.sub(r"\s+=\s*|=\s+(?=\d)", "=", text.lower()).split()  # `stride = 2` is one word
    if not words:
        return []
    network = design.network(scope)
    if scope == ROOT:
        order = [node_id for node_id in (*engine.order.order, *engine.order.rest) if node_id in network]
    else:
        order = sorted(network)
    nodes = [network.node(node_id) for node_id in order]
    found = [node.id for node in nodes if all(_fits(design, node, word) for word in words)]
    return found or [node.id for node in nodes if all(_fits(design, node, word, others=True) for word in words)]


def _fits(design: Design, node: Node, word: str, *, others: bool = False) -> bool:
    """Whether a node fits one word; with `others` also by another name of its kind that begins so."""
    name, equals, value = word.partition("=")
    if equals and name:
        return _has(design, node, name, value)
    if any(word in part.lower() for part in (node.id, node_path(node), node.label, node.block.removeprefix(OWN))):
        return True
    return others and any(other.startswith(word) for other in also(node.block).split())


def _has(design: Design, node: Node, name: str, text: str) -> bool:
    """Whether the node's parameter `name` has the value that `text` says. Values as a person types them: `3`, `3x3`, `none`."""
    block = design.resolve(node.block)
    if block is None:
        return name in node.params and (not text or _text(node.params[name]) == text)
    parameter = block.parameters.get(name)
    if parameter is None:
        return False
    if not text:
        return True
    values = dict(zip(block.parameters, block.bind(node.params).values, strict=True))
    try:
        return bool(parameter.from_text(text) == values[name])
    except BlockError:
        return _text(values[name]) == text


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "x".join(map(_text, value))
    return "none" if value is None else str(value).lower()
