"""From positions of a slider to values of a parameter and back. A slider covers what people use; the field takes all."""

from __future__ import annotations

from math import log
from typing import Any

from blocks.parameters import Float, Parameter

POSITIONS = 240
_WINDOWS = 16  # kernel, stride, padding: what a slider of pixels reaches
_WIDE = 2048  # channels, classes


class Scale:
    """Positions 0 to `last` of a slider for one number. Whole numbers up to a few dozen stand on a position each; wider ranges go
    by ratio, so that 16 and 1,024 are as easy to find."""

    def __init__(self, parameter: Parameter[Any], value: float | None) -> None:
        low = float(parameter.minimum if parameter.minimum is not None else 0)
        high = float(parameter.maximum if parameter.maximum is not None else 1)
        self.whole = not isinstance(parameter, Float)
        self.low = low
        self.high = min(high, max(_reach(parameter, low), value or 0))
        self.aligned = parameter.unit == "channels"
        if self.whole and self.high - self.low <= 64:
            self.last = max(1, round(self.high - self.low))
            self.ratio = False
        else:
            self.last = POSITIONS
            self.ratio = self.high > 16 * max(self.low, 1e-9) and (self.low > 0 or self.whole)

    def covers(self, value: float | None) -> bool:
        """Whether a value lies on this scale."""
        return value is None or self.low <= value <= self.high

    def value(self, position: int) -> int | float:
        """The value at a position, rounded to what a person would write."""
        part = position / self.last
        if self.ratio:
            base = self.low if self.low > 0 else 1.0
            exact = base * (self.high / base) ** part
            if self.low <= 0 and position == 0:
                exact = 0.0
        else:
            exact = self.low + (self.high - self.low) * part
        if self.whole:
            number = round(exact)
            if self.aligned and number > 16:  # hardware likes multiples of 8
                number = round(number / 8) * 8
            return int(min(max(number, self.low), self.high))
        return min(max(_short(exact, self.high - self.low), self.low), self.high)

    def position(self, value: float | None) -> int:
        """The position nearest to a value; 0 for none."""
        if value is None:
            return 0
        held = min(max(value, self.low), self.high)
        if self.high <= self.low:
            return 0
        if self.ratio:
            base = self.low if self.low > 0 else 1.0
            part = log(max(held, base) / base) / log(self.high / base)
        else:
            part = (held - self.low) / (self.high - self.low)
        return round(part * self.last)


def _reach(parameter: Parameter[Any], low: float) -> float:
    default = parameter.default
    size = max(default) if isinstance(default, tuple) else default
    usual = float(size) if isinstance(size, (int, float)) and not isinstance(size, bool) else 0.0
    if isinstance(parameter, Float):
        high = parameter.maximum or 1.0
        return max(2.0, low * 16, usual * 4) if high > 2 else high
    if parameter.unit == "px":
        return max(_WINDOWS, usual * 2)
    return max(_WIDE, usual * 2) if parameter.unit in ("channels", "classes", "features") else max(64.0, usual * 2)


def _short(exact: float, span: float) -> float:
    """To a hundredth where the scale spans a few units, to two digits where it is fine."""
    if exact and abs(exact) < 0.1:
        return float(f"{exact:.2g}")
    return round(exact * 4) / 4 if span > 8 else round(exact, 2)
