"""`lightdesigner export`: a design as ONNX, as Python source, as a program of torch.export, and as a picture."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.errors import LightdesignerError
from designer.analysis.report import Report, analyse
from designer.catalogue import load, published
from designer.cli.output import Answer, progress
from designer.cli.pictures import PICTURES, check_options, write_pictures
from designer.cli.tables import Column, Table, harmless, mebibytes, written
from designer.cli.targets import targets
from designer.graph.design import Design

if TYPE_CHECKING:
    from designer.compile.onnx_report import ExportReport

KINDS = {
    "onnx": "ONNX model",
    "python": "Python source",
    "pt2": "torch program",
    "svg": "SVG picture",
    "png": "PNG picture",
    "pdf": "PDF picture",
}
"""What can be written, by option, in the order of the answer."""


def run(asked: Namespace, answer: Answer) -> int:
    """Answer `export`; 1 where the design is invalid (then nothing is written) or the ONNX file failed a check."""
    files = {kind: getattr(asked, kind) for kind in KINDS if getattr(asked, kind) is not None}
    if not files:
        raise LightdesignerError(
            "export needs a file to write: --onnx FILE, --python FILE, --pt2 FILE, --svg FILE, --png FILE, --pdf FILE, "
            "or several of them."
        )
    if asked.onnx is None and (asked.opset is not None or asked.keep_batch_norm):
        raise LightdesignerError("--opset and --keep-batch-norm are about the ONNX model. Give --onnx FILE too.")
    check_options(asked)
    design = load(asked.design)
    report = analyse(design)
    if not report.valid:
        answer.text(f"{written(report.design)} is invalid: nothing is exported.")
        answer.complain_of(report.issues)
        return 1
    with progress() as say, targets(list(files.values()), force=asked.force) as staged:
        paths = dict(zip(files, staged, strict=True))
        if set(PICTURES) & set(paths):
            say("Drawing the picture")
            write_pictures(design, paths, asked, answer)
        exported = _write(design, paths, asked, say)
        sizes = {kind: path.stat().st_size for kind, path in paths.items()}
    if exported is not None:
        sizes["onnx"] = exported.size_bytes
    answer.text(f"{written(report.design)}\n\n")
    answer.table(_table(report, files, sizes, exported))
    answer.complain_of(report.issues)
    if exported is not None and not exported.ok:
        for reason in exported.reasons:
            answer.complain(f"error: {files['onnx']}: {reason}")
        return 1
    return 0


def _write(design: Design, paths: dict[str, Path], asked: Namespace, say: Callable[[str], None]) -> ExportReport | None:
    """Write what is asked for; the quickest first, because anything may fail."""
    if "python" in paths:
        from designer.compile.python_source import to_python

        say("Writing the source")
        title, paper = published(design)
        paths["python"].write_text(to_python(design, title=title, paper=paper), encoding="utf-8", newline="\n")
    if not {"onnx", "pt2"} & set(paths):
        return None
    from designer.compile.torch_module import to_torch

    say("Building the torch module")
    module = to_torch(design, seed=asked.seed, calibrate=True)
    if "pt2" in paths:
        from designer.compile.pt2 import to_pt2

        say("Exporting the torch program")
        to_pt2(module, paths["pt2"], dynamic_batch=asked.dynamic_batch)
    if "onnx" not in paths:
        return None
    from designer.compile.onnx_export import export_onnx

    say("Exporting the ONNX model" if asked.no_check else "Exporting the ONNX model and running it")
    return export_onnx(
        design,
        paths["onnx"],
        module=module,
        seed=asked.seed,
        opset=asked.opset,
        dynamic_batch=asked.dynamic_batch,
        keep_batch_norm=asked.keep_batch_norm,
        check=not asked.no_check,
    )


def _table(report: Report, files: dict[str, str], sizes: dict[str, int], exported: ExportReport | None) -> Table:
    """What was written, and what the checks of the ONNX file found."""
    table = Table([Column("what", "What"), Column("value", "Value")], heads=False)
    for kind, title in KINDS.items():
        if kind not in files:
            continue
        table.add(title, f"{files[kind]}, {mebibytes(sizes[kind])}")
        if kind == "onnx" and exported is not None:
            _add_onnx(table, files["onnx"], exported)
    table.add("Params of the design", f"{report.params:,}")
    return table


def _add_onnx(table: Table, file: str, exported: ExportReport) -> None:
    if exported.data_path is not None:
        table.add("", f"weights in {file}.data, which has to stay beside it")
    table.add("Opset", str(exported.opset))
    for title, tensors in (("Inputs", exported.inputs), ("Outputs", exported.outputs)):
        table.add(f"{title} (N x C x H x W)", ", ".join(f"{harmless(name)} {_sides(sides)}" for name, sides in tensors.items()))
    table.add("Params in the file", f"{exported.params_file:,}")
    if exported.folding:
        table.add("Batch norm", exported.folding)
    for check in exported.checks:
        table.add(f"Check {check.name}", f"{'passed' if check.passed else 'FAILED'}: {check.message}")
    if not exported.checks:
        table.add("Checks", "none (--no-check)")
    difference = exported.max_difference_over_std
    if difference is not None:
        batches = ", ".join(map(str, exported.batches))
        table.add("Difference to torch (max / std)", f"{difference:.2g} at batch {batches}")


def _sides(sides: list[int | str]) -> str:
    return " x ".join(map(str, sides))
