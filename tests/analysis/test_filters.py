"""Filters such as `stride=2 macs>1M depthwise`."""

from __future__ import annotations

import pytest

from designer.analysis.filters import matches, number_of, terms

ROW = {
    "stride": (2, 2),
    "kernel_size": (3, 3),
    "groups": 32,
    "macs": 1_500_000,
    "act": None,
    "bias": False,
    "norm": "batch",
    "output": (32, 56, 56),
    "padding": (0, 1),
}


@pytest.mark.parametrize(
    "text",
    [
        "", "ir1", "stride=2", "stride=2x2", "stride!=1", "groups>1", "groups>=32", "macs>1M", "macs<1.6m", "act=none",
        "bias=false",
        "norm=batch", "output=32x56x56", "output=32×56×56", "padding=0x1", "IR1 stride=2 macs>=1500k", "norm!=group",
    ],
)  # fmt: skip
def test_accepted(text: str) -> None:
    assert matches(terms(text), "ir1 depthwise", lambda: ROW)


@pytest.mark.parametrize(
    "text",
    ["ir2", "stride=1", "groups<32", "macs>2M", "act=relu", "act!=none", "bias=true", "norm=group", "colour=2", "stride=two",
     "padding=0", "ir1 stride=1", "norm>3"],
)  # fmt: skip
def test_refused(text: str) -> None:
    assert not matches(terms(text), "ir1 depthwise", lambda: ROW)


def test_numbers() -> None:
    assert number_of("1.5m") == 1_500_000
    assert number_of("12k") == 12_000
    assert number_of("1e-5") == 1e-5
    assert number_of("many") is None
