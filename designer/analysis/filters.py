"""Filters of tables and lists: `stride=2`, `macs>1M`, `depthwise`, several of them with spaces between."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_TERM = re.compile(r"^([a-z][a-z0-9_]*)(>=|<=|!=|=|>|<)(.+)$")
_FACTORS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}


class Term(NamedTuple):
    """One condition: a word to be found somewhere, or a comparison of a named value. `number` is what the text means as one."""

    name: str
    sign: str
    text: str
    number: float | None


def terms(text: str) -> list[Term]:
    """The conditions of a filter. Words that name nothing are looked for in the text of a row."""
    found = []
    for piece in text.lower().replace("×", "x").split():
        match = _TERM.match(piece)
        if match is None:
            found.append(Term("", "", piece, None))
        else:
            found.append(Term(match[1], match[2], match[3], number_of(match[3])))
    return found


def number_of(text: str) -> float | None:
    """`1.5M` as a number, None where it is none."""
    match = re.fullmatch(r"(-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?)([kmg]?)", text.replace(",", ""))
    return float(match[1]) * _FACTORS[match[2]] if match is not None else None


def accepts(term: Term, value: Any) -> bool:
    """Whether a canonical value fulfils a comparison. A pair is compared by both sides, a shape side by side."""
    if value is None:
        return (term.text == "none") == (term.sign == "=") and term.sign in ("=", "!=")
    if isinstance(value, (tuple, list)):
        written = "x".join(map(str, value))
        if term.sign in ("=", "!="):
            same = written == term.text or (
                len(value) == 2 and value[0] == value[1] and accepts(term._replace(sign="="), value[0])
            )
            return same == (term.sign == "=")
        return all(accepts(term, side) for side in value)
    if isinstance(value, bool):
        return (term.text in (("true", "on", "yes", "1") if value else ("false", "off", "no", "0"))) == (term.sign == "=")
    if isinstance(value, (int, float)):
        if term.number is None:
            return term.sign == "!="
        return _compare(term.sign, float(value), term.number)
    same = str(value).lower() == term.text
    return same == (term.sign == "=") if term.sign in ("=", "!=") else False


def _compare(sign: str, value: float, wanted: float) -> bool:
    return {
        "=": value == wanted,
        "!=": value != wanted,
        ">": value > wanted,
        "<": value < wanted,
        ">=": value >= wanted,
        "<=": value <= wanted,
    }[sign]


def matches(wanted: list[Term], words: str, values: Callable[[], Mapping[str, Any]]) -> bool:
    """Whether a row with these words (lower case) and named values fulfils every condition. A value it has not fulfils none."""
    named: Mapping[str, Any] | None = None
    for term in wanted:
        if not term.name:
            if term.text not in words:
                return False
            continue
        named = values() if named is None else named
        if term.name not in named or not accepts(term, named[term.name]):
            return False
    return True
