"""Random designs, made the way a person makes them: one edit after another, most of them sensible, some refused."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from random import Random
from typing import Any

from blocks import registry
from blocks.parameters import Choice, Float, Int, Pair, Parameter, Shape
from designer.graph.definition_edits import Define, Undefine
from designer.graph.design import DOWN, RIGHT, ROOT, Design, Note, Origin
from designer.graph.edits import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Move,
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
from designer.graph.network import Edge, Network, Node
from designer.graph.own_block import OWN, Definition, Exposed
from designer.graph.rules import StructureError

IDS = ("a", "b", "c", "d", "stem_conv", "stem", "conv", "head_fc", "x1", "y1", "copy")
STAGES = ("stem", "head", "a", "s2")
DEFINITIONS = ("fire", "ghost", "wide", "deep")
TEXTS = ("", "plain", 'quote " and \\', "line\nbreak\ttab", "é 漢 \U0001f600 \u2028", "{}", "\x00\x7f", "NaN")
COMMON = ("conv2d", "relu", "batch_norm", "add", "concat", "input", "output", "inverted_residual", "conv_norm_act")


def value_of(random: Random, parameter: Parameter[Any]) -> Any:
    """A raw value for a parameter, often one it takes."""
    if random.random() < 0.15:
        return any_value(random)
    match parameter:
        case Choice(of=of):
            return random.choice(of)
        case Float(minimum=low, maximum=high):
            return random.choice([low, high, parameter.default, random.uniform(low, high), 1, 0.1])
        case Shape():
            return random.choice([[8, 16, 16], [3, 224, 224], [10], (4, 8, 8)])
        case Pair():
            return random.choice([1, 3, [3, 3], [1, 7], (5, 1), "same", 2.0, None])
        case Int():
            return random.choice([1, 2, 3, 8, 16, 24, 8.0, parameter.default])
        case _:
            return random.choice([True, False, parameter.default])


def any_value(random: Random, depth: int = 2) -> Any:
    """Anything JSON can say."""
    plain: list[Any] = [None, True, False, 0, -1, 1.5, -0.0, 1e300, 10**30, *TEXTS, {"same_as": "x1.channels", "times": 2}]
    choice = random.randrange(len(plain) + (2 if depth else 0))
    if choice < len(plain):
        return plain[choice]
    inner = [any_value(random, depth - 1) for _ in range(random.randrange(3))]
    return inner if choice == len(plain) else {random.choice(TEXTS): value for value in inner}


def unknown_keys(random: Random) -> dict[str, Any]:
    if random.random() < 0.8:
        return {}
    return {random.choice(["colour", "ink", "made_by", "2031", ""]): any_value(random) for _ in range(2)}


def node(random: Random) -> Node:
    """Any node: of a known block, an own one, one nobody knows, or one that is too new."""
    kind = random.random()
    node_id = random.choice(IDS)
    stage = random.choice(STAGES) if random.random() < 0.3 else None
    label = random.choice(TEXTS) if random.random() < 0.3 else ""
    params: dict[str, Any] = {}
    version: int | None = None
    if kind < 0.6:
        block = random.choice(COMMON) if random.random() < 0.7 else random.choice(sorted(registry.blocks()))
        parameters = registry.block(block).parameters
        for name in random.sample(sorted(parameters), random.randrange(min(len(parameters), 4) + 1)):
            params[name] = value_of(random, parameters[name])
        if random.random() < 0.05:
            params["unheard_of"] = any_value(random)
    elif kind < 0.8:
        block = OWN + random.choice((*DEFINITIONS, "nowhere"))
        if random.random() < 0.4:
            params = {"width": random.choice([8, 16, "?"])}
    else:
        strangers = [("mystery", None), ("mystery", 3), ("mystery", 4), ("", 1), ("conv2d@9", 9), ("input@2", 2)]
        block, version = random.choice(strangers)
        params = {random.choice(TEXTS): any_value(random) for _ in range(random.randrange(3))}
    return Node(node_id, block, params, label, stage, False, version, unknown_keys(random))


def definition(random: Random, design: Design) -> Definition:
    """A definition with ports, a block between them and parameters bound to something or nothing."""
    name = random.choice(DEFINITIONS)
    if name in design.definitions and random.random() < 0.7:
        network = design.definitions[name].network.copy()
    else:
        nodes = [Node("x1", "input"), Node("conv", "conv2d", {"out_channels": {"same_as": "x1.channels"}}), Node("y1", "output")]
        network = Network.of(nodes, [Edge("x1", "y", "conv", "x"), Edge("conv", "y", "y1", "x")])
    exposed = {}
    for parameter, target in (("width", "out_channels"), ("kernel", "kernel_size"), ("lost", "nothing")):
        if random.random() < 0.4:
            bindings = [(random.choice(IDS), target), ("conv", target)][random.randrange(2) :]
            exposed[parameter] = Exposed(bindings, random.choice(TEXTS), unknown_keys(random))
    return Definition(
        name, random.choice(TEXTS), network, random.randrange(5), exposed, random.choice(TEXTS), unknown_keys(random)
    )


def edit(random: Random, design: Design) -> Edit:
    """One edit, of anything to anything."""
    scope = random.choice((ROOT, ROOT, *sorted(design.definitions)))
    network = design.network(scope)
    ids = sorted(network) or ["a"]
    at = random.choice(ids)
    place = random.choice([None, (1.5, -2.0), (0.1, 1e9), (100.0, 0.0)])
    match random.randrange(17):
        case 0 | 1 | 2 | 3:
            return AddNode(scope=scope, node=node(random), position=place)
        case 4 | 5 | 6 | 7:
            source, target = random.choice(ids), random.choice(ids)
            port = random.choice(["x", "x", "x1", "a", "b", "x.0", "x.1", "x.11", "gate", "x.2.3", "x.²"])
            out = random.choice(["y", "y", "y1"])
            return Connect(scope=scope, source=source, source_port=out, target=target, target_port=port)
        case 8:
            return RemoveNode(scope=scope, id=at)
        case 9:
            ports = list(network.sources(at)) if at in network else []
            return Disconnect(scope=scope, target=at, target_port=random.choice(ports or ["x"]))
        case 10:
            block = registry.blocks().get(network.node(at).block) if at in network else None
            names = sorted(block.parameters) if block is not None else []
            name = random.choice(names or ["width"])
            value = value_of(random, block.parameters[name]) if block is not None and names else any_value(random)
            return SetParam(scope=scope, node=at, name=name, value=value, reset=random.random() < 0.2)
        case 11:
            return random.choice(
                [
                    SetLabel(scope=scope, node=at, label=random.choice(TEXTS)),
                    SetStage(scope=scope, node=at, stage=random.choice([None, *STAGES])),
                    Reorder(scope=scope, node=at, order=(1, 0)),
                ]
            )
        case 12:
            return SetDisabled(scope=scope, node=at, disabled=random.random() < 0.7)
        case 13:
            return Move(scope=scope, positions={at: place})
        case 14:
            width = random.choice((168.0, 96.0, 250.5))
            note = Note(random.choice(IDS), random.choice(TEXTS), 0.5, -1e-3, unknown_keys(random), width)
            return SetNote(scope=scope, id=note.id, note=random.choice([note, note, None]))
        case 15:
            return Define(definition=definition(random, design))
        case _:
            origin = Origin("mobilenet_v2", {"width": 0.75, "odd": any_value(random)}, unknown_keys(random))
            others = [SetFlow(flow=random.choice((DOWN, RIGHT))), Undefine(id=random.choice(DEFINITIONS))]
            return random.choice([SetOrigin(origin=origin), SetOrigin(origin=None), *others])


def start(random: Random) -> Network:
    """Nothing, or a chain that works, so that what follows has something to break."""
    if random.random() < 0.3:
        return Network()
    nodes = [Node("x1", "input", {"shape": [8, 16, 16]}), Node("conv", "conv2d", {"out_channels": 16, "padding": 1})]
    nodes.append(Node("a", "relu", {}, "", random.choice([None, "head"])))
    if random.random() < 0.5:
        nodes.append(Node("b", random.choice(["batch_norm", "inverted_residual", "mystery", OWN + "fire"])))
    nodes.append(Node("y1", "output"))
    ports = {OWN + "fire": ("y1", "x1")}
    wires = []
    for before, behind in pairwise(nodes):
        out, into = ports.get(before.block, ("y", ""))[0], ports.get(behind.block, ("", "x"))[1]
        wires.append(Edge(before.id, out, behind.id, into))
    return Network.of(nodes, wires)


def random_design(random: Random, edits: int) -> Design:
    """A design after so many edits; those that the graph refuses change nothing."""
    design = Design(random.choice(TEXTS), start(random))
    design.extra = unknown_keys(random)
    for _ in range(edits):
        with suppress(StructureError):
            edit(random, design).apply(design)
    return design
