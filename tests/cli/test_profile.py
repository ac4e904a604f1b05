"""`lightdesigner profile` from end to end: table, JSON, CSV, the latency table it fills, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import msgspec
import pytest

from designer import latency_store
from designer.analysis.latency import LatencyTable
from designer.analysis.measured import Profile
from designer.document.files import save
from designer.measure.machine import cpu_name
from tests.app import fake_measure
from tests.cli.conftest import Tell
from tests.designs import chain
from tests.measure.designs import small

KEYS = [
    "schema",
    "design",
    "environment",
    "dtype",
    "backend",
    "batch",
    "runs",
    "warmup_runs",
    "total_ms",
    "throughput_per_s",
    "noisy",
    "peak_bytes_measured",
    "peak_bytes_predicted",
    "blocks",
]
"""Promised, in this order; others may follow."""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small design, in an empty account in which the roof of this machine is known."""
    monkeypatch.setenv("LIGHTDESIGNER_HOME", str(tmp_path / "home"))
    roof = msgspec.structs.replace(fake_measure.roof(threads=1), device_name=cpu_name())
    latency_store.learn(cpu_name(), roof)
    save(small(), tmp_path / "small.lightdesign")
    return "small.lightdesign"


def test_json_has_the_keys_that_are_promised(tell: Tell, file: str) -> None:
    told = tell("profile", file, "--threads", "1", "--runs", "3", "--batch", "2", "--json")
    assert told.rc == 0
    found = json.loads(told.stdout)
    assert list(found)[: len(KEYS)] == KEYS
    assert (found["schema"], found["batch"], found["runs"], found["backend"], found["dtype"]) == (1, 2, 3, "eager", "fp32")
    assert set(found["environment"]) >= {"device", "cpu", "threads", "os", "versions"}
    assert set(found["total_ms"]) == {"median", "p25", "p75", "p95", "ci95"}
    block = found["blocks"][0]
    assert list(block)[:7] == ["path", "ms", "share", "macs", "gmacs_per_s", "bytes", "bound"]
    assert [block["path"] for block in found["blocks"]] == ["stem", "conv", "batch_norm", "relu", "pool", "flatten", "fc"]
    assert msgspec.convert(found, Profile).macs == found["macs"]


def test_the_table_is_sorted_by_what_could_be_saved_and_csv_by_execution(tell: Tell, file: str, tmp_path: Path) -> None:
    told = tell(
        "profile", file, "--threads", "1", "--runs", "3", "--csv", "t.csv", "--save-table", "table.json", "--sweep", "1,2"
    )
    assert told.rc == 0, told.stderr
    assert "small: cpu, eager, fp32, 1 thread, batch 1" not in told.stderr
    for said in ("Could save (ms)", "95 % interval", "Peak memory, predicted", "Roof of this machine", "Throughput (1/s)"):
        assert said in told.stdout
    with (tmp_path / "t.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["path"] for row in rows] == ["stem", "conv", "batch_norm", "relu", "pool", "flatten", "fc"]
    assert sum(float(row["share_percent"]) for row in rows) == pytest.approx(100, abs=0.1)
    table = LatencyTable.from_json((tmp_path / "table.json").read_bytes())
    assert table.device_name == cpu_name()
    assert len(table) == len(latency_store.load(cpu_name())) == 7, (
        "norms and activations of the same kind and shape are one entry"
    )
    lines = [line.split() for line in told.stdout.splitlines() if line.startswith(("stem ", "conv ", "relu ", "fc "))]
    saves = [float(words[-1]) for words in lines]
    assert saves == sorted(saves, reverse=True)


def test_by_layer_with_onnxruntime(tell: Tell, file: str) -> None:
    told = tell("profile", file, "--threads", "1", "--runs", "3", "--backend", "onnxruntime", "--by", "layer")
    assert told.rc == 0, told.stderr
    assert "layers fused" in told.stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--dtype", "int8"], "ONNX Runtime"),
        (["--batch", "0"], "batch needs"),
        (["--batch", "60000"], "of activations"),
        (["--sweep", "1,x"], "batch sizes"),
        (["--time-limit", "0"], "above 0"),
        (["--device", "tpu"], "invalid choice"),
        (["--csv", "no/such/t.csv"], "t.csv"),
    ],
)
def test_nothing_is_done_where_it_cannot_be(
    tell: Tell, file: str, more: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("designer.measure.machine.free_bytes", lambda device: 2**29)
    told = tell("profile", file, "--runs", "3", *more)
    assert told.rc == 2
    assert told.stdout == ""
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_an_invalid_design_is_a_no(tell: Tell, file: str, tmp_path: Path) -> None:
    save(chain(("conv", "conv2d", {"kernel_size": 99})), tmp_path / "bad.lightdesign")
    told = tell("profile", "bad.lightdesign")
    assert told.rc == 1
    assert "invalid: nothing is measured" in told.stdout
    assert "conv" in told.stderr


def test_a_latency_table_that_cannot_be_read_is_kept_aside(tell: Tell, file: str) -> None:
    latency_store.file_of(cpu_name()).write_text("{")
    told = tell("profile", file, "--threads", "1", "--runs", "3", "--dtype", "fp32")
    assert told.rc == 0
    assert "was kept as" in told.stderr
