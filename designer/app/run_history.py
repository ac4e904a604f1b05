"""The runs of each document, kept in the person's data folder: one file a run, the newest first, the oldest dropped.

A document with a file has its runs under the name of that file, one that was opened from a preset and never saved under the
preset's. A new design keeps them in memory until it has a file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from blocks.errors import LightdesignerError
from designer.analysis.measured import Profile
from designer.app.settings import data_folder

if TYPE_CHECKING:
    from designer.app.controller import Controller

FOLDER = "runs"
SUFFIX = ".run.json"
FORMAT = "lightdesigner run"
SCHEMA = 1
MOST = 40
"""Runs of one document that are kept."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One profile with what it was a profile of: the preset and its options, and the signature of each block as it ran.

    `expected_ms` is what the latency table let expect before the run, with `expected_known` of `expected_layers` layers measured.
    """

    id: str
    at: str  # UTC, ISO 8601
    profile: Profile
    signatures: dict[str, str]
    preset: str = ""
    options: dict[str, Any] = {}
    title: str = ""
    expected_ms: float | None = None
    expected_known: int = 0
    expected_layers: int = 0
    format: str = FORMAT
    schema: int = SCHEMA

    @property
    def when(self) -> datetime:
        """In the time of this place."""
        with suppress(ValueError):
            return datetime.fromisoformat(self.at.replace("Z", "+00:00")).astimezone()
        return datetime.fromtimestamp(0, tz=UTC).astimezone()

    def said(self, options: Mapping[str, Any] | None = None) -> str:
        """What it was, in a few words: what differs from these options, as those of the design as it is now, and how it ran."""
        profile = self.profile
        batch = f", batch {profile.batch}" if profile.batch != 1 else ""
        if options is not None and self.preset and dict(options) != self.options:
            names = sorted({*options, *self.options})
            changed = [name for name in names if self.options.get(name) != options.get(name)]
            words = [f"{name} {self._option(name)}" for name in changed]
            dtype = f", {profile.dtype}" if profile.dtype != "fp32" else ""
            return f"{', '.join(words)}, {profile.backend}{dtype}{batch}"
        return f"{profile.backend}, {profile.dtype}{batch}"

    def _option(self, name: str) -> str:
        """The value that an option had, given or not."""
        from designer.catalogue import find_preset

        with suppress(LightdesignerError):  # a preset of another version
            preset = find_preset(self.preset)
            if name in preset.parameters:
                return _value(preset.of(preset.bind(self.options).values).settled(name))
        return _value(self.options[name]) if name in self.options else "as given"

    def circumstances(self) -> str:
        """Under what it was measured, in one sentence."""
        environment = self.profile.environment
        torch = environment.versions.get("torch", "")
        clock = f"{environment.clock_mhz / 1000:.1f} GHz" if environment.clock_mhz else ""
        threads = f"{environment.threads} {'thread' if environment.threads == 1 else 'threads'}"
        parts = [
            f"torch {torch}" if torch else "",
            self.profile.dtype,
            threads if environment.device == "cpu" else environment.device_name,
            clock,
            "random weights and input",
            f"{self.profile.runs:,} {'run' if self.profile.runs == 1 else 'runs'}",
        ]
        return ", ".join(filter(None, parts)) + "."


class Compared(NamedTuple):
    """A block in two runs; None where a run has no such block, or no time of it."""

    path: str
    block: str
    a_ms: float | None
    b_ms: float | None

    @property
    def change(self) -> float | None:
        """How much longer it takes in the second, in ms."""
        return None if self.a_ms is None or self.b_ms is None else self.b_ms - self.a_ms


def compare(a: Profile, b: Profile) -> list[Compared]:
    """The blocks of two runs beside each other, the largest change first, then what only one of them has."""
    first, second = {block.path: block for block in a.blocks}, {block.path: block for block in b.blocks}
    found = []
    for path in {**first, **second}:
        one, other = first.get(path), second.get(path)
        kind = (one or second[path]).block
        found.append(Compared(path, kind, one.ms if one is not None else None, other.ms if other is not None else None))
    return sorted(found, key=lambda row: -1.0 if row.change is None else abs(row.change), reverse=True)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " × ".join(map(str, value if len(set(value)) > 1 else value[:1]))
    return f"{value:g}" if isinstance(value, float) else str(value)


def new_id() -> str:
    """A name for a run that sorts by time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def key_of(controller: Controller) -> str:
    """Under which name the runs of a document are kept, "" for one without a file that no preset drew."""
    if controller.path is not None:
        place = os.path.realpath(controller.path)
        return f"{_words(controller.path.stem)}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:12]}"
    origin = controller.design.origin
    return f"preset-{_words(origin.preset)}" if origin is not None else ""


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "design"


def folder_of(key: str) -> Path:
    return data_folder() / FOLDER / key


def read(key: str) -> list[Run]:
    """The runs of a document, the newest first. Files that cannot be read are left alone and left out."""
    found = []
    with suppress(OSError):
        for file in sorted(folder_of(key).glob(f"*{SUFFIX}"), reverse=True)[:MOST]:
            with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                run = msgspec.json.decode(file.read_bytes(), type=Run)
                if run.format == FORMAT and run.schema <= SCHEMA:
                    found.append(run)
    return sorted(found, key=lambda run: run.id, reverse=True)


def write(key: str, run: Run) -> str:
    """Keep a run; gives a sentence where that is not possible, "" otherwise. The oldest beyond `MOST` go."""
    folder = folder_of(key)
    temporary = folder / f".{run.id}-{secrets.token_hex(4)}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(run))
        temporary.replace(folder / f"{run.id}{SUFFIX}")
        for old in sorted(folder.glob(f"*{SUFFIX}"), reverse=True)[MOST:]:
            old.unlink(missing_ok=True)
    except OSError as problem:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        return f"The run is shown but cannot be kept in {folder}: {problem.strerror or problem}."
    return ""


def remove(key: str, run_id: str) -> None:
    """Forget a run."""
    with suppress(OSError):
        (folder_of(key) / f"{run_id}{SUFFIX}").unlink(missing_ok=True)
