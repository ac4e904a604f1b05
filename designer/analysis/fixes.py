"""Quick fixes: edits that make an issue go away, each with what the design costs afterwards.

Every fix offered was tried on a copy of the design and does take its issue away. Prices are therefore exact; where another error
remains, the design's cost stays unknown and so does the price.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from blocks.errors import Issue, LightdesignerError
from blocks.parameters import Parameter
from blocks.spec import TensorSpec
from designer.analysis.engine import Engine
from designer.analysis.fix_values import near, reason_of, said
from designer.analysis.results import NodeResult
from designer.graph.design import ROOT, Design
from designer.graph.edits import AddNode, Compound, Connect, Disconnect, Edit, RemoveNode, SetDisabled, SetParam
from designer.graph.network import Edge, Node
from designer.graph.rules import StructureError, check_node

MAX_FIXES = 5
MAX_ERRORS = 4  # looked at for a block that may be their cause
MAX_TRIED = 24
MAX_WALK = 64  # blocks looked at on the way up a branch


class Fix(NamedTuple):
    """A way out: a verb, the edit, and MACs and params of the design after it (None where another error remains)."""

    title: str
    edit: Edit
    macs_after: int | None
    params_after: int | None


class Price(NamedTuple):
    """What trying an edit said: whether the issue went, whether a block that was fine has an error now, and the totals."""

    solved: bool
    spoiled: bool
    macs: int | None
    params: int | None


class Bench:
    """A copy of a design on which edits are tried and taken back. Right as long as the engine it was made from has not moved."""

    def __init__(self, engine: Engine) -> None:
        design = engine.design
        self.source = engine
        self.revision = engine.revision
        self.design = Design(design.name, design.root.copy())
        self.design.definitions = dict(design.definitions)
        self.design.positions = {ROOT: dict(design.positions.get(ROOT, {}))}
        self.design.resolve = design.resolve  # equal definitions: what is worked out for one is right for both
        self.engine = engine.like(self.design)

    def price(self, edit: Edit, node_id: str = "", issue: Issue | None = None) -> Price | None:
        """What the edit would lead to; None where the graph refuses it. Nothing stays changed."""
        try:
            change = edit.apply(self.design)
        except LightdesignerError:
            return None
        self.engine.update(change)
        found = self._read(node_id, issue)
        self.engine.update(change.inverse.apply(self.design))
        return found

    def _read(self, node_id: str, issue: Issue | None) -> Price:
        solved = self._solved(node_id, issue)
        spoiled = any(
            found.status == "error" and (before := self.source.results.get(key)) is not None and before.outputs
            for key, found in self.engine.results.items()
        )
        total = self.engine.total
        return Price(solved, bool(spoiled), total.macs if total else None, total.params if total else None)

    def _solved(self, node_id: str, issue: Issue | None) -> bool:
        """Whether the issue went; what else its block had to say before may stay."""
        result = self.engine.results.get(node_id)
        if result is None or result.outputs or issue is None:
            return result is None or issue is None or not _again(issue, result.issues)
        if issue.code == "no_port" and result.status == "incomplete":
            return True  # a wire that led nowhere leaves a free input behind, which is no error
        before = self.source.results[node_id].issues
        return result.status == "error" and issue not in result.issues and set(result.issues) <= set(before)


def _again(issue: Issue, issues: tuple[Issue, ...]) -> bool:
    return any(left.code == issue.code and left.param == issue.param for left in issues)


def node_of(engine: Engine, issue: Issue) -> str | None:
    """The root node an issue is about, None for one about the design as a whole."""
    for node_id, result in engine.results.items():
        if issue in result.issues:
            return node_id
    return None


def fixes_for(design: Design, engine: Engine, issue: Issue, bench: Bench | None = None) -> list[Fix]:
    """Fixes of an issue, the smallest change first. `bench` may be shared by issues of the same state of the design."""
    node_id = node_of(engine, issue)
    if node_id is None:
        return []
    if bench is None or bench.source is not engine or bench.revision != engine.revision:
        bench = Bench(engine)
    found: list[Fix] = []
    seen: set[str] = set()
    for tried, (title, edit) in enumerate(_candidates(design, engine, node_id, issue)):
        if tried >= MAX_TRIED or len(found) >= MAX_FIXES:
            break
        if title in seen:
            continue
        seen.add(title)
        price = bench.price(edit, node_id, issue)
        # a fix that only moves the error elsewhere is none; that a block behind it now says its own is no fault of the fix
        if price is not None and price.solved and not price.spoiled:
            found.append(Fix(title, edit, price.macs, price.params))
    return found


def stopped_by(engine: Engine, node_id: str, bench: Bench) -> dict[str, str]:
    """Which parameters of a block stop another one: parameter to the id of that block, as far as setting it back is its first
    fix. Only the first few errors are looked at."""
    found: dict[str, str] = {}
    failed = [key for key in engine.order.order if key != node_id and engine.results[key].status == "error"]
    for key in failed[:MAX_ERRORS]:
        for issue in engine.results[key].issues:
            fixes = fixes_for(engine.design, engine, issue, bench) if issue.code == "shape_mismatch" else []
            first = fixes[0].edit if fixes else None
            if isinstance(first, SetParam) and first.node == node_id:
                found.setdefault(first.name, key)
    return found


Candidates = Iterator[tuple[str, Edit]]


def _candidates(design: Design, engine: Engine, node_id: str, issue: Issue) -> Candidates:
    node, result = design.root.node(node_id), engine.results[node_id]
    if issue.code == "shape_mismatch":
        yield from _mismatch(design, engine, node_id, issue)
    elif issue.code == "wrong_rank":
        yield from _rank(design, engine, node_id, issue)
    elif issue.code == "unknown_parameter" and issue.param is not None:
        yield f"Remove {issue.param} from {result.path}", SetParam(node=node_id, name=issue.param, reset=True)
    elif issue.code == "no_port" and issue.port is not None:
        yield f"Remove the wire to {issue.port}", Disconnect(target=node_id, target_port=issue.port)
    elif issue.code == "cannot_disable":
        yield f"Switch {result.path} on", SetDisabled(node=node_id, disabled=False)
    elif issue.code == "unused":
        yield f"Remove {result.path}", RemoveNode(id=node_id)
    block = result.block_type
    if block is None or issue.code in ("shape_mismatch", "wrong_rank"):
        return
    if issue.param in block.parameters:
        yield from _settings(node, result, block.parameters[issue.param])
    for name in ("groups", "out_channels", "stride", "kernel_size", "padding", "padding_mode", "stop", "start", "num_groups"):
        if issue.severity == "error" and name != issue.param and name in block.parameters:
            yield from _settings(node, result, block.parameters[name])


# -- parameters ----------------------------------------------------------------------------------------------------------------


def _settings(node: Node, result: NodeResult, parameter: Parameter[Any]) -> Candidates:
    """Values of one parameter that may do, the nearest first."""
    name = parameter.name
    given = node.params.get(name, parameter.default)
    for value in near(parameter, given, result.inputs):
        if value == given:
            continue
        if value == parameter.default and name in node.params:
            yield f"Set {name} {said(value)} in {result.path}", SetParam(node=node.id, name=name, reset=True)
        else:
            yield f"Set {name} {said(value)} in {result.path}", SetParam(node=node.id, name=name, value=parameter.raw(value))


# -- branches that do not fit --------------------------------------------------------------------------------------------------


class _Side(NamedTuple):
    """One input of a merge: its port, the wire and the shape on it."""

    port: str
    source: str
    out: str
    shape: TensorSpec


def _mismatch(design: Design, engine: Engine, node_id: str, issue: Issue) -> Candidates:
    wires = engine.order.wires[node_id]
    result = engine.results[node_id]
    sides = [_Side(port, source, out, result.inputs[port]) for port, (source, out) in wires.items() if port in result.inputs]
    offender = next((side for side in sides if side.port == issue.port), None)
    if offender is None or len(sides) < 2:
        return
    model = next(side for side in sides if side.port != offender.port)
    yield from _strides(design, engine, node_id, offender, model)
    block = result.block
    bypass = _bypass(engine, offender, model) if block == "add" else None
    first, second = (model, offender) if bypass is not None and bypass.port == model.port else (offender, model)
    for side, wanted in ((first, second), (second, first)):
        if block == "add":
            yield from _projection(design, node_id, side, wanted.shape, "the bypass" if bypass is side else "")
        elif block == "multiply" and side.port == "gate":
            gate = side.shape if len(side.shape) == 3 else None
            if gate is not None:
                yield from _projection(design, node_id, side, TensorSpec((wanted.shape[0], *gate[1:])), "")
    if block == "concat":
        yield from _resized(design, node_id, offender, model.shape)
        yield from _resized(design, node_id, model, offender.shape) if len(sides) == 2 else ()
        yield f"Remove {offender.port} from {result.path}", Disconnect(target=node_id, target_port=offender.port)
    if bypass is not None:
        branch = model if bypass is offender else offender
        yield "Remove the bypass", _without(design, node_id, branch)
    elif block == "add":
        yield f"Remove {result.path}, keep {engine.results[model.source].path}", _without(design, node_id, model)


def _ancestors(engine: Engine, start: str) -> list[str]:
    """What a node depends on, itself first, nearest first."""
    found, seen = [start], {start}
    for node_id in found:
        if len(found) > MAX_WALK:
            break
        for source, _ in engine.order.wires[node_id].values():
            if source not in seen:
                seen.add(source)
                found.append(source)
    return found


def _strides(design: Design, engine: Engine, node_id: str, offender: _Side, model: _Side) -> Candidates:
    """Other strides in the blocks that only one of the two branches has."""
    one, other = _ancestors(engine, offender.source), _ancestors(engine, model.source)
    small, large = offender.shape[1:], model.shape[1:]
    if small == large:
        yield from _widths(design, engine, node_id, offender, model)
        return
    for branch, shared, shape, wanted in ((one, set(other), small, large), (other, set(one), large, small)):
        values = (1,) if shape < wanted else (2, 4)
        for found in branch:
            if found in shared:
                continue
            result = engine.results[found]
            parameter = result.block_type.parameters.get("stride") if result.block_type is not None else None
            if parameter is None or result.status != "ok":
                continue
            node = design.root.node(found)
            for value in values:
                if reason_of(parameter, value) is None and parameter.clean(
                    node.params.get("stride", parameter.default)
                ) != parameter.clean(value):
                    yield f"Set stride {value} in {result.path}", _set(node, parameter, value)


def _widths(design: Design, engine: Engine, node_id: str, offender: _Side, model: _Side) -> Candidates:
    """Another number of channels in the block at the end of a branch."""
    if engine.results[node_id].block == "concat":
        return
    for side, wanted in ((offender, model.shape[0]), (model, offender.shape[0])):
        result = engine.results[side.source]
        parameters = result.block_type.parameters if result.block_type is not None else {}
        for name in ("out_channels", "out_features"):
            if name in parameters and reason_of(parameters[name], wanted) is None:
                yield f"Set {name} {wanted} in {result.path}", _set(design.root.node(side.source), parameters[name], wanted)


def _set(node: Node, parameter: Parameter[Any], value: Any) -> SetParam:
    if parameter.clean(value) == parameter.default:
        return SetParam(node=node.id, name=parameter.name, reset=True)
    return SetParam(node=node.id, name=parameter.name, value=value)


def _bypass(engine: Engine, one: _Side, other: _Side) -> _Side | None:
    """The side that is a shortcut around the other: what it carries is where the other branch began."""
    if one.source in _ancestors(engine, other.source)[1:]:
        return one
    if other.source in _ancestors(engine, one.source)[1:]:
        return other
    return None


def _projection(design: Design, node_id: str, side: _Side, wanted: TensorSpec, name: str) -> Candidates:
    """A 1 x 1 convolution on one side that gives it the other's shape."""
    if len(side.shape) != 3 or len(wanted) != 3:
        return
    stride = []
    for have, want in zip(side.shape[1:], wanted[1:], strict=True):
        step = next((s for s in range(1, 65) if (have - 1) // s + 1 == want), None)
        if step is None:
            return
        stride.append(step)
    params: dict[str, Any] = {"out_channels": wanted[0], "act": None}
    written = ""
    if stride != [1, 1]:
        params["stride"] = stride[0] if stride[0] == stride[1] else stride
        written = f" / {stride[0]}" if stride[0] == stride[1] else f" / {stride[0]} × {stride[1]}"
    yield f"Project {name or side.port}, 1 × 1{written}", _inserted(design, node_id, side, "pointwise", params, "projection")


def _resized(design: Design, node_id: str, side: _Side, wanted: TensorSpec) -> Candidates:
    """A border around a smaller map; a larger one cropped, or pooled down."""
    if len(side.shape) != 3 or len(wanted) != 3:
        return
    high, wide = wanted[1] - side.shape[1], wanted[2] - side.shape[2]
    size = f"{wanted[1]} × {wanted[2]}"
    if high >= 0 and wide >= 0:
        borders = {"left": wide // 2, "right": wide - wide // 2, "top": high // 2, "bottom": high - high // 2}
        yield f"Pad {side.port} to {size}", _inserted(design, node_id, side, "pad", borders, "pad")
    if high <= 0 and wide <= 0:
        high, wide = -high, -wide
        crop = {"left": wide // 2, "right": wide - wide // 2, "top": high // 2, "bottom": high - high // 2}
        yield f"Crop {side.port} to {size}", _inserted(design, node_id, side, "crop", crop, "crop")
        params = {"output_size": list(wanted[1:])}
        yield f"Pool {side.port} to {size}", _inserted(design, node_id, side, "adaptive_avg_pool2d", params, "pool")


def _rank(design: Design, engine: Engine, node_id: str, issue: Issue) -> Candidates:
    """A vector is wanted and a map came: flatten it, pooled or whole."""
    wires = engine.order.wires[node_id]
    result = engine.results[node_id]
    if issue.port is None or issue.port not in wires or len(result.inputs.get(issue.port, ())) != 3:
        return
    side = _Side(issue.port, *wires[issue.port], result.inputs[issue.port])
    stage = design.root.node(node_id).stage
    pool = _free(design, stage, "pool")
    flat = _free(design, stage, "flatten")
    x, y = _between(design, side.source, node_id)
    at = (x, y) if x is not None and y is not None else None
    wire = Disconnect(target=node_id, target_port=side.port)
    yield (
        "Insert a global average pool and a flatten",
        Compound(
            edits=(
                wire,
                AddNode(node=Node(pool, "global_avg_pool", {}, "", stage), position=at),
                AddNode(node=Node(flat, "flatten", {}, "", stage), position=at),
                Connect(source=side.source, source_port=side.out, target=pool, target_port="x"),
                Connect(source=pool, source_port="y", target=flat, target_port="x"),
                Connect(source=flat, source_port="y", target=node_id, target_port=side.port),
            )
        ),
    )
    yield "Insert a flatten", _inserted(design, node_id, side, "flatten", {}, "flatten")


def _inserted(design: Design, node_id: str, side: _Side, block: str, params: dict[str, Any], name: str) -> Compound:
    """A block on the wire of one side."""
    stage = design.root.node(node_id).stage
    new = _free(design, stage, name)
    x, y = _between(design, side.source, node_id)
    return Compound(
        edits=(
            Disconnect(target=node_id, target_port=side.port),
            AddNode(node=Node(new, block, params, "", stage), position=(x, y) if x is not None and y is not None else None),
            Connect(source=side.source, source_port=side.out, target=new, target_port="x"),
            Connect(source=new, source_port="y", target=node_id, target_port=side.port),
        )
    )


def _free(design: Design, stage: str | None, name: str) -> str:
    """An id that no node has, in the stage's way of naming."""
    base = f"{stage}_{name}" if stage else name
    number = 1
    while True:
        wanted = base if number == 1 else f"{base}{number}"
        try:
            check_node(design, ROOT, Node(wanted, "identity", {}, "", stage))
        except StructureError:
            number += 1
            continue
        return wanted


def _between(design: Design, source: str, target: str) -> tuple[float | None, float | None]:
    places = design.positions.get(ROOT, {})
    if source not in places or target not in places:
        return None, None
    (ax, ay), (bx, by) = places[source], places[target]
    return (ax + bx) / 2, (ay + by) / 2


def _without(design: Design, node_id: str, kept: _Side) -> Compound:
    """The merge taken out, with its readers on one of its branches."""
    readers = design.root.readers(node_id)
    edits: list[Edit] = [RemoveNode(id=node_id)]
    for reader in readers:
        edge = Edge(kept.source, kept.out, reader.target, reader.target_port)
        edits.append(Connect(source=edge.source, source_port=edge.source_port, target=edge.target, target_port=edge.target_port))
    return Compound(edits=tuple(edits))
