"""Live analysis against counters that run the compiled module."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import designer
from blocks.builder import Builder
from blocks.cost import Cost
from designer.analysis.engine import Engine
from designer.analysis.flatten import flatten
from designer.analysis.memory import peak_activation_elements
from designer.analysis.receptive_field import figures
from designer.catalogue import load, network_of
from designer.graph.design import Design
from designer.graph.edits import SetParam
from tests.benchmarks.conftest import timed

pytestmark = pytest.mark.bench


def full(name: str) -> Cost:
    """Drawing plus full analysis, whole-graph figures read too, with nothing remembered."""
    designer.clear_caches()
    engine = Engine(load(name))
    flat = flatten(engine)
    assert peak_activation_elements(flat) > 0
    assert figures(flat).field is not None
    assert engine.total is not None
    return engine.total


def peers(name: str) -> dict[str, Callable[[], int | None]]:
    """Functions that count the MACs of the compiled module (None where the tool counts its own way)."""
    module = designer.to_torch(designer.load(name))
    shape = (1, *designer.analyse(designer.load(name)).inputs["input"])
    meta = designer.to_torch(designer.load(name)).to("meta")
    x = torch.randn(shape)
    import torchinfo  # like fvcore only in the extra `bench`, and this file is collected by every test run

    logging.getLogger("fvcore").setLevel(logging.ERROR)

    def flop_counter() -> int:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            meta(x.to("meta"))
        return counter.get_total_flops() // 2

    def info() -> None:
        torchinfo.summary(module, input_data=x, verbose=0)

    with warnings.catch_warnings():  # fvcore scripts a function as it is imported, which torch has deprecated
        warnings.simplefilter("ignore")
        from fvcore.nn import FlopCountAnalysis

    def fvcore() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            FlopCountAnalysis(module, x).unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()

    return {"FlopCounterMode on meta": flop_counter, "torchinfo": info, "fvcore": fvcore}


@pytest.fixture(scope="module")
def peer_times() -> Callable[[str], dict[str, float]]:
    kept: dict[str, dict[str, float]] = {}

    def times(name: str) -> dict[str, float]:
        if name not in kept:
            kept[name] = {peer: sorted(timed(count, 7))[3] for peer, count in peers(name).items()}
        return kept[name]

    return times


@pytest.mark.parametrize(("name", "aim"), [("mobilenet_v2", 30), ("resnet50", 30), ("googlenet", 8)])
def test_drawing_and_full_analysis(name: str, aim: int, record: Callable[..., float], peer_times: Callable) -> None:
    counted = peers(name)["FlopCounterMode on meta"]()
    assert full(name).macs == counted
    ours = sorted(timed(lambda: full(name), 41))[20]
    record(f"draw and analyse {name}", ours, peer_times(name), f"at least {aim} x")


class Edited(NamedTuple):
    """One parameter of one node, with values that were never seen before."""

    node: str
    name: str
    values: list[float]


NO_COST = [1e-5 + k * 1e-9 for k in range(1, 1000)]  # of eps
WINDOWS = list(range(5, 2000, 2))  # padding follows the window, so they change params and MACs but no shape
EDITS = {
    "mobilenet_v2": {
        "no shape changes": Edited("stage4_ir2", "eps", NO_COST),
        "costs change": Edited("head_conv", "kernel_size", WINDOWS),
        "shapes inside change": Edited("stage4_ir2", "expand_ratio", [1 + k / 64 for k in range(1, 1000)]),
    },
    "resnet50": {
        "no shape changes": Edited("conv4_unit3", "eps", NO_COST),
        "costs change": Edited("conv1_conv", "kernel_size", WINDOWS),
        "shapes inside change": Edited("conv4_unit3", "base_width", list(range(33, 1000))),
    },
    "googlenet": {
        "no shape changes": Edited("inception4_b", "eps", NO_COST),
        "costs change": Edited("stem_conv2", "kernel_size", WINDOWS),
        "shapes inside change": Edited("inception4_b", "ch3x3red", list(range(97, 1000))),
    },
}
AIMS = {"no shape changes": "at least 500 x", "costs change": "at least 500 x", "shapes inside change": "no aim"}


@pytest.mark.parametrize("kind", AIMS)
@pytest.mark.parametrize("name", EDITS)
def test_one_parameter_edit(name: str, kind: str, record: Callable[..., float], peer_times: Callable) -> None:
    """An edit that changes no shape, or none outside its block, to a value not seen before; the totals are up to date."""
    design = load(name)
    engine = Engine(design)
    node, parameter, unseen = EDITS[name][kind]
    values = iter(unseen)
    designer.clear_caches()

    def edit() -> None:
        change = SetParam(node=node, name=parameter, value=next(values)).apply(design)
        assert engine.update(change).changed == {node}
        assert engine.total is not None

    ours = sorted(timed(edit, 201))[100]
    record(f"one edit in {name}, {kind}", ours, peer_times(name), AIMS[kind])


def chain(length: int) -> Design:
    """A chain of primitives, five distinct layers in turn."""
    draw = Builder()
    x = draw.input((16, 32, 32), name="input")
    layers = (
        lambda x, k: draw.conv2d(x, 16, 3, padding=1, name=f"conv{k}"),
        lambda x, k: draw.batch_norm(x, name=f"norm{k}"),
        lambda x, k: draw.relu(x, name=f"relu{k}"),
        lambda x, k: draw.dropout(x, name=f"drop{k}"),
        lambda x, k: draw.identity(x, name=f"same{k}"),
    )
    for k in range(length):
        x = layers[k % 5](x, k)
    draw.output(x, name="output")
    return Design("chain", network_of(draw))


def test_chain_of_10000(record: Callable[..., float]) -> None:
    def analyse() -> None:
        designer.clear_caches()
        engine = Engine(chain(10_000))
        flat = flatten(engine)
        assert len(flat.steps) == 10_002
        assert peak_activation_elements(flat) == 2 * 16 * 32 * 32
        assert figures(flat).depth == 2_000

    ours = sorted(timed(analyse, 5))[2]
    record("chain of 10,000 primitives", ours, {"0.25 s": 0.25}, "at least 1 x")
