"""What the worker says about this machine, and what is remembered of that until it says so again."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from designer import protocol
from designer.analysis.measured import Machine
from designer.app.settings import PROFILE_DEVICES, Settings

if TYPE_CHECKING:
    from designer.app.worker_client import WorkerClient


class MachineFacts(QObject):
    """What the worker says about this machine, asked once, and its devices' names, which are remembered."""

    known = Signal()
    failed = Signal(str)

    def __init__(self, client: WorkerClient, settings: Settings | None) -> None:
        super().__init__(client)
        self._client = client
        self._settings = settings
        self._job = 0
        self.machine: Machine | None = None
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)
        client.cancelled.connect(self._cancelled)

    def ask(self) -> None:
        """Find out, if nobody is at it; `known` follows."""
        if not self._job:
            self._job = self._client.submit(protocol.AskMachine())

    def _finished(self, result: object) -> None:
        if isinstance(result, protocol.MachineKnown) and result.job == self._job:
            self._job = 0
            self.machine = msgspec.json.decode(result.machine, type=Machine)
            if self._settings is not None:
                self._settings.set(PROFILE_DEVICES, json.dumps([self.machine.device_names, self.machine.threads]))
            self.known.emit()

    def _failed(self, failed: protocol.Failed) -> None:
        if failed.job == self._job:
            self._job = 0
            self.failed.emit(failed.sentence)

    def _cancelled(self, number: int) -> None:
        if number == self._job:
            self._job = 0


def remembered_devices(settings: Settings | None) -> tuple[dict[str, str], int]:
    """The names of this machine's devices and its number of threads, as the worker said them the last time."""
    with suppress(ValueError, TypeError):
        names, threads = json.loads(settings.get(PROFILE_DEVICES) if settings is not None else "")
        if isinstance(names, dict) and isinstance(threads, int):
            return {str(key): str(value) for key, value in names.items()}, threads
    return {}, 1
