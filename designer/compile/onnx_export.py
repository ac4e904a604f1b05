"""`export_onnx`: from a design to an ONNX file that was seen to run."""

from __future__ import annotations

import os
import time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from designer.compile import onnx_opset, progress
from designer.compile.errors import EXPORT_ERRORS, CompileError, torch_said
from designer.compile.onnx_check import Findings, check_file, noise, quiet
from designer.compile.onnx_graph import BATCH, LAYER, Draft, draft_of, set_metadata
from designer.compile.onnx_prepare import Prepared, prepare, reference_of
from designer.compile.onnx_report import Check, ExportReport
from designer.compile.plan import Plan, plan_of
from designer.compile.torch_module import to_torch
from designer.compile.verify import walk
from designer.graph.design import Design
from designer.whole_files import check_targets, publish, staging

if TYPE_CHECKING:
    import numpy
    import onnx
    from torch import fx

__all__ = ["Check", "ExportReport", "export_onnx"]

ONE_FILE_BYTES = 2**31 - 2**20
"""Above this the weights go into a second file: protobuf, which ONNX files are made of, ends at 2 GiB."""

INLINE_BYTES = 1024
"""Weights up to this size stay in the first file even then."""

PAGE_BYTES = 4096
"""Weights in a second file begin at multiples of this, so that runtimes can map them into memory."""

DYNAMIC_BATCHES = (1, 2, 5)
"""Batch sizes at which a file with a dynamic batch is checked."""


def export_onnx(
    design: Design,
    path: str | PathLike[str],
    *,
    module: fx.GraphModule | None = None,
    seed: int = 0,
    opset: int | None = None,
    dynamic_batch: bool = False,
    keep_batch_norm: bool = False,
    check: bool = True,
    overwrite: bool = False,
) -> ExportReport:
    """Write a design as an ONNX file in float32, check it, and report.

    `module` is what `to_torch` made of this design, with the weights to export, and stays as it is; without one it is
    `to_torch(design, seed=seed, calibrate=True)`. Inputs (N, C, H, W) or (N, F) and outputs have the design's names; N is 1, or
    free with `dynamic_batch`. Without an `opset` the file gets opset 20. A batch norm that alone reads a convolution or linear
    layer is folded into it, unless `keep_batch_norm`. Every node carries in its metadata, under `lightdesigner.path`, the dotted
    path of its primitive, or where two were folded that of the smallest block that holds both. Weights of over 2 GB go into a
    second file beside the first, `<name>.data`.

    With `check` the file goes through onnx's checker and shape inference and runs in ONNX Runtime beside torch, before it is
    moved to `path`. A file that fails is written all the same: look at `ok` and `reasons` of the report.

    Raises CompileError, naming the node, where the design cannot be compiled or exported; OpsetError, naming the possible ones,
    where not with this opset; TargetError where the file exists already (without `overwrite`) or cannot be written. Nothing is
    then left behind.
    """
    started = time.perf_counter()
    goal = onnx_opset.wanted(opset)
    native = onnx_opset.native(goal)
    plan = plan_of(design)
    target = Path(os.path.realpath(path))  # through a link to the file it names
    check_targets(_targets(target, 4 * (plan.total.params + plan.total.buffers)), overwrite=overwrite)
    reference = reference_of(to_torch(design, seed=seed, calibrate=True) if module is None else module, plan)
    progress.begin("Tracing the network")
    prepared = prepare(reference, plan, opset=native, keep_batch_norm=keep_batch_norm)
    draft = traced(plan, reference, prepared, native, 2 if dynamic_batch else 1)
    draft = onnx_opset.convert(draft, goal)
    batches = (DYNAMIC_BATCHES if dynamic_batch else (1,)) if check else ()
    targets = targets_of(target, draft)
    check_targets(targets, overwrite=overwrite)
    findings = Findings((), None)
    with staging(target) as folder:
        staged = [folder / each.name for each in targets]
        progress.begin("Writing the file")
        write_draft(draft, staged)
        size = sum(each.stat().st_size for each in staged)
        if batches:
            progress.begin("Running the file beside torch")
            findings = check_file(staged[0], draft, plan, reference, batches, seed)
        publish(staged, targets, overwrite=overwrite)
    first: int | str = BATCH if dynamic_batch else 1
    return ExportReport(
        path=str(target),
        data_path=str(targets[1]) if len(targets) > 1 else None,
        size_bytes=size,
        opset=draft.opset,
        dynamic_batch=dynamic_batch,
        inputs={name: [first, *plan.steps[at].output] for name, at in plan.inputs},
        outputs={name: [first, *plan.steps[at].output] for name, at in plan.outputs},
        nodes=len(draft.model.graph.node),
        params_design=plan.total.params,
        params_file=sum(array.size for name, array in draft.weights.items() if name in draft.parameters),
        batch_norms_folded=prepared.folded,
        batch_norms_kept=prepared.kept,
        checks=findings.checks,
        max_difference_over_std=findings.difference,
        batches=batches,
        seconds=time.perf_counter() - started,
    )


# -- through torch's exporter ----------------------------------------------------------------------------------------------


def traced(plan: Plan, reference: fx.GraphModule, prepared: Prepared, opset: int, batch: int) -> Draft:
    """Trace the prepared module with a batch of this size (of 2 or more: with any size) and take torch's graph over."""
    import torch

    tensors = noise(plan, batch, seed=0)
    with torch.no_grad(), quiet():
        walk(reference, tensors)  # whatever cannot run says so here, with its path
    names = [str(node.target) for node in prepared.module.graph.nodes if node.op == "placeholder"]
    free = torch.export.Dim(BATCH, min=1)
    shapes = {name: {0: free} for name in names} if batch > 1 else None
    try:
        with quiet():
            program = torch.export.export(prepared.module, tuple(tensors), dynamic_shapes=shapes)
            made = torch.onnx.export(program, (), dynamo=True, optimize=False, verbose=False, opset_version=opset)
    except EXPORT_ERRORS as error:
        path = _culprit(error, prepared)
        if not path and batch > 1:
            with torch.no_grad(), quiet():
                for size in DYNAMIC_BATCHES:
                    walk(reference, noise(plan, size, seed=0))  # a layer made for one batch size says so here
        where = f"{path}: it" if path else "The design"
        raise CompileError(f"{where} cannot be exported to ONNX; {torch_said(_root(error))}", path) from error
    assert made is not None
    outputs = [(name, plan.engine.results[name].path) for name, _ in plan.outputs]
    draft = draft_of(made, prepared, [name for name, _ in plan.inputs], outputs)
    draft.model.graph.name = plan.design.name or "design"
    return draft


def _root(error: BaseException) -> BaseException:
    """The error that began it; what torch wraps around it speaks of torch."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _culprit(error: BaseException, prepared: Prepared) -> str:
    """The path of the layer in which an export failed, "" where that cannot be told.

    torch's errors name its own graph's nodes, in many wordings; the frames they came through hold the layer, or a node that
    remembers its modules.
    """
    from torch import fx

    layers = {id(prepared.module.get_submodule(path)): path for path in prepared.paths}
    found = ""
    at: BaseException | None = error
    while at is not None:
        trace = at.__traceback__
        while trace is not None:
            for value in (trace.tb_frame.f_locals.get("self"), trace.tb_frame.f_locals.get("node")):
                if id(value) in layers:
                    found = layers[id(value)]
                elif isinstance(value, fx.Node):
                    scopes = [scope for scope, _ in value.meta.get("nn_module_stack", {}).values()]
                    found = next((scope for scope in reversed(scopes) if scope in prepared.paths), found)
            trace = trace.tb_next
        at = at.__cause__ or at.__context__
    return found


# -- the file --------------------------------------------------------------------------------------------------------------


def _targets(target: Path, size: int) -> list[Path]:
    """The files an export of this size in bytes writes."""
    return [target] if size <= ONE_FILE_BYTES else [target, target.with_name(f"{target.name}.data")]


def targets_of(target: Path, draft: Draft) -> list[Path]:
    """The files that a draft is written into at `target`."""
    size: int = draft.model.ByteSize()
    return _targets(target, size + sum(array.nbytes + 2 * len(name) + 64 for name, array in draft.weights.items()))


def write_draft(draft: Draft, files: list[Path]) -> None:
    """Write the draft with its weights: as one file, or with most of them in the second of two."""
    import onnx
    from onnx import numpy_helper

    model = onnx.ModelProto()
    model.CopyFrom(draft.model)
    graph = model.graph
    for node in graph.node:
        set_metadata(node, {entry.key: entry.value for entry in node.metadata_props if entry.key != LAYER})
    inputs = [value for value in draft.model.graph.input if value.name in draft.inputs]
    del graph.input[:]
    graph.input.extend(inputs)
    if len(files) == 1:
        graph.initializer.extend([numpy_helper.from_array(array, name) for name, array in draft.weights.items()])
    else:
        with files[1].open("wb") as data:
            for name, array in draft.weights.items():
                small = array.nbytes <= INLINE_BYTES
                graph.initializer.append(
                    numpy_helper.from_array(array, name) if small else _set_aside(array, name, data, files[1].name)
                )
    files[0].write_bytes(model.SerializeToString(deterministic=True))


def _set_aside(array: numpy.ndarray, name: str, data: Any, file_name: str) -> onnx.TensorProto:
    """Write a weight into the second file; returns the entry that points there."""
    import onnx

    data.write(b"\0" * (-data.tell() % PAGE_BYTES))
    entries = {"location": file_name, "offset": data.tell(), "length": array.nbytes}
    data.write(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())  # ONNX files are little-endian
    tensor = onnx.TensorProto(
        name=name,
        dims=array.shape,
        data_type=onnx.helper.np_dtype_to_tensor_dtype(array.dtype),
        data_location=onnx.TensorProto.EXTERNAL,
    )
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor
