"""Inert parameters: nothing depends on them but what a drawing hands on, so an edit of one is followed without drawing anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import registry
from blocks.block import Block, Composite, Values
from blocks.builder import Builder, Result, Tensor, clear_memo, evaluate, evaluate_again
from blocks.parameters import Float
from blocks.spec import TensorSpec
from tests.strategies import Case, cases, parameter_values

SHAPE = TensorSpec((8, 16, 12))
INERT = [block for block in registry.blocks().values() if any(parameter.inert for parameter in block.parameters.values())]
DRAWN = [block for block in INERT if not block.primitive]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    clear_memo()
    yield
    clear_memo()


def said(result: Result) -> Any:
    """All that a result says, inert values aside."""
    problem = result.problem
    about = None if problem is None else (problem.code, str(problem), problem.hint, problem.param, problem.port, problem.path)
    return result.outputs, result.cost, result.elements, result.primitives, result.notices, about, wires(result)


def wires(result: Result) -> Any:
    """The parts inside with their wires."""
    if result.drawing is None:
        return result.block.id
    return [(part.name, part.inputs, part.stage, wires(part.result)) for part in result.drawing.parts], result.drawing.outputs


def everything(result: Result) -> Any:
    """What a result says and holds, values included."""
    inner = [everything(part.result) for part in result.drawing.parts] if result.drawing is not None else []
    return result.block, result.values, result.inputs, said(result), inner


def with_inert(block: type[Block], values: Values, data: st.DataObject) -> Values:
    """The values with others for the inert parameters."""
    return tuple(
        data.draw(parameter_values(parameter), label=parameter.name) if parameter.inert else value
        for parameter, value in zip(block.parameters.values(), values, strict=True)
    )


@pytest.mark.parametrize("block", INERT, ids=lambda block: block.id)
def test_nothing_depends_on_an_inert_parameter(block: type[Block]) -> None:
    work_out = evaluate.__wrapped__  # without what was remembered of others

    @given(cases(block), st.data())
    def same(case: Case, data: st.DataObject) -> None:
        other = with_inert(block, case.values, data)
        assert said(work_out(block, *case)) == said(work_out(block, other, case.inputs))

    same()


@pytest.mark.parametrize("block", DRAWN, ids=lambda block: block.id)
def test_an_edit_gives_what_a_fresh_evaluation_gives(block: type[Block]) -> None:
    @settings(max_examples=30)
    @given(cases(block), st.data())
    def equal(case: Case, data: st.DataObject) -> None:
        clear_memo()
        values = [case.values, with_inert(block, case.values, data), with_inert(block, case.values, data)]
        results = [evaluate(block, *case)]
        for edited in values[1:]:
            results.append(evaluate_again(results[-1], edited))
        shown = [everything(result) for result in reversed(results)][::-1]
        clear_memo()
        assert shown == [everything(evaluate(block, edited, case.inputs)) for edited in values]

    equal()


def test_equal_questions_still_have_one_answer() -> None:
    block = registry.block("inverted_residual")
    first = evaluate(block, block.bind({"out_channels": 8}).values, (SHAPE,))
    other = block.bind({"out_channels": 8, "eps": 1e-3}).values
    edited = evaluate_again(first, other)
    assert edited is not first
    assert edited.cost is first.cost
    assert edited is evaluate(block, other, (SHAPE,))
    assert evaluate_again(edited, other) is edited
    assert evaluate_again(edited, first.values) is first


def test_what_an_edit_left_undrawn_is_drawn_when_somebody_looks() -> None:
    block = registry.block("inverted_residual")
    first = evaluate(block, block.bind({"out_channels": 8}).values, (SHAPE,))
    edited = evaluate_again(first, block.bind({"out_channels": 8, "eps": 1e-3}).values)
    assert edited.drawing is not None
    depthwise = edited.drawing.parts[1]
    assert (depthwise.name, depthwise.result.instance.eps) == ("depthwise", 1e-3)
    assert depthwise.result.drawing is not None
    assert [part.result.instance.eps for part in depthwise.result.drawing.parts if part.name == "norm"] == [1e-3]
    assert edited.drawing.parts is edited.drawing.parts


class Deceitful(Composite):
    """Draws another layer for small numbers, though it says that nothing depends on them."""

    id = "deceitful"
    share = Float(0.5, minimum=0.0, maximum=1.0, help="Says it is inert.", inert=True)

    def expand(self, x: Tensor, draw: Builder) -> Tensor:
        return draw.relu(x, name="act") if self.share > 0.1 else draw.tanh(x, name="act")


def test_a_parameter_that_is_wrongly_called_inert_is_told_to_the_author_of_the_block() -> None:
    edited = evaluate_again(evaluate(Deceitful, (0.5,), (SHAPE,)), (0.05,))
    assert edited.drawing is not None
    with pytest.raises(RuntimeError, match="deceitful: shapes or cost depend on a parameter that is declared inert"):
        _ = edited.drawing.parts
