"""What a measurement says, as records: the machine, the run, each block and layer, and the roof of the machine.

The records know nothing of how they came about, so that a window, which never imports torch, reads what a worker measured.
`Profile` is what `lightdesigner profile --json` prints.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from blocks.errors import LightdesignerError
from designer.analysis.memory import BYTES

SCHEMA = 1
"""Version of `Profile` as JSON. Keys may be added without a new one; none goes, and none changes its meaning."""

DeviceName = Literal["cpu", "cuda", "mps"]
BackendName = Literal["eager", "fused", "compile", "onnxruntime"]
DtypeName = Literal["fp32", "fp16", "bf16", "int8"]
Bound = Literal["compute", "memory", "overhead"]
Stop = Literal["interval", "runs", "time_limit"]

DEVICES: tuple[DeviceName, ...] = ("cpu", "cuda", "mps")
BACKENDS: tuple[BackendName, ...] = ("eager", "fused", "compile", "onnxruntime")
DTYPES: tuple[DtypeName, ...] = ("fp32", "fp16", "bf16", "int8")

ELEMENT_BYTES = {**BYTES, "bf16": 2}
"""Bytes of one element, of every type that can be measured."""

MOST_BATCH = 65_536
"""Inputs at once that may be asked for; memory mostly ends earlier."""

TIME_LIMIT_S = 60.0
"""How long a measurement may take where nobody says."""

WITHIN = 0.02
"""Runs go on until the 95 % interval of the median lies within this share of it."""


class MeasureError(LightdesignerError):
    """Something cannot be measured here; the sentence says what and why."""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """Under what a time was measured: times of different setups say nothing about each other."""

    device: DeviceName = "cpu"
    backend: BackendName = "eager"
    dtype: DtypeName = "fp32"
    threads: int = 1
    batch: int = 1

    def said(self) -> str:
        """One line for a person."""
        threads = f"{self.threads} {'thread' if self.threads == 1 else 'threads'}, " if self.device == "cpu" else ""
        return f"{self.device}, {self.backend}, {self.dtype}, {threads}batch {self.batch}"


# -- the machine -----------------------------------------------------------------------------------------------------------


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """What this machine, or a library on it, cannot do, and why, as a sentence. An empty name stands for all of them."""

    sentence: str
    device: str = ""
    backend: str = ""
    dtype: str = ""

    def covers(self, device: str, backend: str, dtype: str) -> bool:
        """Whether this is a reason against the three together; "" asks about all of a sort."""
        pairs = ((self.device, device), (self.backend, backend), (self.dtype, dtype))
        return all(not mine or mine == asked for mine, asked in pairs)


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What can be measured here. `threads` are those used where nobody says, `max_threads` the processors of the machine.

    `device_names` names each device that there is, as its maker does; a device that is missing stands in `lacks`.
    """

    cpu: str
    threads: int
    max_threads: int
    memory_bytes: int | None
    free_bytes: int | None
    device_names: dict[str, str]
    lacks: tuple[Lack, ...] = ()
    versions: dict[str, str] = {}
    os: str = ""

    def why_not(self, *, device: str = "", backend: str = "", dtype: str = "") -> str:
        """Why the named ones cannot be measured together, a sentence; "" where they can. What is not named may be anything."""
        return next((lack.sentence for lack in self.lacks if lack.covers(device, backend, dtype)), "")


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run took place. `device_name` is what its maker calls the device, `clock_mhz` what the processor ran at right after
    the run, None where the system does not say; `governor` is how its clock is steered, "" where unknown. `timer` is what the
    times were read from."""

    device: str
    cpu: str
    threads: int
    os: str
    versions: dict[str, str]
    device_name: str = ""
    clock_mhz: float | None = None
    clock_max_mhz: float | None = None
    governor: str = ""
    timer: str = ""


# -- a run -----------------------------------------------------------------------------------------------------------------


class Times(msgspec.Struct, frozen=True):
    """Milliseconds over all runs. `ci95` are the ends of the 95 % interval of the median."""

    median: float
    p25: float
    p75: float
    p95: float
    ci95: tuple[float, float]

    @property
    def within(self) -> float:
        """How far the interval's farther end lies from the median, as a share of it."""
        low, high = self.ci95
        return max(self.median - low, high - self.median) / self.median if self.median else 0.0


class BlockTime(msgspec.Struct, frozen=True, kw_only=True):
    """A block at the root of the design. Its `macs` and `bytes` are those of the whole batch; `share` is of the sum of all.

    `bytes` are what has to be moved at least: what its layers read and write, and their weights. `ms` is None where the backend
    cannot say; `bound` and `save_ms`, the time above what the roof allows, are None without a roof. `fused_with` are the blocks
    whose layers run inside this one's, so that its time holds theirs.
    """

    path: str
    ms: float | None
    share: float | None
    macs: int
    gmacs_per_s: float | None
    bytes: int
    bound: Bound | None
    save_ms: float | None = None
    macs_per_byte: float | None = None
    block: str = ""
    stage: str | None = None
    fused_with: tuple[str, ...] = ()


class LayerTime(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that ran: a primitive in the eager backend, otherwise a node of the runtime.

    `path` is where it is booked: a primitive, or the smallest block that holds all of `parts`, the primitives it did at once.
    `sort` says what it is: `reorder` moves data for the layer that reads it. `key` is the layer's in latency tables, "" where it
    has none: then several were measured together, or it is no layer of the design.
    """

    path: str
    op: str
    ms: float
    share: float
    sort: Literal["layer", "fused", "reorder"] = "layer"
    parts: tuple[str, ...] = ()
    key: str = ""
    macs: int = 0
    bytes: int = 0
    gmacs_per_s: float | None = None
    macs_per_byte: float | None = None
    bound: Bound | None = None
    save_ms: float | None = None


class UnitTime(msgspec.Struct, frozen=True, kw_only=True):
    """What a latency table keeps of a run: the time of layers that run together, under their key. `calls` are how often the
    design has it; `ms` is of one."""

    key: str
    ms: float
    macs: int
    bytes: int
    calls: int = 1


class SweepPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One batch size of a sweep; `problem` says why it was not measured, and then there are no figures."""

    batch: int
    total_ms: Times | None = None
    throughput_per_s: float | None = None
    runs: int = 0
    noisy: bool = False
    peak_bytes_predicted: int | None = None
    problem: str = ""


class Roof(msgspec.Struct, frozen=True, kw_only=True):
    """The most a device does: MACs a second in a large convolution, bytes a second in a large copy, and the milliseconds that
    calling a layer costs even where there is nothing to do."""

    device: str
    device_name: str
    dtype: str
    threads: int
    macs_per_s: float
    bytes_per_s: float
    call_ms: float
    at: str = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One measured design. The first keys are those promised by `profile --json`; the others may grow.

    `peak_bytes_measured` is None where it could not be measured, and `peak_how` says how it was or why not. `stopped` is why the
    runs ended: the interval was narrow enough, the runs asked for were done, or the time limit came first;
    `within` is how near its ends had to be to the median, as a share of it. `layers_ms` is the sum of `layers`,
    `layers_overhead` how much longer a run took in which they were timed, as a share, and `node_overhead_ms` what the runtime's
    own profile adds to the time of every node: it was measured and taken off each, and is None where there is no such
    thing. `remarks` are whole sentences that belong beside the figures.
    """

    schema: int = SCHEMA
    design: str
    environment: Environment
    dtype: DtypeName
    backend: BackendName
    batch: int
    runs: int
    warmup_runs: int
    total_ms: Times
    throughput_per_s: float
    noisy: bool
    peak_bytes_measured: int | None
    peak_bytes_predicted: int
    blocks: list[BlockTime]
    layers: list[LayerTime] = []
    units: list[UnitTime] = []
    layers_ms: float | None = None
    layers_overhead: float | None = None
    node_overhead_ms: float | None = None
    warmup_stable: bool = True
    stopped: Stop = "interval"
    within: float = WITHIN
    time_limit_s: float = TIME_LIMIT_S
    seconds: float = 0.0
    macs: int = 0
    params: int = 0
    peak_how: str = ""
    speed_only: bool = False
    per_layer: bool = True
    sweep: list[SweepPoint] = []
    roof: Roof | None = None
    remarks: tuple[str, ...] = ()
    at: str = ""

    @property
    def setup(self) -> Setup:
        return Setup(
            device=self.environment.device,  # type: ignore[arg-type]  # one of ours: `profile` wrote it
            backend=self.backend,
            dtype=self.dtype,
            threads=self.environment.threads,
            batch=self.batch,
        )

    def as_json(self) -> dict[str, Any]:
        """The profile as plain data, ready for `json.dumps`."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def read_profile(text: bytes | str) -> Profile:
    """A profile from its JSON. Raises MeasureError where it is none."""
    try:
        return msgspec.json.decode(text, type=Profile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise MeasureError(f"This is no profile: {problem}.") from None


class LayersMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """Layers that were measured without the design around them, for a latency table. `failed` are keys that could not be."""

    device_name: str
    setup: Setup
    units: list[UnitTime]
    failed: tuple[str, ...] = ()
    at: str = ""
    remarks: tuple[str, ...] = ()
