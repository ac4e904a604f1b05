"""A design in ONNX Runtime: the exported model, in fp32 or quantised, and its own profile of every node it ran."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from designer.analysis.measured import DtypeName, MeasureError
from designer.compile import onnx_opset
from designer.compile.onnx_export import targets_of, traced, write_draft
from designer.compile.onnx_graph import BATCH, LAYER, metadata
from designer.compile.onnx_prepare import prepare, reference_of
from designer.compile.plan import Plan
from designer.compile.torch_module import to_torch
from designer.measure.clocks import Clock
from designer.measure.memory import may_calibrate

if TYPE_CHECKING:
    import numpy
    import onnx

CALIBRATION_RUNS = 4
"""Random batches from which the quantiser takes its ranges: they decide what comes out, and hardly how long that takes."""

QUIET = 4
"""Of ONNX Runtime: what goes wrong comes as an exception too."""


class Model(NamedTuple):
    """A written model. `graph` has its nodes and no weights; `layers` are the paths of the primitives that nodes came from."""

    file: Path
    graph: onnx.ModelProto
    layers: dict[str, str]
    plan: Plan

    def feeds(self, batch: int, seed: int) -> dict[str, numpy.ndarray]:
        """Normal noise for each input, by name."""
        import numpy

        random = numpy.random.default_rng(seed)
        return {
            name: random.standard_normal((batch, *self.plan.steps[at].output), dtype=numpy.float32)
            for name, at in self.plan.inputs
        }


class Node(NamedTuple):
    """A node that ran, under the name and the operator that ONNX Runtime gives it."""

    name: str
    op: str


def export(plan: Plan, folder: Path, *, dynamic: bool, seed: int, weights: Any) -> Model:
    """Write the model into a folder, as `export_onnx` does, without looking at it again."""
    module = to_torch(plan.design, seed=seed, calibrate=may_calibrate(plan), weights=weights)
    reference = reference_of(module, plan)
    opset = onnx_opset.native(onnx_opset.wanted(None))
    draft = traced(plan, reference, prepare(reference, plan, opset=opset, keep_batch_norm=False), opset, 2 if dynamic else 1)
    draft = onnx_opset.convert(draft, onnx_opset.wanted(None))
    layers = {node.name: metadata(node, LAYER) or "" for node in draft.model.graph.node}
    files = targets_of(folder / "model.onnx", draft)
    write_draft(draft, files)
    return Model(files[0], draft.model, layers, plan)


def quantised(model: Model, batch: int, seed: int, *, dynamic: bool) -> Model:
    """The model with weights and activations in int8, by static quantisation with random inputs: its answers mean nothing."""
    from onnxruntime import quantization

    sizes = (1,) if not dynamic else (batch,)
    feeds = iter([model.feeds(size, seed + k) for k in range(CALIBRATION_RUNS) for size in sizes])

    class Noise(quantization.CalibrationDataReader):
        def get_next(self) -> dict[str, numpy.ndarray] | None:
            return next(feeds, None)

    file = model.file.with_name("model-int8.onnx")
    with silent_logging():
        quantization.quantize_static(
            model.file,
            file,
            Noise(),
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            use_external_data_format=len(list(model.file.parent.glob("model.onnx.data"))) > 0,
        )
    return model._replace(file=file)


@contextmanager
def silent_logging() -> Iterator[None]:
    """The quantiser gives advice through the root logger, about accuracy, which nobody measures here."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


class Loaded:
    """A model in the runtime, ready to run. With `profile_as`, the start of a file's name, it keeps a profile of its nodes, and
    writes down the graph as it was optimised. `sizes` are those of dimensions that the model leaves free."""

    def __init__(
        self,
        file: Path,
        feeds: Mapping[str, numpy.ndarray],
        threads: int,
        *,
        sizes: Mapping[str, int] | None = None,
        profile_as: Path | None = None,
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = QUIET
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        for name, size in (sizes or {}).items():
            options.add_free_dimension_override_by_name(name, size)
        if profile_as is not None:
            self._optimised = profile_as.with_name(f"{profile_as.name}-optimised.onnx")
            options.enable_profiling = True
            options.profile_file_prefix = str(profile_as)
            options.optimized_model_filepath = str(self._optimised)
        try:
            self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            self._names = [value.name for value in self.session.get_outputs()]
            self._feeds = feeds
            self.run()
        except runtime_errors() as error:
            said = " ".join(str(error).split())[:300].rstrip(".")
            raise MeasureError(f"ONNX Runtime cannot run this design: {said}.") from error

    def run(self) -> object:
        return self.session.run(self._names, self._feeds)

    def timed(self, clock: Clock) -> Callable[[], float]:
        return lambda: clock.time(self.run)

    def profile(self, last: int) -> tuple[list[Node], list[list[float]]]:
        """The nodes that ran, and their milliseconds in each of the last so many runs. The session is over then."""
        file = Path(self.session.end_profiling())
        events = json.loads(file.read_text(encoding="utf-8"))
        runs: list[list[tuple[Node, float]]] = []
        current: list[tuple[Node, float]] = []
        for event in events:
            if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
                node = Node(event["name"].removesuffix("_kernel_time"), event["args"].get("op_name", ""))
                current.append((node, event["dur"] / 1e3))
            elif event.get("name") == "model_run":
                runs.append(current)
                current = []
        kept = [run for run in runs if len(run) == len(runs[-1])][-last:] if runs else []
        if not kept:
            raise MeasureError("ONNX Runtime gave no profile of its nodes.")
        return [node for node, _ in kept[0]], [[ms for _, ms in run] for run in kept]

    def optimised(self) -> onnx.ModelProto:
        """The graph that runs, with what was fused and inserted."""
        import onnx

        return onnx.load(self._optimised, load_external_data=False)


class Session(Loaded):
    """A design in the runtime, with random inputs."""

    def __init__(self, model: Model, dtype: DtypeName, batch: int, threads: int, seed: int, *, profiled: bool = False) -> None:
        free = any(dim.dim_param == BATCH for value in model.graph.graph.input for dim in value.type.tensor_type.shape.dim[:1])
        super().__init__(
            model.file,
            model.feeds(batch, seed),
            threads,
            sizes={BATCH: batch} if free else None,
            profile_as=model.file.with_name(f"profile-{dtype}") if profiled else None,
        )


def runtime_errors() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return (*own, RuntimeError, ValueError)


def nodes_of(graph: Sequence[Any]) -> list[Node]:
    """The nodes of an optimised graph, as a profile names them."""
    return [Node(node.name, node.op_type) for node in graph]
