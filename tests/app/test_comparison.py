"""Compared designs: documents that are followed, earlier states, ready-made comparisons, and profiles of all of them."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from blocks.errors import LightdesignerError
from designer.analysis.compare_facts import Facts, facts_of
from designer.analysis.engine import Engine
from designer.app.compare_profiling import ProfileAll
from designer.app.comparison import CompareModel
from designer.app.controller import Controller
from designer.app.history import design_at, moments
from designer.app.latency_tables import LatencyTables
from designer.app.profiler import Profiler
from designer.app.ready_made import BY_ID, READY, Ready
from designer.app.worker_client import WorkerClient
from designer.catalogue import called, load, top1_of
from designer.graph.edits import SetLabel, SetParam
from presets.published import published_for
from tests.designs import chain, state
from tests.property.random_edits import random_edit

FAKE = Path(__file__).with_name("fake_worker.py")


@pytest.fixture
def model(qapp: object) -> CompareModel:
    return CompareModel()


def edited(name: str = "mobilenet_v2") -> Controller:
    return Controller(load(name))


def narrow(controller: Controller, value: float = 3) -> None:
    assert controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=value), "Set expand_ratio in ir2")


# -- the history ---------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_every_state_of_the_history_can_be_had_again(seed: int) -> None:
    rng = random.Random(seed)
    controller = Controller(load("squeezenet1_1:resolution=64"))
    states = [state(controller.design)]
    for number in range(rng.randrange(1, 10)):
        with suppress(LightdesignerError):
            if controller.apply(random_edit(rng, controller.design), f"Step {number}"):
                states.append(state(controller.design))
    for _ in range(rng.randrange(0, len(states))):
        controller.stack.undo()
    now = state(controller.design)
    for steps, wanted in enumerate(states):
        assert state(design_at(controller, steps)) == wanted
    assert state(controller.design) == now
    assert len(moments(controller)) == len(states) - 1


def test_moments_are_named_after_the_step_before_them(qapp: object) -> None:
    controller = edited()
    narrow(controller)
    controller.apply(SetLabel(node="stage2_ir2", label="thin"), "Rename ir2")
    assert [(moment.steps, moment.title) for moment in moments(controller)] == [
        (1, "Set expand_ratio in ir2"),
        (0, "As it was opened"),
    ]
    controller.stack.undo()
    assert [moment.steps for moment in moments(controller)] == [2, 0]


def test_steps_that_became_one_are_one(qapp: object) -> None:
    controller = edited()
    for value in (5, 4, 3):
        controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=value), "Drag", merge="drag")
    assert [moment.steps for moment in moments(controller)] == [0]
    assert state(design_at(controller, 0)) == state(load("mobilenet_v2"))


# -- which designs -------------------------------------------------------------------------------------------------------------


def test_documents_presets_files_and_states_stand_side_by_side(model: CompareModel, tmp_path: Path) -> None:
    from designer.document import files

    files.save(chain("relu"), tmp_path / "mine.lightdesign")
    controller = edited()
    narrow(controller)
    model.add_document(controller)
    model.add_state(controller, 0)
    model.add_text("resnet18")
    model.add_text(tmp_path / "mine.lightdesign")
    assert [entry.name for entry in model.entries] == ["mobilenet_v2", "MobileNet V2", "ResNet-18", "mine"]
    assert model.entries[1].detail == "1.0, 224, as opened"
    assert model.entries[0].facts.macs != model.entries[1].facts.macs
    assert len({entry.short for entry in model.entries}) == 4
    assert model.why_not_add()
    with pytest.raises(LightdesignerError, match="4 designs are the most"):
        model.add_text("vgg11")
    assert len(model.designs) == 4


def test_an_earlier_state_is_called_by_what_it_was_then(model: CompareModel, tmp_path: Path) -> None:
    controller = edited("mobilenet_v2:width=0.75")
    narrow(controller)
    narrow(controller, 3)
    model.add_state(controller, 0)
    model.add_state(controller, 1)
    controller.saved_as(tmp_path / "mine.lightdesign")
    model.add_state(controller, 0)
    called = [one.called for one in model.designs]
    assert called == [
        ("MobileNet V2", "0.75, 224, as opened"),
        ("mobilenet_v2:width=0.75", "after “Set expand_ratio in ir2”"),
        ("mine", "as opened"),
    ]


def test_files_are_called_as_they_are_called(model: CompareModel, tmp_path: Path) -> None:
    from designer.document import files

    controller = edited()
    files.save(controller.design, tmp_path / "before.lightdesign")
    narrow(controller)
    files.save(controller.design, tmp_path / "after.lightdesign")
    model.add_text(tmp_path / "before.lightdesign")
    model.add_text(tmp_path / "after.lightdesign")
    assert [one.called for one in model.designs] == [("before", "1.0, 224"), ("after", "changed")]
    assert [entry.short for entry in model.entries] == ["before", "after"]


def test_what_cannot_be_read_changes_nothing(model: CompareModel) -> None:
    model.add_text("mobilenet_v2")
    for text in ("nothing", "nowhere.lightdesign", "mobilenet_v2:width=900"):
        with pytest.raises(LightdesignerError):
            model.add_text(text)
    assert len(model.designs) == 1


def test_a_document_is_compared_once(model: CompareModel) -> None:
    controller = edited()
    assert model.add_document(controller) is model.add_document(controller)


def test_the_baseline_stays_with_its_design(model: CompareModel) -> None:
    for text in ("mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large"):
        model.add_text(text)
    model.set_baseline(1)
    base = model.designs[1]
    model.remove(model.designs[0])
    assert model.designs[model.baseline] is base
    model.remove(base)
    assert model.baseline == 0
    model.remove(model.designs[0])
    assert (model.designs, model.baseline, model.title) == ([], 0, "Compare")


def test_edits_of_a_document_are_followed_and_of_nothing_else(model: CompareModel, qtbot: QtBot) -> None:
    controller = edited()
    model.add_document(controller)
    model.add_text("mobilenet_v1")
    before = model.entries
    with qtbot.waitSignal(model.changed):
        narrow(controller)
    after = model.entries
    assert after[0].facts.macs == facts_of(controller.engine).macs != before[0].facts.macs
    assert after[1].facts is before[1].facts
    controller.stack.undo()
    assert model.entries[0].facts.macs == before[0].facts.macs


def test_an_edited_preset_has_no_published_accuracy(model: CompareModel) -> None:
    controller = edited()
    model.add_document(controller)
    assert model.entries[0].top1 is not None
    controller.apply(SetLabel(node="stage2_ir2", label="thin"), "Rename ir2")
    assert model.entries[0].top1 is not None
    narrow(controller)
    assert model.entries[0].top1 is None
    assert (model.entries[0].name, model.entries[0].detail) == ("mobilenet_v2", "changed")
    controller.stack.undo()
    assert model.entries[0].name == "MobileNet V2"


def test_a_closed_document_is_kept_as_it_was(model: CompareModel) -> None:
    controller = edited()
    narrow(controller)
    model.add_document(controller)
    model.add_text("mobilenet_v1")
    macs = model.entries[0].facts.macs
    model.document_closed(controller)
    assert model.designs[0].document is None
    assert model.entries[0].facts.macs == macs
    controller.stack.undo()
    assert model.entries[0].facts.macs == macs


def test_differences_follow_edits(model: CompareModel) -> None:
    controller = edited()
    model.add_text("mobilenet_v2")
    model.add_document(controller)
    assert model.differences_of(1).found == ()
    narrow(controller)
    assert [one.words() for one in model.differences_of(1).found] == ["expand_ratio 6.0 → 3.0"]
    report = model.comparison()
    assert report.changes[0][0] == 1
    model.set_baseline(1)
    assert [one.words() for one in model.differences_of(0).found] == ["expand_ratio 3.0 → 6.0"]


# -- ready-made ----------------------------------------------------------------------------------------------------------------


def ready_facts(ready: Ready) -> list[Facts]:
    return [facts_of(Engine(load(text))) for text, _ in ready.designs]


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.id)
def test_every_ready_made_comparison_opens(model: CompareModel, ready: Ready) -> None:
    model.show_ready(ready)
    assert all(entry.facts.valid for entry in model.entries)
    assert 2 <= len(model.entries) <= 4
    assert [entry.short for entry in model.entries] == [label for _, label in ready.designs]
    assert model.sees == ready.sees
    assert ready.sees.endswith(".")
    assert ready.sees.count(". ") == 0, "one sentence on what to see"
    model.remove(model.designs[-1])
    assert model.sees == ""


def times(more: float | None, less: float | None) -> float:
    assert more is not None
    assert less is not None
    return more / less


def test_the_sentences_are_right() -> None:
    """Every figure that a sentence names, counted anew; the papers' accuracies as `published.json` has them."""
    said = {ready.id: ready.sees for ready in READY}
    found = {ready.id: ready_facts(ready) for ready in READY}

    v1, v2, v3 = found["v1_v2_v3"]
    assert f"{100 * (1 - times(v2.macs, v1.macs)):.0f} % and {100 * (1 - times(v3.macs, v1.macs)):.0f} %" in said["v1_v2_v3"]
    assert max((v1, v2, v3), key=lambda one: one.params or 0) is v3
    assert max((v1, v2, v3), key=lambda one: one.peak_bytes or 0) is v2

    full, separable = found["separable"]
    assert (
        f"{times(full.macs, separable.macs):.1f} times fewer MACs and {times(full.params, separable.params):.1f} times fewer"
        in said["separable"]
    )
    row = published_for("mobilenet_v1")
    assert row is not None
    assert row.published.top1 is not None
    assert row.published.top1.startswith("70.6")
    assert "1.1 points of top-1 (71.7 % to 70.6 %)" in said["separable"]

    small, google, vgg = found["popular"]
    assert f"{times(google.macs, small.macs):.1f} times fewer MACs than GoogLeNet" in said["popular"]
    assert f"and {times(vgg.macs, small.macs):.0f} times fewer than VGG-16" in said["popular"]
    assert f"{100 * (1 - times(small.params, google.params)):.0f} % fewer params" in said["popular"]
    assert f"{times(vgg.params, small.params):.0f} times fewer than the other" in said["popular"]
    first_linear = next(unit for unit in vgg.units if unit.block == "linear")
    assert f"{100 * times(first_linear.params, vgg.params):.0f} % of the params" in said["popular"]

    wide, _, half, quarter = found["width"]
    assert (
        f"({times(wide.macs, half.macs):.1f} times at 0.5, {times(wide.macs, quarter.macs):.1f} times at 0.25)" in said["width"]
    )
    assert times(wide.activations, half.activations) == pytest.approx(2, rel=0.01)
    shares = [100 * times(one.kinds["Linear"].params, one.params) for one in (wide, quarter)]
    assert f"from {shares[0]:.0f} % to {shares[1]:.0f} %" in said["width"]

    large, *_, least = found["resolution"]
    assert f"({times(large.macs, least.macs):.1f} times from 224 to 128)" in said["resolution"]
    assert times(large.activations, least.activations) == pytest.approx((224 / 128) ** 2, rel=0.01)
    assert len({one.params for one in found["resolution"]}) == 1

    params = ", ".join(f"{(one.params or 0) / 1e6:.1f}" for one in found["inception"])
    macs = ", ".join(f"{(one.macs or 0) / 1e9:.1f}" for one in found["inception"])
    assert f"({params} M params; {macs} G MACs)" in said["inception"]
    assert found["inception"][2].input == (3, 299, 299)

    one, two = found["alexnet"]
    assert (
        f"{100 * (1 - times(two.macs, one.macs)):.0f} % of the MACs but only {100 * (1 - times(two.params, one.params)):.1f} %"
        in said["alexnet"]
    )
    assert (
        f"{100 * times(two.kinds['Linear'].params, two.params):.0f} % of the params are in the three linear layers"
        in said["alexnet"]
    )
    assert two.kinds["Linear"].layers == 3
    assert "conv2, conv4 and conv5" in said["alexnet"]


def test_alexnets_groups_are_where_the_sentence_says() -> None:
    old, new = (Engine(load(text)) for text, _ in BY_ID["alexnet"].designs)
    from designer.analysis.compare_changes import differences

    changed = [one.path for one in differences(old, new).found]
    assert changed == ["conv2.conv", "conv4.conv", "conv5.conv"]


def test_names_and_accuracies_of_presets() -> None:
    assert called(load("mobilenet_v2:width=0.5")) == ("MobileNet V2", "0.5, 224")
    assert called(load("resnet50:variant=v1")) == ("ResNet-50", "224, variant v1")
    assert called(load("mobilenet_v1:resolution=96x160")) == ("MobileNet V1", "1.0, 96x160")
    assert called(chain("relu")) == ("chain", "")
    accuracy = top1_of(load("mobilenet_v1"))
    assert accuracy is not None
    assert accuracy.percent == 70.6
    assert top1_of(load("mobilenet_v1:classes=10")) is None
    assert top1_of(chain("relu")) is None


# -- profiles ------------------------------------------------------------------------------------------------------------------


Start = Callable[[str], CompareModel]


@pytest.fixture
def client(qtbot: QtBot) -> Iterator[Start]:
    """`client("well")`: a comparison whose worker has that habit."""
    made: list[tuple[WorkerClient, LatencyTables, CompareModel]] = []

    def start(habit: str) -> CompareModel:
        worker = WorkerClient(worker=[sys.executable, "-P", str(FAKE), habit], patience_ms=5_000)
        tables = LatencyTables()
        model = CompareModel(profilers=lambda controller, _: Profiler(controller, worker, tables, None))
        made.append((worker, tables, model))
        return model

    yield start
    for worker, tables, model in made:
        model.clear()
        worker.stop()
        tables.finish()
        worker.deleteLater()


def test_all_designs_are_profiled_in_the_same_way(client: Start, qtbot: QtBot) -> None:
    model = client("well")
    controller = edited("mobilenet_v2:resolution=64,width=0.25")
    model.add_document(controller)
    model.add_text("mobilenet_v1:resolution=64,width=0.25")
    run = ProfileAll()
    said: list[tuple[str, int, int]] = []
    run.progress.connect(lambda *args: said.append(args))
    with qtbot.waitSignal(run.finished, timeout=30_000):
        run.begin(model.designs)
    assert not run.running
    assert said[0] == ("Waiting for the worker", 1, 3)
    assert len(said) > 1
    first, second = model.entries
    assert first.measured is not None
    assert first.comparable(second)
    assert first.measured.of(first.facts.units) == pytest.approx(first.measured.total_ms)
    controller.apply(SetParam(node="stage2_ir2", name="expand_ratio", value=2), "Narrow")
    assert model.entries[0].measured is None, "an edited design was not measured"
    controller.stack.undo()
    assert model.entries[0].measured is not None


def test_a_cancelled_run_keeps_what_was_measured(client: Start, qtbot: QtBot) -> None:
    model = client("hang")
    model.add_text("squeezenet1_1:resolution=64")
    run = ProfileAll()
    run.begin(model.designs)
    assert run.running
    with qtbot.waitSignal(run.cancelled, timeout=10_000):
        qtbot.wait(200)
        run.cancel()
    assert not run.running
    assert model.entries[0].measured is None


def test_a_worker_that_dies_is_a_sentence_and_the_next_press_works(client: Start, qtbot: QtBot) -> None:
    model = client("killed")
    model.add_text("squeezenet1_1:resolution=64")
    run = ProfileAll()
    for _ in range(2):
        with qtbot.waitSignal(run.failed, timeout=20_000) as failed:
            run.begin(model.designs)
        assert failed.args is not None
        assert failed.args[0].startswith("SqueezeNet 1.1: ")
        assert not run.running


def test_a_design_taken_out_while_it_is_measured_ends_the_run(client: Start, qtbot: QtBot) -> None:
    model = client("hang")
    model.add_text("squeezenet1_1:resolution=64")
    model.add_text("mobilenet_v2:resolution=64")
    run = ProfileAll()
    with qtbot.waitSignal(run.cancelled, timeout=10_000):
        run.begin(model.designs)
        model.remove(model.designs[0])
    assert not run.running


def test_runs_of_presets_are_kept_and_known_the_next_time(client: Start, qtbot: QtBot) -> None:
    model = client("well")
    model.add_text("mobilenet_v2:resolution=64")
    run = ProfileAll()
    with qtbot.waitSignal(run.finished, timeout=30_000):
        run.begin(model.designs)
    ms = model.entries[0].measured
    assert ms is not None
    later = client("well")
    later.add_text("mobilenet_v2:resolution=64")
    later.add_text("mobilenet_v2:resolution=96")
    again = later.entries[0].measured
    assert again is not None
    assert again.total_ms == ms.total_ms
    assert later.entries[1].measured is None, "another resolution was not measured"


# -- whatever is done ----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_whatever_is_done_the_entries_are_those_of_a_fresh_look(seed: int) -> None:
    rng = random.Random(seed)
    model = CompareModel()
    documents = [Controller(load(text)) for text in ("squeezenet1_1:resolution=64", "mobilenet_v2:resolution=64")]
    for _ in range(rng.randrange(1, 14)):
        what = rng.choice(["add", "text", "state", "remove", "baseline", "edit", "edit", "undo", "ready", "close"])
        controller = rng.choice(documents)
        with suppress(LightdesignerError):
            if what == "add":
                model.add_document(controller)
            elif what == "text":
                model.add_text(rng.choice(["squeezenet1_1:resolution=64", "resnet18:resolution=32", "nothing"]))
            elif what == "state":
                model.add_state(controller, rng.randrange(0, controller.stack.count() + 1))
            elif what == "remove" and model.designs:
                model.remove(rng.choice(model.designs))
            elif what == "baseline":
                model.set_baseline(rng.randrange(-1, 5))
            elif what == "edit":
                controller.apply(random_edit(rng, controller.design), "Edit")
            elif what == "undo" and controller.stack.canUndo():
                controller.stack.undo()
            elif what == "ready":
                model.show_ready(rng.choice(READY))
            elif what == "close":
                model.document_closed(controller)
        assert len(model.designs) <= 4
        assert model.baseline == 0 or model.baseline < len(model.designs)
        entries = model.entries
        assert len({entry.short for entry in entries}) == len(entries)
        for one, entry in zip(model.designs, entries, strict=True):
            assert entry.facts[:10] == facts_of(Engine(one.controller.design))[:10]
        model.comparison()
    model.clear()
