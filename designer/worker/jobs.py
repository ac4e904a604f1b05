"""What a worker does. Here: one function for each kind of file. A job knows nothing of the jobs before it."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.errors import LightdesignerError
from designer.protocol import Check, Export, Exported, Failed, Request, Result

if TYPE_CHECKING:
    from torch import fx

    from designer.graph.design import Design

Say = Callable[[str, int, int], None]
"""Called as each step begins, with its name, its number from 1, and how many there are."""

TOLERANCE = 1e-3
"""Largest max|difference| / std between a program read back and the module it was made from."""


class _Steps:
    """Counts the steps of one job as they begin."""

    def __init__(self, say: Say, steps: int) -> None:
        self._say = say
        self._steps = steps
        self._step = 0

    def begin(self, text: str) -> None:
        self._step += 1
        self._say(text, self._step, self._steps)


def done(job: Request, say: Say) -> Result | Failed:
    """Do a job; whatever goes wrong is an answer too."""
    if isinstance(job, Export):
        return exported(job, say)
    from designer.worker import measuring

    return measuring.measured(job, say)


def exported(job: Export, say: Say) -> Exported | Failed:
    """Write a file."""
    try:
        return _KINDS[job.kind](job, say)
    except LightdesignerError as problem:
        return Failed(job=job.job, sentence=str(problem))
    except MemoryError:
        return Failed(job=job.job, sentence=NO_MEMORY)
    except OSError as problem:
        from designer.whole_files import cannot_write

        return Failed(job=job.job, sentence=str(cannot_write(Path(job.file), problem)))
    except Exception as problem:  # noqa: BLE001  # the process lives on, and the person gets a sentence
        sentence = f"The export failed through a fault of lightdesigner ({type(problem).__name__}). The design is untouched."
        return Failed(job=job.job, sentence=sentence, fault=True, detail=traceback.format_exc())


NO_MEMORY = "There is not enough memory to export this design. Use a smaller resolution or width, or close other programs."


def _design(job: Export) -> Design:
    from designer.document.format import read

    return read(job.design)


def _module(job: Export, design: Design) -> fx.GraphModule:
    from designer.compile.torch_module import to_torch

    return to_torch(design, seed=job.seed, calibrate=True, weights=job.weights)


# -- ONNX --------------------------------------------------------------------------------------------------------------------


def _onnx(job: Export, say: Say) -> Exported:
    steps = _Steps(say, 4 if job.check else 3)
    steps.begin("Building the torch module")
    started = time.perf_counter()
    from designer.compile import progress
    from designer.compile.onnx_export import export_onnx

    design = _design(job)
    module = _module(job, design)
    with progress.listening(steps.begin):
        report = export_onnx(
            design,
            job.file,
            module=module,
            seed=job.seed,
            opset=job.opset,
            dynamic_batch=job.dynamic_batch,
            keep_batch_norm=job.keep_batch_norm,
            check=job.check,
            overwrite=True,
        )
    files = [report.path, *([report.data_path] if report.data_path is not None else [])]
    return Exported(
        job=job.job,
        kind="onnx",
        files=tuple(Path(file).name for file in files),
        size_bytes=report.size_bytes,
        params=report.params_design,
        params_file=report.params_file,
        opset=report.opset,
        checks=tuple(Check(check.name, check.passed, check.message) for check in report.checks),
        difference=report.max_difference_over_std,
        batches=report.batches,
        remark=report.folding,
        seconds=time.perf_counter() - started,
    )


# -- Python source -----------------------------------------------------------------------------------------------------------


def _python(job: Export, say: Say) -> Exported:
    steps = _Steps(say, 2)
    steps.begin("Writing the source")
    started = time.perf_counter()
    from designer.analysis.engine import Engine
    from designer.catalogue import published
    from designer.compile.python_source import to_python

    design = _design(job)
    title, paper = published(design)
    file = Path(job.file)
    text = to_python(design, title=title, paper=paper)
    file.write_text(text, encoding="utf-8", newline="\n")
    steps.begin("Reading the source back")
    total = Engine(design).total
    assert total is not None, "a design without totals has errors, and is not written"
    return _written(job, file, total.params, started, checks=(_parses(text),))


def _parses(text: str) -> Check:
    """Whether Python takes the source. It is not run: nothing in a document is."""
    import ast

    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as problem:
        return Check("source", False, f"Python cannot read the source: {problem}.")
    return Check("source", True, f"Python reads the source, {text.count(chr(10)):,} lines that need torch alone.")


# -- torch program -----------------------------------------------------------------------------------------------------------


def _pt2(job: Export, say: Say) -> Exported:
    steps = _Steps(say, 3 if job.check else 2)
    steps.begin("Building the torch module")
    started = time.perf_counter()
    from designer.compile.pt2 import to_pt2
    from designer.compile.torch_module import META

    design = _design(job)
    module = _module(job, design)
    file = Path(job.file)
    steps.begin("Tracing and writing the program")
    to_pt2(module, file, dynamic_batch=job.dynamic_batch)
    params = module.meta[META]["params"]
    if not job.check:
        return _written(job, file, params, started)
    steps.begin("Running the program beside the module")
    batches = (1, 2, 5) if job.dynamic_batch else (1,)
    difference = _difference(module, file, batches, job.seed)
    said = f"max|difference| / std is {difference:.1e} at batch {', '.join(map(str, batches))}"
    check = (
        Check("program", True, f"Read back, the program answers as the module does: {said}.")
        if difference <= TOLERANCE
        else Check("program", False, f"Read back, the program does not answer as the module: {said}, over {TOLERANCE:g}.")
    )
    return _written(
        job, file, params, started, checks=(check,), difference=difference if math.isfinite(difference) else None, batches=batches
    )


def _difference(module: fx.GraphModule, file: Path, batches: Sequence[int], seed: int) -> float:
    """Largest max|difference| / std over all outputs between a module and the program read from `file`."""
    import torch

    from designer.compile.torch_module import examples

    program = torch.export.load(file).module()
    worst = 0.0
    with torch.no_grad():
        for batch in batches:
            tensors = examples(module, batch, seed=seed)
            ours, theirs = module(*tensors), program(*tensors)
            pairs = [(ours[name], theirs[name]) for name in ours] if isinstance(ours, dict) else [(ours, theirs)]
            for mine, other in pairs:
                apart, spread = (mine - other).abs().max().item(), mine.std(unbiased=False).item()
                if not math.isfinite(apart) or (apart and not spread):
                    return math.inf
                worst = max(worst, apart / spread if apart else 0.0)
    return worst


def _written(
    job: Export,
    file: Path,
    params: int,
    started: float,
    *,
    checks: tuple[Check, ...] = (),
    difference: float | None = None,
    batches: tuple[int, ...] = (),
) -> Exported:
    from designer.whole_files import sync

    sync(file)
    return Exported(
        job=job.job,
        kind=job.kind,
        files=(file.name,),
        size_bytes=file.stat().st_size,
        params=params,
        checks=checks,
        difference=difference,
        batches=batches,
        seconds=time.perf_counter() - started,
    )


_KINDS: dict[str, Callable[[Export, Say], Exported]] = {"onnx": _onnx, "python": _python, "pt2": _pt2}
