"""The latency tables of the window: at once in memory, soon on the disk, together with what others measured meanwhile."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from designer import latency_store, protocol
from designer.analysis.engine import Engine
from designer.analysis.measured import MeasureError, Profile
from designer.app.latency_tables import LatencyTables
from designer.catalogue import load
from designer.document.format import write
from tests.app import fake_measure


def profile_of(text: str) -> Profile:
    return fake_measure.profile(protocol.ProfileDesign(design=write(load(text)), backend="fused"))


def test_others_learn_at_the_same_time(home: Path) -> None:
    tables = LatencyTables()
    assert tables.tables == {}
    ours, theirs = profile_of("squeezenet1_1"), profile_of("mobilenet_v1:width=0.25")
    assert latency_store.learn(fake_measure.CPU, theirs) == ""  # as the command line does
    heard: list[bool] = []
    tables.changed.connect(lambda: heard.append(True))
    tables.learn(fake_measure.CPU, ours)
    assert heard
    engine = Engine(load("squeezenet1_1"))
    assert tables.estimate(engine, fake_measure.CPU, ours.setup).total_ms == pytest.approx(ours.total_ms.median)
    tables.finish()
    kept = latency_store.load(fake_measure.CPU)
    assert {unit.key for unit in (*ours.units, *theirs.units)} == set(kept._sections[ours.setup].entries)


def test_an_estimate_is_booked_on_the_paths_of_the_design(home: Path) -> None:
    tables = LatencyTables()
    ours = profile_of("squeezenet1_1")
    tables.learn(fake_measure.CPU, ours)
    engine = Engine(load("squeezenet1_1"))
    found = tables.estimate(engine, fake_measure.CPU, ours.setup)
    assert sum(found.times.values()) == pytest.approx(found.total_ms)
    paths = {result.path for result in engine.results.values()}
    assert all(any(path == root or path.startswith(f"{root}.") for root in paths) for path in found.times)
    assert tables.estimate(engine, "another machine", ours.setup) is None
    other = msgspec.structs.replace(ours.setup, threads=7)
    assert tables.estimate(engine, fake_measure.CPU, other) is None, "nothing was measured like that"
    tables.finish()


def test_a_table_travels_as_a_file(home: Path, tmp_path: Path) -> None:
    tables = LatencyTables()
    tables.learn(fake_measure.CPU, profile_of("squeezenet1_1"))
    file = tmp_path / "board.latency.json"
    tables.give_out(fake_measure.CPU, file)
    tables.finish()
    for old in latency_store.folder().iterdir():
        old.unlink()
    desk = LatencyTables()
    assert desk.tables == {}
    assert len(desk.take_in(file)) == len(tables.tables[fake_measure.CPU])
    desk.finish()
    assert len(latency_store.load(fake_measure.CPU)) == len(desk.tables[fake_measure.CPU])
    with pytest.raises(MeasureError, match="nowhere"):
        desk.take_in(tmp_path / "nowhere.latency.json")


def test_trouble_with_the_disk_is_a_sentence(home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / latency_store.FOLDER).write_text("a file in the way")
    tables = LatencyTables()
    said: list[str] = []
    tables.troubled.connect(said.append)
    tables.learn(fake_measure.CPU, profile_of("squeezenet1_1"))
    tables.finish()
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.processEvents()
    assert len(said) == 1
    assert str(home / latency_store.FOLDER) in said[0]
    assert len(tables.tables[fake_measure.CPU]) > 0, "this window has it all the same"
