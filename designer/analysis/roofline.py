"""Under the roof of a machine: what the arithmetic and memory traffic of a block take at least, and what is above that."""

from __future__ import annotations

from typing import NamedTuple

from designer.analysis.measured import Bound, Roof

REACHED = 0.25
"""A block that reaches less than this share of what the roof allows is bound by neither arithmetic nor memory: the overhead of
calls, of kernels that do not suit it, and of changing layouts is what it takes its time for."""


class UnderRoof(NamedTuple):
    """`floor_ms` is the least that the roof allows, `save_ms` the time above it."""

    bound: Bound
    floor_ms: float
    save_ms: float


def floor_ms(roof: Roof, macs: float, moved: float) -> tuple[float, float]:
    """Milliseconds that the arithmetic and that the memory traffic take at least."""
    return 1e3 * macs / roof.macs_per_s, 1e3 * moved / roof.bytes_per_s


def under_roof(roof: Roof, ms: float, macs: float, moved: float, calls: int = 1) -> UnderRoof:
    """What holds back something that took `ms` for so many MACs and bytes in so many calls."""
    arithmetic, memory = floor_ms(roof, macs, moved)
    least = max(arithmetic, memory)
    bound: Bound = "compute" if arithmetic >= memory and arithmetic else "memory"
    if roof.call_ms * calls > least or least < REACHED * ms:
        bound = "overhead"
    return UnderRoof(bound, least, max(0.0, ms - least))


def estimate_ms(roof: Roof, macs: float, moved: float, calls: int = 1) -> float:
    """What the roof alone lets expect, where nothing like it was measured: the least, and the calls. Real layers take longer."""
    return max(floor_ms(roof, macs, moved)) + roof.call_ms * calls


def ridge(roof: Roof) -> float:
    """MACs for each byte from which on arithmetic, not memory, is the limit: where the roof's two lines meet."""
    return roof.macs_per_s / roof.bytes_per_s


def reachable(roof: Roof, macs_per_byte: float) -> float:
    """MACs a second that the roof allows at this intensity: the roof's line."""
    return min(roof.macs_per_s, macs_per_byte * roof.bytes_per_s)
