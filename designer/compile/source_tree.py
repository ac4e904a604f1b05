"""The design as nested scopes: what becomes a class of the generated source (composites, stages, the network), and what stands
inside it.

Primitives become `Call`s: the constructor of their torch module with its arguments, read back from the module itself, so that
nothing about a primitive is said twice. This relies on torch's habit, which `blocks.modules` shares: a module keeps what it was
built with under the names of its constructor's arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

from blocks.builder import Result
from blocks.parameters import Parameter
from blocks.spec import TensorSpec
from designer.compile.errors import TORCH_ERRORS, CompileError, torch_said
from designer.compile.plan import Plan, Step
from designer.compile.source_layout import camel
from designer.compile.source_stages import Unit, Value, entries, ports_of
from designer.graph.own_block import OwnBlock

Ref = tuple[int, int]
"""Where a tensor comes from: (piece, output); piece -1 - k is input k of the scope. As in drawings."""

REQUIRED = inspect.Parameter.empty
"""Stands for the default of an argument that has none."""


class Kind(NamedTuple):
    """An activation's class as a value, as in `act=nn.ReLU`."""

    text: str
    block: str


class Call:
    """One primitive: `maker(**arguments)`. `kind` is set where the class itself may be an argument of what it stands in, because
    it is built like any other activation."""

    def __init__(self, result: Result, maker: str, arguments: dict[str, Any], defaults: dict[str, Any]) -> None:
        self.block = result.block
        self.inputs = result.inputs
        self.outputs = result.outputs
        self.maker = maker
        self.arguments = arguments
        self.defaults = defaults
        plain = result.block.category == "activation" and not set(arguments) - {"inplace"}
        self.kind = Kind(maker, result.block.id) if plain else None

    @property
    def form(self) -> tuple[str, ...]:
        """Equal for two calls that only values tell apart."""
        return ("activation" if self.kind else self.maker, *self.arguments)


class Piece(NamedTuple):
    """One named part of a scope. `stage` names the stage that holds it where that stage is no scope of its own."""

    name: str
    child: Call | Scope
    refs: tuple[Ref, ...]
    stage: str | None = None

    @property
    def path(self) -> str:
        return f"{self.stage}.{self.name}" if self.stage else self.name


class Scope:
    """What becomes a class: pieces in execution order. Scopes of one `key` are copies of one block, `base` is the name of its
    class. `result`, `parameters` and `values` (raw) are the block's; `outputs` are shapes, `refs` where they come from."""

    result: Result | None = None
    summary = ""
    parameters: Mapping[str, Parameter[Any]] = {}
    values: Mapping[str, Any] = {}
    output_names: tuple[str, ...] = ()

    def __init__(
        self, key: str, base: str, ports: list[str], inputs: tuple[TensorSpec, ...], pieces: list[Piece], refs: list[Ref]
    ) -> None:
        self.key = key
        self.base = base
        self.ports = ports
        self.inputs = inputs
        self.pieces = pieces
        self.refs = refs
        self.outputs = tuple([self.spec(ref) for ref in refs])

    def spec(self, ref: Ref) -> TensorSpec:
        """Shape of a tensor inside."""
        at, out = ref
        return self.inputs[-1 - at] if at < 0 else self.pieces[at].child.outputs[out]


NETWORK = "network"
"""The key of the root scope; those of stages begin with `STAGE`, all others are ids of blocks."""
STAGE = "stage "


def tree_of(plan: Plan) -> Scope:
    """The root scope of a design. Raises CompileError, naming the node, where torch cannot build a primitive."""
    return _Tree(plan).root()


class _Tree:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.scopes: dict[Any, Scope] = {}
        self.calls: dict[Any, Call] = {}

    # -- the root ------------------------------------------------------------------------------------------------------------

    def root(self) -> Scope:
        units, outputs = self._units()
        specs = tuple([self.plan.steps[at].output for _, at in self.plan.inputs])
        names = [name for name, _ in self.plan.inputs]
        at: dict[Value, Ref] = {(name, 0): (-1 - k, 0) for k, name in enumerate(names)}
        shapes = {(name, 0): spec for name, spec in zip(names, specs, strict=True)}
        for unit in units:
            shapes.update(zip(unit.writes, unit.child.outputs, strict=True))
        pieces: list[Piece] = []
        for stage, members in entries(units):
            for unit in members if stage is None else [self._stage(stage, members, units, outputs, shapes)]:
                at.update({value: (len(pieces), k) for k, value in enumerate(unit.writes)})
                pieces.append(Piece(unit.name, unit.child, tuple([at[value] for value in unit.reads]), unit.stage))
        scope = Scope(NETWORK, "", names, specs, pieces, [at[value] for _, value in outputs])
        scope.output_names = tuple([name for name, _ in outputs])
        return scope

    def _units(self) -> tuple[list[Unit], list[tuple[str, Value]]]:
        """The nodes that count, in execution order, and the outputs with what they give out."""
        engine = self.plan.engine
        units: list[Unit] = []
        outputs: dict[str, Value] = {}
        made: dict[tuple[str, str], Value] = {}
        position = 0
        for node_id in engine.order.order:
            node, result = engine.design.root.node(node_id), engine.results[node_id]
            reads = tuple([made[source] for source in engine.order.wires[node_id].values()])
            if result.disabled:
                made[node_id, next(iter(result.outputs))] = reads[0]
                continue
            evaluated = result.evaluated
            assert evaluated is not None
            made.update({(node_id, port): (node_id, k) for k, port in enumerate(result.outputs)})
            if result.block == "output":
                outputs[node_id] = reads[0]
            elif result.block != "input":
                child, _ = self._child(evaluated, position)
                writes = tuple([(node_id, k) for k in range(len(result.outputs))])
                units.append(Unit(node_id, result.path.rpartition(".")[2], node.stage, child, reads, writes))
            position += evaluated.primitives
        return units, [(name, outputs[name]) for name, _ in self.plan.outputs]

    def _stage(
        self,
        stage: str,
        members: list[Unit],
        units: list[Unit],
        outputs: list[tuple[str, Value]],
        shapes: Mapping[Value, TensorSpec],
    ) -> Unit:
        """A stage as one unit, with a scope of its own."""
        reads, writes = ports_of(members, units, [value for _, value in outputs])
        at: dict[Value, Ref] = {value: (-1 - k, 0) for k, value in enumerate(reads)}
        pieces: list[Piece] = []
        for unit in members:
            at.update({value: (len(pieces), k) for k, value in enumerate(unit.writes)})
            pieces.append(Piece(unit.name, unit.child, tuple([at[value] for value in unit.reads])))
        names = {unit.id: unit.name for unit in units}
        ports = ["x"] if len(reads) == 1 else [names.get(source, source) for source, _ in reads]
        specs = tuple([shapes[value] for value in reads])
        scope = Scope(STAGE + stage, camel(stage), ports, specs, pieces, [at[value] for value in writes])
        scope.output_names = tuple([names[source] for source, _ in writes])
        return Unit(STAGE + stage, stage, None, scope, tuple(reads), tuple(writes))

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def _child(self, result: Result, position: int) -> tuple[Call | Scope, int]:
        """The block whose first primitive is step `position`, and the position behind it. Equal blocks share one object."""
        end = position + result.primitives
        steps = self.plan.steps[position:end]
        key = (id(result), *[step.inplace for step in steps])
        if result.drawing is None:
            if key not in self.calls:
                self.calls[key] = _call(steps[0])
            return self.calls[key], end
        if key not in self.scopes:
            self.scopes[key] = self._scope(result, position)
        return self.scopes[key], end

    def _scope(self, result: Result, position: int) -> Scope:
        assert result.drawing is not None
        pieces = []
        for part in result.drawing.parts:
            child, position = self._child(part.result, position)
            pieces.append(Piece(part.name, child, part.inputs))
        block = result.block
        ports = [port.name for port in block.inputs]
        if block.inputs and block.inputs[-1].variadic:
            ports = [f"{ports[0]}{k}" for k in range(len(result.inputs))]
        base = camel(block.definition.name) or camel(block.definition.id) if isinstance(block, OwnBlock) else camel(block.id)
        scope = Scope(block.id, base, ports, result.inputs, pieces, list(result.drawing.outputs))
        scope.summary = block.summary().rstrip(".") + (f" ({block.reference})." if block.reference else ".")
        scope.output_names = tuple(block.outputs)
        scope.result = result
        scope.parameters = block.parameters
        raw = zip(block.parameters.items(), result.values, strict=True)
        scope.values = {name: _plain(parameter.raw(value)) for (name, parameter), value in raw}
        return scope


def _call(step: Step) -> Call:
    """Build a primitive's module on the meta device and read its arguments back."""
    import torch

    try:
        with torch.device("meta"):
            module = step.module()
    except TORCH_ERRORS as error:
        raise CompileError(f"{step.path}: its torch module cannot be built; {torch_said(error)}", step.path) from error
    kind = type(module)
    arguments: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    ours = kind.__module__ == "blocks.modules"
    for name, parameter in inspect.signature(kind).parameters.items():
        if name in ("device", "dtype") or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        value = getattr(module, name)
        # torch keeps a bias under the name of the argument that asks for one
        arguments[name] = module._parameters[name] is not None if name in module._parameters else value if ours else _plain(value)
        defaults[name] = parameter.default
    return Call(step.result, kind.__name__ if ours else f"nn.{kind.__name__}", arguments, defaults)


def _plain(value: Any) -> Any:
    """A pair of equal numbers as one number, as torch takes it; lists as tuples."""
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, tuple) and 1 <= len(value) <= 2 and value[0] == value[-1]:
        return value[0]
    return value
