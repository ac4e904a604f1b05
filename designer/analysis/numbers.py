"""How a number is written where a person reads it: short and full counts, bytes, milliseconds, shares, shapes, differences.

What is not known is `None` and reads `unknown`; what does not apply is written with `NOT_APPLICABLE` by the caller. Every text
here carries its unit, except counts, whose unit stands in the label beside them.
"""

from __future__ import annotations

from collections.abc import Iterable

UNKNOWN = "unknown"
NOT_APPLICABLE = "–"
TIMES = "×"
MINUS = "−"

_COUNTS = ("", "K", "M", "G")
_BYTES = ("B", "KiB", "MiB", "GiB")


def short(count: float | None) -> str:
    """A count for blocks, tiles and the status bar: `928`, `3.50 M`, `54.9 M`. K, M and G are powers of 1000."""
    if count is None:
        return UNKNOWN
    if count < 0:
        return f"{MINUS}{short(-count)}"
    return _scaled(count, 1000, _COUNTS)


def full(count: float | None) -> str:
    """A count for tables and formulas, with all its digits: `25,740,288`."""
    if count is None:
        return UNKNOWN
    return f"{MINUS}{-count:,}" if count < 0 else f"{count:,}"


def bytes_(size: float | None) -> str:
    """A number of bytes: `512 B`, `9.19 MiB`. KiB, MiB and GiB are powers of 1024."""
    return UNKNOWN if size is None else _scaled(size, 1024, _BYTES)


def ms(milliseconds: float | None) -> str:
    """A time: `1.86 ms`, `14.3 ms`."""
    if milliseconds is None:
        return UNKNOWN
    return f"{_figures(*milliseconds.as_integer_ratio())} ms" if milliseconds else "0 ms"


def gmacs(macs_per_s: float | None) -> str:
    """A rate of work without its unit, which stands in the head: `9.7`, `0.12`."""
    if macs_per_s is None:
        return UNKNOWN
    rate = macs_per_s / 1e9
    return f"{rate:.1f}" if rate >= 1 or not rate else f"{rate:.2g}"


def share(fraction: float | None, decimals: int = 1) -> str:
    """A part of a whole, given as 0 to 1: `8.6 %`. What is there but too small to show is not called nothing: `<0.1 %`."""
    if fraction is None:
        return UNKNOWN
    if not fraction:
        return "0 %"
    text = f"{fraction * 100:.{decimals}f}"
    return f"{text} %" if float(text) else f"<{10**-decimals:.{decimals}f} %"


def shape(sides: Iterable[int] | None) -> str:
    """A shape without its batch: `24 × 112 × 112`."""
    return UNKNOWN if sides is None else f" {TIMES} ".join(map(str, sides))


def difference(new: float | None, old: float | None) -> str:
    """How far `new` is from `old`, in per cent of `old`: `−47.1 %`, `+3.0 %`, `0 %`."""
    if new is None or old is None:
        return UNKNOWN
    if new == old:
        return "0 %"
    if not old:
        return NOT_APPLICABLE
    change = (new - old) / abs(old)
    return f"{'+' if change > 0 else MINUS}{share(abs(change))}"


def points(new: float | None, old: float | None) -> str:
    """The difference of two accuracies given in per cent, in points: `+1.4 pt`."""
    if new is None or old is None:
        return UNKNOWN
    change = round(new - old, 1)
    return "0 pt" if not change else f"{'+' if change > 0 else MINUS}{abs(change):.1f} pt"


def signed(count: float | None) -> str:
    """A change of a count, short and with its sign: `+1.20 M`, `−23.3 M`, `0`."""
    if count is None:
        return UNKNOWN
    return f"+{short(count)}" if count > 0 else short(count)


def _scaled(value: float, base: int, units: tuple[str, ...]) -> str:
    number, whole = value.as_integer_ratio()  # whole numbers all the way: floats would round some figures wrongly
    if whole == 1 and number < base:
        return f"{number} {units[0]}".rstrip()
    if number < base * whole:
        text = _figures(number, whole) if number < 100 * whole else str(_rounded(number, whole))
        if text != str(base):
            return f"{text} {units[0]}".rstrip()
    step = 1
    while step < len(units) - 1 and _rounded(number * 10, whole * base**step) >= base * 10:
        step += 1
    return f"{_figures(number, whole * base**step)} {units[step]}"


def _figures(number: int, divisor: int) -> str:
    """Two decimals under 10, else one; rounded first, so that 9.999 is 10.0 and not 10.00."""
    hundredths = _rounded(number * 100, divisor)
    if hundredths < 1000:
        return f"{hundredths // 100}.{hundredths % 100:02d}"
    tenths = _rounded(number * 10, divisor)
    return f"{tenths // 10}.{tenths % 10}"


def _rounded(number: int, divisor: int) -> int:
    """A quotient of whole numbers, rounded to the nearest, halves to even."""
    quotient, rest = divmod(number, divisor)
    return quotient + (2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1))
