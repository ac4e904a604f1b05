"""What the selected blocks take here: time, share, what they reach, and what holds them back. Hidden while nobody knows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from designer.app.controller import Controller
from designer.app.measurements import MEASURED, Time, together
from designer.app.profile_figures import Sum, total
from designer.ui import numbers, units
from designer.ui.panels.cost_card import Section, Stat
from designer.ui.panels.layer_times import rate
from designer.ui.widgets import label, without_margins


class TimeCard(QWidget):
    """Follows the times of one document for the blocks that `show_for` names."""

    def __init__(self) -> None:
        super().__init__()
        self._controller: Controller | None = None
        self._ids: Sequence[str] = ()
        column = without_margins(QVBoxLayout(self))
        self.section = Section("Time here")
        self.time, self.save = Stat("Time"), Stat("Above the roof")
        self.reached, self.dense = Stat("Reached"), Stat("Intensity")
        grid = without_margins(QGridLayout(), 0)
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for place, stat in enumerate((self.time, self.save, self.reached, self.dense)):
            grid.addWidget(stat, place // 2, place % 2)
        self.section.body.addLayout(grid)
        self.bound = label("", "caption", wrap=True)
        self.section.body.addWidget(self.bound)
        column.addWidget(self.section)
        self.hide()

    def follow(self, controller: Controller | None) -> None:
        """Follow another document, or none."""
        if self._controller is not None:
            self._controller.measurements.replaced.disconnect(self._refresh)
        self._controller = controller
        if controller is not None:
            controller.measurements.replaced.connect(self._refresh)

    def forget(self) -> None:
        """The document is being destroyed: there is nothing to disconnect from any more."""
        self._controller = None
        self.hide()

    def show_for(self, ids: Sequence[str]) -> None:
        """Show the times of these blocks as they are now."""
        self._ids = ids
        self._refresh()

    def _refresh(self) -> None:
        controller = self._controller
        time = together([controller.time_of(one) for one in self._ids]) if controller is not None else None
        self.setVisible(time is not None)
        if controller is None or time is None:
            return
        times = controller.measurements
        whole = times.layers_ms
        share = numbers.share(time.ms / whole.ms) if whole is not None and whole.ms else ""
        self.time.show_figure(f"{'' if time.kind == MEASURED else '≈ '}{numbers.ms(time.ms)}", share)
        macs = sum([controller.engine.results[one].cost.macs for one in self._ids if one in controller.engine.results])
        found = self._pieces(controller, time)
        batch = times.source().batch
        work = units.name().removesuffix("s")
        speed = macs * batch / time.ms / 1e6 if macs and time.ms else None
        dense = found.macs / found.moved if found is not None and found.macs and found.moved else None
        self.reached.show_figure(f"{rate(speed)} G{work}/s" if speed is not None else numbers.NOT_APPLICABLE)
        self.dense.show_figure(f"{rate(dense)} {work}/byte" if dense is not None else numbers.NOT_APPLICABLE)
        saved = found.save_ms if found is not None else None
        self.save.show_figure(numbers.ms(saved) if saved is not None else numbers.NOT_APPLICABLE)
        self.bound.setText(_sentence(found))
        self.section.note.setText(time.kind)

    def _pieces(self, controller: Controller, time: Time) -> Sum | None:
        """What the time is made of."""
        source = controller.measurements.source()
        pieces = source.ran if time.kind == MEASURED else source.expected
        if pieces is None:
            return None
        sums = [pieces.below(path) for one in self._ids if (path := controller.dotted_path(one))]
        return total([one for one in sums if one is not None])


def _sentence(found: Sum | None) -> str:
    """What holds it back, in words."""
    if found is None or found.bound is None:
        return ""
    return {
        "compute": "Bound by arithmetic: fewer MACs make it faster.",
        "memory": "Bound by memory: it waits for its maps and weights, and fewer MACs alone make it no faster.",
        "overhead": "Bound by overhead: calls and small kernels take its time, and fewer MACs make it no faster.",
    }[found.bound]
