"""Hypothesis strategies that follow from the block definitions: canonical values of parameters and shapes for input ports.

Both are small and realistic most of the time and at the edges of their ranges now and then.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from blocks.block import Block, Values
from blocks.parameters import Bool, Choice, Float, Int, Padding, Pair, Parameter, Shape
from blocks.spec import MAX_CHANNELS, MAX_SIDE, Port, TensorSpec

CHANNELS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 96)
SIDES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 16, 27, 28, 32, 56)
SMALL = (0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 7)
RARELY = 24  # one value in this many stands at the edge of its range


class Case(NamedTuple):
    """A block with parameters and inputs that it may take or refuse."""

    values: Values
    inputs: tuple[TensorSpec, ...]


def _mostly(common: list[Any], edges: list[Any]) -> st.SearchStrategy[Any]:
    weight = max(1, round(RARELY * len(edges) / len(common)))
    return st.sampled_from(common * weight + edges)


@lru_cache(maxsize=4096)
def _number(low: int, high: int, channels: int | None) -> st.SearchStrategy[int]:
    """Whole numbers of a range. `channels`, where they may matter, are those of the input: what they divide is common too."""
    if channels is None:
        common = [number for number in SMALL if low <= number <= high]
    else:
        divisors = [n for n in range(1, min(channels, 128) + 1) if channels % n == 0]
        common = [n for n in (*CHANNELS, channels, channels, 2 * channels, *divisors) if low <= n <= high]
    near = range(low, min(high, low + 8) + 1)
    return _mostly(sorted(common or near), sorted({low, *near[-1:], high}))


def parameter_values(parameter: Parameter[Any], channels: int = 8) -> st.SearchStrategy[Any]:
    """Canonical values of one parameter of a block whose input has so many channels; the default half of the time."""
    found = [st.just(parameter.default), _some_value(parameter, channels)]
    if parameter.optional:
        found.append(st.none())
    return st.one_of(found)


def _some_value(parameter: Parameter[Any], channels: int) -> st.SearchStrategy[Any]:
    match parameter:
        case Int(minimum=low, maximum=high):
            counts_channels = parameter.unit in ("channels", "groups", "features", "classes")
            return _number(low, high, channels if counts_channels else None)
        case Float(minimum=low, maximum=high):
            return _floats(low, high, parameter.default)
        case Bool():
            return st.booleans()
        case Choice(of=options):
            return st.sampled_from(options)
        case Padding(minimum=low, maximum=high):
            return st.one_of(_pairs(low, high), _pairs(low, high), st.just("same"))
        case Pair(minimum=low, maximum=high):
            return _pairs(low, high)
        case Shape():
            return st.one_of(shapes(3), shapes(1))
        case _:
            raise TypeError(f"no strategy for parameters of the kind {parameter.kind!r}")


@lru_cache(maxsize=256)
def _pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    side = _number(low, high, None)
    square = side.map(lambda number: (number, number))
    return st.one_of(square, square, st.tuples(side, side))


@lru_cache(maxsize=256)
def _floats(low: float, high: float, default: float | None) -> st.SearchStrategy[float]:
    usual = [number for number in (default, 0.25, 0.5, 1.0, 2.0, 6.0) if number is not None and low <= number <= high]
    return st.one_of(st.sampled_from(sorted(usual)), st.floats(low, high))


@lru_cache(maxsize=8)
def shapes(rank: int | None) -> st.SearchStrategy[TensorSpec]:
    """Shapes of one tensor: maps for rank 3, vectors for rank 1, both for None."""
    common_channels, common_side = _mostly(list(CHANNELS), [MAX_CHANNELS]), _mostly(list(SIDES), [112, 224, MAX_SIDE])
    channels = st.one_of(common_channels, common_channels, st.integers(1, 200))
    side = st.one_of(common_side, common_side, st.integers(1, 130))
    if rank == 1:
        return channels.map(lambda c: TensorSpec((c,)))
    size = st.one_of(side.map(lambda n: (n, n)), st.tuples(side, side))
    maps = st.builds(lambda c, hw: TensorSpec((c, *hw)), channels, size)
    return maps if rank == 3 else st.one_of(maps, maps, shapes(1))


AS_WANTED = st.sampled_from([True] * RARELY + [False])


@st.composite
def _input_shapes(draw: st.DrawFn, ports: tuple[Port, ...]) -> tuple[TensorSpec, ...]:
    """One shape a port: what the port asks for, seldom of the wrong rank; further inputs mostly resemble the first."""
    if not ports:
        return ()
    count = draw(st.integers(1, 5)) if ports[-1].variadic else len(ports)
    wanted = ports[0].rank
    rank = wanted if draw(AS_WANTED) else {3: 1, 1: 3}.get(wanted or 0)
    first = draw(shapes(rank))
    return (first, *[draw(st.one_of(st.just(first), st.just(first), _like(first))) for _ in range(count - 1)])


@lru_cache(maxsize=512)
def _like(first: TensorSpec) -> st.SearchStrategy[TensorSpec]:
    """Shapes that a second input might have beside the first: other channels, a gate, another size, another rank."""
    other_channels = st.sampled_from(CHANNELS).map(lambda c: TensorSpec((c, *first[1:])))
    gate = st.just(TensorSpec((first[0], 1, 1)))
    return st.one_of(other_channels, gate, shapes(3), shapes(1))


@lru_cache(maxsize=1024)
def _values(block: type[Block], channels: int) -> st.SearchStrategy[Values]:
    return st.tuples(*[parameter_values(parameter, channels) for parameter in block.parameters.values()])


@st.composite
def cases(draw: st.DrawFn, block: type[Block]) -> Case:
    """Parameters within their ranges and input shapes, for any block."""
    inputs = draw(_input_shapes(block.inputs))
    return Case(draw(_values(block, inputs[0][0] if inputs else 8)), inputs)
