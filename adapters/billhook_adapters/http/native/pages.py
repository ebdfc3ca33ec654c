"""Pages of lists: read in pieces and serialised row by row, until they are full.

All of it runs where the service reads, beside the event loop, and no step takes long: other threads
get their turns between two rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from billhook.application.records import Page, Place
from billhook_adapters.http.native.schemas.cursors import cursor

LARGEST_PAGE = 2 * 1024 * 1024
"""Bytes of rows after which a page ends, though its limit is not reached."""

PIECE = 50
"""Rows that are in memory at the same time."""

R = TypeVar("R")
P = TypeVar("P", Place, int)


def page_response(
    name: str,
    limit: int,
    after: P | None,
    read: Callable[[Page[P]], Sequence[R]],
    place: Callable[[R, int], P],
    out: Callable[[R], BaseModel],
) -> Response:
    """The page behind a place: its rows under `name`, and the cursor of the next page.

    `read` returns the rows behind a place, `place` is that of a row, which is given with the number
    of rows before it on the page, and `out` shows a row.
    """
    shown: list[bytes] = []
    size, last, is_cut = 0, after, False
    for row, at in _rows(read, Page(limit + 1, after), place):
        is_cut = len(shown) == limit or size >= LARGEST_PAGE
        if is_cut:
            break
        last = at
        shown.append(out(row).model_dump_json().encode())
        size += len(shown[-1])
    next_cursor = json.dumps(cursor(last) if is_cut and last is not None else None).encode()
    body = b'{"%b":[%b],"next_cursor":%b}' % (name.encode(), b",".join(shown), next_cursor)
    return Response(body, media_type="application/json")


def _rows(
    read: Callable[[Page[P]], Sequence[R]], page: Page[P], place: Callable[[R, int], P]
) -> Iterator[tuple[R, P]]:
    """The rows of a page with their places."""
    wanted, after, given = page.limit or 0, page.after, 0
    while given < wanted:
        piece = min(PIECE, wanted - given)
        found = read(Page(piece, after))
        for row in found:
            after = place(row, given)
            given += 1
            yield row, after
        if len(found) < piece:
            return
