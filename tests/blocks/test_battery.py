"""One battery over the registry: a new block is tested by existing.

What we accept, torch accepts with the same shape, params, buffers and macs. What torch refuses, we refuse. We may refuse more
only for the reasons a block's definition lists in `refuses_more`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import builder, registry
from blocks.block import Block, Values
from blocks.builder import Builder, DrawProblem, Result, Tensor
from blocks.spec import TensorSpec
from tests.strategies import SIDES, Case, cases
from tests.torch_side import Refused, Seen, run_drawing, run_primitive

PRIMITIVES = [block for block in registry.blocks().values() if block.primitive]
COMPOSITES = [block for block in registry.blocks().values() if not block.primitive]
TINY = 20_000  # work of what the CPU runs too


def seen(result: Result) -> Seen:
    return Seen(result.outputs, result.cost.params, result.cost.buffers, result.cost.macs)


def work(inputs: tuple[TensorSpec, ...], made: Seen) -> int:
    """Roughly what running it costs, in elements."""
    return sum(spec.elements for spec in (*inputs, *made.outputs)) + made.params + made.macs // 100


def check_refusal(result: Result) -> None:
    """Fail unless torch refuses what a primitive refused, or its definition says that it refuses this beyond torch."""
    assert result.problem is not None
    assert result.problem.message.endswith(".")
    if result.problem.code in result.block.refuses_more:
        return
    instance = result.block.of(result.values)
    torch_says = run_primitive(instance, result.inputs)
    if isinstance(torch_says, Seen) and work(result.inputs, torch_says) <= TINY:
        torch_says = run_primitive(instance, result.inputs, "cpu")  # meta is more lenient than what really runs
    assert isinstance(torch_says, Refused), f"torch takes what was refused: {result.problem.code}: {result.problem}"


def accepts_often(counts: Counter[str]) -> None:
    """A battery in which everything is refused would show nothing."""
    assert counts["accepted"] >= 0.02 * counts.total(), counts


@pytest.mark.parametrize("block", PRIMITIVES, ids=lambda block: block.id)
def test_primitive_agrees_with_torch(block: type[Block]) -> None:
    counts: Counter[str] = Counter()

    @given(cases(block))
    def agrees(case: Case) -> None:
        result = builder.evaluate.__wrapped__(block, *case)
        if result.problem is not None:
            counts[result.problem.code] += 1
            check_refusal(result)
            return
        counts["accepted"] += 1
        assert run_primitive(result.instance, case.inputs) == seen(result)
        if work(case.inputs, seen(result)) <= TINY:
            assert run_primitive(result.instance, case.inputs, "cpu") == seen(result)

    agrees()
    accepts_often(counts)


@pytest.mark.parametrize("block", COMPOSITES, ids=lambda block: block.id)
def test_composite_agrees_with_torch(block: type[Block], monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    refused: list[Result] = []
    evaluate = builder.evaluate.__wrapped__

    def watched(part: Any, values: Values, inputs: tuple[TensorSpec, ...]) -> Result:
        result = evaluate(part, values, inputs)
        if result.problem is not None and part.primitive:
            refused.append(result)
        return result

    monkeypatch.setattr(builder, "evaluate", watched)

    @given(cases(block))
    def agrees(case: Case) -> None:
        refused.clear()
        result = watched(block, *case)
        if result.problem is None:
            counts["accepted"] += 1
            assert run_drawing(result) == seen(result)
            return
        counts[result.problem.code] += 1
        for primitive in refused:
            check_refusal(primitive)
        if not refused and result.problem.code not in block.refuses_more:
            check_own_refusal(block, case, result)

    agrees()
    accepts_often(counts)


def check_own_refusal(block: type[Block], case: Case, result: Result) -> None:
    """Fail unless a composite's own check only says in better words what its drawing would run into, or a part got a parameter
    out of its range."""
    assert result.problem is not None
    if result.problem.path:
        assert result.problem.code == "parameter_range", result.problem
        return
    if result.problem.code == "wrong_rank":  # the port asks for a map or a vector, so nothing was drawn
        return
    tensors = [Tensor((-1 - k, 0), spec) for k, spec in enumerate(case.inputs)]
    try:
        block.of(case.values).expand(*tensors, Builder())
    except DrawProblem:
        return
    pytest.fail(f"refused without need: {result.problem.code}: {result.problem}")


def structure(result: Result) -> Any:
    """What a drawing looks like, shapes aside."""
    assert result.drawing is not None
    parts = [(part.name, part.block.id, part.values, part.inputs) for part in result.drawing.parts]
    inner = [structure(part.result) for part in result.drawing.parts if part.result.drawing is not None]
    return parts, result.drawing.outputs, inner


@pytest.mark.parametrize("block", COMPOSITES, ids=lambda block: block.id)
def test_a_drawing_depends_on_parameters_and_channels_alone_unless_it_says_so(block: type[Block]) -> None:
    different: list[Case] = []
    compared = 0

    @settings(max_examples=60, derandomize=True)  # few are accepted of some: always the same few
    @given(cases(block), st.sampled_from(SIDES), st.sampled_from(SIDES))
    def independent(case: Case, height: int, width: int) -> None:
        nonlocal compared
        others = tuple(TensorSpec((spec[0], height, width)) if spec.is_map else spec for spec in case.inputs)
        first, second = builder.evaluate(block, *case), builder.evaluate(block, case.values, others)
        if first.problem is None and second.problem is None:
            compared += 1
            if structure(first) != structure(second):
                different.append(case)

    independent()
    assert compared
    assert bool(different) == getattr(block, "size_dependent", False)
