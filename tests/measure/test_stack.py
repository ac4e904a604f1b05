"""Python's own stack: a loop over layers that stands at the end of a piece of it takes a new one for each call."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable

import pytest

from designer.measure.layers import measure_layers
from designer.measure.profile import profile
from designer.measure.roof import calibrate
from designer.measure.stack import roomy
from designer.measure.together import profile_together

CALLS = 200
DEPTHS = range(160)  # more than a piece of 16 KiB has room for, in steps smaller than the frames of the calls


def faults() -> int:
    """Pages that this process took from the system so far."""
    resource = pytest.importorskip("resource", reason="this system does not count pages")
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)


def layer(values: tuple[int, ...]) -> tuple[int, ...]:
    first, *_ = values
    return tuple([first + value for value in values])


def timed() -> int:
    """What a run of a design does to the stack: it calls layers one after the other. Gives the pages that took."""
    values = tuple(range(8))
    before = faults()
    for _ in range(CALLS):
        layer(values)
    return faults() - before


def deeper(depth: int, run: Callable[[], int]) -> int:
    return deeper(depth - 1, run) if depth else run()


@pytest.mark.skipif(sys.platform != "linux", reason="how other systems count pages is not known")
def test_with_room_no_place_in_the_stack_is_worse_than_another() -> None:
    timed()
    plain = max(deeper(depth, timed) for depth in DEPTHS)
    with_room = max(deeper(depth, roomy(timed)) for depth in DEPTHS)
    assert plain >= CALLS, "at the end of a piece each call takes another one; else nothing of this is needed any more"
    assert with_room < CALLS // 10


@pytest.mark.parametrize("function", [profile, profile_together, measure_layers, calibrate])
def test_everything_that_is_timed_has_room(function: Callable[..., object]) -> None:
    assert function.__code__.co_stacksize * 8 >= 2**20
    assert next(iter(inspect.signature(function).parameters)) in {"design", "designs", "device"}, "it is called as before"


def test_what_is_called_with_room_gets_and_gives_everything() -> None:
    @roomy
    def both(first: int, *, second: int = 2) -> tuple[int, int]:
        """Both."""
        if second < 0:
            raise ValueError("second")
        return first, second

    assert both(1) == (1, 2)
    assert both(1, second=3) == (1, 3)
    assert both.__doc__ == "Both."
    with pytest.raises(ValueError, match="second"):
        both(1, second=-1)
