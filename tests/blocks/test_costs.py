"""What every primitive costs, counted by hand on small shapes: the operations that torch does not count for us.

params, buffers and macs are held against torch in `test_battery.py`; here stands what only our rules say: activations (outputs of
convolutions and linear layers) and other operations by kind, per element as each block's docstring says.
"""

from __future__ import annotations

from typing import Any

import pytest

from blocks import registry
from blocks.builder import evaluate
from blocks.cost import Cost
from blocks.spec import TensorSpec

MAP = (4, 6, 10)  # 240 elements
N = 240

COSTS: list[tuple[str, dict[str, Any], tuple[tuple[int, ...], ...], Cost]] = [
    ("input", {"shape": MAP}, (), Cost()),
    ("output", {}, (MAP,), Cost()),
    ("conv2d", {"out_channels": 8, "padding": 1}, (MAP,), Cost(8 * 4 * 9 + 8, 0, 8 * 4 * 9 * 60, 8 * 60)),
    ("conv2d", {"out_channels": 8, "groups": 4, "bias": False}, (MAP,), Cost(8 * 9, 0, 8 * 9 * 32, 8 * 32)),
    ("conv_transpose2d", {"out_channels": 3}, (MAP,), Cost(4 * 3 * 4 + 3, 0, 4 * 3 * 4 * 60, 3 * 12 * 20)),
    ("linear", {"out_features": 5}, ((7,),), Cost(7 * 5 + 5, 0, 35, 5)),
    ("batch_norm", {}, (MAP,), Cost(8, 8, add=N, mul=N)),
    ("batch_norm", {"affine": False}, ((7,),), Cost(0, 14, add=7, mul=7)),
    ("group_norm", {"num_groups": 2}, (MAP,), Cost(8, add=4 * N, mul=3 * N)),
    ("group_norm", {"num_groups": 2, "affine": False}, (MAP,), Cost(add=3 * N, mul=2 * N)),
    ("layer_norm", {}, (MAP,), Cost(8, add=4 * N, mul=3 * N)),
    ("local_response_norm", {"size": 5}, (MAP,), Cost(add=5 * N, mul=2 * N, div_exp=2 * N)),
    ("relu", {}, (MAP,), Cost(compare=N)),
    ("relu6", {}, (MAP,), Cost(compare=2 * N)),
    ("leaky_relu", {}, (MAP,), Cost(compare=N, mul=N)),
    ("prelu", {}, (MAP,), Cost(4, compare=N, mul=N)),
    ("sigmoid", {}, (MAP,), Cost(add=N, div_exp=2 * N)),
    ("hard_sigmoid", {}, (MAP,), Cost(add=N, mul=N, compare=2 * N)),
    ("silu", {}, (MAP,), Cost(add=N, mul=N, div_exp=2 * N)),
    ("hard_swish", {}, (MAP,), Cost(add=N, mul=2 * N, compare=2 * N)),
    ("gelu", {}, (MAP,), Cost(add=N, mul=3 * N, div_exp=N)),
    ("tanh", {}, (MAP,), Cost(add=2 * N, mul=N, div_exp=2 * N)),
    ("softmax", {}, (MAP,), Cost(add=2 * N, div_exp=2 * N, compare=N)),
    ("max_pool2d", {"kernel_size": 2}, (MAP,), Cost(compare=3 * 4 * 15)),
    ("avg_pool2d", {"kernel_size": 2}, (MAP,), Cost(add=3 * 4 * 15, mul=4 * 15)),
    # windows of 6 rows over 4 outputs: rows 0-1, 1-2, 3-4, 4-5, so 8 rows in all; of 10 columns over 4: 3 each, 12 in all
    ("adaptive_avg_pool2d", {"output_size": 4}, (MAP,), Cost(add=4 * (8 * 12 - 16), mul=4 * 16)),
    ("adaptive_max_pool2d", {"output_size": 4}, (MAP,), Cost(compare=4 * (8 * 12 - 16))),
    ("global_avg_pool", {}, (MAP,), Cost(add=4 * 59, mul=4)),
    ("add", {}, (MAP, MAP), Cost(add=N)),
    ("multiply", {}, (MAP, (4, 1, 1)), Cost(mul=N)),
    ("concat", {}, (MAP, MAP), Cost()),
    ("slice_channels", {"stop": 2}, (MAP,), Cost()),
    ("channel_shuffle", {}, (MAP,), Cost()),
    ("pad", {}, (MAP,), Cost()),
    ("crop", {}, (MAP,), Cost()),
    ("pad_channels", {}, (MAP,), Cost()),
    ("pixel_shuffle", {}, (MAP,), Cost()),
    ("identity", {}, (MAP,), Cost()),
    ("dropout", {}, (MAP,), Cost()),
    ("flatten", {}, (MAP,), Cost()),
    ("upsample", {}, (MAP,), Cost()),
    ("upsample", {"mode": "bilinear"}, (MAP,), Cost(add=3 * 4 * N, mul=4 * 4 * N)),
]


@pytest.mark.parametrize(("block_id", "params", "shapes", "cost"), COSTS, ids=[case[0] for case in COSTS])
def test_costs(block_id: str, params: dict[str, Any], shapes: tuple[tuple[int, ...], ...], cost: Cost) -> None:
    block = registry.block(block_id)
    result = evaluate(block, block.bind(params).values, tuple(TensorSpec(shape) for shape in shapes))
    assert result.cost == cost


def test_every_primitive_is_counted_here() -> None:
    assert {case[0] for case in COSTS} == {block.id for block in registry.blocks().values() if block.primitive}


@pytest.mark.parametrize("block", [b for b in registry.blocks().values() if b.primitive], ids=lambda block: block.id)
def test_what_costs_nothing_says_why(block: Any) -> None:
    """A layer without any figure is listed as uncounted, or is an end of the design."""
    costs = [cost for block_id, _, _, cost in COSTS if block_id == block.id]
    free = any(cost == Cost() for cost in costs)
    assert not free or block.category == "io" or block.of(block.defaults).uncounted_parts()


def test_costs_add_up_and_subtract() -> None:
    a, b = Cost(1, 2, 3, 4, 5, 6, 7, 8), Cost(10, 20, 30, 40, 50, 60, 70, 80)
    assert a + b == Cost(11, 22, 33, 44, 55, 66, 77, 88)
    assert (a + b) - b == a
    assert a.flops == 6
    assert a.other_ops == {"add": 5, "mul": 6, "div_exp": 7, "compare": 8}
