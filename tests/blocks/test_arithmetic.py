"""Integer arithmetic of shape rules and widths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.arithmetic import check_divides, divisors_near, make_divisible, window_out
from blocks.errors import BlockError


@pytest.mark.parametrize(
    ("value", "wanted", "near"),
    [
        (64, 3, [2, 4]),
        (24, 16, [8, 12]),
        (7, 3, [1, 7]),
        (1, 5, [1]),
        (97, 50, [1, 97]),
        (36, 6, [4, 6]),
        (60, 64, [30, 60]),
        (512, 1_048_576, [256, 512]),
    ],
)
def test_divisors_near(value: int, wanted: int, near: list[int]) -> None:
    assert divisors_near(value, wanted) == near


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 4))
def test_divisors_near_are_the_closest(value: int, wanted: int, count: int) -> None:
    divisors = sorted((n for n in range(1, value + 1) if value % n == 0), key=lambda n: abs(n - wanted))
    found = divisors_near(value, wanted, count)
    assert found == sorted(found)
    assert [abs(n - wanted) for n in sorted(found, key=lambda n: abs(n - wanted))] == [abs(n - wanted) for n in divisors[:count]]


def test_a_huge_prime_costs_nothing_noticeable() -> None:
    assert divisors_near(1_048_573, 500_000) == []
    with pytest.raises(BlockError, match=r"groups=7 does not divide in_channels=1048573; divisors near 7: 1\."):
        check_divides("groups", 7, "in_channels", 1_048_573)
    with pytest.raises(BlockError, match=r"groups=500000 does not divide in_channels=1048573\.$"):
        check_divides("groups", 500_000, "in_channels", 1_048_573)


@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("ceil", [False, True])
def test_window_positions_are_those_one_can_count(size: int, kernel: int, stride: int, ceil: bool) -> None:
    """Windows that fit; rounding up takes one that ends beyond, if it begins in the map or before it, less than a step late."""
    for pad in range(kernel // 2 + 1):
        starts = range(0, size + 2 * pad, stride)
        fit = [s for s in starts if s + kernel <= size + 2 * pad]
        following = len(fit) * stride
        if ceil and following < size + pad and following - stride < size + 2 * pad - kernel:
            fit.append(following)
        if fit:
            assert window_out(size, kernel, stride, pad, pad, ceil=ceil) == len(fit)
        else:
            assert window_out(size, kernel, stride, pad, pad, ceil=ceil) <= 0


@given(st.floats(0.1, 5000))
def test_make_divisible_rounds_to_eights_and_loses_no_more_than_a_tenth(width: float) -> None:
    rounded = make_divisible(width)
    assert rounded % 8 == 0
    assert rounded >= 8
    assert rounded >= 0.9 * width
    assert rounded <= max(8, width + 8)


@pytest.mark.parametrize(
    ("width", "rounded"), [(32 * 0.75, 24), (24 * 1.4, 32), (16 * 0.35, 8), (320 * 0.35, 112), (12, 16), (11, 16)]
)
def test_widths_of_mobilenet(width: float, rounded: int) -> None:
    assert make_divisible(width) == rounded
