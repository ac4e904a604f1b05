"""The real worker measures under the window's client: progress, cancel, a kill from outside, and sentences."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import msgspec
import pytest

from designer import protocol
from designer.analysis.measured import LayersMeasured, Machine, Roof, read_profile
from designer.app.worker_client import WorkerClient
from designer.document.format import write
from designer.protocol import AskMachine, MachineKnown, MeasureLayers, Profiled, ProfileDesign
from designer.worker.jobs import done
from tests.app.test_worker_client import Heard, wait
from tests.designs import chain
from tests.measure.designs import small

ROOF = msgspec.Raw(
    msgspec.json.encode(
        Roof(device="cpu", device_name="x", dtype="fp32", threads=1, macs_per_s=1e11, bytes_per_s=1e10, call_ms=0.005)
    )
)
ENDLESS = ProfileDesign(design=write(small()), threads=1, runs=10**9, time_limit_s=3600, roof=ROOF)


def test_a_cancel_and_a_kill_leave_the_window_with_a_sentence_and_a_worker_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: object
) -> None:
    monkeypatch.setenv("LIGHTDESIGNER_HOME", str(tmp_path))
    client = WorkerClient()
    heard = Heard(client)
    try:
        asked = client.submit(AskMachine())
        wait(lambda: heard.ends, 90)
        known = heard.end_of(asked)
        assert isinstance(known, MachineKnown)
        assert msgspec.json.decode(known.machine, type=Machine).why_not(device="cpu", backend="eager") == ""

        number = client.submit(ENDLESS)
        wait(lambda: any(phase.text.startswith("Timing") for phase in heard.phases), 90)
        client.cancel(number)
        assert heard.end_of(number) is None

        number = client.submit(ENDLESS)
        heard.phases.clear()
        wait(lambda: any(phase.text.startswith("Timing") for phase in heard.phases), 90)
        if sys.platform != "win32":
            os.kill(client.process_id, signal.SIGKILL)
            assert "The system ended the measurement" in heard.sentence_of(number)

        number = client.submit(msgspec.structs.replace(ENDLESS, runs=2))
        wait(lambda: any(job == number for job, _ in heard.ends), 90)
        profiled = heard.end_of(number)
        assert isinstance(profiled, Profiled)
        assert read_profile(bytes(profiled.profile)).runs == 2
    finally:
        client.stop()
        client.deleteLater()


# -- in this process: the same function that the worker calls --------------------------------------------------------------------


def test_layers_and_the_answers_about_them() -> None:
    said: list[tuple[str, int, int]] = []
    whole = done(msgspec.structs.replace(ENDLESS, runs=2, job=4), lambda *step: said.append(step))
    assert isinstance(whole, Profiled)
    assert whole.job == 4
    keys = tuple(unit.key for unit in read_profile(bytes(whole.profile)).units)[:2]
    answer = done(
        MeasureLayers(job=5, design=ENDLESS.design, keys=keys, threads=1, time_limit_s=0.1), lambda *step: said.append(step)
    )
    assert isinstance(answer, protocol.LayersMeasured)
    assert {unit.key for unit in msgspec.json.decode(answer.layers, type=LayersMeasured).units} == set(keys)
    assert any("Measuring 2 layers" in text for text, _, _ in said)
    assert all(1 <= step <= steps for _, step, steps in said)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (ProfileDesign(job=7, design="{"), "cut short"),
        (ProfileDesign(job=7, design=write(small()), batch=0), "batch needs"),
        (ProfileDesign(job=7, design=write(chain(("conv", "conv2d", {"kernel_size": 99})))), "conv"),
        (MeasureLayers(job=7, design=write(small()), keys=(), backend="compile"), "torch.compile"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(job: protocol.Request, said: str) -> None:
    answer = done(job, lambda *step: None)
    assert isinstance(answer, protocol.Failed)
    assert answer.job == 7
    assert not answer.fault, answer.detail

    assert re.search(said, answer.sentence)


def test_a_fault_of_ours_is_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from designer.measure import profile

    def broken(*args: object, **options: object) -> None:
        raise KeyError("inside")

    monkeypatch.setattr(profile, "profile", broken)
    answer = done(ENDLESS, lambda *step: None)
    assert isinstance(answer, protocol.Failed)
    assert answer.fault
    assert "KeyError" in answer.sentence
    assert "Traceback" in answer.detail
