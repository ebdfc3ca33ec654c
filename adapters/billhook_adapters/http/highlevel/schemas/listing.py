"""HighLevel's list of invoices: its filters, its order and its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from billhook.application.records import Search
from billhook_adapters.http.highlevel.field_mapping import WANTED, VendorStatus
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.fields import OptionalDay, Short, validated
from billhook_adapters.http.highlevel.schemas.parts import In

MOST = 100
"""Invoices on a page; more are not refused but left to the next."""

_FRACTION = timedelta(microseconds=999)
"""The rest of the last millisecond of a day."""


def _count(given: Any) -> int:
    if not (isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 9):
        raise ValueError("must be a number string")
    return int(given)


def _status(given: Any) -> str:
    if given not in ("", *VendorStatus):
        raise ValueError(f"must be one of the following values: {', '.join(VendorStatus)}")
    return str(given)


Digits = Annotated[int, BeforeValidator(_count)]
StatusText = Annotated[str, BeforeValidator(_status)]


class ListIn(In):
    """The query of `GET /invoices/`."""

    alt_id: Short
    alt_type: Short
    limit: Digits
    offset: Digits
    status: StatusText = ""
    start_at: OptionalDay = ""
    end_at: OptionalDay = ""
    search_: Short = Field(default="", alias="search")
    payment_mode: Literal["default", "live", "test", ""] = ""
    contact_id: Short = ""
    sort_field: Literal["issueDate", ""] = ""
    sort_order: Literal["ascend", "descend", ""] = ""

    def search(self, location: Location) -> Search | None:
        """The search of this query; None where nothing can match. Raises InvalidRequestError."""
        statuses = WANTED[VendorStatus(self.status)] if self.status else None
        if statuses == frozenset():
            return None
        return validated(
            "",
            Search,
            statuses=statuses,
            text=self.search_ or None,
            live={"live": True, "test": False}.get(self.payment_mode),
            customer=self.contact_id or None,
            dated_from=location.start_of(self.start_at) if self.start_at else None,
            dated_to=location.end_of(self.end_at) + _FRACTION if self.end_at else None,
            by_date=bool(self.sort_field),
            oldest_first=self.sort_order == "ascend",
            skip=self.offset,
            limit=min(max(self.limit, 1), MOST),
        )
