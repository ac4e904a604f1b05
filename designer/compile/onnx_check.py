"""Checking a written ONNX file: that it is valid, has our shapes, runs, and answers as the torch module does."""

from __future__ import annotations

import copy
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from designer.compile.onnx_graph import BATCH, LAYER, Draft, metadata
from designer.compile.onnx_report import Check
from designer.compile.plan import Plan

if TYPE_CHECKING:
    import numpy
    import onnx
    import torch
    from torch import fx

TOLERANCE = 1e-3
"""Largest max|difference| / std between ONNX Runtime and torch. An answer that changes by less from one input to another is no
answer: any comparison would pass."""


AMPLIFIED = 4.0
"""A deep network with random weights can turn rounding into more than TOLERANCE (ResNet-152 does). Then the file passes when it
is at most this many times as far from torch as torch in float32 is from torch in float64."""
CEILING = 1e-2
"""Further than this no rounding excuses a file."""


class Findings(NamedTuple):
    checks: tuple[Check, ...]
    difference: float | None
    """Largest max|difference| / std, None where nothing could be compared."""


def check_file(path: Path, draft: Draft, plan: Plan, reference: fx.GraphModule, batches: Sequence[int], seed: int) -> Findings:
    """All checks of the file at `path`, which was written from `draft`; `reference` is the module it has to answer like."""
    checks = [check_structure(path), check_shapes(draft, plan)]
    compared, difference = check_answers(path, plan, reference, batches, seed)
    return Findings((*checks, *compared), difference)


@contextmanager
def quiet() -> Iterator[None]:
    """torch and its exporter warn, log and print about themselves; what goes wrong with a design comes as an error."""
    loggers = [logging.getLogger(name) for name in ("torch", "torch.onnx", "torch.export", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        sink = io.StringIO()  # a failing torch.export prints the graph it has so far
        with warnings.catch_warnings(), redirect_stdout(sink), redirect_stderr(sink):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def check_structure(path: Path) -> Check:
    """onnx's checker, with its own shape inference, on the file itself."""
    import onnx

    try:
        onnx.checker.check_model(str(path), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ValueError) as error:
        return Check("onnx_checker", False, f"The file is no valid ONNX: {_first_line(error, path)}")
    return Check("onnx_checker", True, "The file is valid ONNX.")


# -- shapes ----------------------------------------------------------------------------------------------------------------


def check_shapes(draft: Draft, plan: Plan) -> Check:
    """Whether onnx, told nothing but the inputs' shapes, infers for every layer the shape that the analysis gives it."""
    import onnx

    model = onnx.ModelProto()
    model.CopyFrom(draft.model)
    del model.graph.value_info[:]  # what the exporter knew from torch
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    try:
        inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except onnx.shape_inference.InferenceError as error:
        return Check("shapes", False, f"onnx cannot infer the shapes of this file: {_first_line(error)}")
    shapes = {value.name: _shape(value) for value in (*inferred.graph.value_info, *inferred.graph.output)}
    specs = {step.path: step.output for step in plan.steps}
    fixed = draft.model.graph.input[0].type.tensor_type.shape.dim[0].dim_param != BATCH
    compared = 0
    for name, layer in _layer_outputs(draft.model.graph):
        wanted, shape = tuple(specs[layer]), shapes.get(name, ())
        if not shape or (shape[0] != 1 if fixed else isinstance(shape[0], int)) or shape[1:] != wanted:
            given = f"({', '.join(map(str, shape))})" if shape else "no shape"
            return Check("shapes", False, f"{layer}: onnx infers {given} with the batch in front, the design has {specs[layer]}.")
        compared += 1
    return Check("shapes", True, f"onnx infers the shapes of the design at all {compared} layers in the file.")


def _shape(value: onnx.ValueInfoProto) -> tuple[int | str, ...]:
    dims = value.type.tensor_type.shape.dim
    return tuple([dim.dim_value if dim.HasField("dim_value") else dim.dim_param for dim in dims])


def _layer_outputs(graph: onnx.GraphProto) -> list[tuple[str, str]]:
    """(value, layer) for each value that leaves the nodes of a layer."""
    readers: dict[str, set[str | None]] = {value.name: {None} for value in graph.output}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, set()).add(metadata(node, LAYER))
    found = []
    for node in graph.node:
        layer = metadata(node, LAYER)
        if layer is not None:
            found += [(name, layer) for name in node.output if readers.get(name, {layer}) != {layer}]
    return found


# -- answers ---------------------------------------------------------------------------------------------------------------


def noise(plan: Plan, batch: int, seed: int) -> list[torch.Tensor]:
    """One batch of normal noise for each input of the design."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(batch, *plan.steps[at].output, generator=generator) for _, at in plan.inputs]


def check_answers(
    path: Path, plan: Plan, reference: fx.GraphModule, batches: Sequence[int], seed: int
) -> tuple[list[Check], float | None]:
    """Run the file beside torch: on two inputs of the first batch size and one of each other."""
    import numpy

    names = [name for name, _ in plan.outputs]
    feeds = [noise(plan, batch, seed + at) for at, batch in enumerate((batches[0], *batches))]
    ours = [_run_torch(reference, tensors, names) for tensors in feeds]
    for name in names:
        if not all(numpy.isfinite(outputs[name]).all() for outputs in ours):
            said = f"{name}: torch's own output holds numbers that are not finite, so it cannot be compared."
            return [Check("onnx_runtime", False, said)], None
    try:
        session = _session(path)
        theirs = [_run_onnx(session, plan, tensors, names) for tensors in feeds]
    except _runtime_errors() as error:
        return [Check("onnx_runtime", False, f"ONNX Runtime cannot run the file: {_first_line(error, path)}")], None
    ratios = {name: _ratio([run[name] for run in ours], [run[name] for run in theirs]) for name in names}
    worst = max(ratios, key=lambda name: ratios[name])
    largest = ratios[worst]
    sizes = _listed(batches)
    far = f"max|difference| / std is {largest:.1e} at batch {sizes}"
    passed = largest <= TOLERANCE
    if passed:
        said = f"ONNX Runtime answers as torch does: {far}."
    else:
        rounding = _rounding(reference, feeds, ours, names)
        passed = largest <= min(CEILING, AMPLIFIED * rounding)
        if passed:
            said = (
                f"ONNX Runtime answers as torch does, as far as float32 can tell: {far}, and torch's own float32 answer is "
                f"{rounding:.1e} from its answer in float64. With these weights the network amplifies rounding."
            )
        else:
            said = f"{worst}: ONNX Runtime does not answer as torch does: {far}, over the limit of {TOLERANCE:g}."
    checks = [Check("onnx_runtime", passed, said)]
    deaf = [name for name in names if _same(ours[0][name], ours[1][name]) or _same(theirs[0][name], theirs[1][name])]
    if deaf:
        said = f"{_listed(deaf)}: two different inputs give the same output, so the comparison says nothing. "
        checks.append(
            Check("answers", False, said + "Look for a layer that lets nothing through, or for weights that are all zero.")
        )
    else:
        checks.append(Check("answers", True, "Different inputs give different outputs."))
    return checks, largest if numpy.isfinite(largest) else None


def _rounding(
    reference: fx.GraphModule, feeds: list[list[torch.Tensor]], ours: list[dict[str, numpy.ndarray]], names: list[str]
) -> float:
    """How far torch's float32 answers are from its answers in float64: max|difference| / std."""
    exact = copy.deepcopy(reference).double()
    runs = [_run_torch(exact, [tensor.double() for tensor in tensors], names) for tensors in feeds]
    return max(_ratio([run[name] for run in ours], [run[name] for run in runs]) for name in names)


def _run_torch(module: fx.GraphModule, tensors: list[torch.Tensor], names: list[str]) -> dict[str, numpy.ndarray]:
    import torch

    with torch.no_grad(), quiet():
        made = module(*tensors)
    return {name: tensor.numpy() for name, tensor in (made.items() if isinstance(made, dict) else [(names[0], made)])}


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong comes as an exception too
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _run_onnx(session: Any, plan: Plan, tensors: list[torch.Tensor], names: list[str]) -> dict[str, numpy.ndarray]:
    given = {name: tensor.numpy() for (name, _), tensor in zip(plan.inputs, tensors, strict=True)}
    return dict(zip(names, session.run(names, given), strict=True))


def _runtime_errors() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return (*own, RuntimeError, ValueError)


def _ratio(ours: list[numpy.ndarray], theirs: list[numpy.ndarray]) -> float:
    """max|difference| / std of torch's outputs, over all runs; infinite where shapes differ or a number is not finite."""
    import numpy

    if any(a.shape != b.shape or not numpy.isfinite(b).all() for a, b in zip(ours, theirs, strict=True)):
        return float("inf")
    difference = max(float(numpy.abs(a.astype(float) - b).max()) for a, b in zip(ours, theirs, strict=True))
    spread = float(numpy.concatenate([a.ravel() for a in ours]).astype(float).std())
    if spread == 0:
        return 0.0 if difference == 0 else float("inf")
    return difference / spread


def _same(a: numpy.ndarray, b: numpy.ndarray) -> bool:
    import numpy

    first, second = a.astype(float), b.astype(float)
    spread = float(numpy.concatenate([first.ravel(), second.ravel()]).std())
    return not float(numpy.abs(first - second).max()) > TOLERANCE * spread


def _listed(things: Sequence[Any]) -> str:
    words = [str(thing) for thing in things]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _first_line(error: BaseException, path: Path | None = None) -> str:
    """What a library said, on one line, without the folder the file was written in."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = " ".join(lines) if lines else type(error).__name__
    if path is not None:
        said = said.replace(str(path), path.name).replace(str(path.parent), ".")
    said = said if len(said) <= 500 else said[:497] + "..."
    return said if said.endswith(".") else said + "."
