"""What was run is news for everybody who keeps runs in the same place: two tabs of one preset, a tab and a compared design."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class RunNews(QObject):
    """One for the process. Keys are those of `run_history.key_of`."""

    kept = Signal(str, object)  # key, Run
    forgotten = Signal(str, str)  # key, id of the run
