"""How numbers are written; the command line's reports write them alike, so the rules stand in `designer.analysis.numbers`."""

from __future__ import annotations

from designer.analysis.numbers import (
    MINUS,
    NOT_APPLICABLE,
    TIMES,
    UNKNOWN,
    bytes_,
    difference,
    full,
    gmacs,
    ms,
    points,
    shape,
    share,
    short,
    signed,
)

__all__ = [
    "MINUS",
    "NOT_APPLICABLE",
    "TIMES",
    "UNKNOWN",
    "bytes_",
    "difference",
    "full",
    "gmacs",
    "ms",
    "points",
    "shape",
    "share",
    "short",
    "signed",
]
