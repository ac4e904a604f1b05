"""Telling whoever waits what a long compilation is at, without every function on the way having to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Within this block `listener` hears what each step is called, as it begins."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def begin(step: str) -> None:
    """A step begins; `step` is a phrase such as "Writing the file"."""
    listener = _listener.get()
    if listener is not None:
        listener(step)
