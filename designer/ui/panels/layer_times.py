"""What the table of layers says about time: the columns, and the figures of a row as they are now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from designer.analysis.layers import LayerRow
from designer.app.controller import Controller
from designer.app.measurements import ESTIMATED, Time
from designer.app.profile_figures import NOWHERE, ProfileRow, Source, figures_of, path_of
from designer.ui import numbers, units

NONE = numbers.NOT_APPLICABLE


class Timed(NamedTuple):
    """What a row says in a column, and by what it is sorted there."""

    text: Callable[[ProfileRow], str]
    key: Callable[[ProfileRow], Any]


def bare_ms(value: float | None) -> str:
    """Milliseconds without the unit, which stands in the head."""
    return NONE if value is None else numbers.ms(value).removesuffix(" ms")


def rate(value: float | None) -> str:
    """GMAC/s or MAC/byte, in the unit of work in use."""
    times = 2 if units.name() == units.FLOPS else 1
    return NONE if value is None else numbers.gmacs(value * times * 1e9)


def _known(value: float | None) -> float:
    return -1.0 if value is None else float(value)


def _ms(row: ProfileRow) -> str:
    said = bare_ms(row.ms)
    return f"≈ {said}" if row.kind == ESTIMATED and row.ms else said


TIMED = {
    "ms": Timed(_ms, lambda row: _known(row.ms)),
    "time_share": Timed(
        lambda row: NONE if row.time_share is None else numbers.share(row.time_share), lambda row: _known(row.time_share)
    ),
    "gmacs": Timed(lambda row: rate(row.gmacs_per_s), lambda row: _known(row.gmacs_per_s)),
    "intensity": Timed(lambda row: rate(row.macs_per_byte), lambda row: _known(row.macs_per_byte)),
    "bound": Timed(lambda row: row.bound or NONE, lambda row: row.bound or ""),
    "save": Timed(lambda row: bare_ms(row.save_ms), lambda row: _known(row.save_ms)),
}
SHOWN_WITH_TIMES = ("ms", "time_share")


class LayerTimes:
    """The figures of rows, each worked out once until something changes."""

    def __init__(self) -> None:
        self._controller: Controller | None = None
        self._kept: dict[tuple[str, str], ProfileRow] = {}
        self._common: tuple[int, Time | None, Source] | None = None

    def follow(self, controller: Controller | None) -> None:
        """Speak of another document, or of this one as it is now."""
        self._controller = controller
        self._kept.clear()
        self._common = None

    def of(self, row: LayerRow) -> ProfileRow:
        """The figures of a row."""
        controller = self._controller
        if controller is None:
            return ProfileRow(NOWHERE, "", None, None)
        key = row.level, path_of(row)
        found = self._kept.get(key)
        if found is None or found.layer is not row:
            if self._common is None:
                total = controller.engine.total
                times = controller.measurements
                self._common = total.macs if total is not None else 0, times.layers_ms, times.source()
            found = self._kept[key] = figures_of(row, controller, *self._common)
        return found

    def text(self, row: LayerRow, column: str) -> str:
        return TIMED[column].text(self.of(row))

    def key(self, column: str) -> Callable[[LayerRow], Any]:
        """By what rows are sorted in a column."""
        return lambda row: TIMED[column].key(self.of(row))
