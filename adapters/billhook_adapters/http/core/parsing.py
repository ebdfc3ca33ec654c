"""Bodies as values: JSON within limits, and the nested form encoding of PHP and Ruby.

The limits are checked before any object is built: reading costs the same whatever a text holds.
"""

from __future__ import annotations

import json
import re
from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import isfinite
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl

DEEPEST = 32
"""Levels of a JSON text, or of a form's keys."""
MOST_VALUES = 10_000
"""Values of a JSON text; the largest document that any API takes has about a third of it."""
MOST_FIELDS = 2000
"""Fields of a form."""
MOST_DIGITS = 1000
"""Digits of a number; reading one costs the square of them."""
LARGEST_EXPONENT = 99
"""Of a number with an exponent, on either side of zero; computing with it costs its size."""

LARGE = 64 * 1024
"""Bytes; a longer body is read beside the event loop, one at a time."""

T = TypeVar("T")

_READER = ThreadPoolExecutor(1, "billhook-parse")

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_TEXT = re.compile(rb'"(?:[^"\\]++|(?:\\.)++)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


async def parsed(parse: Callable[[bytes], T], raw: bytes) -> T:
    """What `parse` returns for a body, without holding up other requests where it is large."""
    if len(raw) <= LARGE:
        return parse(raw)
    return await get_running_loop().run_in_executor(_READER, parse, raw)


def from_json(raw: bytes, *, parse_float: Callable[[str], Any] = float) -> Any:
    """The value of a JSON text in UTF-8; `parse_float` reads the numbers that are not integers.

    Of a name given twice the last value counts. Raises ValueError on anything that is not JSON, on
    NaN and infinities, on numbers of thousands of digits or with exponents beyond
    `LARGEST_EXPONENT`, and on more than `MOST_VALUES` values or `DEEPEST` levels.

    >>> from_json(b'{"amount": 5}')
    {'amount': 5}
    """
    text = raw.decode()
    _check_size(raw)

    def fraction(number: str) -> Any:
        _check_number(number)
        return parse_float(number)

    return json.loads(text, parse_constant=_refuse, parse_int=_integer, parse_float=fraction)


def _check_size(raw: bytes) -> None:
    levels = raw.count(b"[") + raw.count(b"{")
    if levels <= DEEPEST and raw.count(b",") + levels <= MOST_VALUES:
        return  # of most texts this is known without looking at what stands in quotes
    # Two texts for each value at most, its name and itself: further ones need not be skipped.
    structure = _TEXT.sub(b"", raw, count=2 * MOST_VALUES)
    brackets = structure.count(b"[") + structure.count(b"{")
    if structure.count(b",") + brackets > MOST_VALUES:
        raise ValueError("has too many values")
    level = 0
    for bracket in _BRACKET.finditer(structure):
        level += 1 if bracket[0] in b"[{" else -1
        if level > DEEPEST:
            raise ValueError("is nested too deeply")


def from_form(raw: bytes) -> dict[str, Any]:
    """The nested value of a form: `line_items[0][name]=Book`, `notes[key]=value`.

    Lists stay dictionaries by position, as the Go SDK sends them too. Raises ValueError on keys
    of another shape, on too many fields, and on text that is not UTF-8.

    >>> from_form(b"line_items[0][name]=Book&draft=1")
    {'line_items': {'0': {'name': 'Book'}}, 'draft': '1'}
    """
    found: dict[str, Any] = {}
    pairs = parse_qsl(
        raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
    )
    for key, value in pairs:
        shape = _KEY.fullmatch(key)
        if shape is None:
            raise ValueError("has a key of no shape")
        parts = [shape[1], *_PART.findall(shape[2])]
        if len(parts) > DEEPEST:
            raise ValueError("is nested too deeply")
        _put(found, parts, value)
    return found


def _put(into: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        below = into.setdefault(part or str(len(into)), {})
        if not isinstance(below, dict):
            raise ValueError("gives one key a value and fields of its own")
        into = cast("dict[str, Any]", below)
    last = parts[-1] or str(len(into))
    if isinstance(into.get(last), dict):
        raise ValueError("gives one key a value and fields of its own")
    into[last] = value


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> int:
    # The interpreter has this limit too, but its host may have lifted it.
    if len(digits) > MOST_DIGITS:
        raise ValueError("has a number of too many digits")
    return int(digits)


def _check_number(number: str) -> None:
    if len(number) > MOST_DIGITS:
        raise ValueError("has a number of too many digits")
    exponent = number.lower().partition("e")[2]
    if len(exponent) > 5 or abs(int(exponent or 0)) > LARGEST_EXPONENT:
        raise ValueError("has a number with too large an exponent")
    if not isfinite(float(number)):
        raise ValueError("has a number that is too large")
