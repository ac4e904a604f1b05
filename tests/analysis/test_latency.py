"""Latency tables: what they learn, what they make of a design that was never run, and what they refuse to read."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import designer
from designer import latency_store
from designer.analysis.engine import Engine
from designer.analysis.latency import LatencyTable, kind_of
from designer.analysis.measured import LayersMeasured, MeasureError, Profile, Roof, Setup, UnitTime
from designer.analysis.roofline import estimate_ms, reachable, ridge, under_roof
from designer.analysis.units import key_of, units_of
from designer.app.settings import data_folder
from designer.document.format import write
from designer.protocol import ProfileDesign
from tests.app import fake_measure
from tests.designs import chain, design

SETUP = Setup(threads=2)


def conv(channels: int = 8, **more: object) -> tuple[str, str, dict[str, object]]:
    return ("conv", "conv2d", {"out_channels": channels, "kernel_size": 3, "padding": 1, **more})


def run(text: str, **options: object) -> Profile:
    return fake_measure.profile(ProfileDesign(design=write(designer.load(text)), threads=2, **options))  # type: ignore[arg-type]


def measured(*units: tuple[str, float], at: str = "2026-01-01T00:00:00Z") -> LayersMeasured:
    made = [UnitTime(key=key, ms=ms, macs=1_000, bytes=1_000) for key, ms in units]
    return LayersMeasured(device_name="board", setup=SETUP, units=made, at=at)


# -- units and keys ------------------------------------------------------------------------------------------------------------


def test_a_key_holds_what_matters_and_nothing_else() -> None:
    def key(*blocks: object, shape: tuple[int, ...] = (3, 8, 8), backend: str = "eager") -> list[str]:
        return [unit.key for unit in units_of(Engine(chain(*blocks, shape=shape)), backend).units]  # type: ignore[arg-type]

    assert (
        key(("a", "batch_norm", {"eps": 1e-3}))
        == key(("b", "batch_norm", {"momentum": 0.9}))
        == ["batch_norm(affine=True) 3x8x8"]
    )
    assert key(conv()) != key(conv(stride=2))
    assert key(conv()) != key(conv(), shape=(4, 8, 8))
    assert key(conv(), "relu")[1] == "relu!() 8x8x8", "it overwrites what the convolution made"
    assert key("relu")[0] == "relu() 3x8x8", "nothing may overwrite the network's input"


def test_backends_run_a_convolution_its_norm_and_its_activation_together() -> None:
    engine = Engine(chain(conv(), "batch_norm", "relu", "dropout"))
    steps = {backend: [unit.steps for unit in units_of(engine, backend).units] for backend in ("eager", "fused", "onnxruntime")}
    assert steps == {
        "eager": [(1,), (2,), (3,), (4,)],
        "fused": [(1, 2), (3,), (4,)],
        "onnxruntime": [(1, 2, 3), (4,)],
    }


def test_what_somebody_else_reads_too_stays_by_itself() -> None:
    forked = design(
        [("input", "input", {"shape": [8, 8, 8]}), conv(), ("norm", "batch_norm"), ("add", "add"), ("output", "output")],
        ["input -> conv", "conv -> norm", "norm -> add.a", "conv -> add.b", "add -> output"],
    )
    assert len(units_of(Engine(forked), "onnxruntime").units) == 3


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50", "googlenet", "shufflenet_v2"])
@pytest.mark.parametrize("backend", ["eager", "fused", "onnxruntime"])
def test_every_layer_is_in_exactly_one_unit_and_macs_add_up(name: str, backend: str) -> None:
    engine = Engine(designer.load(name))
    found = units_of(engine, backend)
    steps = [step for unit in found.units for step in unit.steps]
    assert sorted(steps) == [k for k, at in enumerate(found.unit_of) if at >= 0]
    assert engine.total is not None
    assert sum(unit.macs for unit in found.units) == engine.total.macs
    assert all(found.units[found.unit_of[step]].steps.count(step) == 1 for step in steps)
    assert key_of(found.flat.steps[found.units[0].steps[0]]) in found.units[0].key


def test_kinds_hold_shapes_together_and_kernels_apart() -> None:
    def kind(channels: int, groups: int, kernel: int = 3, inputs: int = 8) -> str:
        text = f"conv2d(out_channels={channels},kernel_size={kernel}x{kernel},stride=1x1,groups={groups}) {inputs}x9x9"
        return kind_of(f"{text} > batch_norm(affine=True)")

    assert kind(8, 1) == kind(16, 1, inputs=64)
    assert kind(8, 8) == kind(64, 64, inputs=64)
    assert len({kind(8, 1), kind(8, 8), kind(8, 2), kind(8, 1, kernel=1)}) == 4
    assert kind_of("relu() 3x4x4") != kind_of("relu!() 3x4x4")


# -- estimates -----------------------------------------------------------------------------------------------------------------


def test_a_profiled_design_is_known_whole_and_exactly() -> None:
    table, found = LatencyTable("here"), run("mobilenet_v2")
    table.learn(found)
    estimate = table.estimate(Engine(designer.load("mobilenet_v2")), found.setup)
    assert estimate is not None
    assert estimate.ms == pytest.approx(found.total_ms.median)
    assert estimate.error(found) == pytest.approx(0.0)
    assert estimate.missing == ()
    assert estimate.coverage == f"{estimate.layers} of {estimate.layers} layers measured here."
    assert sum(estimate.by_node.values()) == pytest.approx(estimate.ms)
    assert set(estimate.by_node) <= {node.id for node in designer.load("mobilenet_v2").root.nodes()}


def test_another_setup_knows_nothing_of_it() -> None:
    table, found = LatencyTable("here"), run("mobilenet_v2")
    table.learn(found)
    engine = Engine(designer.load("mobilenet_v2"))
    for other in ({"threads": 1}, {"batch": 2}, {"backend": "fused"}, {"dtype": "bf16"}, {"device": "cuda"}):
        setup = msgspec.structs.replace(found.setup, **other)
        estimate = table.estimate(engine, setup)
        assert estimate is not None
        assert estimate.measured == 0
        assert estimate.error(found) is None


def test_what_is_missing_is_guessed_from_the_nearest_shape_and_said_so() -> None:
    table, found = LatencyTable("here"), run("mobilenet_v2")
    table.learn(found)
    engine = Engine(designer.load("mobilenet_v2:width=0.75"))
    estimate = table.estimate(engine, found.setup)
    assert estimate is not None
    assert 0 < estimate.measured < estimate.layers
    assert estimate.measured + estimate.guessed == estimate.layers
    assert {unit.how for unit in estimate.units} == {"measured", "nearest"}
    assert "estimated from the nearest shape" in estimate.coverage
    truth = run("mobilenet_v2:width=0.75").total_ms.median
    assert estimate.ms == pytest.approx(truth, rel=0.1), "the fake machine is linear, so near shapes say nearly all"


def test_without_anything_near_the_roof_says_something_and_without_a_roof_nothing_does() -> None:
    engine = Engine(chain(conv(), "relu"))
    table = LatencyTable("here")
    blank = table.estimate(engine, SETUP)
    assert blank is not None
    assert (blank.ms, blank.measured, blank.guessed) == (None, 0, 0)
    assert blank.coverage == "0 of 2 layers measured here, 2 unknown."
    assert blank.by_node == {}
    table.learn_roof(fake_measure.roof())
    guessed = table.estimate(engine, SETUP)
    assert guessed is not None
    assert {unit.how for unit in guessed.units} == {"roof"}
    assert guessed.ms is not None
    assert guessed.ms > 0


def test_a_design_with_an_error_has_no_estimate() -> None:
    assert LatencyTable("here").estimate(Engine(chain(conv(kernel_size=99))), SETUP) is None


def test_what_a_runtime_does_between_layers_is_learned_too() -> None:
    table = LatencyTable("here")
    found = run("mobilenet_v2")
    assert found.layers_ms is not None
    table.learn(msgspec.structs.replace(found, layers_ms=0.8 * found.layers_ms))
    estimate = table.estimate(Engine(designer.load("mobilenet_v2")), found.setup)
    assert estimate is not None
    assert estimate.ms == pytest.approx(1.25 * found.total_ms.median)


def test_later_runs_move_an_entry_and_none_of_them_far() -> None:
    table = LatencyTable("board")
    for ms in (1.0, 3.0):
        table.learn(measured(("a", ms)))
    entry = table.entry(SETUP, "a")
    assert entry is not None
    assert (entry.ms, entry.runs) == (2.0, 2)
    for _ in range(50):
        table.learn(measured(("a", 10.0)))
    assert entry.ms == pytest.approx(10.0, rel=0.01)


# -- as files ------------------------------------------------------------------------------------------------------------------

KEYS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=60)
@given(st.dictionaries(KEYS, st.floats(0, 1e9), max_size=5))
def test_a_table_comes_back_from_its_file(entries: dict[str, float]) -> None:
    table = LatencyTable("Board ü")
    table.learn(measured(*entries.items()))
    table.learn_roof(fake_measure.roof())
    data = table.to_json()
    again = LatencyTable.from_json(data)
    assert again.to_json() == data
    assert again.device_name == "Board ü"
    assert len(again) == len(entries)
    assert again.roof("cpu", "fp32", 2) == fake_measure.roof()


@given(st.binary(max_size=200))
def test_any_other_file_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(MeasureError, match="no latency table"):
        LatencyTable.from_json(data)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "lightdesign"}, "format"),
        ({"format": ""}, "does not say"),
        ({"schema": 99}, "Update lightdesigner"),
        ({"sections": [{"setup": {}, "entries": {"a": {"ms": -1, "macs": 0, "bytes": 0}}}]}, "not a time"),
        ({"sections": [{"setup": {"device": "abacus"}}]}, "no latency table"),
        ({"roofs": [{**msgspec.to_builtins(fake_measure.roof()), "macs_per_s": 0}]}, "not above zero"),
    ],
)
def test_nonsense_in_a_table_is_refused(change: dict[str, object], said: str) -> None:
    content = {**msgspec.json.decode(LatencyTable("x").to_json()), **change}
    with pytest.raises(MeasureError, match=said):
        LatencyTable.from_json(msgspec.json.encode(content))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIGHTDESIGNER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_tables_lie_where_the_window_keeps_its_data(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert latency_store.data_folder() == data_folder() == home
    monkeypatch.delenv("LIGHTDESIGNER_HOME")
    assert latency_store.data_folder() == data_folder()


def test_learning_keeps_one_file_a_device(home: Path) -> None:
    assert latency_store.tables() == []
    assert latency_store.learn("Board A", measured(("a", 1.0))) == ""
    assert latency_store.learn("Board A", measured(("b", 2.0)), fake_measure.roof()) == ""
    latency_store.learn("Board/B\0", measured(("a", 1.0)))
    assert [(kept.device_name, kept.entries) for kept in latency_store.tables()] == [("Board A", 2), ("Board/B\0", 1)]
    assert latency_store.load("Board A").roof("cpu", "fp32", 2) is not None
    names = {path.name for path in latency_store.folder().iterdir()} - {latency_store.LOCK}
    assert len(names) == 2, "nothing half written is left"


def test_threads_that_learn_at_once_lose_nothing(home: Path) -> None:
    def learn(number: int) -> None:
        for k in range(5):
            latency_store.learn("Board A", measured((f"{number} {k}", 1.0)))

    threads = [threading.Thread(target=learn, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(latency_store.load("Board A")) == 20


def test_a_file_that_cannot_be_read_is_kept_aside_and_named(home: Path) -> None:
    file = latency_store.file_of("Board A")
    file.parent.mkdir(parents=True)
    for number in range(2):
        file.write_text(f"half a tab{number}")
        with pytest.raises(MeasureError, match="no latency table"):
            latency_store.load("Board A")
        said = latency_store.learn("Board A", measured(("a", 1.0)))
        assert file.name in said
        assert "was kept as" in said
    assert [path.read_text() for path in sorted(file.parent.glob("*.unreadable*"))] == ["half a tab0", "half a tab1"]
    assert len(latency_store.load("Board A")) == 1
    assert len(latency_store.tables()) == 1


def test_a_boards_table_is_taken_in_and_the_later_entry_stays(home: Path, tmp_path: Path) -> None:
    latency_store.learn("board", measured(("a", 1.0), ("b", 1.0), at="2026-02-01T00:00:00Z"))
    other = LatencyTable("board")
    other.learn(measured(("a", 5.0), ("c", 5.0), at="2026-01-01T00:00:00Z"))
    other.learn(measured(("b", 5.0), at="2026-03-01T00:00:00Z"))
    latency_store.write(other, tmp_path / "board.json")
    whole = latency_store.take_in(tmp_path / "board.json")
    entries = {key: entry.ms for key in "abc" if (entry := whole.entry(SETUP, key)) is not None}
    assert entries == {"a": 1.0, "b": 5.0, "c": 5.0}
    assert len(latency_store.load("board")) == 3


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_what_is_no_file_is_a_sentence(home: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(MeasureError, match=r"\.$"):
        latency_store.take_in(tmp_path / name)


# -- under the roof ------------------------------------------------------------------------------------------------------------

ROOF = Roof(device="cpu", device_name="x", dtype="fp32", threads=1, macs_per_s=100e9, bytes_per_s=10e9, call_ms=0.01)


@pytest.mark.parametrize(
    ("ms", "macs", "moved", "bound", "save"),
    [
        (2.0, 100e6, 1e6, "compute", 1.0),
        (2.0, 10e6, 10e6, "memory", 1.0),
        (9.0, 100e6, 1e6, "overhead", 8.0),  # a ninth of what the roof allows
        (0.02, 1e3, 1e3, "overhead", 0.0199),  # a call costs more than its work
        (0.9, 100e6, 1e6, "compute", 0.0),  # faster than the roof: nothing to save
        (1.0, 0, 5e6, "memory", 0.5),
    ],
)
def test_what_holds_a_block_back(ms: float, macs: float, moved: float, bound: str, save: float) -> None:
    found = under_roof(ROOF, ms, macs, moved)
    assert (found.bound, found.save_ms) == (bound, pytest.approx(save, abs=1e-9))


def test_the_roof_as_lines() -> None:
    assert ridge(ROOF) == 10
    assert reachable(ROOF, 1) == 10e9
    assert reachable(ROOF, 1_000) == 100e9
    assert estimate_ms(ROOF, 100e6, 1e6, 2) == pytest.approx(1.02)
