"""What a block that is being packed could expose, and which values inside could follow an input of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blocks.builder import Result
from blocks.parameters import Parameter
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.graph.design import Design
from designer.graph.network import Edge, Network, node_path
from designer.graph.own_block import OWN

WIDTHS = ("out_channels", "groups", "hidden_channels", "out_features", "num_features", "squeeze_channels", "num_groups")
"""Parameters that count channels, and so may follow those of an input."""
MAIN = ("out_channels", "stride", "kernel_size", "expand_ratio", "act", "out_features", "groups", "dilation", "padding")
"""Parameters that a person exposes most."""
MOST_TIMES = 64

Place = tuple[str, str]
"""A parameter of a node inside: (node, parameter)."""


class Inlet(NamedTuple):
    """An input of the block: the outside source of it, None for an input that is still free, and who reads it inside."""

    name: str
    source: tuple[str, str] | None
    readers: tuple[tuple[str, str], ...]
    spec: TensorSpec | None


class Outlet(NamedTuple):
    """An output of the block: whose it is inside, and which wires outside begin there."""

    name: str
    source: tuple[str, str]
    readers: tuple[Edge, ...]
    spec: TensorSpec | None


class Candidate(NamedTuple):
    """A parameter that the block can expose. `bindings` holds it and those that have to follow it, such as the groups of a
    depthwise convolution behind it. `forced`: a block around this one decides it, so it has to be exposed."""

    name: str
    bindings: tuple[Place, ...]
    parameter: Parameter[Any]
    value: Any
    main: bool
    forced: bool = False


class Relation(NamedTuple):
    """A value inside that equals a multiple of an input's channels. `meant`: the drawing would break at other widths without."""

    node: str
    param: str
    port: str
    times: int
    value: int
    meant: bool

    @property
    def is_width(self) -> bool:
        return self.param in ("out_channels", "hidden_channels")


class Copy(NamedTuple):
    """One evaluation of a definition somewhere in a design: the channels at its inputs, and what each block in it gave."""

    channels: Mapping[str, int]
    parts: Mapping[str, Result]


# -- what is known of the copies of a block ----------------------------------------------------------------------------------


def same(port: str, times: int) -> dict[str, Any]:
    """The value of a parameter that follows an input."""
    return {"same_as": f"{port}.channels"} if times == 1 else {"same_as": f"{port}.channels", "times": times}


def copies_in(document: Engine, scope: str) -> list[Copy]:
    """Every evaluation of a definition in the whole design."""
    found: list[Copy] = []
    for result in document.results.values():
        if result.evaluated is not None:
            found += _copies(result.evaluated, OWN + scope)
    return found


def _copies(result: Result, block: str) -> Iterator[Copy]:
    if result.drawing is None:
        return
    if result.block.id == block:
        channels = {port.name: spec[0] for port, spec in zip(result.block.inputs, result.inputs, strict=True)}
        yield Copy(channels, {part.name: part.result for part in result.drawing.parts})
        return
    for part in result.drawing.parts:
        if part.block.category == "own":
            yield from _copies(part.result, block)


def input_channels(engine: Engine) -> dict[str, int]:
    """The channels at each input, as the analysis has them."""
    return {name: spec[0] for name, one in engine.results.items() if one.block == "input" for spec in one.outputs.values()}


def outer_bindings(design: Design) -> dict[Place, str]:
    """Parameters of nodes here that the block around exposes, and as what."""
    definition = design.definition
    if definition is None:
        return {}
    return {place: name for name, exposed in definition.exposed.items() for place in exposed.bindings}


# -- parameters ----------------------------------------------------------------------------------------------------------------


def candidates(design: Design, engine: Engine, chosen: Sequence[str]) -> list[Candidate]:
    """Every parameter of the blocks, those of most use first."""
    network = design.root
    found: list[Candidate] = []
    for node_id in chosen:
        node = network.node(node_id)
        block = design.resolve(node.block)
        if block is None:
            continue
        values = engine.values_of(node_id)
        for name, parameter in block.parameters.items():
            bindings = ((node_id, name), *_followers(design, engine, chosen, node_id, name, values[name]))
            found.append(Candidate(name, bindings, parameter, values[name], name in MAIN))
    names = [one.name for one in found]
    found = [
        one if names.count(one.name) == 1 else one._replace(name=f"{_local(network, one.bindings[0][0])}_{one.name}")
        for one in found
    ]
    outer = outer_bindings(design)
    return [
        one._replace(forced=True)
        if any(place in outer or isinstance(network.node(place[0]).params.get(place[1]), dict) for place in one.bindings[:1])
        else one
        for one in found
    ]


def _local(network: Network, node_id: str) -> str:
    return node_path(network.node(node_id)).rpartition(".")[2]


def _followers(design: Design, engine: Engine, chosen: Sequence[str], node_id: str, name: str, value: Any) -> list[Place]:
    """Parameters that have to change with a number of channels: what depthwise convolutions behind it are told."""
    if name not in ("out_channels", "hidden_channels") or not isinstance(value, int):
        return []
    found: list[Place] = []
    members = set(chosen)
    waiting, seen = [node_id], {node_id}
    while waiting:
        for wire in sorted(design.root.readers(waiting.pop())):
            target = wire.target
            result = engine.results.get(target)
            if target in seen or target not in members or result is None or result.block_type is None:
                continue
            seen.add(target)
            first = next(iter(result.inputs.values()), None)
            if first is None or first[0] != value:
                continue
            values = engine.values_of(target)
            if values.get("groups") == value and values.get("out_channels") == value:
                found += [(target, "groups"), (target, "out_channels")]
                waiting.append(target)
            elif "out_channels" not in values and "out_features" not in values:
                waiting.append(target)  # it passes the channels on
    return found


# -- what follows an input -----------------------------------------------------------------------------------------------------


def relations(design: Design, engine: Engine, chosen: Sequence[str], inlets: Sequence[Inlet]) -> list[Relation]:
    """Values that are whole multiples of an input's channels, those that are meant so first."""
    found: list[Relation] = []
    ports = [(one.name, one.spec[0]) for one in inlets if one.spec is not None]
    residual = _joined_with_input(design, chosen, inlets)
    for node_id in chosen:
        block = design.resolve(design.root.node(node_id).block)
        result = engine.results.get(node_id)
        if block is None or result is None or not result.inputs:
            continue
        values = engine.values_of(node_id)
        came = next(iter(result.inputs.values()))[0]
        depthwise = values.get("groups", 1) == came > 1
        for name in WIDTHS:
            value = values.get(name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 2:
                continue
            for port, channels in ports:
                if value % channels == 0 and value // channels <= MOST_TIMES:
                    meant = (depthwise and name in ("groups", "out_channels")) or (node_id in residual and value == channels)
                    found.append(Relation(node_id, name, port, value // channels, value, meant))
                    break
    widths = {(one.port, one.times) for one in found if one.meant}
    found = [one._replace(meant=one.meant or (one.is_width and (one.port, one.times) in widths)) for one in found]
    return sorted(found, key=lambda one: not one.meant)


def holds(relation: Relation, inlets: Sequence[Inlet], copies: Sequence[Copy]) -> bool:
    """Whether a value is this multiple of the input in every copy."""
    source = next(one.source for one in inlets if one.name == relation.port)
    for copy in copies:
        part = copy.parts.get(relation.node)
        if part is None or source is None:
            continue
        if source[0] in copy.channels:
            channels = copy.channels[source[0]]
        elif source[0] in copy.parts:
            fed = copy.parts[source[0]]
            channels = fed.outputs[list(fed.block.outputs).index(source[1])][0]
        else:
            return False
        if dict(zip(part.block.parameters, part.values, strict=True))[relation.param] != channels * relation.times:
            return False
    return True


def _joined_with_input(design: Design, chosen: Sequence[str], inlets: Sequence[Inlet]) -> set[str]:
    """Blocks whose output is added to an input of the selection: their width has to be the input's."""
    network, members = design.root, set(chosen)
    entering = {reader for inlet in inlets for reader in inlet.readers}
    found: set[str] = set()
    for node_id in chosen:
        ports = network.sources(node_id)
        if network.node(node_id).block != "add" or not any((node_id, port) in entering for port in ports):
            continue
        waiting = [source for source, _ in ports.values() if source in members]
        while waiting:
            at = waiting.pop()
            if at in found:
                continue
            found.add(at)
            block = design.resolve(network.node(at).block)
            if block is not None and "out_channels" not in block.parameters:
                waiting += [source for source, _ in network.sources(at).values() if source in members]
    return found
