"""Cursors: the end of a page as opaque text."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from billhook.model.base import utc
from billhook.model.canonical_json import plain
from billhook.model.invoice import Invoice
from billhook_adapters.system.ids import is_id


def cursor(last: Invoice) -> str:
    """The cursor after the last invoice of a page."""
    place = json.dumps([plain(last.created_at), last.id], separators=(",", ":"))
    return urlsafe_b64encode(place.encode()).decode()


def after(cursor: str) -> tuple[datetime, str]:
    """Where a page ended. Raises ValueError on text that no page gave."""
    try:
        created_at, invoice = json.loads(urlsafe_b64decode(cursor.encode("ascii")))
        if is_id(invoice):
            return utc(datetime.fromisoformat(created_at)), invoice
    except (ValueError, TypeError, RecursionError):
        pass
    raise ValueError("must be the next_cursor of the page before")


def _known(text: str) -> str:
    after(text)
    return text


Cursor = Annotated[str, StringConstraints(max_length=256), AfterValidator(_known)]
"""The text of a cursor."""
