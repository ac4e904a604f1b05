"""In-place rule and peak activation memory, held against the definition written down a second time, without haste."""

from __future__ import annotations

from random import Random

import pytest

from designer.analysis.engine import Engine
from designer.analysis.flatten import FlatDesign, flatten
from designer.analysis.memory import BYTES, lives_of, peak_activation_elements, storage_of
from designer.catalogue import load
from designer.graph.design import Design
from tests.designs import chain, design
from tests.random_nets import random_net


def flat_of_design(design: Design) -> FlatDesign:
    engine = Engine(design)
    assert engine.valid, engine.issues()
    return flatten(engine)


def peak(design: Design) -> int:
    return peak_activation_elements(flat_of_design(design))


class Defined:
    """The rules as they are worded: which tensors are one and the same storage, and what is alive at each step."""

    def __init__(self, flat: FlatDesign) -> None:
        self.flat = flat
        self.steps = range(len(flat.steps))
        self.inputs = {step for _, step in flat.input_nodes}
        self.outputs = {step for _, step in flat.output_nodes}

    def readers(self, tensor: int) -> list[int]:
        return [step for step in self.steps for read in self.flat.inputs[step] if read == tensor]

    def is_view(self, step: int) -> bool:
        return self.flat.steps[step].block.makes_no_tensor and step not in self.inputs

    def in_place(self, step: int) -> bool:
        """An activation whose input was made by a node that saves nothing of its output, is read by nothing else, no output."""
        if not self.flat.steps[step].block.inplace_capable:
            return False
        tensor = self.flat.inputs[step][0]
        while True:
            if len(self.readers(tensor)) != 1 or tensor in self.inputs:
                return False
            if not self.is_view(tensor):
                break
            tensor = self.flat.inputs[tensor][0]
        maker = self.flat.steps[tensor]
        return not maker.block.saves_output and not maker.instance.shares_storage(*maker.inputs)

    def storage(self, step: int) -> int:
        """The step that made the memory which this step's output lies in."""
        while self.is_view(step) or self.in_place(step):
            step = self.flat.inputs[step][0]
        return step

    def alive(self, step: int) -> set[int]:
        """Memory alive at a step: its inputs and output, all made so far that a later step reads, all outputs made so far."""
        tensors = {step, *self.flat.inputs[step]}
        for tensor in self.steps:
            made = tensor <= step or tensor in self.inputs
            read_later = any(reader > step for reader in self.readers(tensor))
            if made and (read_later or tensor in self.outputs):
                tensors.add(tensor)
        return {self.storage(tensor) for tensor in tensors}

    def peak(self) -> int:
        return max(sum(self.flat.steps[tensor].outputs[0].elements for tensor in self.alive(step)) for step in self.steps)


@pytest.mark.parametrize("seed", range(200))
def test_peak_and_in_place_follow_from_the_definition(seed: int) -> None:
    flat = flat_of_design(random_net(Random(seed)))
    defined = Defined(flat)
    storage = storage_of(flat)
    assert storage.inplace == [defined.in_place(step) for step in defined.steps]
    assert storage.holder == [defined.storage(step) for step in defined.steps]
    assert peak_activation_elements(flat) == peak_activation_elements(flat, storage) == defined.peak()
    lives = lives_of(flat)
    for step in defined.steps:
        assert set(lives.alive(step)) == {tensor for tensor in defined.alive(step) if flat.steps[tensor].elements}
        assert sum(lives.sizes[tensor] for tensor in lives.alive(step)) == lives.live[step]


def test_the_random_nets_try_both_sides_of_the_rule() -> None:
    flats = [flat_of_design(random_net(Random(seed))) for seed in range(200)]
    decided = [
        inplace
        for flat in flats
        for result, inplace in zip(flat.steps, storage_of(flat).inplace, strict=True)
        if result.block.inplace_capable
    ]
    assert decided.count(True) > 80
    assert decided.count(False) > 80


@pytest.mark.parametrize(
    ("text", "fp32"),
    [
        (
            "mobilenet_v2",
            9_633_792,
        ),  # 96 x 112 x 112 before and after the batch norm of stage2.ir1.expand
        ("mobilenet_v2:resolution=112", 9_633_792 // 4),
        ("mobilenet_v2:resolution=448", 9_633_792 * 4),
    ],
)
def test_published_peaks(text: str, fp32: int) -> None:
    assert peak(load(text)) * BYTES["fp32"] == fp32


C = 8 * 16 * 16  # elements of one map in the small nets below
IMAGE = ("image", "input", {"shape": [8, 16, 16]})
CONV = {"out_channels": 8, "padding": 1}


def test_an_activation_after_a_convolution_needs_no_memory_of_its_own() -> None:
    assert peak(chain(("conv", "conv2d", CONV), "relu", shape=(8, 16, 16))) == 2 * C
    assert peak(chain(("conv", "conv2d", CONV), "sigmoid", shape=(8, 16, 16))) == 2 * C, "input, then output: two at a time"


def test_the_input_is_never_overwritten() -> None:
    assert peak(chain("relu", shape=(8, 16, 16))) == 2 * C


def test_a_shortcut_keeps_its_tensor_alive() -> None:
    nodes = [IMAGE, ("first", "conv2d", CONV), ("a", "conv2d", CONV), ("b", "conv2d", CONV), ("add", "add"), ("out", "output")]
    line = ["image -> first", "first -> a", "a -> b"]
    assert peak(design(nodes, [*line, "b -> add.a", "first -> add.b", "add -> out"])) == 3 * C
    assert peak(design(nodes, [*line, "b -> add.a", "b -> add.b", "add -> out"])) == 2 * C


def test_one_branch_ends_before_the_next_begins_so_only_its_end_waits() -> None:
    nodes = [
        *(IMAGE, ("stem", "conv2d", CONV), ("wide", "conv2d", {**CONV, "out_channels": 32}), ("narrow", "conv2d", CONV)),
        *(("also_wide", "conv2d", {**CONV, "out_channels": 32}), ("also_narrow", "conv2d", CONV)),
        *(("join", "concat"), ("out", "output")),
    ]
    wires = ["image -> stem", "stem -> wide", "wide -> narrow", "stem -> also_wide", "also_wide -> also_narrow"]
    both = [*wires, "narrow -> join.x.0", "also_narrow -> join.x.1", "join -> out"]
    assert peak(design(nodes, both)) == C + C + 4 * C, "the stem, the first branch's end, the second's wide middle"


def test_concat_makes_a_new_tensor_and_views_make_none() -> None:
    join = [IMAGE, ("join", "concat"), ("out", "output")]
    assert peak(design(join, ["image -> join.x.0", "image -> join.x.1", "join -> out"])) == 3 * C
    assert peak(chain("identity", "dropout", "flatten", shape=(8, 16, 16))) == C


def test_outputs_live_to_the_end_and_inputs_from_the_start() -> None:
    late = design(
        [
            *(IMAGE, ("second", "input", {"shape": [8, 16, 16], "order": 1}), ("a", "conv2d", CONV), ("b", "conv2d", CONV)),
            *(("early", "output"), ("add", "add"), ("out", "output", {"order": 1})),
        ],
        ["image -> a", "a -> early", "a -> b", "b -> add.a", "second -> add.b", "add -> out"],
    )
    assert peak(late) == 4 * C, "a, which is an output, b, the second input, and their sum"
