"""The drawing tool: what it hands out, what it refuses, and what it remembers."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import builder, registry
from blocks.block import Composite
from blocks.builder import Builder, DrawProblem, Tensor, clear_memo, evaluate
from blocks.parameters import Int
from blocks.spec import MAX_NESTING, TensorSpec

SHAPE = TensorSpec((8, 16, 12))


def image(draw: Builder) -> Tensor:
    return draw.input(SHAPE, name="image")


def test_a_tensor_knows_its_shape_and_where_it_comes_from() -> None:
    draw = Builder()
    y = draw.conv2d(image(draw), 4, 3, (1, 2), name="conv")
    assert (y.channels, y.height, y.width) == y.spec == (4, 14, 5)
    assert y.ref == (1, 0)
    part = draw.parts[1]
    assert (part.name, part.block.id, part.inputs, part.stage) == ("conv", "conv2d", ((0, 0),), None)
    assert dict(zip(part.block.parameters, part.values, strict=True))["stride"] == (1, 2)


def test_arguments_by_position_by_name_and_canonical_ones_are_the_same_drawing() -> None:
    draw = Builder()
    x = image(draw)
    draw.conv2d(x, 4, 3, [1, 1], name="a")
    draw.conv2d(x, kernel_size=(3, 3), out_channels=4, name="b")
    draw.conv2d(x, 4.0, name="c")
    first, second, third = (part.result for part in draw.parts[1:])
    assert first is second is third, "equal blocks are worked out once"


def test_a_stage_is_a_label_and_a_prefix() -> None:
    draw = Builder()
    x = image(draw)
    with draw.stage("stem"):
        draw.relu(x, name="act")
    draw.relu(x, name="act")
    assert [(part.name, part.stage) for part in draw.parts] == [("image", None), ("stem_act", "stem"), ("act", None)]
    with pytest.raises(ValueError, match="cannot be a stage name"), draw.stage("Stem"):
        pass


@pytest.mark.parametrize("names", [("a", "a"), ("Conv", "b"), ("train", "b"), ("a__b", "c")])
def test_names_are_unique_and_can_be_ids(names: tuple[str, str]) -> None:
    draw = Builder()
    x = image(draw)
    for name in names:
        x = draw.relu(x, name=name)
    with pytest.raises(ValueError, match="part"):
        draw.check_names()


def test_a_mistake_in_a_drawing_is_told_to_its_author() -> None:
    draw = Builder()
    x = image(draw)
    with pytest.raises(AttributeError, match="conv3d"):
        draw.conv3d(x)
    with pytest.raises(TypeError):
        draw.relu(x, 1, 2)
    with pytest.raises(TypeError):
        draw.conv2d(x, 4, out_channels=4)
    with pytest.raises(TypeError):
        draw.conv2d(x, colour="red")
    with pytest.raises(TypeError):
        draw.add(x)


def test_what_cannot_work_names_the_part() -> None:
    draw = Builder()
    x = image(draw)
    with pytest.raises(DrawProblem) as caught:
        draw.conv2d(x, 4, groups=3, name="conv")
    assert (caught.value.name, caught.value.problem.code) == ("conv", "not_divisible")
    with pytest.raises(DrawProblem) as caught:
        draw.conv2d(x, 0, name="conv")
    assert (caught.value.name, caught.value.problem.message) == (
        "conv",
        "out_channels needs a whole number from 1 to 1,048,576, but got 0.",
    )
    assert len(draw.parts) == 1, "nothing was placed"


class Twice(Composite):
    """Draws itself with one copy less inside, for tests of depth."""

    id = "twice"
    outputs = ("left", "right")
    levels = Int(1, minimum=0, maximum=1000, help="Copies inside each other.")

    def expand(self, x: Tensor, draw: Builder) -> Any:
        if not self.levels:
            return x, draw.relu(x, name="act")
        left, right = draw.place(Twice, (self.levels - 1,), (x,), "inner")
        return draw.relu(left, name="left_act"), right


def test_several_outputs_and_an_input_handed_through() -> None:
    result = evaluate(Twice, (0,), (SHAPE,))
    assert result.drawing is not None
    assert result.drawing.outputs == ((-1, 0), (0, 0))
    result = evaluate(Twice, (3,), (SHAPE,))
    assert result.outputs == (SHAPE, SHAPE)
    assert result.primitives == 4
    assert result.cost.compare == 4 * SHAPE.elements


def test_blocks_inside_blocks_end_somewhere() -> None:
    problem = evaluate(Twice, (MAX_NESTING + 5,), (SHAPE,)).problem
    assert problem is not None
    assert problem.message == f"Blocks may be nested {MAX_NESTING} deep at most."
    assert evaluate(Twice, (MAX_NESTING - 2,), (SHAPE,)).problem is None, "what was too deep there is not here"


def test_a_drawing_has_a_most_of_parts() -> None:
    draw = Builder()
    x = image(draw)
    for k in range(19_999):
        x = draw.relu(x, name=f"n{k}")
    with pytest.raises(DrawProblem, match="20,000 parts"):
        draw.relu(x, name="one_more")


def test_equal_blocks_are_remembered_until_the_memo_is_cleared() -> None:
    block = registry.block("conv_norm_act")
    values = block.bind({"out_channels": 12}).values
    first = evaluate(block, values, (SHAPE,))
    assert evaluate(block, values, (SHAPE,)) is first
    assert evaluate(block, values, (TensorSpec((8, 16, 13)),)) is not first
    clear_memo()
    again = evaluate(block, values, (SHAPE,))
    assert again is not first
    assert (again.outputs, again.cost) == (first.outputs, first.cost)


def test_a_failed_evaluation_is_remembered_too() -> None:
    block = registry.block("conv2d")
    values = block.bind({"groups": 3}).values
    first = evaluate(block, values, (SHAPE,))
    assert first.problem is not None
    assert evaluate(block, values, (SHAPE,)) is first
    assert (first.outputs, first.cost) == ((), builder.ZERO)
