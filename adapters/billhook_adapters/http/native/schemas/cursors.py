"""Cursors: the end of a page as opaque text."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

from billhook.application.records import Place
from billhook.model.base import storable
from billhook.model.canonical_json import plain
from billhook.model.instants import utc

LONGEST_CURSOR = 1024
"""Characters: of the place of a payment whose reference is as long as it may be."""
_LONGEST_ID = 128
_MOST_EVENTS = 10**12


def cursor(place: Place | int) -> str:
    """The cursor of the last row of a page, by its place in the list."""
    value = place if isinstance(place, int) else [plain(place[0]), place[1]]
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode()


def place_of(cursor: str) -> Place:
    """Where a page by time ended. Raises ValueError on text that no page gave."""
    try:
        at, last = _value_of(cursor)
        if isinstance(last, str) and 0 < len(last) <= _LONGEST_ID:
            return utc(datetime.fromisoformat(at)), storable(last)
    except (ValueError, TypeError):
        pass
    raise ValueError("must be the next_cursor of the page before")


def number_of(cursor: str) -> int:
    """How many events a page of events ended behind. Raises ValueError as `place_of` does."""
    try:
        number = _value_of(cursor)
        if type(number) is int and 0 < number < _MOST_EVENTS:
            return number
    except ValueError:
        pass
    raise ValueError("must be the next_cursor of the page before")


def _value_of(cursor: str) -> Any:
    try:
        return json.loads(urlsafe_b64decode(cursor.encode("ascii")))
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _place(text: str) -> str:
    place_of(text)
    return text


def _number(text: str) -> str:
    number_of(text)
    return text


_SCHEMA = WithJsonSchema({"type": "string", "maxLength": LONGEST_CURSOR})
_Text = Annotated[str, StringConstraints(max_length=LONGEST_CURSOR)]

Cursor = Annotated[Annotated[_Text, AfterValidator(_place)] | None, _SCHEMA]
"""The cursor of a list by time, where there is one."""

EventCursor = Annotated[Annotated[_Text, AfterValidator(_number)] | None, _SCHEMA]
"""The cursor of a list of events, where there is one."""
