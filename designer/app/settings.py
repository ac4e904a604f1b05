"""What the program remembers about a person: theme, panels, recent files. One typed entry for each, in one table.

Everything the program keeps outside of documents lies in two folders of the person's account, or, where the environment variable
LIGHTDESIGNER_HOME names one, in that folder alone: for tests, and for a copy on a stick.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal

from designer.analysis.budget import LIMITED

T = TypeVar("T", str, bool, int, bytes, list)

HOME = "LIGHTDESIGNER_HOME"
MAX_RECENT = 12


def config_folder() -> Path:
    """Where the settings file lies."""
    return _folder(QStandardPaths.StandardLocation.GenericConfigLocation)


def data_folder() -> Path:
    """Where recovery files and locks lie."""
    return _folder(QStandardPaths.StandardLocation.GenericDataLocation)


def _folder(location: QStandardPaths.StandardLocation) -> Path:
    home = os.environ.get(HOME)
    return Path(home).absolute() if home else Path(QStandardPaths.writableLocation(location)) / "lightdesigner"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One thing that is remembered. A value of another type than the default's, or that `accepts` refuses, counts as not set."""

    key: str
    default: T
    accepts: Callable[[T], bool] = lambda _: True


def _is_view(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], dict)


def _is_width(pair: object) -> bool:
    """A column's id and its width in px."""
    match pair:
        case [str(), int(width)]:
            return 16 <= width <= 4096
    return False


def _is_limit(pair: object) -> bool:
    """A figure that may be limited, and its limit."""
    match pair:
        case [str(figure), int(most)]:
            return figure in LIMITED and 0 <= most < 10**30
    return False


THEME = Setting("theme", "system", ("light", "dark", "system").__contains__)
COUNT_FLOPS = Setting("count_flops", False)
REDUCED_MOTION = Setting("reduced_motion", False)
WINDOW_GEOMETRY = Setting("window/geometry", b"")
WINDOW_STATE = Setting("window/state", b"")  # where docks and tool bars stand
FLOW = Setting("canvas/flow", "down", ("down", "right").__contains__)  # of designs that are new
GUIDES = Setting("canvas/guides", True)  # lines while blocks are dragged
MINIMAP = Setting("canvas/minimap", True)
ALL_BLOCKS = Setting("palette/all", False)
LAYER_COLUMNS: Setting[list] = Setting("layers/columns", [], lambda ids: all(isinstance(one, str) and one for one in ids))
LAYER_WIDTHS: Setting[list] = Setting("layers/widths", [], lambda pairs: all(_is_width(one) for one in pairs))
LAYER_LEVEL = Setting("layers/level", "layer", ("stage", "block", "layer").__contains__)
LAYER_SORT: Setting[list] = Setting(
    "layers/sort", [], lambda sort: not sort or (len(sort) == 2 and isinstance(sort[0], str))
)  # id, descending
PROFILE_OPTIONS = Setting("profile/options", "")  # what was chosen before the last run, JSON
PROFILE_DEVICES = Setting("profile/devices", "")  # names of this machine's devices and its threads as the worker said them, JSON
VIEWS: Setting[list] = Setting("documents/views", [], lambda views: all(_is_view(one) for one in views))  # path, look
BUDGET: Setting[list] = Setting("budget", [], lambda limits: all(_is_limit(one) for one in limits))  # the same for all designs
LAST_FOLDER = Setting("documents/folder", "")  # where file dialogs begin
RECENT: Setting[list] = Setting("documents/recent", [], lambda paths: all(isinstance(path, str) and path for path in paths))


class Settings(QObject):
    """The settings file. Made once and shared by all windows of a process; other processes' changes are merged by key."""

    changed = Signal(str)  # the key of a setting that has another value now

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(str(config_folder() / "settings.ini"), QSettings.Format.IniFormat, self)

    def get(self, setting: Setting[T]) -> T:
        """The value that was set, or the default."""
        text = self._store.value(setting.key)
        if not isinstance(text, str):
            return setting.default
        try:
            value: Any = json.loads(text)
            if isinstance(setting.default, bytes):
                value = base64.b64decode(value, validate=True) if isinstance(value, str) else None
        except (ValueError, RecursionError, binascii.Error):
            return setting.default
        return value if type(value) is type(setting.default) and setting.accepts(value) else setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Remember a value; the file follows within moments."""
        if value == self.get(setting):
            return
        raw = base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        self._store.setValue(setting.key, json.dumps(raw, ensure_ascii=True))
        self.changed.emit(setting.key)

    def forget(self, setting: Setting[T]) -> None:
        """Go back to the default."""
        self._store.remove(setting.key)
        self.changed.emit(setting.key)

    def save(self) -> None:
        """Write to the disk now."""
        self._store.sync()

    def last_folder(self) -> Path:
        """Where file dialogs begin: where a file was saved last, else where documents lie, as far as these folders exist."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        known = (Path(one) for one in (self.get(LAST_FOLDER), documents) if one)
        return next((folder for folder in known if folder.is_dir()), Path.home())

    # -- recent files ----------------------------------------------------------------------------------------------------------

    def recent(self) -> list[Path]:
        """The files opened or saved last, newest first. The disk is not asked whether they are still there: it may be slow."""
        return [Path(path) for path in self.get(RECENT)]

    def add_recent(self, file: Path) -> None:
        """Put a file at the head of the list."""
        self.set(RECENT, [str(file), *self._others(file)][:MAX_RECENT])

    def drop_recent(self, file: Path) -> None:
        """Take a file off the list, as when it is gone."""
        self.set(RECENT, self._others(file))

    def clear_recent(self) -> None:
        self.set(RECENT, [])

    def _others(self, file: Path) -> list[str]:
        return [path for path in self.get(RECENT) if path != str(file)]
