"""What ran is booked on layers, units and blocks: everything once, and nothing lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from designer.analysis.measured import Roof
from designer.analysis.units import units_of
from designer.compile.plan import plan_of
from designer.measure.booking import Book, Piece
from designer.measure.onnx_booking import book, match
from designer.measure.onnx_side import Node
from tests.measure.designs import residual, small

ROOF = Roof(device="cpu", device_name="x", dtype="fp32", threads=1, macs_per_s=1e9, bytes_per_s=1e9, call_ms=0.001)


def booked(design: Any, backend: str, pieces: Sequence[tuple[str, float, Sequence[str], bool]], batch: int = 1) -> Any:
    plan = plan_of(design)
    units = units_of(plan.engine, backend)
    step_of = {path: k for k, path in enumerate(units.paths)}
    made = [Piece(op, ms, tuple(sorted(step_of[path] for path in paths)), moves) for op, ms, paths, moves in pieces]
    return Book(plan, units, size=4, batch=batch, roof=ROOF).times(made)


def test_pieces_of_one_layer_are_booked_on_it_and_add_up() -> None:
    units = units_of(plan_of(small()).engine)
    pieces = [("op", 1.0, [path], False) for path, unit in zip(units.paths, units.unit_of, strict=True) if unit >= 0]
    times = booked(small(), "eager", pieces, batch=2)
    assert [layer.path for layer in times.layers] == [path for _, _, (path,), _ in pieces]
    assert {layer.sort for layer in times.layers} == {"layer"}
    assert sum(layer.share for layer in times.layers) == pytest.approx(1.0)
    assert sum(block.ms for block in times.blocks) == len(pieces)
    assert [block.path for block in times.blocks] == ["stem", "conv", "batch_norm", "relu", "pool", "flatten", "fc"]
    assert sum(block.macs for block in times.blocks) == 2 * plan_of(small()).total.macs
    assert sum(unit.ms * unit.calls for unit in times.units) == len(pieces)
    conv = times.layers[3]
    assert conv.bytes == 4 * (2 * (8 * 256 + 8 * 256) + 8 * 8 * 9)
    assert conv.macs_per_byte == conv.macs / conv.bytes
    assert conv.gmacs_per_s == conv.macs / 1e6
    flatten = times.layers[-2]
    assert (flatten.bytes, flatten.bound) == (0, None)


def test_a_fused_piece_is_booked_on_the_smallest_block_that_holds_all_its_parts() -> None:
    times = booked(small(), "onnxruntime", [("Conv", 2.0, ["stem.conv", "stem.norm", "stem.act"], False)])
    (layer,) = times.layers
    assert (layer.path, layer.sort, len(layer.parts)) == ("stem", "fused", 3)
    assert layer.key.startswith("conv2d(")
    assert layer.key.count(" > ") == 2
    # a batch norm that is folded and an activation on the way out read and write nothing
    assert layer.bytes == 4 * (3 * 256 + 8 * 256 + 3 * 8 * 9 + 4 * 8)


def test_a_piece_of_several_root_blocks_counts_for_the_one_that_does_most() -> None:
    pieces = [
        ("Conv", 1.0, ["first.conv", "first.norm", "first.act"], False),
        ("Conv", 3.0, ["second.conv", "second.norm", "add", "relu"], False),
        ("ReorderOutput", 0.5, ["second.conv"], True),
    ]
    times = booked(residual(), "onnxruntime", pieces)
    assert times.layers[1].path == "second.conv"
    assert times.layers[1].sort == "fused"
    assert times.layers[1].key == "", "no table can know it by the key of one layer"
    assert (times.layers[2].path, times.layers[2].sort, times.layers[2].macs) == ("second.conv", "reorder", 0)
    ms = {block.path: block.ms for block in times.blocks}
    assert ms == {"first": 1.0, "second": 3.5, "add": 0.0, "relu": 0.0}
    second = next(block for block in times.blocks if block.path == "second")
    assert second.fused_with == ("add", "relu")
    assert second.share == pytest.approx(3.5 / 4.5)


def test_of_a_whole_that_was_timed_alone_blocks_say_what_they_are() -> None:
    plan = plan_of(small())
    blocks = Book(plan, units_of(plan.engine, "compile"), size=4, batch=1, roof=ROOF).blocks_without_times()
    assert {block.ms for block in blocks} == {None}
    assert sum(block.macs for block in blocks) == plan.total.macs
    assert blocks[0].bytes == 4 * (3 * 256 + 8 * 256 + 3 * 8 * 9 + 4 * 8)


# -- ONNX Runtime's graph ------------------------------------------------------------------------------------------------------


class N(NamedTuple):
    op_type: str
    name: str
    input: tuple[str, ...]
    output: tuple[str, ...]


EXPORTED = [
    N("Conv", "a/Conv", ("x", "a.w", "a.b"), ("a/Conv",)),
    N("Relu", "a/Relu", ("a/Conv",), ("a/Relu",)),
    N("Conv", "b/Conv", ("a/Relu", "b.w", "b.b"), ("b/Conv",)),
    N("Add", "add/Add", ("b/Conv", "a/Relu"), ("add/Add",)),
    N("Relu", "act/Relu", ("add/Add",), ("act/Relu",)),
    N("HardSwish", "end/HardSwish", ("act/Relu",), ("y",)),
]


def names(optimised: Sequence[N]) -> list[tuple[tuple[str, ...], bool]]:
    return [(found.nodes, found.moves) for found in book(EXPORTED, optimised)]


def test_fused_nodes_do_what_their_names_and_tensors_say() -> None:
    optimised = [
        N("ReorderInput", "ReorderInput", ("x",), ("r0",)),
        N("Conv", "a/Relu_nchwc", ("r0", "w", "b"), ("r1",)),
        N("Conv", "b/Conv_nchwc", ("r1", "w2", "b2", "r1"), ("r2",)),
        N("ReorderOutput", "ReorderOutput_token_7", ("r2",), ("act/Relu",)),
        N("HardSigmoid", "", ("act/Relu",), ("t",)),
        N("Mul", "", ("act/Relu", "t"), ("y",)),
    ]
    assert names(optimised) == [
        (("a/Conv", "a/Relu"), True),
        (("a/Conv", "a/Relu"), False),
        (("b/Conv", "add/Add", "act/Relu"), False),
        (("end/HardSwish",), True),
        (("end/HardSwish",), False),
        (("end/HardSwish",), False),
    ]


def test_quantised_nodes_do_what_the_tensors_around_them_say() -> None:
    optimised = [
        N("QuantizeLinear", "x_QuantizeLinear", ("x", "s"), ("q",)),
        N("QLinearConv", "a/Conv_token_3", ("q", "w"), ("a/Relu_q",)),
        N("QLinearConv", "b/Conv_quant_token_5", ("a/Relu_q", "w"), ("b_q",)),
        N("QLinearAdd", "add/Add", ("b_q", "a/Relu_q"), ("add_q",)),
        N("DequantizeLinear", "add/Add_DequantizeLinear", ("add_q", "s"), ("d",)),
        N("HardSigmoid", "", ("d",), ("t",)),
        N("Mul", "", ("d", "t"), ("y",)),
    ]
    assert [nodes for nodes, _ in names(optimised)] == [
        ("a/Conv", "a/Relu"),
        ("a/Conv", "a/Relu"),
        ("b/Conv",),
        ("add/Add", "act/Relu"),
        ("end/HardSwish",),
        ("end/HardSwish",),
        ("end/HardSwish",),
    ]
    assert [moves for _, moves in names(optimised)] == [True, False, False, False, True, False, False]


def test_what_moves_data_after_everything_belongs_to_what_made_them() -> None:
    optimised = [
        N("Conv", "a/Relu_nchwc", ("x", "w"), ("r1",)),
        N("ReorderOutput", "ReorderOutput", ("r1",), ("a/Relu",)),
    ]
    assert names(optimised)[1] == (("a/Conv", "a/Relu"), True)


def test_nodes_that_ran_are_found_by_name_and_operator_in_order() -> None:
    graph = [N("Conv", "a", (), ("1",)), N("HardSigmoid", "", (), ("2",)), N("Mul", "", (), ("3",)), N("Mul", "", (), ("4",))]
    ran = [Node("a", "Conv"), Node("HardSigmoid_15", "HardSigmoid"), Node("Mul_16", "Mul"), Node("", "Mul"), Node("b", "Conv")]
    assert match(ran, graph) == [0, 1, 2, 3, -1]


def test_a_convolution_is_done_once_whatever_else_the_optimiser_puts_before_it() -> None:
    optimised = [
        N("Conv", "something new", ("x",), ("t",)),
        N("Conv", "a/Conv_made_of_it_nchwc", ("t", "w"), ("r1",)),
        N("ReorderOutput", "ReorderOutput", ("r1",), ("a/Relu",)),
    ]
    assert names(optimised)[:2] == [(("a/Conv", "a/Relu"), True), (("a/Conv", "a/Relu"), False)]
