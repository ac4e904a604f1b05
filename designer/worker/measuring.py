"""The worker's measurements: what this machine is, how long designs and layers take on it, and its roof."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from blocks.errors import LightdesignerError
from designer.protocol import (
    AskMachine,
    Calibrate,
    Calibrated,
    Failed,
    LayersMeasured,
    MachineKnown,
    MeasureLayers,
    Profiled,
    ProfileDesign,
    ProfiledTogether,
    ProfileTogether,
    Result,
)

Say = Callable[[str, int, int], None]
Measurement = AskMachine | ProfileDesign | ProfileTogether | Calibrate | MeasureLayers

NO_MEMORY = (
    "There is not enough memory to measure this design. Use a smaller batch, resolution or width, or close other programs."
)


def measured(job: Measurement, say: Say) -> Result | Failed:
    """Do a job; whatever goes wrong is an answer too."""
    try:
        if isinstance(job, AskMachine):
            return _machine(job, say)
        if isinstance(job, ProfileDesign):
            return _profile(job, say)
        if isinstance(job, ProfileTogether):
            return _together(job, say)
        if isinstance(job, Calibrate):
            return _calibrate(job, say)
        return _layers(job, say)
    except LightdesignerError as problem:
        return Failed(job=job.job, sentence=str(problem))
    except MemoryError:
        return Failed(job=job.job, sentence=NO_MEMORY)
    except Exception as problem:  # noqa: BLE001  # the process lives on, and the person gets a sentence
        sentence = f"The measurement failed through a fault of lightdesigner ({type(problem).__name__}). The design is untouched."
        return Failed(job=job.job, sentence=sentence, fault=True, detail=traceback.format_exc())


def _raw(record: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(record))


def _machine(job: AskMachine, say: Say) -> MachineKnown:
    from designer.measure.machine import survey

    say("Looking at this machine", 1, 1)
    return MachineKnown(job=job.job, machine=_raw(survey()))


def _profile(job: ProfileDesign, say: Say) -> Profiled:
    from designer.analysis.measured import Roof
    from designer.document.format import read
    from designer.measure.profile import profile

    found = profile(
        read(job.design),
        device=job.device,
        backend=job.backend,
        dtype=job.dtype,
        batch=job.batch,
        threads=job.threads,
        runs=job.runs,
        within=job.within,
        time_limit_s=job.time_limit_s,
        sweep=job.sweep,
        layers=job.layers,
        weights=job.weights,
        seed=job.seed,
        roof=msgspec.json.decode(job.roof, type=Roof | None),
        say=say,
    )
    return Profiled(job=job.job, profile=_raw(found))


def _together(job: ProfileTogether, say: Say) -> ProfiledTogether:
    from designer.analysis.measured import Roof
    from designer.document.format import read
    from designer.measure.together import profile_together

    first = job.first
    found = profile_together(
        [read(text) for text in (first.design, *job.others)],
        device=first.device,
        backend=first.backend,
        dtype=first.dtype,
        batch=first.batch,
        threads=first.threads,
        runs=first.runs,
        within=first.within,
        time_limit_s=first.time_limit_s,
        sweep=first.sweep,
        seed=first.seed,
        roof=msgspec.json.decode(first.roof, type=Roof | None),
        say=say,
    )
    return ProfiledTogether(job=job.job, profiles=tuple([_raw(one) for one in found]))


def _calibrate(job: Calibrate, say: Say) -> Calibrated:
    from designer.measure.roof import calibrate

    say("Calibrating the roof of this machine", 1, 1)
    return Calibrated(job=job.job, roof=_raw(calibrate(job.device, job.dtype, job.threads)))


def _layers(job: MeasureLayers, say: Say) -> LayersMeasured:
    from designer.document.format import read
    from designer.measure.layers import measure_layers

    found = measure_layers(
        read(job.design),
        job.keys,
        device=job.device,
        backend=job.backend,
        dtype=job.dtype,
        batch=job.batch,
        threads=job.threads,
        time_limit_s=job.time_limit_s,
        seed=job.seed,
        say=say,
    )
    return LayersMeasured(job=job.job, layers=_raw(found))
