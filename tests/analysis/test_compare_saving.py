"""False savings, and which blocks make them so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.compare_entry import Entry, Times
from designer.analysis.compare_facts import DEPTHWISE, GROUPED, Unit, kind_of
from designer.analysis.compare_saving import EXPLAINED, MOST_BLOCKS, Saving, false_savings, traffic, undecided
from designer.analysis.flatten import flat_of, names_of
from tests.analysis.compare_designs import HERE, entry, facts, timed

RATE = 50e6  # MACs in a ms of the baseline


def at_rate(rate: float) -> object:
    return lambda unit: unit.macs / rate + 1e-6


def baseline() -> Entry:
    return timed("mobilenet_v1", "V1", lambda unit: unit.macs / RATE + 1e-6)


def slow(where: str, factor: float, rest: float = RATE) -> Entry:
    return timed("mobilenet_v2", "V2", lambda unit: unit.macs / rest * (factor if unit.path.startswith(where) else 1.0) + 1e-6)


def only(entries: list[Entry], base: int = 0) -> Saving:
    (found,) = false_savings(entries, base)
    return found


def test_fewer_macs_in_less_time_are_a_saving() -> None:
    assert false_savings([baseline(), slow("nowhere", 1.0)]) == []


def test_fewer_macs_in_more_time_are_none_and_the_slow_blocks_are_named() -> None:
    found = only([baseline(), slow("stage2.", 20.0)])
    assert found.entry == 1
    assert found.stride == 4
    assert [culprit.path for culprit in found.culprits][:2] == ["stage2.ir1", "stage2.ir2"]
    mine = slow("stage2.", 20.0).measured
    theirs = baseline().measured
    assert mine is not None
    assert theirs is not None
    slower = 100 * (mine.total_ms / theirs.total_ms - 1)
    assert found.title == f"False saving: V2 needs 47.1 % fewer MACs than V1, but is {slower:.1f} % slower here."
    assert found.text.startswith("At 56 × 56 V2 takes ")
    assert found.text.endswith(f"V1 {82_489_344 / RATE:.2f} ms for 82.5 M.")
    assert found.base_rate == pytest.approx(RATE * 1000, rel=1e-3)
    assert found.conditions == HERE
    first = found.culprits[0]
    assert first.ms == pytest.approx(20 * first.macs / RATE, rel=1e-3)
    assert first.rate == pytest.approx(RATE / 20 * 1000, rel=1e-3)


def test_within_what_the_measurement_leaves_open_it_is_no_faster() -> None:
    base = baseline()
    assert base.measured is not None
    factor = base.measured.total_ms / (300_774_272 / RATE) * 0.999
    found = only([base, timed("mobilenet_v2", "V2", lambda unit: unit.macs / RATE * factor + 1e-7)])
    assert "is no faster here" in found.title
    sharp = timed("mobilenet_v2", "V2", lambda unit: unit.macs / RATE * factor * 0.97, interval=0.001)
    exact = timed("mobilenet_v1", "V1", lambda unit: unit.macs / RATE + 1e-6, interval=0.001)
    assert false_savings([exact, sharp]) == []


def test_intervals_so_wide_that_they_say_nothing_make_no_verdict() -> None:
    exact = timed("mobilenet_v1", "V1", lambda unit: unit.macs / RATE + 1e-6, interval=0.01)
    assert exact.measured is not None
    same = exact.measured.total_ms / (300_774_272 / RATE)
    wide = timed("mobilenet_v2", "V2", lambda unit: unit.macs / RATE * same, interval=0.1)
    assert false_savings([exact, wide]) == []
    assert undecided([exact, wide]) == [1]
    narrow = timed("mobilenet_v2", "V2", lambda unit: unit.macs / RATE * same, interval=0.01)
    assert [saving.entry for saving in false_savings([exact, narrow])] == [1]
    assert undecided([exact, narrow]) == []
    slower = timed("mobilenet_v2", "V2", lambda unit: unit.macs / RATE * same * 1.5, interval=0.1)
    assert [saving.entry for saving in false_savings([exact, slower])] == [1], "wide, but slower all the same"


@pytest.mark.parametrize(
    "entries",
    [
        [entry("mobilenet_v1"), slow("stage2.", 20.0)],
        [baseline(), entry("mobilenet_v2")],
        [baseline(), timed("mobilenet_v2", "V2", lambda unit: 9.0, conditions="CPU, 8 threads, fp32, eager")],
        [timed("mobilenet_v2", "V2", lambda unit: 0.1), timed("mobilenet_v1", "V1", lambda unit: 9.0)],
        [baseline()],
    ],
    ids=["baseline not measured", "other not measured", "measured otherwise", "more MACs", "alone"],
)
def test_without_measurements_that_compare_nothing_is_said(entries: list[Entry]) -> None:
    assert false_savings(entries) == []


def test_the_baseline_may_be_any_design() -> None:
    found = only([slow("stage2.", 20.0), baseline()], base=1)
    assert (found.entry, found.baseline) == (0, 1)


# -- why -----------------------------------------------------------------------------------------------------------------------


def why(**times: object) -> str:
    made = slow("stage2.", 20.0)
    assert made.measured is not None
    measured = Times(made.measured.total_ms, made.measured.blocks, HERE, runs=10, **times)  # type: ignore[arg-type]
    return only([baseline(), made._replace(measured=measured)]).culprits[0].why


def unit_of(design: str, path: str) -> Unit:
    return next(unit for unit in facts(design).units if unit.path == path)


def test_low_intensity_is_said_with_the_figure() -> None:
    unit = unit_of("mobilenet_v2", "stage2.ir1")
    macs_a_byte = unit.macs / traffic(unit)
    assert why(bounds={"stage2.ir1": "memory"}) == f"Memory-bound, {macs_a_byte:.1f} MACs a byte"
    assert why() == f"Writes a 4.59 MiB map for {macs_a_byte:.1f} MACs a byte"
    assert why(traffic={"stage2.ir1": unit.macs // 3}) == "Writes a 4.59 MiB map for 3.0 MACs a byte"


def test_many_small_kernels_are_said_with_their_number() -> None:
    unit = unit_of("mobilenet_v2", "stage2.ir1")
    steps = len(flat_of(unit.result).steps)
    said = why(bounds={"stage2.ir1": "overhead"})
    assert said == f"{steps} kernels of {20 * unit.macs / RATE / steps:.2f} ms each: overhead-bound"


def test_slow_grouped_layers_are_said_beside_the_rate_of_the_others() -> None:
    layers: dict[str, float] = {}
    for unit in facts("mobilenet_v2").units:
        for name, step in zip(names_of(unit.result), flat_of(unit.result).steps, strict=True):
            if step.block.layer is not None:
                grouped = kind_of(step) in (DEPTHWISE, GROUPED)
                layers[f"{unit.path}.{name}" if name else unit.path] = step.cost.macs / (RATE / 200 if grouped else RATE)
    said = why(layers=layers)
    assert said.startswith("Grouped layers take ")
    assert said.endswith("at 0.25 GMAC/s, the others reach 50.0")
    even = {path: ms for path, ms in layers.items() if ".depthwise" not in path}
    assert not why(layers=even).startswith("Grouped")


@given(st.lists(st.floats(0.001, 50.0), min_size=20, max_size=20))
def test_whatever_was_measured_the_culprits_lose_time_and_explain_their_part(times: list[float]) -> None:
    units = list(facts("mobilenet_v2").units)
    by_path = {unit.path: times[k % len(times)] for k, unit in enumerate(units)}
    base, mine = baseline(), timed("mobilenet_v2", "V2", lambda unit: by_path[unit.path])
    for saving in false_savings([base, mine]):
        assert mine.measured is not None
        losses = {unit.path: by_path[unit.path] - unit.macs / (saving.base_rate / 1000) for unit in units}
        named = [losses[culprit.path] for culprit in saving.culprits]
        assert named == sorted(named, reverse=True)
        assert 1 <= len(named) <= MOST_BLOCKS
        assert named[0] == max(losses.values())
        assert all(loss > 0 for loss in named)
        total = sum(losses.values())
        if len(named) < MOST_BLOCKS:
            assert sum(named) >= EXPLAINED * total - 1e-9 or sum(loss > 0 for loss in losses.values()) == len(named)


def test_kernels_under_a_millisecond_are_said_in_microseconds() -> None:
    quick = timed("mobilenet_v2", "V2", lambda unit: 0.8, bounds={unit.path: "overhead" for unit in facts("mobilenet_v2").units})
    base = timed("mobilenet_v1", "V1", lambda unit: 0.1)
    unit = unit_of("mobilenet_v2", only([base, quick]).culprits[0].path)
    steps = len(flat_of(unit.result).steps)
    assert only([base, quick]).culprits[0].why == f"{steps} kernels of {800 / steps:.0f} µs each: overhead-bound"


def test_a_profile_is_read_with_what_a_backend_fused() -> None:
    """The reasons of a fused run come from the parts of what ran, and count what ran."""
    from designer import protocol
    from designer.analysis.compare_entry import times_of
    from designer.catalogue import load
    from designer.document.format import write
    from tests.app import fake_measure

    profile = fake_measure.profile(protocol.ProfileDesign(design=write(load("mobilenet_v2")), backend="fused"))
    times = times_of(profile)
    found = facts("mobilenet_v2")
    assert times.conditions == "Fake CPU 3000, 2 threads, fp32, fused"
    assert times.of(found.units) == pytest.approx(profile.total_ms.median)
    unit = next(unit for unit in found.units if unit.path == "stage2.ir2")
    convs = [name for name, step in zip(names_of(unit.result), flat_of(unit.result).steps, strict=True) if step.block.layer]
    assert all(f"stage2.ir2.{name}" in times.parts for name in convs)
    ran = [layer for layer in profile.layers if layer.path.startswith("stage2.ir2.")]
    assert times.kernels("stage2.ir2") == len(ran) < len(flat_of(unit.result).steps)
    assert times.kernels("stage2.ir") == 0
