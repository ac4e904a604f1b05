"""A person's own block: the same drawing as a composite's, kept as data in the document."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, ClassVar

import msgspec

from blocks import registry
from blocks.block import Binding, Parametrised, Values, bind, without_inert
from blocks.builder import Builder, DrawProblem, Tensor
from blocks.errors import BlockError, Issue
from blocks.parameters import Parameter, shown
from blocks.spec import MAX_CHANNELS, Port, TensorSpec
from designer.graph.network import Network, Node
from designer.graph.topology import Wires, boundary, execution_order

OWN = "own."
"""Prefix of an own block's name where a node names its block."""

NEWER = "@"
"""Between name and version of a block that is newer than this program's: such a name resolves to nothing."""


class Exposed(msgspec.Struct, frozen=True):
    """A parameter of a definition: a name bound to parameters of nodes inside. Its kind and default are those of the first
    binding that leads to a parameter; while none does, the definition has no such parameter."""

    bindings: list[tuple[str, str]]
    help: str = ""
    extra: dict[str, Any] = {}


class Definition(msgspec.Struct):
    """An own block as data. Its input and output nodes are its ports. Changed only through edits."""

    id: str
    name: str
    network: Network
    version: int = 1
    exposed: dict[str, Exposed] = {}
    help: str = ""
    extra: dict[str, Any] = {}


Resolve = Callable[[str], Any]
"""From the name of a block to its type, None where it is unknown."""


def used_definitions(network: Network) -> set[str]:
    """Ids of the definitions whose copies stand in the network."""
    return {node.block.removeprefix(OWN) for node in network.nodes() if node.block.startswith(OWN)}


class OwnBlock:
    """The type of an own block: what a `Block` subclass is for a composite. Equal contents are equal types."""

    primitive: ClassVar[bool] = False
    category: ClassVar[str] = "own"
    basic: ClassVar[bool] = False
    size_dependent: ClassVar[bool] = False
    checks: ClassVar[bool] = False
    notes: ClassVar[bool] = False
    reference: ClassVar[str] = ""
    document: ClassVar[str] = ""
    defaults: Values

    def __init__(self, definition: Definition, resolve: Resolve) -> None:
        self.id = OWN + definition.id
        self.version = definition.version
        self.definition = definition
        self.network = definition.network.copy()  # results outlive later edits of the definition
        self.resolve = resolve
        self.inputs = tuple([Port(node.id) for node in boundary(self.network, "input")])
        self.ranks = (None,) * len(self.inputs)
        self.outputs = tuple([node.id for node in boundary(self.network, "output")])
        found = {name: self._parameter(name, exposed) for name, exposed in definition.exposed.items()}
        self.parameters = {name: parameter for name, parameter in found.items() if parameter is not None}
        self.defaults = tuple([p.default for p in self.parameters.values()])
        self.inert, self.telling = without_inert(self.parameters)
        self.digest = self._digest()
        self._hash = hash(self.digest)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnBlock) and other.digest == self.digest

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return self.definition.help

    def summary(self) -> str:
        return self.definition.help or f"Own block {self.definition.name}."

    def _digest(self) -> str:
        network = self.network
        content = [
            self.id,
            self.version,
            sorted([(n.id, n.block, _plain(n.params), n.disabled) for n in network.nodes()]),
            sorted(network.edges()),
            [(name, exposed.bindings) for name, exposed in self.definition.exposed.items()],
            [self.resolve(OWN + used).digest for used in sorted(used_definitions(network)) if self.resolve(OWN + used)],
        ]
        return hashlib.sha256(repr(content).encode()).hexdigest()

    def _parameter(self, name: str, exposed: Exposed) -> Parameter[Any] | None:
        """The parameter that a name stands for: like the first that it is bound to."""
        bound: list[tuple[Node, Parameter[Any]]] = []
        for node_id, inner in exposed.bindings:
            if node_id in self.network:
                node = self.network.node(node_id)
                block = self.resolve(node.block)
                if block is not None and inner in block.parameters:
                    bound.append((node, block.parameters[inner]))
        if not bound:
            return None  # what it was bound to was removed, or is unknown here
        node, first = bound[0]
        parameter = copy.copy(first)
        parameter.name = name
        parameter.visible_when = {}
        parameter.help = exposed.help or parameter.help
        # one that takes less than the first would refuse what this takes
        parameter.inert = all(p.inert and (p.kind, p.allowed()) == (first.kind, first.allowed()) for _, p in bound)
        if first.name in node.params:
            with suppress(BlockError):  # the node inside reports the bad value; the default stands in
                parameter.default = parameter.clean(node.params[first.name])
        return parameter

    def bind(self, raw: Mapping[str, Any]) -> Binding:
        return bind(self.id, self.parameters, dict(zip(self.parameters, self.defaults, strict=True)), raw)

    def of(self, values: Values) -> _OwnInstance:
        return _OwnInstance(self, values)


def _plain(params: Mapping[str, Any]) -> str:
    return repr(sorted((name, _listed(value)) for name, value in params.items()))


def _listed(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_listed(item) for item in value]
    if isinstance(value, dict):
        return sorted((key, _listed(item)) for key, item in value.items())
    if isinstance(value, int) and value.bit_length() > 1000:  # Python prints no decimal number of any length
        return ("int", hex(value))
    return value


class _OwnInstance(Parametrised):
    """An own block with values: draws itself by walking its definition."""

    def __init__(self, block: OwnBlock, values: Values) -> None:
        self.block = block
        self.values = dict(zip(block.parameters, values, strict=True))

    def check(self, *inputs: TensorSpec) -> None:
        pass

    def notices(self, *inputs: TensorSpec) -> tuple[Issue, ...]:
        return ()

    def expand(self, *arguments: Any) -> tuple[Tensor, ...]:
        *inputs, draw = arguments
        network = self.block.network
        specs = {port.name: tensor.spec for port, tensor in zip(self.block.inputs, inputs, strict=True)}
        exposed = self.block.definition.exposed
        given = {binding: name for name in self.block.parameters for binding in exposed[name].bindings}
        made: dict[tuple[str, str], Tensor] = {}
        for port, tensor in zip(self.block.inputs, inputs, strict=True):
            made[port.name, "y"] = tensor
        outputs: dict[str, Tensor] = {}
        order = execution_order(network, self.block.resolve)
        for node_id in order.order:
            node = network.node(node_id)
            if node.block == "input":
                continue
            tensors = self._fed(network, node, order.wires[node_id], made)
            if node.block == "output":
                outputs[node_id] = tensors[0]
            else:
                self._place(node, given, specs, tensors, made, draw)
        missing = [name for name in self.block.outputs if name not in outputs]
        if missing:
            raise BlockError(
                "incomplete", f"Nothing complete reaches the output {missing[0]}.", hint="Connect it inside the block."
            )
        return tuple([outputs[name] for name in self.block.outputs])

    def _fed(self, network: Network, node: Node, wires: Wires, made: dict[tuple[str, str], Tensor]) -> tuple[Tensor, ...]:
        """What the node reads, in port order. Raises DrawProblem where the node or what feeds it is unknown or lost a port."""
        block = self.block.resolve(node.block)
        if block is None:
            raise DrawProblem(node.id, self.block, (), unknown_block(node.block))
        lost = lost_input(block, node.disabled, network.sources(node.id), wires)
        for port, (source, out) in wires.items():
            if (source, out) not in made:
                lost = lost or lost_output(network.node(source).block, out, port)
        if lost is not None:
            raise DrawProblem(node.id, block, block.defaults, lost)
        return tuple([made[wire] for wire in wires.values()])

    def _place(
        self,
        node: Node,
        given: Mapping[tuple[str, str], str],
        specs: Mapping[str, TensorSpec],
        tensors: tuple[Tensor, ...],
        made: dict[tuple[str, str], Tensor],
        draw: Builder,
    ) -> None:
        block = self.block.resolve(node.block)
        raw = dict(node.params)
        for (node_id, param), name in given.items():
            if node_id == node.id:
                raw[param] = self.values[name]
        try:
            raw = {name: same_as(name, value, specs) for name, value in raw.items()}
        except BlockError as problem:
            raise DrawProblem(node.id, block, block.defaults, problem) from None
        binding = block.bind(raw)
        if binding.errors:
            raise DrawProblem(node.id, block, binding.values, binding.errors[0])
        if node.disabled:
            made[node.id, block.outputs[0]] = tensors[0]
            return
        drawn = draw.place(block, binding.values, tensors, node.id)
        for port, tensor in zip(block.outputs, (drawn,) if type(drawn) is Tensor else drawn, strict=True):
            made[node.id, port] = tensor


def same_as(name: str, value: Any, specs: Mapping[str, TensorSpec]) -> Any:
    """A value inside a definition: itself, or what `{"same_as": "port.channels", "times": n}` stands for at these shapes."""
    if not isinstance(value, dict):
        return value
    problem = BlockError(
        "bad_relation",
        f'{name} needs a value or {{"same_as": "<input>.channels", "times": <whole number>}}, but got {shown(value)}.',
        hint="Name an input of the block.",
        param=name,
    )
    if set(value) - {"same_as", "times"} or not isinstance(value.get("same_as"), str):
        raise problem
    port, _, side = value["same_as"].partition(".")
    times = value.get("times", 1)
    if port not in specs or side != "channels" or isinstance(times, bool) or not isinstance(times, int):
        raise problem
    if not 1 <= times <= MAX_CHANNELS:
        raise problem
    return specs[port].channels * times


def can_pass_on(block: Any) -> bool:
    """Whether a block can be bypassed: it has an input to pass on and one output."""
    return len(block.outputs) == 1 and bool(block.inputs)


def lost_input(block: Any, disabled: bool, sources: Wires, wires: Wires) -> BlockError | None:
    """What an own block's node lacks since its definition changed: the port of a wire, or what a bypass needs."""
    if block.category != "own":
        return None
    if disabled:
        if can_pass_on(block):
            return None
        return BlockError("cannot_disable", f"{block.id} cannot be bypassed any more: it needs an input and one output.")
    for port in sorted(sources):
        if port not in wires:
            return BlockError("no_port", f"{block.id} has no input {shown(port)} any more.", hint="Remove its wire.", port=port)
    return None


def lost_output(block_name: str, out: str, port: str) -> BlockError:
    """The problem of an input whose wire begins at an output that an own block no longer has."""
    message = f"{block_name} has no output {shown(out)} any more."
    return BlockError("no_port", message, hint="Remove the wire that begins there.", port=port)


def unknown_block(name: str) -> BlockError:
    block, newer, version = name.partition(NEWER)
    known = registry.blocks().get(block) if newer else None
    if known is not None:
        return BlockError(
            "newer_block",
            f"The design needs version {version[:20]} of {block}, but this program has version {known.version}.",
            hint="Its data and wires are kept and saved back; replace it, or open the design with a newer lightdesigner.",
        )
    return BlockError(
        "unknown_block",
        f"There is no block {shown(name)} in this program.",
        hint="Its data and wires are kept and saved back; replace it, or open the design with the program that made it.",
    )
