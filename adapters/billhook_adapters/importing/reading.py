"""Reads the JSON of an export: one value, several, or one on each line; pages are opened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

_SPACE = " \t\r\n"
_VALUE = re.compile(r"^[\[{]", re.MULTILINE)


class Row(NamedTuple):
    """An invoice of an export: the line on which its JSON value begins, and where it is in it."""

    line: int
    item: int | None
    """Its place in a list or page, from 1; None for a value of its own."""
    value: Any


class Unreadable(NamedTuple):
    """What stands where a JSON value should be."""

    line: int
    reason: str


def rows(text: str) -> Iterator[Row | Unreadable]:
    """The invoices of an export, in order.

    After what is not JSON it goes on with the next line that begins with a list or an object.

    >>> [(one.line, one.item) for one in rows('{"items": [{}, {}]}' + chr(10) + "{}")]
    [(1, 1), (1, 2), (2, None)]
    """
    decoder, position, line = json.JSONDecoder(parse_constant=_refuse), 0, 1
    while True:
        start = position
        while position < len(text) and text[position] in _SPACE:
            position += 1
        line += text.count("\n", start, position)
        if position == len(text):
            return
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield Unreadable(line, _reason(error))
            following = _VALUE.search(text, position + 1)
            if following is None:
                return
            end = following.start()
        else:
            yield from _opened(line, value)
        line += text.count("\n", position, end)
        position = end


def _opened(line: int, value: Any) -> Iterator[Row]:
    items: Any = cast("dict[str, Any]", value).get("items") if isinstance(value, dict) else value
    if not isinstance(items, list):
        yield Row(line, None, value)
        return
    for number, item in enumerate(cast("Iterable[Any]", items), 1):
        yield Row(line, number, item)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    return "not JSON: it is nested too deeply" if isinstance(error, RecursionError) else str(error)
