"""`analyse`: everything the analysis says about a design, as records. `lightdesigner cost --json` prints exactly these."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from blocks.builder import Result
from blocks.cost import Cost, total_of
from blocks.errors import Issue, LightdesignerError, Severity
from blocks.parameters import shown
from blocks.spec import MAX_PRIMITIVES
from designer.analysis.engine import Engine
from designer.analysis.flatten import flat_of, flatten, names_of
from designer.analysis.memory import BYTES, peak_activation_elements
from designer.analysis.receptive_field import figures
from designer.analysis.results import NodeResult
from designer.graph.design import Design
from designer.graph.network import Node
from designer.graph.topology import boundary

SCHEMA = 1
"""Version of the records below as JSON. Keys may be added without a new one; none goes, and none changes its meaning."""

Shape = list[int]
"""(C, H, W) or (F,), without the batch."""


class ReportedIssue(msgspec.Struct, frozen=True):
    """One finding. `path` is the dotted path of the node, and of the part inside it where the cause is there, "" for the design
    as a whole; `port` the input to look at, None where it is none. `message` is a whole sentence, `hint` says what to do."""

    severity: Severity
    code: str
    path: str
    port: str | None
    message: str
    hint: str

    def sentence(self) -> str:
        """Message and hint as one line for a person."""
        return f"{self.message} {self.hint}".strip()


class ReportedOrigin(msgspec.Struct, frozen=True):
    """The preset a design came from, and the options that differed from their defaults."""

    preset: str
    options: dict[str, Any]


class Uncounted(msgspec.Struct, frozen=True):
    """Work that no figure holds: what it is called, and how many layers do it."""

    op: str
    nodes: int


class Stage(msgspec.Struct, frozen=True):
    """Totals of the nodes that carry one stage's name. `output` is the shape of its last node in execution order (of its first
    output where it has several). The figures are None where one of its nodes has an error or waits for one."""

    stage: str
    params: int | None
    macs: int | None
    activations: int | None
    output: Shape | None


class Layer(msgspec.Struct, frozen=True):
    """One primitive in execution order; input and output nodes are no layers, `inputs` and `outputs` of the report have them.

    `path` is the full dotted path, `block` the id of the root node it belongs to, `op` the primitive's id. A node that could not
    be evaluated (its own error, or it waits for another's) is one layer under its own path, with its block's name as `op`, no
    outputs, and None for each figure.
    """

    path: str
    block: str
    op: str
    stage: str | None
    inputs: dict[str, Shape]
    outputs: dict[str, Shape]
    params: int | None
    buffers: int | None
    macs: int | None
    activations: int | None
    issues: list[ReportedIssue]


class BlockCost(NamedTuple):
    """One root node that counts; figures are None where it has an error or waits for another's. `output` is its first."""

    path: str
    block: str
    stage: str | None
    output: Shape | None
    params: int | None
    buffers: int | None
    macs: int | None
    activations: int | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a design costs, for one input (batch 1). Words and counting rules: `CONTEXT.md`.

    Of an invalid design every total is None, `uncounted` is empty, shapes that are not known are None, and `layers` and `stages`
    hold what is known. Layers add up to the totals; what carries no stage's name is missing in `stages`. A design of more
    primitives than the program takes is invalid, and its `layers` are empty.

    receptive_field and output_stride are [h, w] in input pixels, None where no map leads to an output; bytes are of `dtype`.
    """

    schema: int = SCHEMA
    design: str
    origin: ReportedOrigin | None
    valid: bool
    inputs: dict[str, Shape]
    outputs: dict[str, Shape | None]
    params: int | None
    buffers: int | None
    macs: int | None
    flops: int | None
    other_ops: dict[str, int] | None
    activations: int | None
    peak_activation_bytes: int | None
    weights_bytes: int | None
    dtype: str
    receptive_field: list[float] | None
    output_stride: list[float] | None
    depth: int | None
    conv_layers: int | None
    linear_layers: int | None
    uncounted: list[Uncounted]
    issues: list[ReportedIssue]
    stages: list[Stage]
    layers: list[Layer]

    def as_json(self, *, layers: bool = True) -> dict[str, Any]:
        """The report as plain data, ready for `json.dumps`; without its layers if asked so."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        if not layers:
            del found["layers"]
        return found


def analyse(design: Design, *, dtype: str = "fp32") -> Report:
    """Shapes, costs and issues of every layer of `design`, and the totals.

    `dtype` (fp32, fp16 or int8) is that of the weights and activations whose bytes are given. Never fails for what a design can
    hold: what is wrong with it is in `issues`, and `valid` is False. Raises LightdesignerError for an unknown dtype.
    """
    size = BYTES.get(dtype)
    if size is None:
        raise LightdesignerError(f"dtype needs one of {', '.join(BYTES)}, but got {shown(dtype)}.")
    engine = Engine(design)
    issues = [_reported(issue) for issue in engine.issues()]
    order = engine.order.order
    nodes = [(design.root.node(node_id), engine.results[node_id]) for node_id in order]
    counted = set(order)
    listed = _Layers(nodes, issues)
    total = engine.total
    known = total is not None
    whole = _whole(engine) if total is not None else None
    origin = design.origin
    return Report(
        design=design.name,
        origin=ReportedOrigin(origin.preset, dict(origin.options)) if origin is not None else None,
        valid=engine.valid,
        inputs={
            node.id: list(spec)
            for node in boundary(design.root, "input")
            if node.id in counted
            for spec in engine.results[node.id].outputs.values()
        },
        outputs={node_id: _first(engine.results[node_id]) for node_id in engine.order.outputs},
        params=total.params if total else None,
        buffers=total.buffers if total else None,
        macs=total.macs if total else None,
        flops=total.flops if total else None,
        other_ops=total.other_ops if total else None,
        activations=total.activations if total else None,
        peak_activation_bytes=whole.peak_elements * size if whole else None,
        weights_bytes=(total.params + total.buffers) * size if total else None,
        dtype=dtype,
        receptive_field=whole.field if whole else None,
        output_stride=whole.stride if whole else None,
        depth=whole.depth if whole else None,
        conv_layers=listed.kinds.get("conv", 0) if known else None,
        linear_layers=listed.kinds.get("linear", 0) if known else None,
        uncounted=[Uncounted(op, count) for op, count in listed.uncounted.items()] if known else [],
        issues=issues,
        stages=_stages(nodes),
        layers=listed.layers,
    )


def by_block(design: Design) -> list[BlockCost]:
    """What each root node costs, in execution order, without input and output nodes. These add up to the totals too."""
    engine = Engine(design)
    found: list[BlockCost] = []
    for node_id in engine.order.order:
        result = engine.results[node_id]
        if result.block_type is not None and result.block_type.category == "io":
            continue
        cost: tuple[int | None, ...] = _figures(result.cost) if result.outputs else (None,) * 4
        found.append(BlockCost(result.path, result.block, design.root.node(node_id).stage, _first(result), *cost))
    return found


class _Whole(NamedTuple):
    """Figures of the whole graph."""

    peak_elements: int
    field: list[float] | None
    stride: list[float] | None
    depth: int


def _whole(engine: Engine) -> _Whole:
    flat = flatten(engine)
    reach = figures(flat)
    return _Whole(
        peak_activation_elements(flat),
        list(reach.field) if reach.field is not None else None,
        list(reach.stride) if reach.stride is not None else None,
        reach.depth,
    )


def _figures(cost: Cost) -> tuple[int, int, int, int]:
    """What is said of a layer or a block."""
    return cost.params, cost.buffers, cost.macs, cost.activations


class _Layers:
    """The layers of the nodes that count, with how many there are of each kind and what they leave uncounted.

    Equal layers share one evaluation, so what it says is worked out once; layers that share it share its dicts too.
    """

    def __init__(self, nodes: list[tuple[Node, NodeResult]], issues: list[ReportedIssue]) -> None:
        self.layers: list[Layer] = []
        self.kinds: dict[str, int] = {}
        self.uncounted: dict[str, int] = {}
        self._said: dict[int, _Said] = {}
        self._issues: dict[str, list[ReportedIssue]] = {}
        for issue in issues:
            self._issues.setdefault(issue.path, []).append(issue)
        if sum(result.evaluated.primitives for _, result in nodes if result.evaluated is not None) > MAX_PRIMITIVES:
            return
        for node, result in nodes:
            if result.evaluated is not None and result.evaluated.problem is None:
                self._add_evaluated(node, result.path, result.evaluated)
            elif not result.disabled:
                self._add_unknown(node, result)

    def _add_evaluated(self, node: Node, path: str, evaluated: Result) -> None:
        flat = flat_of(evaluated)
        said_of, add, issues = self._said, self.layers.append, self._issues
        for name, step in zip(names_of(evaluated), flat.steps, strict=True):
            said = said_of.get(id(step))
            if said is None:
                said = said_of[id(step)] = _Said.of(step)
            if said.boundary:
                continue
            full = f"{path}.{name}" if name else path
            params, buffers, macs, activations = _figures(said.cost)
            add(
                Layer(
                    full,
                    node.id,
                    said.op,
                    node.stage,
                    said.inputs,
                    said.outputs,
                    params,
                    buffers,
                    macs,
                    activations,
                    issues.get(full, []),
                )
            )
            if said.kind is not None:
                self.kinds[said.kind] = self.kinds.get(said.kind, 0) + 1
            for op in said.uncounted:
                self.uncounted[op] = self.uncounted.get(op, 0) + 1

    def _add_unknown(self, node: Node, result: NodeResult) -> None:
        if result.block_type is not None and result.block_type.category == "io":
            return
        inputs = {port: list(spec) for port, spec in result.inputs.items()}
        # the cause may be a part inside the block: whatever was said about the block or its parts belongs to this row
        issues = [i for path, found in self._issues.items() if (path + ".").startswith(result.path + ".") for i in found]
        self.layers.append(Layer(result.path, node.id, node.block, node.stage, inputs, {}, None, None, None, None, issues))


class _Said(NamedTuple):
    """What one evaluation of a primitive says about every layer that is a copy of it."""

    op: str
    boundary: bool
    kind: str | None
    inputs: dict[str, Shape]
    outputs: dict[str, Shape]
    cost: Cost
    uncounted: tuple[str, ...]

    @classmethod
    def of(cls, step: Result) -> _Said:
        block = step.block
        variadic = bool(block.inputs) and block.inputs[-1].variadic
        inputs = {
            f"{block.inputs[0].name}.{k}" if variadic else block.inputs[k].name: list(spec) for k, spec in enumerate(step.inputs)
        }
        outputs = {port: list(spec) for port, spec in zip(block.outputs, step.outputs, strict=True)}
        return cls(block.id, block.category == "io", block.layer, inputs, outputs, step.cost, step.instance.uncounted_parts())


def _stages(nodes: list[tuple[Node, NodeResult]]) -> list[Stage]:
    """Named stages in order of their first node; unknown where one of its nodes is."""
    members: dict[str, list[NodeResult]] = {}
    for node, result in nodes:
        if node.stage is not None:
            members.setdefault(node.stage, []).append(result)
    found: list[Stage] = []
    for stage, results in members.items():
        if all(result.outputs for result in results):
            cost = total_of([result.cost for result in results])
            found.append(Stage(stage, cost.params, cost.macs, cost.activations, _first(results[-1])))
        else:
            found.append(Stage(stage, None, None, None, _first(results[-1])))
    return found


def _first(result: NodeResult) -> Shape | None:
    """Shape of a node's first output, None where it is not known."""
    for spec in result.outputs.values():
        return list(spec)
    return None


def _reported(issue: Issue) -> ReportedIssue:
    return ReportedIssue(issue.severity, issue.code, issue.path, issue.port, issue.message, issue.hint)
