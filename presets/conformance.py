"""How a preset's figures stand to the published ones, in sentences."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from blocks.builder import Builder, DrawProblem
from presets.preset import EXAMPLES, Preset
from presets.published import Row, row_of

_SCALE = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "million": 10**6, "billion": 10**9}
_FIGURE = re.compile(r"(?P<bound>under )?(?P<digits>\d[\d,]*(?:\.\d+)?)(?: ?(?P<scale>K|M|G|million|billion)\b)?")


_CUT = Decimal("0.04")  # a figure cut instead of rounded may be this share below ours; more is a difference that wants a reason


class Figure(NamedTuple):
    """The first figure of a printed text: its value, the unit of its last digit, and whether it is only an upper bound."""

    value: Decimal
    unit: Decimal
    bound: bool

    def agrees(self, ours: int) -> bool:
        """Whether `ours`, rounded or (by a few per cent at most) cut to the digits printed, is this figure."""
        if self.bound:
            return ours < self.value
        digits, printed = Decimal(ours) / self.unit, self.value / self.unit
        if digits.quantize(Decimal(1), rounding=ROUND_HALF_UP) == printed:
            return True
        return digits.quantize(Decimal(1), rounding=ROUND_FLOOR) == printed and digits - printed <= _CUT * printed

    def off_by(self, ours: int) -> str:
        """`ours` against the figure, e.g. "3.1 % more"."""
        share = 100 * (Decimal(ours) / self.value - 1)
        return f"{abs(share):.1f} % {'more' if share > 0 else 'fewer'}"


def figure(text: str) -> Figure:
    """The first figure of a text such as `4.2M`, `60 million` or `under 25M; ...`. Raises ValueError where there is none."""
    found = _FIGURE.search(text)
    if found is None:
        raise ValueError(f"no figure in {text!r}")
    digits = Decimal(found["digits"].replace(",", ""))
    scale = _SCALE[found["scale"] or ""]
    exponent = digits.as_tuple().exponent
    assert isinstance(exponent, int)  # not a number and infinity have none; the pattern admits neither
    return Figure(digits * scale, Decimal(10) ** exponent * scale, found["bound"] is not None)


def conformance(preset: type[Preset], values: tuple[Any, ...], params: int, macs: int) -> str:
    """Our params and MACs of a preset with canonical options, counted by the caller, beside what others count and papers print.

    Every figure that was only recalled is marked; a difference comes with the preset's explanation, and so does a resolution that
    changes the params.
    """
    return f"{_published(preset, values, params, macs)} {resolution_line(preset, values)}".rstrip()


def _published(preset: type[Preset], values: tuple[Any, ...], params: int, macs: int) -> str:
    row = row_of(preset, values)
    if row is None and preset.family == EXAMPLES:
        return "An example: no paper prints its figures."
    if row is None:
        return "No printed figures are kept for these options."
    sentences = [_counted(row, params, macs), _printed(row)]
    differing = [
        f"{found.off_by(ours)} {what}"
        for text, ours, what in ((row.published.params, params, "params"), (row.published.mult_adds, macs, "MACs"))
        if text is not None and not (found := figure(text)).agrees(ours)
    ]
    if differing:
        sentences.append(f"That makes {' and '.join(differing)} here than printed. {preset.difference}".rstrip())
    elif row.published.params or row.published.mult_adds:
        sentences.append("Ours agree to the digits printed.")
    return " ".join(sentences)


def _counted(row: Row, params: int, macs: int) -> str:
    if (params, macs) == (row.params, row.macs):
        return f"{params:,} params and {macs:,} MACs, exactly as counted elsewhere: {row.variant}."
    return f"{params:,} params and {macs:,} MACs; elsewhere {row.params:,} and {row.macs:,} were counted: {row.variant}."


def _printed(row: Row) -> str:
    printed = row.published
    figures = [
        f"{what if what not in text.partition('%')[0] else ''} {text}{' (recalled)' if name in row.recalled else ''}".lstrip()
        for name, what, text in (
            ("params", "params", printed.params),
            ("mult_adds", "Mult-Adds", printed.mult_adds),
            ("top1", "top-1", printed.top1),
        )
        if text is not None
    ]
    return f"Printed in {printed.source}: {'; '.join(figures)}." if figures else "No figures of its paper are kept."


def resolution_line(preset: type[Preset], values: tuple[Any, ...]) -> str:
    """The sentence about a net whose parameters depend on its resolution, "" for the many whose parameters do not."""
    if "resolution" not in preset.parameters:
        return ""
    number = list(preset.parameters).index("resolution")

    def params_at(sides: tuple[int, int]) -> int | None:
        draw = Builder()
        try:
            preset.of((*values[:number], sides, *values[number + 1 :])).draw(draw)
        except DrawProblem:
            return None
        return sum([part.result.cost.params for part in draw.parts])

    given = preset.of(values).settled("resolution")
    own = preset.of((*values[:number], preset.defaults[number], *values[number + 1 :])).settled("resolution")
    here, there = params_at(given), params_at(own if given != own else (2 * own[0], 2 * own[1]))
    if here is None or there is None or here == there:
        return ""
    if given == own:
        return "A linear layer follows a flatten, so another resolution changes its parameters."
    sides = f"{given[0]}x{given[1]}"
    return (
        f"A linear layer follows a flatten, so resolution {sides} changes its parameters: "
        f"{here:,} in all, {there:,} at {own[0]}x{own[1]}."
    )
