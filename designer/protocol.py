"""What the window and its worker say to each other: one record a line, as JSON behind a mark.

A line without the mark is log. Whatever stands before the mark in a line is log too: a library may have written there without
ending its line.
"""

from __future__ import annotations

from typing import Literal

import msgspec

VERSION = 3
"""Of the records below. Window and worker of different versions meet when the program is updated while its window is open."""

MARK = b"\x1elightdesigner "
"""Begins a record: the separator that RFC 7464 puts before JSON texts, and a name."""

JOB_FOLDER = ".lightdesigner-"
"""How the folders begin that a window makes for jobs, beside the file that is to be written. Nothing else begins so."""

Kind = Literal["onnx", "python", "pt2"]

NOTHING = msgspec.Raw(b"null")
"""JSON of a record that is not there. What was measured travels as JSON of the records in `designer/analysis/measured.py`, which
this room does not know."""


class ProtocolError(Exception):
    """A line with the mark that is no record."""


# -- window to worker --------------------------------------------------------------------------------------------------------


class Export(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="export"):
    """Write a design as a file. Everything the job needs stands here, so that any worker can do it.

    `design` is the text of a document. `file` is where to write, in a folder that belongs to this job alone: others may appear
    beside it. `weights` is a safetensors file whose tensors replace random ones of the same path and shape. Options that a kind
    does not have are ignored: Python source has none, and pt2 neither `opset` nor `keep_batch_norm`.
    """

    job: int = 0
    kind: Kind
    design: str
    file: str
    weights: str | None = None
    opset: int | None = None
    dynamic_batch: bool = False
    keep_batch_norm: bool = False
    seed: int = 0
    check: bool = True


class AskMachine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ask_machine"):
    """Which devices, backends and types can be measured here, and why not the others."""

    job: int = 0


class ProfileDesign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="profile"):
    """Time a design: the whole, and each layer.

    `design` is the text of a document. Without `threads` the machine's own number is used; without `runs` the time is measured
    until the 95 % interval of its median lies `within` this share of it, for at most `time_limit_s`. `sweep`
    are batch sizes that are timed after the first, as a whole only. `weights` is as in `Export`. `roof` is what `Calibrated`
    brought for this device, type and number of threads, null where that is not known: then it is measured first.
    """

    job: int = 0
    design: str
    device: str = "cpu"
    backend: str = "eager"
    dtype: str = "fp32"
    batch: int = 1
    threads: int | None = None
    runs: int | None = None
    within: float = 0.02
    time_limit_s: float = 60.0
    sweep: tuple[int, ...] = ()
    layers: bool = True
    weights: str | None = None
    seed: int = 0
    roof: msgspec.Raw = NOTHING


class ProfileTogether(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="profile_together"):
    """Time several designs in turns, all in the way that `first` says; `others` are the texts of the other documents."""

    job: int = 0
    first: ProfileDesign
    others: tuple[str, ...] = ()


class Calibrate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="calibrate"):
    """Measure the roof of a device: a large convolution, a large copy, and what a call costs."""

    job: int = 0
    device: str = "cpu"
    dtype: str = "fp32"
    threads: int | None = None


class MeasureLayers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="measure_layers"):
    """Measure those layers of a design whose keys in latency tables are `keys`, without running the whole of it."""

    job: int = 0
    design: str
    keys: tuple[str, ...]
    device: str = "cpu"
    backend: str = "eager"
    dtype: str = "fp32"
    batch: int = 1
    threads: int | None = None
    time_limit_s: float = 60.0
    seed: int = 0


Request = Export | AskMachine | ProfileDesign | ProfileTogether | Calibrate | MeasureLayers


# -- worker to window --------------------------------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello"):
    """The worker is there and takes jobs. `opsets` are those that the installed onnx knows, `default_opset` what a file gets when
    nobody asks."""

    protocol: int
    version: str
    opsets: tuple[int, ...]
    default_opset: int


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """The worker is alive; said about once a second while it has something to do."""


class Phase(msgspec.Struct, frozen=True, tag="phase"):
    """What a job is at: step `step` of `steps`, counted from 1."""

    job: int
    text: str
    step: int
    steps: int


class Check(msgspec.Struct, frozen=True):
    """One check of a written file; `message` is a whole sentence."""

    name: str
    passed: bool
    message: str


class Exported(msgspec.Struct, frozen=True, kw_only=True, tag="exported"):
    """A file was written, checked and flushed to the disk. One that failed a check is written all the same.

    `files` are the names of what was written, the file asked for first; `size_bytes` counts all. `params` are the design's,
    `params_file` those in the file where the two may differ. `difference` is the largest difference between the file's output
    and torch's, divided by the standard deviation of torch's, at each of the batch sizes `batches`; None where nothing was
    compared. `remark` is a sentence on what differs from the design, "" where nothing does.
    """

    job: int
    kind: Kind
    files: tuple[str, ...]
    size_bytes: int
    params: int
    params_file: int | None = None
    opset: int | None = None
    checks: tuple[Check, ...] = ()
    difference: float | None = None
    batches: tuple[int, ...] = ()
    remark: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether no check failed; true as well where none was made."""
        return all(check.passed for check in self.checks)


class MachineKnown(msgspec.Struct, frozen=True, kw_only=True, tag="machine"):
    """`machine` is JSON of `measured.Machine`."""

    job: int
    machine: msgspec.Raw


class Profiled(msgspec.Struct, frozen=True, kw_only=True, tag="profiled"):
    """`profile` is JSON of `measured.Profile`: what `lightdesigner profile --json` prints."""

    job: int
    profile: msgspec.Raw


class ProfiledTogether(msgspec.Struct, frozen=True, kw_only=True, tag="profiled_together"):
    """`profiles` are as in `Profiled`, in the order of the designs."""

    job: int
    profiles: tuple[msgspec.Raw, ...]


class Calibrated(msgspec.Struct, frozen=True, kw_only=True, tag="calibrated"):
    """`roof` is JSON of `measured.Roof`."""

    job: int
    roof: msgspec.Raw


class LayersMeasured(msgspec.Struct, frozen=True, kw_only=True, tag="layers_measured"):
    """`layers` is JSON of `measured.LayersMeasured`, for the latency table of this device."""

    job: int
    layers: msgspec.Raw


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """A job came to nothing. `sentence` says why and what to do; `fault` that it is a mistake of this program or its libraries,
    and then `detail` is what helps to find it."""

    job: int
    sentence: str
    fault: bool = False
    detail: str = ""


Result = Exported | MachineKnown | Profiled | ProfiledTogether | Calibrated | LayersMeasured
"""What a job that went well ends with."""

Answer = Hello | Beat | Phase | Result | Failed

_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_answers: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def line(record: Request | Answer) -> bytes:
    """The record as a line."""
    return MARK + msgspec.json.encode(record) + b"\n"


def split(text: bytes) -> tuple[bytes, bytes | None]:
    """The log and the record in one line; the record is None where there is none."""
    log, mark, record = text.partition(MARK)
    return log.rstrip(b"\r\n"), record if mark else None


def request(record: bytes) -> Request:
    """What a window asks for. Raises ProtocolError."""
    try:
        return _requests.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise ProtocolError(str(problem)) from None


def answer(record: bytes) -> Answer:
    """What a worker says. Raises ProtocolError."""
    try:
        return _answers.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise ProtocolError(str(problem)) from None
