"""Blocks of a picture coloured by one of their figures, as the canvas shows them while heat is on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from designer.analysis import numbers
from designer.picture.sheet import Card


class Heat(NamedTuple):
    """Which figure it is, what it is for each root node (those that are not known are missing), and how it is written.

    `repeated` says that the figure stands in a block anyway, as MACs do.
    """

    title: str
    values: Mapping[str, float]
    write: Callable[[float], str]
    repeated: bool = False


class Warm(NamedTuple):
    """A card on the scale: from 0 to 1, the figure with its unit, and its part of all, "" where that is not known."""

    fraction: float
    text: str
    share: str


def warm(cards: Iterable[Card], heat: Heat | None) -> dict[str, Warm]:
    """Where each card stands on a scale from 0 to the largest card; a card of several blocks has what these have together."""
    if heat is None:
        return {}
    found: dict[str, float] = {}
    whole = True
    for card in cards:
        if all(member in heat.values for member in card.members):
            found[card.id] = sum([heat.values[member] for member in card.members])
        else:
            whole = False
    top, total = max(found.values(), default=0.0), sum(found.values())
    return {
        card: Warm(value / top if top else 0.0, heat.write(value), numbers.share(value / total) if whole and total else "")
        for card, value in found.items()
    }
