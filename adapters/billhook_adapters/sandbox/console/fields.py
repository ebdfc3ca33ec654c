"""The fields of a query or a form, and pages of lists that are in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

from billhook_adapters.http.core.request import Request

A = TypeVar("A")

PAGE = 50
"""Rows of a list on one page."""

MOST_FIELDS = 50

Fields = Mapping[str, str]

NO_FIELDS: Fields = MappingProxyType({})


def parsed(text: str) -> Fields:
    """The fields by their names, without spaces around them; of a repeated one the last.

    >>> parsed("status=paid&text=+a+b+")
    {'status': 'paid', 'text': 'a b'}
    """
    try:
        pairs = parse_qsl(text, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: value.strip() for name, value in pairs}


async def form(request: Request) -> Fields:
    """The fields of a form that was sent."""
    return parsed((await request.body()).decode(errors="replace"))


def query(**fields: str | None) -> str:
    """A query of the fields that are given, with its `?`; empty where none is.

    >>> query(text="a b", status=None), query(status="")
    ('?text=a+b', '')
    """
    text = urlencode({name: value for name, value in fields.items() if value})
    return f"?{text}" if text else ""


class Part(NamedTuple, Generic[A]):
    """One page of a list, the newest first; `older` and `newer` are the numbers of others."""

    rows: Sequence[A]
    total: int
    older: int | None
    newer: int | None


def part(rows: Sequence[A], page: str | None) -> Part[A]:
    """The page of this number, counted from 1, of a list that begins with the oldest row.

    Another text is the first page.

    >>> part(["a", "b"], None).rows
    ['b', 'a']
    """
    last = max(1, -(-len(rows) // PAGE))
    wanted = int(page) if page and page.isascii() and page.isdigit() and len(page) < 10 else 1
    number = min(max(wanted, 1), last)
    newest_first = rows[::-1][(number - 1) * PAGE : number * PAGE]
    return Part(
        newest_first,
        len(rows),
        older=number + 1 if number < last else None,
        newer=number - 1 if number > 1 else None,
    )
