"""Values to try in the place of one that does not work, and why a block cannot work with a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blocks.arithmetic import divisors_near
from blocks.builder import evaluate
from blocks.errors import BlockError
from blocks.parameters import Choice, Float, Int, Padding, Pair, Parameter
from blocks.spec import TensorSpec
from designer.analysis.results import NodeResult


def said(value: Any) -> str:
    """A value in a sentence."""
    if isinstance(value, tuple):
        return str(value[0]) if value[0] == value[1] else f"{value[0]} × {value[1]}"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)


def nearest(parameter: Parameter[Any], value: Any) -> Any:
    """The allowed value nearest to a raw one: the end of the range it passed, else the default."""
    if isinstance(parameter, (Pair, Padding)) and not isinstance(parameter, Choice):
        sides = value if isinstance(value, (list, tuple)) and len(value) == 2 else (value, value)
        if all(_is_number(side) for side in sides):
            return tuple(int(_clamp(parameter, side)) for side in sides)
        return parameter.default
    if isinstance(parameter, (Int, Float)) and _is_number(value):
        held = _clamp(parameter, value)
        return round(held) if isinstance(parameter, Int) else float(held)
    return parameter.default


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _clamp(parameter: Parameter[Any], value: Any) -> Any:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value


def near(parameter: Parameter[Any], given: Any, inputs: dict[str, TensorSpec]) -> Iterator[Any]:
    """Allowed values to try instead of a raw one: the nearest in range, divisors and multiples of channels, smaller windows."""
    try:
        value = parameter.clean(given)
    except BlockError:
        yield nearest(parameter, given)
        yield parameter.default
        return
    channels = next((spec[0] for spec in inputs.values()), 0)
    if isinstance(parameter, Int) and value is not None:
        if parameter.name in ("groups", "num_groups", "norm_groups") and channels:
            yield from sorted(divisors_near(channels, value, 8), key=lambda one: (abs(one - value), one))
        elif parameter.unit == "channels" and channels:
            yield from (channels, 2 * channels)
            for step in (2, 3, 4, 8, 16, 32, 64):
                yield from sorted({max(step, value // step * step), -(-value // step) * step}, key=lambda one: abs(one - value))
        else:
            yield from (value - 1, value // 2) if value > 1 else ()
    elif isinstance(parameter, Choice):
        yield from (option for option in parameter.of if option != value)
    elif isinstance(parameter, (Pair, Padding)):
        sides = value if isinstance(value, tuple) else (0, 0)
        if parameter.name == "kernel_size":
            room = min([min(spec[1:]) for spec in inputs.values() if len(spec) == 3], default=1)
            yield from ((side, side) for side in (min(room, max(sides) - 1), 3, 1) if 1 <= side < max(sides))
        elif parameter.name == "padding":
            yield from ((side, side) for side in (max(sides) + 1, max(sides) + 2, 1, 0, max(0, max(sides) - 1)))
        elif parameter.name == "stride":
            yield (1, 1)
    if value != parameter.default:
        yield parameter.default


def reason_of(parameter: Parameter[Any], value: Any) -> BlockError | None:
    """Why a value is out of range, None where it is not."""
    try:
        parameter.clean(value)
    except BlockError as error:
        return error
    return None


def problem_with(result: NodeResult, values: tuple[Any, ...]) -> BlockError | None:
    """Why a block cannot work with other canonical values on the inputs it has; None where it can, or has none yet."""
    block = result.block_type
    if block is None or result.disabled or result.evaluated is None or result.evaluated.problem is not None:
        return None
    return evaluate(block, values, result.evaluated.inputs).problem
