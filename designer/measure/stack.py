"""Room on Python's own stack while something is timed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ROOM = 2**20
"""Bytes that are free afterwards, at least: the frames of a forward of 10,000 layers, and of what these call, take a fifth."""


def roomy(function: Callable[P, T]) -> Callable[P, T]:
    """The function, called with so much room on Python's stack that nothing it times comes to the end of a piece of it.

    Python keeps the frames of running functions in pieces of 16 KiB. A call that does not fit takes another piece from the system
    and gives it back when it returns: 50 µs where other threads compute, for each call made just there. Whether a loop over the
    layers stands just there depends on how deep the program was before, and one way of running a design meets it where another,
    with a few more names or one more call, does not. So a frame larger than any piece begins one of its own here, whose rest all
    else has.
    """

    def call(*args: P.args, **options: P.kwargs) -> T:
        return function(*args, **options)

    call.__code__ = call.__code__.replace(co_stacksize=ROOM // 8)
    return wraps(function)(call)
