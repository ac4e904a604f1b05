"""JSON without its loopholes: no doubled keys, no NaN, no numbers that overflow, no bottomless nesting. Errors say where."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from designer.document.errors import DocumentError

MAX_DIGITS = 4_000  # of a whole number; Python itself stops at 4,300
MAX_BITS = 13_000  # of a number of so many digits
MAX_DEPTH = 100  # of values inside each other; a design of ours needs 6

SENTENCES = {
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Extra data": "more text follows where the design should end",
    "Invalid control character at": "a line break or another control character stands inside a text",
    "Invalid \\escape": "a backslash is followed by something that means nothing",
    "Invalid \\uXXXX escape": "a backslash is followed by something that means nothing",
}
"""Python's words for what is wrong with JSON, and ours."""


class _Refused(Exception):
    """Raised inside the parser, which does not tell its hooks where they are."""

    def __init__(self, code: str, literal: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.literal = literal
        self.words = words


def parse(text: str) -> Any:
    """The value of a JSON text. Raises DocumentError with line and column."""
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as problem:
        where = {"line": problem.lineno, "column": problem.colno}
        at = f"line {problem.lineno}, column {problem.colno}"
        if not text.strip():
            raise DocumentError("empty", "The file is empty.") from None
        if problem.msg.startswith("Unterminated string") or problem.pos >= len(text.rstrip()):
            raise DocumentError(
                "truncated", f"The file ends in the middle of the design, at {at}: it is cut short.", **where
            ) from None
        words = SENTENCES.get(problem.msg, problem.msg[:1].lower() + problem.msg[1:])
        raise DocumentError("bad_json", f"This is not valid JSON: at {at}, {words}.", **where) from None
    except _Refused as problem:
        position = _position(text, problem.literal)
        line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
        raise DocumentError(problem.code, f"At line {line}, column {column}, {problem}.", line=line, column=column) from None
    except RecursionError:
        raise _too_nested() from None
    if HALF_CHARACTER.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except (UnicodeEncodeError, RecursionError):
            raise DocumentError(
                "bad_text", "A text holds half a character (\\ud800 to \\udfff without its other half)."
            ) from None
    if not shallow(value):
        raise _too_nested()
    return value


HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


def _too_nested() -> DocumentError:
    return DocumentError("too_nested", f"Values are nested more than {MAX_DEPTH} deep; no design needs that.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Refused(
                    "duplicate_key", json.dumps(key, ensure_ascii=False), f"the key {key!r:.80} stands twice in one object"
                )
            seen.add(key)
    return found


def _constant(literal: str) -> Any:
    raise _Refused("not_a_number", literal, f"{literal} is no number that a design can hold")


def _float(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise _Refused("number_range", literal, f"the number {literal[:40]} is too large")
    return value


def _int(literal: str) -> int:
    if len(literal) > MAX_DIGITS:
        raise _Refused("number_range", literal, f"a whole number of {len(literal.lstrip('-')):,} digits is too large")
    return int(literal)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+')


def _position(text: str, literal: str) -> int:
    """Where a literal stands as a token of its own; a doubled key is the second of its kind."""
    places = [token.start() for token in TOKEN.finditer(text) if token.group() == literal]
    if not places:
        return 0  # a key written with escapes
    return places[1] if literal.startswith('"') and len(places) > 1 else places[0]


def shallow(value: Any) -> bool:
    """Whether values stand at most MAX_DEPTH deep inside each other."""
    level = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if type(item) is dict:
                deeper += [inner for inner in item.values() if type(inner) is dict or type(inner) is list]
            elif type(item) is list:
                deeper += [inner for inner in item if type(inner) is dict or type(inner) is list]
        if not deeper:
            return True
        level = deeper
    return False


# -- writing -------------------------------------------------------------------------------------------------------------------

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode


def line(value: Any) -> str:
    """A value as one line. Raises ValueError where `parse` could not read it back."""
    try:
        return _encode(value)
    except (TypeError, RecursionError) as problem:
        raise ValueError(str(problem)) from None


def storable(value: Any, depth: int = MAX_DEPTH - 10) -> bool:
    """Whether a parameter's raw value can be written and read back: none, numbers, texts, lists and objects of them."""
    if value is None or isinstance(value, (bool, str)):
        return True
    if isinstance(value, int):
        return value.bit_length() <= MAX_BITS
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (list, tuple)):
        return depth > 0 and all(storable(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return depth > 0 and all(isinstance(key, str) and storable(item, depth - 1) for key, item in value.items())
    return False
