"""Profiles of one document, with a worker that answers at once, dies, hangs or waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from designer import latency_store, protocol
from designer.analysis.layers import BLOCK, LAYER, STAGE
from designer.app import run_history
from designer.app.controller import Controller
from designer.app.latency_tables import LatencyTables
from designer.app.machine_facts import MachineFacts
from designer.app.measurements import ESTIMATED, MEASURED, measured_in, signatures
from designer.app.profile_figures import Rows, Source, figures, pieces_expected, pieces_of_run, whole_of
from designer.app.profiler import Profiler
from designer.app.run_news import RunNews
from designer.app.run_options import RunOptions, needed_bytes, options_in
from designer.app.settings import PROFILE_OPTIONS, Settings
from designer.app.worker_client import WorkerClient
from designer.catalogue import load
from designer.document.format import write
from designer.graph.design import ROOT
from designer.graph.edits import SetParam
from tests.app import fake_measure
from tests.random_nets import random_net

FAKE = Path(__file__).with_name("fake_worker.py")
FIRE = "stage1_fire2"


class Bench:
    """A document, a worker with a habit, and the tables of a home of its own."""

    def __init__(self, habit: str, design: str = "squeezenet1_1", path: Path | None = None, news: RunNews | None = None) -> None:
        self.settings = Settings()
        self.client = WorkerClient(worker=[sys.executable, "-P", str(FAKE), habit], patience_ms=5_000)
        self.tables = LatencyTables()
        self.facts = MachineFacts(self.client, self.settings)
        self.controller = Controller(load(design), path)
        self.profiler = Profiler(self.controller, self.client, self.tables, self.settings, news)
        self.said: list[tuple[str, str]] = []
        self.profiler.finished.connect(lambda said: self.said.append(("finished", said)))
        self.profiler.failed.connect(lambda said: self.said.append(("failed", said)))
        self.profiler.cancelled.connect(lambda: self.said.append(("cancelled", "")))

    def end(self) -> None:
        self.client.stop()
        self.tables.finish()


Make = Callable[..., Bench]


@pytest.fixture
def bench(home: Path) -> Iterator[Make]:
    made: list[Bench] = []

    def make(habit: str = "well", **more: object) -> Bench:
        made.append(Bench(habit, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.end()


def run(one: Bench, qtbot: QtBot, **options: object) -> None:
    if options:
        one.profiler.choose(RunOptions(**options))  # type: ignore[arg-type]
    one.profiler.begin()
    qtbot.waitUntil(lambda: not one.profiler.running, timeout=10_000)


def edit(one: Bench, value: int = 17) -> None:
    assert one.controller.apply(SetParam(scope=ROOT, node=FIRE, name="squeeze_channels", value=value), "Set")


def test_a_run_is_shown_kept_and_learned_from(bench: Make, home: Path, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot, sweep=True)
    assert one.said == [("finished", "")]
    shown = one.profiler.shown
    assert shown is not None
    assert [point.batch for point in shown.profile.sweep] == [1, 2, 4, 8, 16, 32]
    times = one.controller.measurements
    assert times.total_ms == (shown.profile.total_ms.median, MEASURED)
    fire = next(block for block in shown.profile.blocks if block.path == "stage1.fire2")
    assert times.of_node(FIRE) == (fire.ms, MEASURED)
    assert sum(block.ms or 0 for block in shown.profile.blocks) == pytest.approx(times.layers_ms.ms)
    one.tables.finish()
    assert len(latency_store.load(fake_measure.CPU)) == len(one.tables.tables[fake_measure.CPU]) > 10
    again = bench()  # the same preset, opened the next day
    assert [run.id for run in again.profiler.runs] == [shown.id]
    assert again.controller.measurements.total_ms == times.total_ms
    assert again.profiler.options.sweep


def test_what_is_edited_is_estimated_from_its_layers(bench: Make, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot)
    times = one.controller.measurements
    edit(one)
    assert times.of_node(FIRE).kind == ESTIMATED
    assert times.of_node(FIRE).ms > 0
    assert times.of_node("stem_conv1").kind == MEASURED
    assert times.total_ms.kind == ESTIMATED
    assert times.estimate.known < times.estimate.layers
    one.controller.stack.undo()
    assert times.total_ms.kind == MEASURED


def test_missing_layers_are_measured_without_a_run(bench: Make, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot)
    edit(one)
    (_, estimate), *others = one.profiler.estimates()
    assert not others
    assert estimate.missing
    one.profiler.measure_missing(estimate.setup, estimate.missing)
    qtbot.waitUntil(lambda: not one.profiler.running, timeout=10_000)
    (_, after), *_ = one.profiler.estimates()
    assert after.missing == ()
    assert one.controller.measurements.estimate.known == after.layers
    assert len(one.profiler.runs) == 1, "it is no run"


def test_a_second_run_says_how_far_the_estimate_was_off(bench: Make, qtbot: QtBot) -> None:
    one = bench()
    one.facts.ask()
    qtbot.waitUntil(lambda: one.facts.machine is not None, timeout=10_000)
    run(one, qtbot)
    assert one.profiler.shown.expected_ms is None, "nothing was known before"
    edit(one)
    expected = one.controller.measurements.total_ms.ms
    run(one, qtbot)
    newest = one.profiler.shown
    assert newest.expected_ms == pytest.approx(expected)
    assert 0 < newest.expected_known < newest.expected_layers
    assert [one.profiler.fits(run) for run in one.profiler.runs] == [True, False]


@pytest.mark.parametrize(("habit", "words"), [("killed", "The system ended the measurement"), ("exits", "ended by itself")])
def test_a_worker_that_dies_leaves_a_sentence(bench: Make, qtbot: QtBot, habit: str, words: str) -> None:
    one = bench(habit)
    run(one, qtbot)
    (kind, said), *others = one.said
    assert (kind, others) == ("failed", [])
    assert words in said
    assert "The design is untouched." in said
    assert one.profiler.runs == []


def test_the_next_press_finds_a_worker_again(bench: Make, home: Path, qtbot: QtBot) -> None:
    home.mkdir(exist_ok=True)
    one = bench("crash_once")
    run(one, qtbot)
    run(one, qtbot)
    assert [kind for kind, _ in one.said] == ["failed", "finished"]
    assert len(one.profiler.runs) == 1


def test_a_cancelled_run_leaves_nothing(bench: Make, qtbot: QtBot) -> None:
    one = bench("hang")
    one.profiler.begin()
    qtbot.waitUntil(lambda: one.client.hello is not None, timeout=10_000)
    qtbot.wait(50)
    began = time.monotonic()
    one.profiler.cancel()
    qtbot.waitUntil(lambda: not one.profiler.running, timeout=5_000)
    assert time.monotonic() - began < 2.0, "half a second by itself; this machine may be busy"
    assert one.said == [("cancelled", "")]
    assert one.profiler.runs == []


def test_runs_go_with_the_document_to_its_file(bench: Make, home: Path, tmp_path: Path, qtbot: QtBot) -> None:
    one = bench(design="squeezenet1_1")
    one.controller.design.origin = None  # as if somebody had drawn it
    one.profiler._key = run_history.key_of(one.controller)
    run(one, qtbot)
    assert one.profiler._key == ""
    assert list((home / run_history.FOLDER).rglob("*.json")) == []
    file = tmp_path / "mine.lightdesign"
    one.controller.saved_as(file)
    kept = run_history.read(run_history.key_of(one.controller))
    assert [run.id for run in kept] == [one.profiler.runs[0].id]
    other = bench(path=file)
    assert [run.id for run in other.profiler.runs] == [run.id for run in kept]
    other.profiler.forget(other.profiler.runs[0])
    assert other.profiler.shown is None
    assert other.controller.measurements.total_ms is None or other.controller.measurements.total_ms.kind == ESTIMATED
    assert run_history.read(run_history.key_of(one.controller)) == []


def test_the_history_keeps_the_latest_and_bears_nonsense(bench: Make, home: Path, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot)
    first = one.profiler.runs[0]
    key = one.profiler._key
    for k in range(run_history.MOST + 3):
        newer = type(first)(**{**{f: getattr(first, f) for f in first.__struct_fields__}, "id": f"29990101T{k:06d}-x"})
        assert run_history.write(key, newer) == ""
    (run_history.folder_of(key) / f"29990102T000000-bad{run_history.SUFFIX}").write_bytes(b"\xff{")
    kept = run_history.read(key)
    assert len(kept) == run_history.MOST - 1
    assert kept[0].id.startswith("29990101T000042")
    assert first.id not in {run.id for run in kept}


def test_a_folder_that_cannot_be_written_is_said(bench: Make, home: Path, qtbot: QtBot) -> None:
    one = bench()
    home.mkdir(parents=True, exist_ok=True)
    (home / run_history.FOLDER).write_text("a file in the way")
    run(one, qtbot)
    kind, said = one.said[-1]
    assert kind == "finished"
    assert "cannot be kept" in said
    assert one.profiler.shown is not None


def test_two_documents_of_one_preset_have_the_same_runs_at_once(bench: Make, qtbot: QtBot) -> None:
    news = RunNews()
    one, other, wider = bench(news=news), bench(news=news), bench(news=news, design="squeezenet1_1:classes=10")
    elsewhere = bench(news=news, design="squeezenet1_0")
    run(one, qtbot)
    first = one.profiler.shown
    assert [who.profiler.runs for who in (one, other, wider)] == [[first]] * 3
    assert other.profiler.shown is first
    assert other.controller.measurements.total_ms == one.controller.measurements.total_ms
    assert wider.profiler.shown is None, "it is another design"
    assert elsewhere.profiler.runs == []
    run(other, qtbot)
    second = other.profiler.shown
    assert one.profiler.shown is second
    one.profiler.show(first)
    run(other, qtbot)
    assert len(one.profiler.runs) == 3
    assert one.profiler.shown is first, "a run that somebody picked stays"
    one.profiler.forget(first)
    assert [who.profiler.runs for who in (one, wider)] == [other.profiler.runs] * 2
    assert len(other.profiler.runs) == 2
    assert one.profiler.shown is one.profiler.runs[0]
    assert {run.id for run in run_history.read(one.profiler._key)} == {run.id for run in one.profiler.runs}


def test_a_run_is_called_by_what_differs_and_how_it_ran(bench: Make, qtbot: QtBot) -> None:
    one = bench(design="mobilenet_v2:width=0.75")
    run(one, qtbot, backend="onnxruntime")
    shown = one.profiler.shown
    assert shown.said({"width": 0.75}) == "onnxruntime, fp32"
    assert shown.said({"width": 0.5, "resolution": [192, 160]}) == "resolution 224, width 0.75, onnxruntime"
    first = msgspec.structs.replace(shown, options={})
    assert first.said({"width": 0.75}) == "width 1, onnxruntime"
    assert msgspec.structs.replace(first, preset="gone").said({"width": 0.75}) == "width as given, onnxruntime"


def test_rows_of_all_levels_add_up(bench: Make, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot, backend="onnxruntime")
    profile = one.profiler.shown.profile
    source = Source(pieces_of_run(profile), None, 1)
    rows = Rows(one.controller)
    total = one.controller.engine.total
    for level in (STAGE, BLOCK, LAYER):
        found = figures(rows.layers(level), one.controller, source)
        whole = whole_of(found, 1)
        assert whole.macs == total.macs
        assert whole.ms == pytest.approx(profile.layers_ms)
        assert sum(row.time_share for row in found if row.time_share is not None) == pytest.approx(1.0)
        assert sum(row.mac_share for row in found if row.mac_share is not None) == pytest.approx(1.0)
        assert whole.save_ms == pytest.approx(sum(layer.save_ms for layer in profile.layers))
    fire = next(row for row in figures(rows.layers(BLOCK), one.controller, source) if row.path == "stage1.fire2")
    block = next(block for block in profile.blocks if block.path == "stage1.fire2")
    assert fire.gmacs_per_s == pytest.approx(block.gmacs_per_s)
    assert fire.macs_per_byte == pytest.approx(block.macs_per_byte)
    assert fire.moved == block.bytes


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(["eager", "fused", "onnxruntime"]), st.integers(1, 8))
def test_stages_blocks_and_layers_of_any_net_add_up(qapp: object, seed: int, backend: str, batch: int) -> None:
    controller = Controller(random_net(Random(seed)))
    if not controller.engine.valid:
        return
    job = protocol.ProfileDesign(design=write(controller.design), backend=backend, batch=batch, threads=2)
    profile = fake_measure.profile(job)
    if not profile.layers:
        return
    controller.measurements.show(measured_in(profile, signatures(controller.engine)))
    source = Source(pieces_of_run(profile), None, batch)
    rows = Rows(controller)
    for level in (STAGE, BLOCK, LAYER):
        found = figures(rows.layers(level), controller, source)
        assert sum(row.macs for row in found) == controller.engine.total.macs
        own = [row for row in found if not row.where]
        assert sum(row.ms for row in own if row.ms is not None) == pytest.approx(profile.layers_ms)
        assert sum(row.time_share or 0.0 for row in own) == pytest.approx(1.0)
        for row in found:
            if row.gmacs_per_s is not None:
                assert row.gmacs_per_s * row.ms == pytest.approx(row.macs * batch / 1e6)


def test_expected_rows_have_figures_too(bench: Make, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot)
    ran = pieces_of_run(one.profiler.shown.profile)
    edit(one)
    times = one.controller.measurements
    expected = pieces_expected(one.controller.engine, one.profiler.setup, times.estimate.times, one.profiler.roof())
    found = figures(Rows(one.controller).layers(STAGE), one.controller, Source(ran, expected, 1))
    stage = next(row for row in found if row.path == "stage1")
    assert stage.kind == ESTIMATED
    assert stage.gmacs_per_s > 0
    assert stage.bound in ("memory", "compute", "overhead")
    assert next(row for row in found if row.path == "stage2").kind == MEASURED


def test_two_runs_are_compared_block_by_block(bench: Make, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot)
    edit(one, 64)
    run(one, qtbot)
    new, old = one.profiler.runs
    rows = run_history.compare(old.profile, new.profile)
    assert rows[0].path == "stage1.fire2"
    assert rows[0].change > 0
    assert [row for row in rows if row.change and row.path not in ("stage1.fire2",)] == []


def test_options_are_remembered_and_nonsense_is_not(home: Path) -> None:
    kept = Settings()
    assert options_in(kept) == RunOptions()
    kept.set(PROFILE_OPTIONS, '{"device": "abacus"}')
    assert options_in(kept) == RunOptions()
    kept.set(PROFILE_OPTIONS, '{"device": "cuda", "batch": 4}')
    assert options_in(kept) == RunOptions(device="cuda", batch=4)


def test_what_a_run_needs_grows_with_the_batch(bench: Make) -> None:
    engine = Controller(load("squeezenet1_1")).engine
    one, many = needed_bytes(engine, "fp32", 1), needed_bytes(engine, "fp32", 8)
    weights = 4 * (engine.total.params + engine.total.buffers)
    assert many - weights == 8 * (one - weights)
    assert needed_bytes(engine, "int8", 1) * 4 == one


def test_fused_and_reorder_nodes_are_shown_as_such(bench: Make, qtbot: QtBot) -> None:
    one = bench()
    run(one, qtbot)
    shown = one.profiler.shown
    layers = [
        msgspec.structs.replace(layer, sort="reorder") if layer.path == "stage1.fire2.squeeze.act" else layer
        for layer in shown.profile.layers
    ]
    first = msgspec.structs.replace(layers[0], sort="fused", path="stem.conv1")
    blocks = [
        msgspec.structs.replace(block, fused_with=("stem.pool",)) if block.path == "stem.conv1" else block
        for block in shown.profile.blocks
    ]
    profile = msgspec.structs.replace(shown.profile, layers=[first, *layers[1:]], blocks=blocks)
    one.profiler.show(msgspec.structs.replace(shown, profile=profile))
    source = one.profiler.source()
    found = {row.path: row for row in figures(Rows(one.controller).layers(BLOCK), one.controller, source)}
    assert found["stem.conv1"].fused == 1
    assert found["stem.pool"].where == "stem.conv1"
    assert found["stage1.fire3"].fused == 0
    reorder = next((layer.ms for layer in layers if layer.sort == "reorder"), 0.0)
    assert reorder > 0
    assert found["stage1.fire2"].reorder_ms == pytest.approx(reorder)
