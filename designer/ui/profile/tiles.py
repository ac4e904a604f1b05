"""The four figures above the table: the whole, its layers, memory, and what of the machine it uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from designer.analysis.measured import Profile, Roof
from designer.ui import numbers, units
from designer.ui.profile.card import PAD
from designer.ui.widgets import label, without_margins

NOTHING = numbers.NOT_APPLICABLE


class Tile(QFrame):
    """One figure with its name above and a remark below."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFixedHeight(68)
        column = without_margins(QVBoxLayout(self))
        column.setContentsMargins(PAD - 2, 8, 4, 7)
        self.name = label(name, "caption-secondary")
        row = without_margins(QHBoxLayout(), 6)
        self.number = label(NOTHING, "number-large")
        self.unit = label("", "secondary")
        row.addWidget(self.number)
        row.addWidget(self.unit)
        row.addStretch(1)
        self.below = label("", "caption-secondary")
        column.addWidget(self.name)
        column.addLayout(row)
        column.addWidget(self.below)
        column.addStretch(1)

    def say(self, name: str, number: str, unit: str, below: str, tip: str = "") -> None:
        self.name.setText(name)
        self.number.setText(number)
        self.unit.setText(unit if number != NOTHING else "")
        self.below.setText(below)
        self.setToolTip(tip)
        self.setAccessibleName(f"{name}: {number} {self.unit.text()}, {below}".rstrip(", "))


class Tiles(QWidget):
    """What one run, or an estimate, says in four figures."""

    def __init__(self) -> None:
        super().__init__()
        row = without_margins(QHBoxLayout(self), 12)
        self._compact = False
        self._again: Callable[[], object] = lambda: None  # what is shown, once more
        self.whole = Tile("Median")
        self.layers = Tile("Layers and framework")
        self.memory = Tile("Peak memory, measured")
        self.reached = Tile("Reached")
        for tile in (self.whole, self.layers, self.memory, self.reached):
            row.addWidget(tile, 1)

    def be_compact(self, compact: bool) -> None:
        """Say less where there is little room: numbers are never cut."""
        if compact == self._compact:
            return
        self._compact = compact
        self._again()

    @property
    def _memory_name(self) -> str:
        return "Peak memory" if self._compact else "Peak memory, measured"

    def show_nothing(self, predicted: int | None) -> None:
        """There is no run, and nothing to estimate from."""
        self._again = partial(self.show_nothing, predicted)
        self.whole.say("Median", NOTHING, "", "not run yet")
        self.layers.say("Layers and framework", NOTHING, "", "not run yet")
        self._memory(None, predicted, "")
        self.reached.say("Reached", NOTHING, "", "not run yet")

    def show_estimate(self, ms: float, coverage: str, predicted: int | None, macs: int, batch: int, roof: Roof | None) -> None:
        """Nothing was run as it is now, but what it will take is known from its layers."""
        self._again = partial(self.show_estimate, ms, coverage, predicted, macs, batch, roof)
        self.whole.say(f"Estimated, batch {batch}", _ms(ms), "ms", coverage)
        self.layers.say("Layers and framework", NOTHING, "", "not run as it is now")
        self._memory(None, predicted, "")
        self._reached(macs * batch, ms, roof)

    def show_run(self, profile: Profile, roof: Roof | None) -> None:
        """The figures of a run."""
        self._again = partial(self.show_run, profile, roof)
        times = profile.total_ms
        spread = f"IQR {_ms(times.p25)} to {_ms(times.p75)}"
        tip = f"95 % interval of the median: {_ms(times.ci95[0])} to {_ms(times.ci95[1])} ms, {profile.runs:,} runs"
        if self._compact:
            tip = f"95 of 100 runs took at most {_ms(times.p95)} ms\n{tip}"
        else:
            spread += f", p95 {_ms(times.p95)}"
        self.whole.say(f"Median, batch {profile.batch}", _ms(times.median), "ms", spread, tip)
        if profile.layers_ms is None:
            self.layers.say("Layers and framework", NOTHING, "", "this backend times no layers")
        else:
            rest = times.median - profile.layers_ms
            sign = "+" if rest >= 0 else numbers.MINUS
            share = profile.layers_ms / times.median if times.median else 0.0
            number, below = f"{_ms(profile.layers_ms)} {sign} {_ms(abs(rest))}", f"layers add up to {share * 100:.0f} %"
            if self._compact:
                number, below = _ms(profile.layers_ms), f"{sign} {_ms(abs(rest))} ms, layers {share * 100:.0f} %"
            overhead = profile.layers_overhead
            tips = []
            if overhead is not None and overhead > 0:
                tips.append(f"A run in which layers were timed took {numbers.share(overhead)} longer")
            if profile.node_overhead_ms is not None:
                taken = numbers.ms(profile.node_overhead_ms)
                tips.append(f"{taken} are taken off each node: what ONNX Runtime's own profile adds to it")
            self.layers.say("Layers and framework", number, "ms", below, "\n".join(tips))
        self._memory(profile.peak_bytes_measured, profile.peak_bytes_predicted, profile.peak_how)
        self._reached(profile.macs, times.median, roof)

    def _memory(self, measured: int | None, predicted: int | None, how: str) -> None:
        number, _, unit = numbers.bytes_(measured).partition(" ") if measured is not None else (NOTHING, "", "")
        below = f"predicted {numbers.bytes_(predicted)}" if predicted is not None else ""
        self.memory.say(self._memory_name, number, unit, below, how)

    def _reached(self, macs: int, ms: float, roof: Roof | None) -> None:
        times = 2 if units.name() == units.FLOPS else 1
        work = units.name().removesuffix("s")
        rate = macs / ms / 1e6 if ms else 0.0
        below = ""
        if roof is not None:
            below = f"{rate * 1e11 / roof.macs_per_s:.0f} % of the {roof.macs_per_s / 1e9 * times:.0f} peak"
        self.reached.say("Reached", numbers.gmacs(rate * times * 1e9) if rate else NOTHING, f"G{work}/s", below)


def _ms(value: float) -> str:
    return numbers.ms(value).removesuffix(" ms")
