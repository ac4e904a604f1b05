"""What ONNX Runtime's own profile adds to the time of every node, measured before it is used.

While it keeps a profile, the runtime writes down the shapes of a node's inputs and outputs, and with several threads what each of
them did, between the two readings of the clock that give the node's time. In large nodes that is nothing; in a network of small
ones it is up to a tenth of the whole. So a chain of small convolutions is run with and without a profile: what its nodes take
longer together than the chain takes without is this overhead.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from designer.measure.clocks import Clock

if TYPE_CHECKING:
    import onnx

NODES = 50
CHANNELS, SIDE = 64, 7
"""Small, but not too small to be shared among threads, as the nodes of a network are."""

OPSET = 17
RUNS = 100
WARM_UPS = 20


def chain() -> onnx.ModelProto:
    """Convolutions one behind another."""
    import numpy
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(numpy.full((CHANNELS, CHANNELS, 1, 1), 1 / CHANNELS, numpy.float32), "weights")
    nodes = [helper.make_node("Conv", [f"x{k}", "weights"], [f"x{k + 1}"], f"conv{k}") for k in range(NODES)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, CHANNELS, SIDE, SIDE)) for name in ("x0", f"x{NODES}")]
    graph = helper.make_graph(nodes, "chain", ends[:1], ends[1:], [weights])
    opset = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=opset, ir_version=helper.find_min_ir_version_for(opset))


def node_overhead_ms(folder: Path, threads: int) -> float:
    """Milliseconds that a profile adds to the time of a node, with so many threads; never below 0."""
    import numpy
    import onnx

    from designer.measure.onnx_side import Loaded

    file = folder / "overhead.onnx"
    onnx.save(chain(), file)
    feeds = {"x0": numpy.ones((1, CHANNELS, SIDE, SIDE), numpy.float32)}

    def timed(loaded: Loaded) -> float:
        return _median(loaded.timed(Clock()))

    plain = timed(Loaded(file, feeds, threads))
    profiled = Loaded(file, feeds, threads, profile_as=folder / "overhead")
    timed(profiled)
    nodes, times = profiled.profile(RUNS)
    return max(0.0, median(map(sum, times)) - plain) / len(nodes)


def _median(run: Callable[[], float]) -> float:
    for _ in range(WARM_UPS):
        run()
    return median(run() for _ in range(RUNS))
