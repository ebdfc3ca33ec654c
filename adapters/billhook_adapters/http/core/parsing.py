"""Bodies as values: JSON within limits, and the nested form encoding of PHP and Ruby."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl

DEEPEST = 32
"""Levels of a JSON text, or of a form's keys."""
MOST_FIELDS = 2000
"""Fields of a form."""
MOST_DIGITS = 4300
"""Digits of an integer; reading one costs the square of them."""

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def from_json(raw: bytes, *, parse_float: Callable[[str], Any] = float) -> Any:
    """The value of a JSON text in UTF-8; `parse_float` reads the numbers that are not integers.

    Raises ValueError on anything else, on NaN and infinities, on integers of thousands of digits
    and on more than `DEEPEST` levels.

    >>> from_json(b'{"amount": 5}')
    {'amount': 5}
    """
    try:
        value = json.loads(
            raw.decode(), parse_constant=_refuse, parse_int=_integer, parse_float=parse_float
        )
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if _deeper(value, DEEPEST):
        raise ValueError("is nested too deeply")
    return value


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
        raise ValueError("has an integer of too many digits")
    return int(digits)


def _deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    held = cast("dict[str, Any] | list[Any]", value)
    inner = held.values() if isinstance(held, dict) else held
    return levels == 0 or any(_deeper(one, levels - 1) for one in inner)
