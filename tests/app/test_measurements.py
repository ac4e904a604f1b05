"""What the window knows about times: measured ones belong to blocks as they ran, all others are estimated or not known."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from designer.analysis.engine import Engine
from designer.app import measurements
from designer.app.controller import Controller
from designer.app.measurements import ESTIMATED, MEASURED, Estimate, Measured, Measurements, Time, signatures
from designer.catalogue import load
from designer.graph.design import ROOT
from designer.graph.edits import SetDisabled, SetParam

CONV, FIRE, FIRE_ID = "stem.conv1", "stage1.fire2", "stage1_fire2"
TIMES = {f"{CONV}.conv": 1.0, f"{CONV}.act": 0.5, f"{FIRE}.squeeze": 2.0, f"{FIRE}.expand1x1.conv": 0.25, "stage1.fire3": 1.0}


@pytest.fixture
def controller() -> Controller:
    return Controller(load("squeezenet1_1"))


@pytest.fixture
def found(controller: Controller) -> Measurements:
    """The times above: of one block by its parts, of one with something booked on a part that holds all that was fused, of one
    as a whole."""
    controller.measurements.show(Measured(TIMES, signatures(controller.engine), 40.0))
    return controller.measurements


def _set(controller: Controller, node: str, name: str, value: object) -> None:
    assert controller.apply(SetParam(scope=ROOT, node=node, name=name, value=value), "Set")


def test_nothing_is_known_before_anything_ran(controller: Controller) -> None:
    found = controller.measurements
    assert found is controller.measurements
    assert found.ms_of(FIRE) is None
    assert found.share_of(FIRE) is None
    assert found.total_ms is None
    assert not found.is_current


def test_times_of_blocks_parts_and_stages(controller: Controller, found: Measurements) -> None:
    assert found.ms_of(CONV) == Time(1.5, MEASURED)
    assert found.ms_of(f"{CONV}.conv") == Time(1.0, MEASURED)
    assert found.ms_of(FIRE) == found.of_node(FIRE_ID) == Time(2.25, MEASURED)
    assert found.ms_of(f"{FIRE}.expand1x1") == Time(0.25, MEASURED)
    assert found.ms_of(f"{FIRE}.squeeze.conv") is None, "what was booked on the whole part cannot be divided"
    assert found.ms_of(f"{FIRE}.expand3x3") == Time(0.0, MEASURED)
    assert found.ms_of("output") == Time(0.0, MEASURED)
    assert found.ms_of("nothing") is None
    assert found.ms_of("stage1") == Time(3.25, MEASURED)
    assert found.total_ms == Time(40.0, MEASURED)
    assert found.share_of(FIRE) == pytest.approx(2.25 / 4.75)
    shares = [found.share_of(result.path) for result in controller.engine.results.values()]
    assert sum(share for share in shares if share is not None) == pytest.approx(1.0)


def test_an_edit_takes_the_time_of_what_it_changes_and_undo_gives_it_back(controller: Controller, found: Measurements) -> None:
    heard: list[bool] = []
    found.changed.connect(lambda: heard.append(True))
    _set(controller, FIRE_ID, "squeeze_channels", 17)
    assert heard
    assert found.ms_of(FIRE) is None
    assert found.ms_of(f"{FIRE}.squeeze") is None
    assert found.ms_of("stage1") is None
    assert found.share_of(CONV) is None, "a share of a sum that is not known"
    assert found.ms_of(CONV) == Time(1.5, MEASURED), "its neighbours were measured as they are"
    assert found.ms_of("stage1.fire3") == Time(1.0, MEASURED), "its output has the same shape"
    assert found.total_ms is None
    assert not found.is_current
    controller.stack.undo()
    assert found.ms_of(FIRE) == Time(2.25, MEASURED)
    assert found.total_ms == Time(40.0, MEASURED)


def test_other_shapes_are_another_measurement(controller: Controller, found: Measurements) -> None:
    shape = next(iter(controller.engine.results["input"].outputs.values()))
    _set(controller, "input", "shape", (shape[0], shape[1] - 32, shape[2] - 32))
    assert [found.ms_of(path) for path in (CONV, FIRE, "stage1.fire3", "stage1")] == [None] * 4


def test_what_was_not_measured_is_estimated(controller: Controller, found: Measurements) -> None:
    asked: list[int] = []

    def estimator(engine: Engine) -> Estimate:
        asked.append(engine.revision)
        return Estimate({result.path: 3.0 for result in engine.results.values()}, 99.0, 41, 52)

    found.set_estimator(estimator)
    assert found.total_ms == Time(40.0, MEASURED)
    _set(controller, FIRE_ID, "squeeze_channels", 17)
    assert found.ms_of(FIRE) == Time(3.0, ESTIMATED)
    assert found.ms_of(CONV) == Time(1.5, MEASURED)
    assert found.ms_of("stage1") == Time(3.0 + 1.0 + 0.0, ESTIMATED)
    assert found.total_ms == Time(99.0, ESTIMATED)
    assert len(asked) == 1, "once for each state of the design"
    found.show(None)
    assert found.ms_of(CONV) == Time(3.0, ESTIMATED)
    assert len(asked) == 1


def test_an_estimator_is_not_asked_about_a_design_with_an_error(controller: Controller, found: Measurements) -> None:
    found.set_estimator(lambda engine: pytest.fail("there is nothing to estimate"))
    _set(controller, "stem_conv1", "kernel_size", 0)
    assert controller.engine.total is None
    assert found.ms_of(FIRE) is None
    assert found.total_ms is None


def test_a_block_that_is_switched_off_takes_no_time(controller: Controller, found: Measurements) -> None:
    assert found.of_node("head_conv10") == Time(0.0, MEASURED)
    heard: list[bool] = []
    found.changed.connect(lambda: heard.append(True))
    assert controller.apply(SetDisabled(scope=ROOT, node="stage1_fire3", disabled=True), "Switch off")
    assert found.of_node("stage1_fire3") == Time(0.0, MEASURED)
    assert heard
    assert not found.is_current


def test_what_ran_before_may_be_shown_again(controller: Controller, found: Measurements) -> None:
    earlier = found.measured
    found.show(Measured(dict.fromkeys(TIMES, 2.0), signatures(controller.engine), 50.0))
    assert found.ms_of(CONV) == Time(4.0, MEASURED)
    found.show(earlier)
    assert found.ms_of(CONV) == Time(1.5, MEASURED)
    assert found.is_current


def test_a_large_design_is_estimated_when_nobody_edits(
    controller: Controller, found: Measurements, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measurements, "LARGE", 10)
    asked: list[int] = []

    def estimator(engine: Engine) -> Estimate:
        asked.append(engine.revision)
        return Estimate({result.path: 3.0 for result in engine.results.values()}, 99.0, 41, 52)

    found.set_estimator(estimator)
    for value in (17, 18, 19):  # a drag
        _set(controller, FIRE_ID, "squeeze_channels", value)
        assert found.ms_of(FIRE) is None
        assert found.ms_of(CONV) == Time(1.5, MEASURED), "what was measured is known at once"
    assert asked == []
    with qtbot.waitSignal(found.replaced, timeout=5_000):
        pass
    assert len(asked) == 1
    assert found.ms_of(FIRE) == Time(3.0, ESTIMATED)
    assert found.total_ms == Time(99.0, ESTIMATED)
