"""What a command says: its answer to stdout, all at once and only when it is whole; complaints to stderr."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from designer.cli.tables import Table, harmless, is_terminal

if TYPE_CHECKING:
    from designer.analysis.report import ReportedIssue

WORDS = {"error": "error", "warning": "warning", "info": "note"}


class Answer:
    """Collects what goes to stdout, and the complaints that follow it on stderr. Nothing is written before the command has come
    to its end, so a command that fails leaves stdout empty."""

    def __init__(self) -> None:
        self._parts: list[str | Table] = []
        self._complaints: list[str] = []

    def text(self, text: str) -> None:
        """One or more lines."""
        self._parts.append(text.removesuffix("\n") + "\n")

    def table(self, table: Table) -> None:
        self._parts.append(table)

    def json(self, value: Any) -> None:
        self.text(json.dumps(value, indent=2, ensure_ascii=False))

    def complain(self, sentence: str) -> None:
        """A sentence for stderr, once the answer stands on stdout."""
        self._complaints.append(sentence)

    def complain_of(self, issues: Iterable[ReportedIssue], design: str = "") -> None:
        """Every issue as a sentence."""
        where = f"{design}: " if design else ""
        for issue in issues:
            self.complain(f"{WORDS[issue.severity]}: {where}{issue.sentence()}")

    def write(self) -> None:
        """Write everything to stdout, tables as suits who reads; then the complaints. Raises OSError where stdout is full."""
        try:
            self._write_out()
        finally:
            for sentence in self._complaints:
                complain(sentence)

    def _write_out(self) -> None:
        out = sys.stdout
        if out is None:
            return
        console: Any = None
        if is_terminal() and any(isinstance(part, Table) for part in self._parts):
            from rich.console import Console

            console = Console(file=out, highlight=False)
        for part in self._parts:
            if isinstance(part, str):
                out.write(part)
            elif console is not None:
                console.print(part.rich(console.width))
            else:
                out.write(part.plain())
        out.flush()


def complain(sentence: str) -> None:
    """A sentence on stderr."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write("\n".join(map(harmless, sentence.splitlines())) + "\n")
            sys.stderr.flush()


def prepare_streams() -> None:
    """UTF-8 for files and pipes on every system; a terminal keeps its encoding. What it lacks becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="replace")


def give_up_stdout() -> None:
    """Nobody takes what is still in stdout's buffer: let it go, so that the interpreter does not try again at its end."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that says on stderr what long work is at, where a person looks at it; where nobody does, it says nothing."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda doing: None
        return
    from rich.console import Console

    with Console(stderr=True, highlight=False).status("") as status:
        yield lambda doing: status.update(f"{doing} ...")


@contextmanager
def steady_progress() -> Iterator[Callable[[str], None]]:
    """Like `progress`, but nothing moves between two sayings: what turns a wheel would disturb what is timed."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda doing: None
        return

    def say(doing: str) -> None:
        with suppress(OSError):
            sys.stderr.write(f"\r\x1b[2K{doing} ..." if doing else "\r\x1b[2K")
            sys.stderr.flush()

    try:
        yield say
    finally:
        say("")
