"""Work in a thread of its own, of which only the latest result counts: previews that follow choices, files that take a while."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from blocks.errors import LightdesignerError
from designer.app import garbage


class Background(QObject):
    """One thing at a time. What is asked for while something runs takes the place of whatever waited before.

    `done` and `failed` come in the thread that made the object, with the key that was given; never for what was given up.
    """

    done = Signal(object, object)  # key, what the work gave
    failed = Signal(object, str)  # key, a sentence
    _ended = Signal(object, object, str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: threading.Thread | None = None
        self._waiting: tuple[object, Callable[[], object]] | None = None
        self._given_up = False
        self._ended.connect(self._end)

    @property
    def busy(self) -> bool:
        return self._thread is not None

    def begin(self, key: object, work: Callable[[], object]) -> None:
        """Do this, now or once the thread is free."""
        self._given_up = False
        if self._thread is not None:
            self._waiting = key, work
            return
        self._thread = garbage.thread(self._run, key, work, name=self._name, daemon=True)
        self._thread.start()

    def give_up(self) -> None:
        """Nothing is told any more, and nothing runs when this returns."""
        self._given_up, self._waiting = True, None
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, key: object, work: Callable[[], object]) -> None:
        try:
            result, problem = work(), ""
        except LightdesignerError as error:
            result, problem = None, str(error)
        except MemoryError:
            result, problem = None, "There is not enough memory for this."
        except Exception as error:  # noqa: BLE001  # whatever goes wrong here must not leave a dialog waiting
            result, problem = None, f"{type(error).__name__}: {error}"
        self._ended.emit(key, result, problem)

    def _end(self, key: object, result: object, problem: str) -> None:
        if self._given_up:
            return
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.begin(*waiting)
            if waiting[0] == key:
                return
        if problem:
            self.failed.emit(key, problem)
        else:
            self.done.emit(key, result)
