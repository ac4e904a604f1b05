"""A design as a torch module that can be timed: as it is, batch norms folded, or compiled; and with stamps between layers."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from designer.analysis.measured import BackendName, DtypeName, MeasureError
from designer.compile.errors import EXPORT_ERRORS, CompileError, torch_said
from designer.compile.onnx_prepare import fold_batch_norms
from designer.compile.plan import Plan
from designer.compile.torch_module import META, to_torch
from designer.compile.verify import walk
from designer.measure.clocks import Clock
from designer.measure.memory import may_calibrate

if TYPE_CHECKING:
    import torch
    from torch import fx


class Part(NamedTuple):
    """What one of the times of a run is of: an operator, and the paths of the layers that it did."""

    op: str
    paths: tuple[str, ...]
    moves: bool = False


class Runnable(NamedTuple):
    """Something to time. `run` is one run; `layered` one that gives the milliseconds of each of `parts`, None where the parts
    cannot be timed. `held` are the bytes of weights and inputs."""

    run: Callable[[], object]
    layered: Callable[[], list[float]] | None
    parts: list[Part]
    held: int


@contextmanager
def threads(count: int | None) -> Iterator[int]:
    """Let torch compute with so many threads; gives the number."""
    import torch

    before = torch.get_num_threads()
    if count is not None and count != before:
        torch.set_num_threads(count)
    try:
        yield torch.get_num_threads()
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)


def torch_dtype(dtype: DtypeName) -> torch.dtype:
    import torch

    return {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[dtype]


def module_of(plan: Plan, backend: BackendName, dtype: DtypeName, device: str, *, seed: int, weights: Any) -> fx.GraphModule:
    """The module of a plan, ready to run."""
    import torch

    with torch.device("cpu"):
        module = to_torch(plan.design, seed=seed, calibrate=may_calibrate(plan), weights=weights)
    module = module.float()
    if backend == "fused":
        fold_batch_norms(module, {step.path: step.path for step in plan.layers})
        module.recompile()
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return module.to(device=device, dtype=torch_dtype(dtype))


def inputs_of(module: fx.GraphModule, batch: int, dtype: DtypeName, device: str, seed: int) -> list[torch.Tensor]:
    """Normal noise for each input."""
    import torch

    generator = torch.Generator("cpu").manual_seed(seed)
    shapes = module.meta[META]["inputs"].values()
    made = [torch.randn(batch, *shape, generator=generator) for shape in shapes]
    return [tensor.to(device=device, dtype=torch_dtype(dtype)) for tensor in made]


def runnable(module: fx.GraphModule, inputs: list[torch.Tensor], backend: BackendName, clock: Clock) -> Runnable:
    """How to run a module on these inputs. Raises CompileError where a layer cannot run, MeasureError where compiling fails."""
    import torch

    with torch.inference_mode(), quiet():
        try:
            walk(module, inputs)  # whatever cannot run says so here, with its path
        except CompileError as problem:
            if "not implemented for" not in str(problem):
                raise
            raise CompileError(f"{problem} Choose another dtype, such as fp32.", problem.path) from problem
    held = bytes_of(module) + sum(tensor.nbytes for tensor in inputs)
    if backend == "compile":
        return _compiled(module, inputs, held)
    stamped, layers = with_stamps(module, clock)

    def run() -> object:
        with torch.inference_mode():
            return module(*inputs)

    def layered() -> list[float]:
        with torch.inference_mode():
            stamps: tuple[Any, ...] = stamped(*inputs)[1]
        return clock.between(stamps)

    return Runnable(run, layered, [Part("", (path,)) for path in layers], held)


def _compiled(module: fx.GraphModule, inputs: list[torch.Tensor], held: int) -> Runnable:
    import torch
    from torch._inductor import config

    from designer.measure.compiled import Watch

    config.compile_threads = 1  # the processes it would start outlive a worker that is killed
    compiled = torch.compile(module, dynamic=False)

    def run() -> object:
        with torch.inference_mode():
            return compiled(*inputs)

    watch = Watch()
    try:
        with quiet():
            watch.compile(run)
    except EXPORT_ERRORS as error:
        root: BaseException = error
        while root.__cause__ is not None:
            root = root.__cause__
        raise MeasureError(f"torch.compile cannot compile this design; {torch_said(root)}") from error
    names = {node.name: str(node.target) for node in module.graph.nodes if node.op == "call_module"}
    program = watch.program(names) if inputs[0].device.type == "cpu" else None
    if program is None or not program.times(run):
        return Runnable(run, None, [], held)
    parts = [Part(kernel.call.op, kernel.paths, kernel.moves) for kernel in program.kernels]
    return Runnable(run, lambda: program.times(run), parts, held)


def forget_compiled() -> None:
    """Let go of what torch.compile made so far: it keeps everything, and gives up on a module that it compiled too often."""
    import torch

    torch._dynamo.reset()


def bytes_of(module: fx.GraphModule) -> int:
    return sum(tensor.nbytes for tensor in (*module.parameters(), *module.buffers()))


@contextmanager
def quiet() -> Iterator[None]:
    """What torch has to say about running is not for the person who measures."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def with_stamps(module: fx.GraphModule, clock: Clock) -> tuple[fx.GraphModule, list[str]]:
    """The same module, sharing its layers, whose `forward` reads the clock before the first layer and after each; it returns
    (output, stamps). And the paths of the layers.

    The stamps stand in the generated code, so nothing is wrapped and nothing hooked: what a run takes longer is the reading
    itself, 0.1 to 0.2 µs on the processor. A tensor that nobody needs any more is freed in the code of its last reader, and
    counts there.
    """
    from torch import fx

    graph: fx.Graph = copy.deepcopy(module.graph)
    layers = [node for node in graph.nodes if node.op == "call_module"]
    read = clock.stamp()
    stamps: list[fx.Node] = []
    output = graph.output_node()
    with graph.inserting_before(layers[0] if layers else output):
        stamps.append(graph.call_function(read))
    for node in layers:
        with graph.inserting_after(node):
            stamps.append(graph.call_function(read))
    output.args = ((output.args[0], tuple(stamps)),)
    made = fx.GraphModule(module, graph).eval()
    return made, [str(node.target) for node in layers]
