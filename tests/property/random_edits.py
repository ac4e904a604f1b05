"""Random edits of a design: sensible ones, and ones that the graph or the analysis has to refuse."""

from __future__ import annotations

from random import Random
from typing import Any

from designer.graph.definition_edits import Define, Describe, Undefine
from designer.graph.design import ROOT, Design, Note, Origin
from designer.graph.edits import (
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    Move,
    Redraw,
    RemoveNode,
    Reorder,
    SetDisabled,
    SetFlow,
    SetLabel,
    SetNote,
    SetOrigin,
    SetParam,
    SetStage,
)
from designer.graph.network import Network, Node
from designer.graph.own_block import OWN, Definition, Exposed
from tests.designs import network

IDS = [f"n{k}" for k in range(9)] + ["s0_n1", "s1_n2", "s0", "a", "b"]
STAGES = [None, None, None, "s0", "s1", "n3"]
OWN_IDS = ["one", "two"]
BLOCKS = [
    *("input", "output", "conv2d", "conv2d", "conv_norm_act", "relu", "relu", "batch_norm", "add", "add", "concat", "concat"),
    *("multiply", "identity", "dropout", "flatten", "linear", "global_avg_pool", "slice_channels", "inverted_residual"),
    *("squeeze_excite", "mystery", "own.one", "own.one", "own.two"),
]
PARAMS: dict[str, list[Any]] = {
    "out_channels": [4, 8, 8, 16, 0, 7, "many"],
    "kernel_size": [1, 3, [1, 3], 40, -1],
    "stride": [1, 2, [2, 1], 0],
    "padding": [0, 1, "same"],
    "groups": [1, 2, 3],
    "shape": [[8, 8, 8], [8, 8, 8], [4, 8, 8], [16], [3, -1, 2]],
    "order": [0, 1, 2, -1, "first"],
    "start": [0, 2],
    "stop": [None, 4, 99],
    "p": [0.0, 0.5, 2],
    "width": [4, 8, 8.5],
    "colour": ["red"],
    "norm": ["batch", None, "group"],
}


def random_edit(rng: Random, design: Design, depth: int = 0) -> Edit:
    """One edit, in the root or inside a definition; about one in four is refused by the graph."""
    scope = rng.choice([ROOT, ROOT, ROOT, *design.definitions]) if rng.random() < 0.98 else "nowhere"
    net = design.network(scope) if scope == ROOT or scope in design.definitions else Network()
    nodes = sorted(net) or ["ghost"]
    some = rng.choice(nodes) if rng.random() < 0.97 else rng.choice(IDS)
    match rng.choice(KINDS):
        case "add":
            place = (rng.randint(0, 9) * 10.0, 0.0) if rng.random() < 0.3 else None
            return AddNode(scope=scope, node=random_node(rng), position=place)
        case "remove":
            return RemoveNode(scope=scope, id=some)
        case "connect":
            return random_wire(rng, design, scope, net, nodes)
        case "disconnect":
            ports = sorted(net.sources(some)) if some in net else []
            return Disconnect(scope=scope, target=some, target_port=rng.choice(ports) if ports else "x")
        case "reorder":
            several = [node for node in nodes if node in net and len(net.sources(node)) > 1] or [some]
            node = rng.choice(several)
            order = list(range(len(net.sources(node)) if node in net else 2))
            rng.shuffle(order)
            return Reorder(scope=scope, node=node, order=tuple(order))
        case "param":
            block = design.resolve(net.node(some).block) if some in net else None
            known = [name for name in block.parameters if name in PARAMS] if block is not None else []
            name = rng.choice(known) if known and rng.random() < 0.9 else rng.choice(list(PARAMS))
            return SetParam(scope=scope, node=some, name=name, value=rng.choice(PARAMS[name]), reset=rng.random() < 0.2)
        case "label":
            return SetLabel(scope=scope, node=some, label=rng.choice(["", "stem", "größer"]))
        case "stage":
            return SetStage(scope=scope, node=some, stage=rng.choice(STAGES))
        case "disable":
            return SetDisabled(scope=scope, node=some, disabled=rng.random() < 0.6)
        case "move":
            places = {rng.choice(nodes): None if rng.random() < 0.3 else (rng.randint(0, 9) * 1.0, 2.0) for _ in range(2)}
            return Move(scope=scope, positions=places)
        case "note":
            note = None if rng.random() < 0.3 else Note("note", rng.choice(["a", "b"]), 1.0, 2.0)
            return rng.choice([SetNote(scope=scope, id="note", note=note), SetFlow(flow=rng.choice(["down", "right"]))])
        case "define":
            return Define(definition=random_definition(rng))
        case "describe":
            exposed = {"width": Exposed([("conv", "out_channels")]), "k": Exposed([(some, "kernel_size"), ("ghost", "x")])}
            return Describe(
                scope=rng.choice(OWN_IDS),
                name=rng.choice([None, "Renamed"]),
                help=rng.choice([None, "", "Helps."]),
                exposed=rng.choice([None, {}, exposed, {"bad name": Exposed([])}]),
            )
        case "undefine":
            return Undefine(id=rng.choice(OWN_IDS))
        case "redraw":
            names = rng.sample([f"n{k}" for k in range(9)], 3)
            drawn = network([(names[0], "input"), (names[1], "relu"), (names[2], "output")], [f"{names[0]} -> {names[1]}"])
            return Redraw(
                nodes=tuple(drawn.nodes()), edges=tuple(drawn.edges()), origin=Origin("alexnet"), name=rng.choice(["a", "b"])
            )
        case "origin":
            return SetOrigin(origin=rng.choice([None, Origin("mobilenet_v2", {"width": 0.5})]))
        case _:
            if depth:
                return SetLabel(scope=scope, node=some, label="deep")
            # built for the state before the first of them, so that later ones often fail and all have to be taken back
            return Compound(scope=scope, edits=tuple(random_edit(rng, design, 1) for _ in range(rng.randint(1, 4))), name="both")


KINDS = (
    ["connect"] * 18
    + ["add"] * 10
    + ["param"] * 8
    + ["remove", "disconnect", "disable", "stage", "reorder", "compound"] * 3
    + ["label", "move", "note", "define", "define", "describe", "undefine", "origin", "redraw"]
)


def random_node(rng: Random) -> Node:
    block = rng.choice(BLOCKS)
    params: dict[str, Any] = {}
    if block == "input" or (block in ("conv2d", "conv_norm_act", "inverted_residual") and rng.random() < 0.8):
        params = {"shape": [8, 8, 8]} if block == "input" else {"out_channels": 8}
    if block == "conv2d":
        params["padding"] = 1
    if rng.random() < 0.1:
        name = rng.choice(list(PARAMS))
        params[name] = rng.choice(PARAMS[name])
    return Node(rng.choice(IDS), block, params, stage=rng.choice(STAGES), disabled=rng.random() < 0.05)


def random_wire(rng: Random, design: Design, scope: str, net: Network, nodes: list[str]) -> Connect:
    """A wire between two nodes, mostly into a free port."""
    source, target = rng.choice(nodes), rng.choice(nodes)
    block_of = {node: design.resolve(net.node(node).block) for node in (source, target) if node in net}
    out = "y"
    if block_of.get(source) is not None and rng.random() < 0.95:
        out = rng.choice([*block_of[source].outputs, "y"])
    port = "x"
    if block_of.get(target) is not None and rng.random() < 0.95:
        taken = net.sources(target)
        names = [
            f"{p.name}.{k}" if p.variadic else p.name for p in block_of[target].inputs for k in range(3 if p.variadic else 1)
        ]
        port = rng.choice([name for name in names if name not in taken] or names or ["x"])
    return Connect(scope=scope, source=source, source_port=out, target=target, target_port=port)


def random_definition(rng: Random) -> Definition:
    """An own block: a convolution with its width exposed, two branches with two outputs, or one that holds the other block."""
    key = rng.choice(OWN_IDS)
    other = OWN_IDS[1 - OWN_IDS.index(key)]
    match rng.randint(0, 3):
        case 0:
            inside = network(
                [("x", "input"), ("conv", "conv2d", {"out_channels": 8, "padding": 1}), ("act", "relu"), ("y", "output")],
                ["x -> conv", "conv -> act", "act -> y"],
            )
            return Definition(key, "Convolution", inside, exposed={"width": Exposed([("conv", "out_channels")])})
        case 1:
            follows = {"same_as": "a.channels", "times": rng.choice([1, 1, 2, 0])}
            inside = network(
                [
                    *(("a", "input"), ("b", "input", {"order": 1}), ("conv", "conv2d", {"out_channels": follows, "padding": 1})),
                    *(("sum", "add"), ("y", "output"), ("z", "output", {"order": rng.choice([1, -1])})),
                ],
                ["a -> conv", "conv -> sum.a", "b -> sum.b", "sum -> y", "a -> z"],
            )
            return Definition(key, "Two branches", inside, help="Adds.")
        case 2:
            inside = network([("x", "input"), ("inner", OWN + other), ("y", "output")], ["x -> inner", "inner -> y"])
            return Definition(key, "Nested", inside, version=rng.choice([1, 2]))
        case _:
            return Definition(key, "Empty", Network())
