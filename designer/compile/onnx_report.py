"""What an export says about the file it wrote."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

CheckName = Literal["onnx_checker", "shapes", "onnx_runtime", "answers"]


class Check(msgspec.Struct, frozen=True):
    """One check of a written file. `onnx_checker`: the file is valid ONNX; `shapes`: onnx infers the shapes of the analysis;
    `onnx_runtime`: it runs and answers as torch does; `answers`: other inputs give other outputs. `message` is a
    whole sentence."""

    name: CheckName
    passed: bool
    message: str


class ExportReport(msgspec.Struct, frozen=True):
    """An ONNX file that was written, and what its checks found. A file that failed a check is written all the same.

    `data_path` is the second file with the weights, None where one file holds everything; `size_bytes` counts both. `inputs` and
    `outputs` map names to shapes with the batch in front: 1, or "batch" where it is dynamic. `params_design` are the design's
    parameters, `params_file` those in the file: batch norms folded into convolutions (`batch_norms_folded`) leave fewer; their
    running statistics count in neither. `max_difference_over_std` is the largest difference between ONNX Runtime's and torch's
    output, divided by the standard deviation of torch's; None where the two were not, or could not be, compared. `batches` are
    the batch sizes compared.
    """

    path: str
    data_path: str | None
    size_bytes: int
    opset: int
    dynamic_batch: bool
    inputs: dict[str, list[int | str]]
    outputs: dict[str, list[int | str]]
    nodes: int
    params_design: int
    params_file: int
    batch_norms_folded: int
    batch_norms_kept: int
    checks: tuple[Check, ...]
    max_difference_over_std: float | None
    batches: tuple[int, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether no check failed; true as well where none was asked for."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """The sentences of the checks that failed."""
        return [check.message for check in self.checks if not check.passed]

    @property
    def folding(self) -> str:
        """What became of the batch norms, as a sentence; "" where the design has none."""
        folded, kept = self.batch_norms_folded, self.batch_norms_kept
        as_it_is = f"{_norms(kept)} {'is' if kept == 1 else 'are'} in the file without folding"
        if not folded:
            return f"{as_it_is}." if kept else ""
        into = "is folded into the layer before it" if folded == 1 else "are folded into the layers before them"
        rest = f", {as_it_is}" if kept else ""
        return (
            f"{_norms(folded)} {into}{rest}: {self.params_design:,} parameters in the design, {self.params_file:,} in the file."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `ok` and `folding` stand in it too."""
        return {"ok": self.ok, "folding": self.folding, **msgspec.to_builtins(self)}


def _norms(count: int) -> str:
    return f"{count} batch norm" if count == 1 else f"{count} batch norms"
