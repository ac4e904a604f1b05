"""Rows of the layer table: stages, root blocks, and the layers inside a block as a person counts them.

A layer is a part with at most one convolution or linear layer: `expand` with its norm and activation is one, an `add` is one.
Rows of a block depend on its evaluated drawing alone, so equal blocks share them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from blocks.builder import Result
from blocks.cost import ZERO, Cost
from blocks.spec import TensorSpec
from designer.analysis.formulas import working_layers
from designer.analysis.results import NodeResult
from designer.graph.network import Node

STAGE, BLOCK, LAYER = "stage", "block", "layer"
KEPT = 4_096


class LayerRow(NamedTuple):
    """One row. `cost` is None where it is not known; `said` is the sentence of a row with a problem, or for whom it waits.

    `values` are the canonical parameters by which rows can be filtered: the block's own and those of its one convolution.
    """

    level: str
    node_ids: tuple[str, ...]
    name: str
    stage: str | None
    block: str
    category: str
    kernel: str
    inputs: tuple[TensorSpec, ...]
    output: TensorSpec | None
    cost: Cost | None
    status: str
    said: str
    values: dict[str, Any]
    members: int = 0  # of a stage: its blocks
    group: bool = False  # a stage's row above its members


class _Template(NamedTuple):
    """What a row says about a part, whatever node it stands in."""

    inner: str
    block: str
    category: str
    kernel: str
    inputs: tuple[TensorSpec, ...]
    output: TensorSpec | None
    cost: Cost
    values: dict[str, Any]


_templates: dict[Result, tuple[_Template, ...]] = {}
_single: dict[Result, _Template] = {}


def _of(result: Result, name: str) -> _Template:
    work = working_layers(result) if result.primitives <= 64 else []
    one = work[0] if len(work) == 1 else None
    values = dict(zip(result.block.parameters, result.values, strict=True))
    kernel = ""
    kind, category = result.block.id, result.block.category
    if one is not None and one.block.layer == "conv":
        inner = dict(zip(one.block.parameters, one.values, strict=True))
        values = {**inner, **values}
        kernel = _kernel(inner)
        if result.block.id in ("conv2d", "conv_norm_act", "norm_act_conv"):
            kind, category = kind_of_conv(one), "conv"
    elif one is not None:
        values = {**dict(zip(one.block.parameters, one.values, strict=True)), **values}
    elif isinstance(values.get("kernel_size"), tuple) and result.drawing is None:
        kernel = _kernel(values)
    output = result.outputs[0] if result.outputs else None
    return _Template(name, kind, category, kernel, result.inputs, output, result.cost, values)


def kind_of_conv(conv: Result) -> str:
    """A convolution by what it does: pointwise, depthwise, grouped, dilated or plain."""
    if conv.block.id != "conv2d":
        return str(conv.block.id)
    values = dict(zip(conv.block.parameters, conv.values, strict=True))
    groups = values["groups"]
    if groups > 1:
        return "depthwise" if groups == conv.inputs[0][0] else "grouped"
    if values["kernel_size"] == (1, 1):
        return "pointwise"
    return "dilated" if values["dilation"] != (1, 1) else "conv2d"


def _kernel(values: dict[str, Any]) -> str:
    """`3 × 3 / 2`: kernel and, where it is not 1, stride."""
    high, wide = values["kernel_size"]
    stride = values.get("stride")
    text = f"{high} × {wide}"
    if isinstance(stride, tuple) and stride != (1, 1):
        text += f" / {stride[0]}" if stride[0] == stride[1] else f" / {stride[0]} × {stride[1]}"
    return text


def _inside(result: Result) -> tuple[_Template, ...]:
    found = _templates.get(result)
    if found is None:
        if len(_templates) > KEPT:
            _templates.clear()
        found = _templates[result] = tuple(_walk(result, ""))
    return found


def _walk(result: Result, name: str) -> Iterable[_Template]:
    if result.drawing is None or len(working_layers(result)) <= 1:
        yield _of(result, name)
        return
    for part in result.drawing.parts:
        inner = f"{name}.{part.name}" if name else part.name
        yield from _walk(part.result, inner)


def _whole(result: Result) -> _Template:
    found = _single.get(result)
    if found is None:
        if len(_single) > KEPT:
            _single.clear()
        found = _single[result] = _of(result, "")
    return found


def rows_of_node(node: Node, result: NodeResult, level: str) -> list[LayerRow]:
    """The rows of one root node at the level BLOCK or LAYER. A node without figures is one row that says why."""
    kind = result.block_type
    category = kind.category if kind is not None else ""
    name = result.path.rpartition(".")[2]
    evaluated = result.evaluated
    if evaluated is None or not result.outputs or result.disabled:
        output = next(iter(result.outputs.values()), None)
        cost = ZERO if result.outputs else None
        issue = next(iter(result.issues), None)
        said = issue.message if issue is not None else f"waits for {result.blocked_by}" if result.blocked_by else ""
        if said.startswith(f"{result.path}: "):
            said = said.removeprefix(f"{result.path}: ")
        status = "disabled" if result.disabled else result.status
        inputs = tuple(result.inputs.values())
        return [
            LayerRow(
                BLOCK, (node.id,), name, node.stage, node.block, category, "", inputs, output, cost, status, said, node.params
            )
        ]
    templates = _inside(evaluated) if level == LAYER and evaluated.drawing is not None else (_whole(evaluated),)
    said = "not counted: no output reads it" if result.status == "unused" else ""
    rows = []
    for one in templates:
        full = f"{name}.{one.inner}" if one.inner else name
        rows.append(
            LayerRow(
                level,
                (node.id,),
                full,
                node.stage,
                one.block,
                one.category,
                one.kernel,
                one.inputs,
                one.output,
                one.cost,
                result.status,
                said,
                one.values,
            )
        )
    return rows


def stage_row(stage: str, nodes: list[Node], results: list[NodeResult], *, layers: int, group: bool) -> LayerRow:
    """A stage's subtotal, unknown where one of its blocks is that counts."""
    counted = [result for result in results if result.status not in ("unused", "incomplete")]
    known = all(result.outputs for result in counted)
    cost = sum([result.cost for result in counted], ZERO) if known else None
    output = next(iter(counted[-1].outputs.values()), None) if counted else None
    inputs = tuple(results[0].inputs.values()) if results else ()
    said = f"{len(nodes)} {'block' if len(nodes) == 1 else 'blocks'}"
    if group and layers > len(nodes):
        said += f", {layers} layers"
    failed = next((result for result in results if result.status in ("error", "blocked")), None)
    status = failed.status if failed is not None else "ok"
    ids = tuple(node.id for node in nodes)
    return LayerRow(STAGE, ids, stage, stage, "stage", "", "", inputs, output, cost, status, said, {}, len(nodes), group)
