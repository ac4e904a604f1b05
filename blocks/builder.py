"""The drawing tool. `draw.conv2d(x, 64, kernel_size=3, name="conv")` places a block and returns its output.

Drawing is evaluating: each placed block is checked and costed at once (`evaluate`, memoised by block type, canonical values and
input shapes), so a drawing can read `y.channels` of what it just drew, and equal blocks are worked out once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from math import prod
from typing import Any, ClassVar

from blocks.block import Composite, Primitive, Values
from blocks.cost import ZERO, total_of
from blocks.drawing import Drawing, DrawProblem, LaterDrawing, Part, Ref, Result, Tensor
from blocks.errors import BlockError
from blocks.ids import valid_id
from blocks.placing import add_methods
from blocks.spec import MAX_CHANNELS, MAX_ELEMENTS, MAX_NESTING, MAX_PARTS, MAX_PRIMITIVES, MAX_SIDE, TensorSpec


class Builder:
    """Places blocks. One method per registered block (see `builder.pyi`): tensors first, then parameters, then `name`.

    Every part needs a name, unique in its drawing; without one the block's id is used. Names become the dotted paths of modules,
    ONNX nodes and messages.
    """

    __slots__ = ("_stage", "parts")
    _prepared: ClassVar[bool] = False  # whether there are methods

    def __init__(self) -> None:
        if not self._prepared:
            add_methods(Builder)
            Builder._prepared = True
        self.parts: list[Part] = []
        self._stage: str | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Give what is drawn inside the label `name`, by which costs add up. Only at the root of a design."""
        if not valid_id(name):
            raise ValueError(f"{name!r} cannot be a stage name")
        outer, self._stage = self._stage, name
        try:
            yield
        finally:
            self._stage = outer

    def place(self, block: Any, values: Values, tensors: tuple[Tensor, ...], name: str) -> Any:
        """Place `block` with canonical `values`. Returns its output, or a tuple where the block has several.

        Raises DrawProblem when the block cannot work there.
        """
        if len(tensors) == 1:
            return self.place_on(tensors[0], block, values, name)
        result = evaluate(block, values, tuple([t.spec for t in tensors]))
        return self._place(result, tuple([t.ref for t in tensors]), block, values, name)

    def place_on(self, tensor: Tensor, block: Any, values: Values, name: str) -> Any:
        """`place` on a single input, by far the most frequent case."""
        result = evaluate(block, values, (tensor.spec,))
        outputs = result.outputs
        parts = self.parts
        index = len(parts)
        if len(outputs) != 1 or index >= MAX_PARTS or self._stage is not None:
            return self._place(result, (tensor.ref,), block, values, name)
        parts.append(Part(name, block, values, (tensor.ref,), result, None))
        return Tensor((index, 0), outputs[0])

    def _place(self, result: Result, refs: tuple[Ref, ...], block: Any, values: Values, name: str) -> Any:
        if result.problem is not None:
            raise DrawProblem(name, block, values, result.problem)
        stage = self._stage
        if stage is not None:
            name = f"{stage}_{name}"
        parts = self.parts
        index = len(parts)
        if index >= MAX_PARTS:
            raise DrawProblem(name, block, values, _too_many_parts())
        parts.append(Part(name, block, values, refs, result, stage))
        outputs = result.outputs
        if len(outputs) == 1:
            return Tensor((index, 0), outputs[0])
        return tuple([Tensor((index, k), spec) for k, spec in enumerate(outputs)])

    def check_names(self) -> None:
        """Raise ValueError unless every part's name is valid and unique. Called once, when the drawing is finished."""
        _check_names(tuple([part.name for part in self.parts]))


@lru_cache(maxsize=4096)
def _check_names(names: tuple[str, ...]) -> None:
    for name in names:
        if not valid_id(name):
            raise ValueError(f"{name!r} cannot be the name of a part")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two parts of a drawing are called {twice!r}")


def _too_many_parts() -> BlockError:
    return BlockError(
        "too_large",
        f"A drawing may have {MAX_PARTS:,} parts at most.",
        hint="Use fewer repeats, or put parts into blocks of their own.",
    )


_nesting = [0]
"""How many drawings are being made inside each other at this moment. A list: an attribute of a class is far slower to change."""


class _TooDeep(Exception):
    """Goes up to the outermost block and is remembered there alone: what it holds may be fine where it stands less deep."""


_alike: dict[Any, Result] = {}
"""Composites of which an inert parameter was edited, by block, values without the inert ones, and inputs."""


def evaluate_again(before: Result, values: Values) -> Result:
    """`evaluate` of the block of `before` on the same inputs with other values, as after an edit.

    Where they differ in inert parameters alone, all that can differ is the drawing: it is made when somebody looks inside.
    """
    block = before.block
    if block.inert and before.problem is None and values != before.values:
        telling = block.telling(values)
        if telling == block.telling(before.values):
            if len(_alike) > 10_000:
                _alike.clear()
            _alike[block, telling, before.inputs] = before
    return evaluate(block, values, before.inputs)


@lru_cache(maxsize=32_768)
def evaluate(block: Any, values: Values, inputs: tuple[TensorSpec, ...]) -> Result:
    """Shapes, cost and drawing of `block` with canonical `values` on `inputs`. Never raises for what a person can cause: the
    problem is in the result."""
    instance = None
    try:
        if _alike and block.inert:
            like = _alike.get((block, block.telling(values), inputs))
            if like is not None:
                return _drawn_later(like, values)
        ranks = block.ranks
        if ranks is None or len(ranks) != len(inputs):
            check_ports(block, inputs)
        elif len(ranks) == 1:  # by far the most frequent case
            if ranks[0] is not None and len(inputs[0]) != ranks[0]:
                check_ports(block, inputs)
        elif any(rank is not None and len(spec) != rank for rank, spec in zip(ranks, inputs, strict=True)):
            check_ports(block, inputs)
        instance = block.of(values)
        if block.checks:
            instance.check(*inputs)
        if not block.primitive:
            return _evaluate_drawing(block, values, inputs, instance)
        output = instance.infer(*inputs)
        elements = prod(output)
        if elements > MAX_SIDE:  # a smaller tensor breaks no limit
            check_size(block.id, output, elements)
        cost = instance.cost(inputs, output)
        if cost.params > MAX_ELEMENTS:
            raise too_large(f"{block.id} would have {cost.params:,} params; a layer may have {MAX_ELEMENTS:,}")
        result = Result(block, values, inputs, instance, (output,), cost, elements)
        if block.notes:
            result.notices = instance.notices(*inputs)
        return result
    except BlockError as problem:
        result = Result(block, values, inputs, instance, (), ZERO)
        result.problem = problem.with_traceback(None)
        return result


def _drawn_later(like: Result, values: Values) -> Result:
    """The result of a composite that differs from `like` in inert parameters."""
    block, inputs = like.block, like.inputs
    instance = block.of(values)

    def draw() -> Drawing:
        drawn = _evaluate_drawing(block, values, inputs, instance)
        if drawn.drawing is None or (drawn.outputs, drawn.cost, drawn.primitives) != (like.outputs, like.cost, like.primitives):
            raise RuntimeError(f"{block.id}: shapes or cost depend on a parameter that is declared inert")
        return drawn.drawing

    result = Result(block, values, inputs, instance, like.outputs, like.cost)
    result.drawing = LaterDrawing(draw)
    result.primitives = like.primitives
    if block.notes:
        result.notices = instance.notices(*inputs)
    return result


def _evaluate_drawing(block: Any, values: Values, inputs: tuple[TensorSpec, ...], instance: Any) -> Result:
    draw = Builder()
    if _nesting[0] >= MAX_NESTING:
        raise _TooDeep
    _nesting[0] += 1
    try:
        if block.ranks is None:  # a variadic port
            drawn = instance.expand([Tensor((-1 - k, 0), spec) for k, spec in enumerate(inputs)], draw)
        elif len(inputs) == 1:
            drawn = instance.expand(Tensor((-1, 0), inputs[0]), draw)
        else:
            drawn = instance.expand(*[Tensor((-1 - k, 0), spec) for k, spec in enumerate(inputs)], draw)
    except DrawProblem as inner:
        raise _blamed(block, values, inner) from None
    except _TooDeep:
        if _nesting[0] > 1:
            raise
        raise BlockError("too_deep", f"Blocks may be nested {MAX_NESTING} deep at most.", hint="Unpack some of them.") from None
    finally:
        _nesting[0] -= 1
    if type(drawn) is Tensor:
        refs: tuple[Ref, ...] = (drawn.ref,)
        outputs: tuple[TensorSpec, ...] = (drawn.spec,)
    else:
        refs = tuple([t.ref for t in drawn])
        outputs = tuple([t.spec for t in drawn])
    if len(refs) != len(block.outputs):
        raise RuntimeError(f"{block.id} declares outputs {block.outputs}, but drew {len(refs)}")
    parts = draw.parts
    draw.check_names()
    primitives = sum([part.result.primitives for part in parts])
    if primitives > MAX_PRIMITIVES:
        raise too_large(f"{block.id} would draw {primitives:,} layers; a design may have {MAX_PRIMITIVES:,}")
    result = Result(block, values, inputs, instance, outputs, total_of([part.result.cost for part in parts]))
    result.drawing = Drawing(tuple(parts), refs)
    result.primitives = primitives
    if block.notes:
        result.notices = instance.notices(*inputs)
    return result


def _blamed(block: Any, values: Values, inner: DrawProblem) -> BlockError:
    """The composite's problem for a part's problem: inner path, and the composite's parameter that passed the bad value on."""
    problem = inner.problem
    param = None
    if problem.param is not None and problem.param in block.parameters:
        own = dict(zip(block.parameters, values, strict=True))[problem.param]
        theirs = dict(zip(inner.block.parameters, inner.values, strict=True)).get(problem.param)
        if own == theirs:
            param = problem.param
    path = f"{inner.name}.{problem.path}" if problem.path else inner.name
    return BlockError(problem.code, problem.message, hint=problem.hint, param=param, path=path)


def check_ports(block: Any, inputs: tuple[TensorSpec, ...]) -> None:
    """Raise where an input is missing or has the wrong number of dimensions."""
    ports = block.inputs
    if ports and ports[-1].variadic:
        if not inputs:
            raise BlockError("no_input", f"{block.id} needs at least one input.", port=ports[-1].name)
        ports = (ports[-1],) * len(inputs)
    elif len(inputs) != len(ports):
        raise TypeError(f"{block.id} takes {len(ports)} inputs, but got {len(inputs)}")
    for k, (port, spec) in enumerate(zip(ports, inputs, strict=True)):
        if port.rank is not None and len(spec) != port.rank:
            name = f"{port.name}.{k}" if port.variadic else port.name
            if port.rank == 3:
                raise BlockError(
                    "wrong_rank",
                    f"{block.id} needs a map (C, H, W), but got {spec}.",
                    hint="Put it before the flatten.",
                    port=name,
                )
            raise BlockError(
                "wrong_rank",
                f"{block.id} needs a vector (F,), but got {spec}.",
                hint="Put a flatten, or a global average and a flatten, before it.",
                port=name,
            )


def check_size(block_id: str, output: TensorSpec, elements: int) -> None:
    """Raise where a tensor is over the limits."""
    if len(output) == 3 and (output[1] > MAX_SIDE or output[2] > MAX_SIDE):
        raise too_large(f"{block_id} would make a map of {output}; sides may be {MAX_SIDE:,}")
    if output[0] > MAX_CHANNELS:
        what = "channels" if len(output) == 3 else "features"
        raise too_large(f"{block_id} would make {output[0]:,} {what}; a tensor may have {MAX_CHANNELS:,}")
    if elements > MAX_ELEMENTS:
        raise too_large(f"{block_id} would make {elements:,} elements; a tensor may have {MAX_ELEMENTS:,}")


def too_large(what: str) -> BlockError:
    return BlockError("too_large", f"{what} at most.", hint="Use smaller numbers.")


def clear_memo() -> None:
    """Forget all evaluated blocks (for benchmarks)."""
    evaluate.cache_clear()
    _alike.clear()


__all__ = [
    "Builder", "Composite", "DrawProblem", "Drawing", "Part", "Primitive", "Result", "Tensor", "clear_memo", "evaluate",
    "evaluate_again",
]  # fmt: skip
