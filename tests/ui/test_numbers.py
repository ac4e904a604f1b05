"""Numbers read as the look prescribes: units always there, zero plain, unknown said so."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.ui import numbers, units


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (1, "1"),
        (928, "928"),
        (999, "999"),
        (1000, "1.00 K"),
        (8832, "8.83 K"),
        (9994, "9.99 K"),
        (9996, "10.0 K"),
        (3_504_872, "3.50 M"),
        (54_942_720, "54.9 M"),
        (300_774_272, "300.8 M"),
        (999_949, "999.9 K"),
        (999_950, "1.00 M"),
        (15_470_264_320, "15.5 G"),
        (10**13, "10000.0 G"),
        (-23_300_000, "−23.3 M"),
        (0.5, "0.50"),
        (None, "unknown"),
    ],
)
def test_short_counts(count: float | None, text: str) -> None:
    assert numbers.short(count) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (9_633_792, "9.19 MiB"),
        (14_019_488, "13.4 MiB"),
        (1_048_575, "1.00 MiB"),
        (None, "unknown"),
    ],
)
def test_bytes(size: float | None, text: str) -> None:
    assert numbers.bytes_(size) == text


def test_times_shares_shapes_and_differences() -> None:
    assert [numbers.ms(t) for t in (0, 0.034, 1.86, 9.996, 14.31, None)] == [
        "0 ms", "0.03 ms", "1.86 ms", "10.0 ms", "14.3 ms", "unknown",
    ]  # fmt: skip
    assert [numbers.share(s) for s in (0, 0.0856, 1, 0.0001, None)] == ["0 %", "8.6 %", "100.0 %", "<0.1 %", "unknown"]
    assert numbers.share(0.0025, 2) == "0.25 %"
    assert numbers.shape((24, 112, 112)) == "24 × 112 × 112"
    assert numbers.shape((1000,)) == "1000"
    assert numbers.full(25_740_288) == "25,740,288"
    assert [numbers.difference(*pair) for pair in ((52.9, 100), (103, 100), (7, 7), (1, 0), (None, 1))] == [
        "−47.1 %", "+3.0 %", "0 %", "–", "unknown",
    ]  # fmt: skip
    assert [numbers.points(*pair) for pair in ((72.0, 70.6), (70.0, 71.4), (70.61, 70.6))] == ["+1.4 pt", "−1.4 pt", "0 pt"]
    assert [numbers.signed(c) for c in (0, 1200, -23_300_000)] == ["0", "+1.20 K", "−23.3 M"]


@given(st.integers(1, 9 * 10**11))
def test_a_short_count_is_right_to_three_digits(count: int) -> None:
    figure, _, unit = numbers.short(count).partition(" ")
    value = Fraction(figure) * {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}[unit]
    assert abs(value - count) <= Fraction(count, 180)  # 1.00 stands for up to 1.005
    assert float(figure) < 1000


def test_flops_are_two_for_each_mac_everywhere() -> None:
    assert (units.name(), units.short(300_774_272), units.full(5)) == ("MACs", "300.8 M", "5")
    units.switch()
    assert (units.name(), units.short(300_774_272), units.full(5)) == ("FLOPs", "601.5 M", "10")
    assert units.short(None) == "unknown"
    units.switch()
    assert units.name() == "MACs"


def test_rates_of_work() -> None:
    assert [numbers.gmacs(rate) for rate in (49.5e9, 1e9, 0.25e9, 0.004e9, 0.0)] == ["49.5", "1.0", "0.25", "0.004", "0.0"]
    assert numbers.gmacs(None) == "unknown"
