"""The parts of a design in which layers stand: with their neighbours, wired as the design has them."""

from __future__ import annotations

from pathlib import Path

import pytest

import designer
from designer.analysis.engine import Engine
from designer.analysis.measured import BackendName
from designer.analysis.units import Units, units_of
from designer.compile.plan import plan_of
from designer.measure.excerpt import Excerpt, excerpt
from designer.measure.layers import mean
from designer.measure.onnx_overhead import NODES, chain, node_overhead_ms
from tests.measure.designs import residual, small

BACKENDS: tuple[BackendName, ...] = ("eager", "fused", "onnxruntime")


def held(part: Excerpt, units: Units) -> list[str]:
    return [units.paths[step] for step in part.step_of.values()]


def of(name: str, backend: str, *paths: str) -> tuple[Excerpt, Units]:
    units = units_of(Engine(designer.load(name)), backend)
    places = [units.unit_of[units.paths.index(path)] for path in paths]
    return excerpt(units, places), units


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "name", ["mobilenet_v2", "googlenet", "shufflenet_v2", "se_resnet50", "mobilenet_v3_small", "densenet121"]
)
def test_what_is_asked_for_is_the_same_unit_there(name: str, backend: BackendName) -> None:
    """Under the same key, at any place of the design: nothing runs with it that did not, and nothing is missing."""
    units = units_of(Engine(designer.load(name)), backend)
    for place in range(0, len(units.units), max(1, len(units.units) // 12)):
        part = excerpt(units, [place])
        inner = units_of(plan_of(part.design).engine, backend)
        nodes = inner.node_of()
        found = [unit.key for unit in inner.units if part.step_of.get(nodes[unit.steps[0]]) == units.units[place].steps[0]]
        assert found == [units.units[place].key]


@pytest.mark.parametrize("backend", BACKENDS)
def test_all_of_a_design_is_the_design(backend: BackendName) -> None:
    for design in (small(), residual(), designer.load("mobilenet_v2")):
        units = units_of(Engine(design), backend)
        part = excerpt(units, range(len(units.units)))
        plan = plan_of(part.design)
        inner = units_of(plan.engine, backend)
        assert [unit.key for unit in inner.units] == [unit.key for unit in units.units], "in the same order too"
        assert plan.total == plan_of(design).total
        assert part.units == set(range(len(units.units)))


def test_a_layer_stands_between_what_it_reads_and_who_reads_it() -> None:
    part, units = of("mobilenet_v1", "onnxruntime", "stage2.block2.depthwise.conv")
    heads = [path for path in held(part, units) if path.endswith(".conv")]
    assert heads == ["stage2.block1.pointwise.conv", "stage2.block2.depthwise.conv", "stage2.block2.pointwise.conv"]


def test_a_sum_into_a_convolution_comes_with_both_of_its_inputs() -> None:
    part, units = of("resnet18", "onnxruntime", "conv2.unit1.conv2.conv")
    names = held(part, units)
    assert {"conv2.unit1.conv1.conv", "conv2.unit1.add", "conv2.unit1.act"} <= set(names)
    assert "conv2.pool" in names, "what the shortcut carries"


def test_nothing_is_left_open_where_the_design_was_cut() -> None:
    part, _ = of("googlenet", "eager", "inception3.a.branch3.conv")
    assert designer.analyse(part.design).valid
    assert plan_of(part.design).outputs


def test_the_mean_of_all_calls_from_the_first_few() -> None:
    assert mean([3.0], 1) == 3.0
    assert mean([3.0, 1.0], 2) == 2.0
    assert mean([5.0, 1.0, 2.0], 11) == pytest.approx((5.0 + 10 * 1.5) / 11)


# -- what a profile adds to a node -----------------------------------------------------------------------------------------------


def test_what_a_profile_adds_to_a_node_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from designer.measure import onnx_side

    assert len(chain().graph.node) == NODES
    assert node_overhead_ms(tmp_path, 1) >= 0.0

    class Timed(onnx_side.Loaded):
        """Whose runs take 2 ms, and with a profile 50 nodes of 0.1 ms."""

        def timed(self, clock: object) -> object:
            return lambda: 2.0

        def profile(self, last: int) -> tuple[list[onnx_side.Node], list[list[float]]]:
            return [onnx_side.Node("conv", "Conv")] * NODES, [[0.1] * NODES] * last

    monkeypatch.setattr(onnx_side, "Loaded", Timed)
    assert node_overhead_ms(tmp_path, 1) == pytest.approx((NODES * 0.1 - 2.0) / NODES)
