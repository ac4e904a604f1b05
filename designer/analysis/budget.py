"""A budget: the most that a design may cost, figure by figure, how that is written, and whether a design keeps to it."""

from __future__ import annotations

import re
from fractions import Fraction

import msgspec

from blocks.errors import LightdesignerError

LIMITED = ("params", "macs", "peak_activation_bytes", "weights_bytes")
"""The totals that may be limited, as `designer.analysis.compare.FIGURES` calls them."""

COUNTS = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
SIZES = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Limit(msgspec.Struct, frozen=True):
    """One limit and how the design stands to it. `over` is value - limit where that is more than 0, otherwise 0; None, like
    `value`, where the figure is unknown: then the limit is not kept."""

    figure: str
    limit: int
    value: int | None
    over: int | None
    kept: bool


def limit_of(figure: str, most: int, value: int | None) -> Limit:
    """How a figure stands to its limit. As much as the limit is kept."""
    if value is None:
        return Limit(figure, most, None, None, False)
    return Limit(figure, most, value, max(0, value - most), value <= most)


def in_bytes(figure: str) -> bool:
    """Whether a figure is a number of bytes; the others are counts."""
    return figure.endswith("_bytes")


def read_count(text: str) -> int:
    """A limit in plain counts: 4M, 300000, 0.5G. K, M and G are powers of 1000. Raises LightdesignerError."""
    return _read(text, COUNTS, "a number such as 300M; K, M and G are powers of 1000")


def read_size(text: str) -> int:
    """A limit in bytes: 4MiB, 0.5GiB, 65536. KiB, MiB and GiB are powers of 1024. Raises LightdesignerError."""
    return _read(text, SIZES, "a number of bytes such as 4MiB; KiB, MiB and GiB are powers of 1024")


def _read(text: str, units: dict[str, int], allowed: str) -> int:
    found = re.fullmatch(r"([0-9]{1,18}(?:\.[0-9]{1,18})?) ?([A-Za-z]*)", text.strip())
    if found is None or found[2] not in units:
        raise LightdesignerError(f"needs {allowed}, but got {text[:60]!r}")
    return int(Fraction(found[1]) * units[found[2]])


def written(limit: int, figure: str) -> str:
    """A limit as it can be read again to the unit: `320M`, `3.5M`, `16MiB`, `3504872`."""
    units = SIZES if in_bytes(figure) else COUNTS
    for unit, factor in sorted(units.items(), key=lambda one: -one[1]):
        thousandths, left = divmod(limit * 1000, factor)
        if limit >= factor > 1 and not left:
            whole, part = divmod(thousandths, 1000)
            return f"{whole}.{part:03}".rstrip("0").rstrip(".") + unit if part else f"{whole}{unit}"
    return str(limit)
