"""Documents as text, right and wrong ones."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any


def document(nodes: list[dict[str, Any]], edges: list[list[Any]], **rest: Any) -> str:
    """The text of a document with these nodes and wires."""
    return json.dumps({"format": "lightdesign", "schema": 1, "name": "mine", **rest, "nodes": nodes, "edges": edges})


def chain(*nodes: dict[str, Any], **rest: Any) -> str:
    """A document in which each node reads the one before it: an input, `nodes`, an output."""
    every = [{"id": "input", "block": "input", "params": {"shape": [3, 32, 32]}}, *nodes, {"id": "output", "block": "output"}]
    edges = [[a["id"], "y", b["id"], "x"] for a, b in pairwise(every)]
    return document(every, edges, **rest)


def conv(node_id: str = "conv", **params: Any) -> dict[str, Any]:
    return {"id": node_id, "block": "conv2d", "params": params}


def copies(levels: int, times: int) -> str:
    """Own blocks inside each other, each holding `times` copies of the next."""
    definitions = []
    for level in range(levels):
        inner = "relu" if level == 0 else f"own.level{level - 1}"
        nodes = [{"id": "x", "block": "input"}, {"id": "out", "block": "output"}]
        nodes += [{"id": f"part{k}", "block": inner} for k in range(times)]
        into, out = ("x", "y") if level == 0 else ("x", "out")
        edges = [["x", "y", "part0", into], [f"part{times - 1}", out, "out", "x"]]
        edges += [[f"part{k}", out, f"part{k + 1}", into] for k in range(times - 1)]
        definitions.append({"id": f"level{level}", "name": f"level {level}", "nodes": nodes, "edges": edges})
    top = {"id": "top", "block": f"own.level{levels - 1}"}
    nodes = [{"id": "input", "block": "input"}, top, {"id": "output", "block": "output"}]
    return document(nodes, [["input", "y", "top", "x"], ["top", "out", "output", "x"]], definitions=definitions)
