"""The latency tables of this account, as the window uses them: read once, learned from at once, written by a thread of its own.

What the command line or another window measured meanwhile is not lost: the thread adds to the file what was found, and does not
write what this window holds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from designer import latency_store
from designer.analysis.engine import Engine
from designer.analysis.latency import LatencyTable
from designer.analysis.measured import LayersMeasured, MeasureError, Profile, Roof, Setup
from designer.app import garbage
from designer.app.measurements import Estimate
from designer.app.profile_figures import common_path

Found = Profile | LayersMeasured | Roof


class LatencyTables(QObject):
    """One table a device, of this machine's devices and of those that were imported."""

    changed = Signal()
    troubled = Signal(str)  # a sentence: a table cannot be read or written
    _wrote = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tables: dict[str, LatencyTable] | None = None
        self.revision = 0  # how often anything was added
        self._writing: list[threading.Thread] = []
        self._wrote.connect(self._tell)

    @property
    def tables(self) -> dict[str, LatencyTable]:
        """By the name of the device. Read from the disk when first asked for."""
        if self._tables is None:
            self._tables = {}
            with suppress(OSError):
                for file in sorted(latency_store.folder().glob(f"*{latency_store.SUFFIX}")):
                    with suppress(MeasureError):
                        table = latency_store.read(file)
                        self._tables[table.device_name] = table
        return self._tables

    def of(self, device_name: str) -> LatencyTable | None:
        return self.tables.get(device_name)

    # -- learning ----------------------------------------------------------------------------------------------------------------

    def learn(self, device_name: str, *found: Found) -> None:
        """Add what was measured on a device."""
        table = self.tables.setdefault(device_name, LatencyTable(device_name))
        for one in found:
            if isinstance(one, Roof):
                table.learn_roof(one)
            else:
                table.learn(one)
        self._write(lambda: latency_store.learn(device_name, *found))
        self._add()

    def take_in(self, file: Path) -> LatencyTable:
        """Add a table from a file, as from a board. Raises MeasureError where it cannot be read."""
        table = latency_store.read(file)
        mine = self.tables.setdefault(table.device_name, LatencyTable(table.device_name))
        mine.merge(table)

        def keep() -> str:
            latency_store.take_in(file)
            return ""

        self._write(keep)
        self._add()
        return mine

    def give_out(self, device_name: str, file: Path) -> None:
        """Write the table of a device to a file that can be carried elsewhere. Raises MeasureError."""
        latency_store.write(self.tables[device_name], file)

    def _add(self) -> None:
        self.revision += 1
        self.changed.emit()

    def _write(self, do: Callable[[], str]) -> None:
        before = [thread for thread in self._writing if thread.is_alive()]

        def work() -> None:
            for thread in before:
                thread.join()
            try:
                said = do()
            except MeasureError as problem:
                said = str(problem)
            self._wrote.emit(said)

        thread = garbage.thread(work, name="latency tables")
        self._writing = [*before, thread]
        thread.start()

    def finish(self) -> None:
        """Wait until everything is on the disk."""
        for thread in self._writing:
            thread.join()
        self._writing = []

    def _tell(self, said: str) -> None:
        if said:
            self.troubled.emit(said)

    # -- estimating --------------------------------------------------------------------------------------------------------------

    def estimate(self, engine: Engine, device_name: str, setup: Setup) -> Estimate | None:
        """What a design will take on a device; None where nothing of it was measured there, or some of it cannot be guessed."""
        table = self.of(device_name)
        found = table.estimate(engine, setup) if table is not None else None
        if found is None or found.ms is None or not found.measured:
            return None
        times: dict[str, float] = {}
        for unit in found.units:
            if unit.ms is not None:
                path = common_path(list(unit.paths))
                times[path] = times.get(path, 0.0) + unit.ms
        return Estimate(times, found.ms, found.measured, found.layers)
