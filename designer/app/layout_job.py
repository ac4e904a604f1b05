"""A layout in a thread of its own, for designs so large that the window would stand still."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal

from designer.app import garbage
from designer.graph.layout import Cancelled, Plan, Point, arrange


class LayoutJob(QObject):
    """One layout. `done` comes once, in the thread that made the job, unless it was cancelled."""

    done = Signal(object)  # places by node
    failed = Signal(str)

    def __init__(self, plan: Plan, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plan = plan
        self._stop = threading.Event()
        self._thread = garbage.thread(self._run, name="layout", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Give up. Nothing is emitted after this."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()  # it asks after every rank whether it is still wanted: milliseconds

    def _run(self) -> None:
        try:
            places: dict[str, Point] = arrange(self._plan, self._stop.is_set)
        except Cancelled:
            return
        except Exception as problem:  # noqa: BLE001  # whatever goes wrong here must not leave the window waiting
            if not self._stop.is_set():
                self.failed.emit(f"{type(problem).__name__}: {problem}")
            return
        if not self._stop.is_set():
            self.done.emit(places)
