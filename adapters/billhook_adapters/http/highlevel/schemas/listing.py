"""HighLevel's list of invoices: its filters, its order and its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from billhook.application.records import Search
from billhook_adapters.http.highlevel.field_mapping import WANTED, VendorStatus
from billhook_adapters.http.highlevel.schemas.fields import Day, Short, midnight
from billhook_adapters.http.highlevel.schemas.parts import In

MOST = 100
"""Invoices on a page; more are not refused but left to the next."""


def _count(given: Any) -> int:
    if not (isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 9):
        raise ValueError("must be a number string")
    return int(given)


Digits = Annotated[int, BeforeValidator(_count)]


class ListIn(In):
    """The query of `GET /invoices/`."""

    alt_id: Short
    alt_type: Short
    limit: Digits
    offset: Digits
    status: VendorStatus | Literal[""] = ""
    start_at: Day | Literal[""] = ""
    end_at: Day | Literal[""] = ""
    search_: Short = Field(default="", alias="search")
    payment_mode: Literal["default", "live", "test", ""] = ""
    contact_id: Short = ""
    sort_field: Literal["issueDate", ""] = ""
    sort_order: Literal["ascend", "descend", ""] = ""

    def search(self) -> Search | None:
        """The search of this query; None where nothing can match."""
        statuses = WANTED[VendorStatus(self.status)] if self.status else None
        if statuses == frozenset():
            return None
        day = timedelta(days=1, microseconds=-1)
        return Search(
            statuses=statuses,
            text=self.search_ or None,
            live={"live": True, "test": False}.get(self.payment_mode),
            customer=self.contact_id or None,
            dated_from=midnight(self.start_at) if self.start_at else None,
            dated_to=midnight(self.end_at) + day if self.end_at else None,
            by_date=bool(self.sort_field),
            oldest_first=self.sort_order == "ascend",
            skip=self.offset,
            limit=min(max(self.limit, 1), MOST),
        )
