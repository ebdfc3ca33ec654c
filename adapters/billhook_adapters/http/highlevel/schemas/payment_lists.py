"""HighLevel's lists of transactions and of orders: their filters and pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from billhook.application.records import Listing, Search
from billhook_adapters.http.highlevel.field_mapping import statuses_of_orders
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.contacts import Whole
from billhook_adapters.http.highlevel.schemas.fields import (
    Long,
    OptionalDay,
    Required,
    Short,
    validated,
)
from billhook_adapters.http.highlevel.schemas.parts import In
from billhook_adapters.http.highlevel.transactions import SOURCE

MOST = 100
"""Rows of a page; more are not refused but left to the next."""

MOST_INVOICES = 1000
"""The invoices of which a filtered list of transactions has payments: the newest that match."""

_FRACTION = timedelta(microseconds=999)
"""The rest of the last millisecond of a day."""


class TenancyIn(In):
    """The query of one transaction or order."""

    alt_id: Required
    alt_type: Literal["location", ""] = ""
    location_id: Short = ""


class PaymentsIn(TenancyIn):
    """What the two lists have in common."""

    payment_mode: Literal["default", "live", "test", ""] = ""
    start_at: OptionalDay = ""
    end_at: OptionalDay = ""
    search_: Short = Field(default="", alias="search")
    contact_id: Short = ""
    limit: Whole = 10
    offset: Whole = 0

    @property
    def most(self) -> int:
        """The rows of the page."""
        return min(max(self.limit, 1), MOST)

    @property
    def skipped(self) -> int:
        """The rows before the page."""
        return min(self.offset, 10**9)

    def since(self, location: Location) -> datetime | None:
        """The first instant."""
        return location.start_of(self.start_at) if self.start_at else None

    def until(self, location: Location) -> datetime | None:
        """The last instant."""
        return location.end_of(self.end_at) + _FRACTION if self.end_at else None

    @property
    def live(self) -> bool | None:
        """Whether live payments alone are wanted, or those of tests."""
        return {"live": True, "test": False}.get(self.payment_mode)


class TransactionsIn(PaymentsIn):
    """The query of `GET /payments/transactions`."""

    entity_source_type: Short = ""
    entity_source_sub_type: Short = ""
    subscription_id: Short = ""
    entity_id: Short = ""

    @property
    def matches_nothing(self) -> bool:
        """Whether it wants what there is none of."""
        other_source = self.entity_source_type not in ("", SOURCE)
        return other_source or bool(self.entity_source_sub_type or self.subscription_id)

    def listing(self, location: Location) -> Listing:
        """The page where no invoice is named."""
        return Listing(self.most, self.skipped, self.since(location), self.until(location))

    def invoices(self) -> Search | None:
        """The search for the invoices whose payments are wanted; None for those of all."""
        if not (self.contact_id or self.search_ or self.live is not None):
            return None
        return validated(
            "",
            Search,
            customer=self.contact_id or None,
            text=self.search_ or None,
            live=self.live,
            limit=MOST_INVOICES,
        )


class OrdersIn(PaymentsIn):
    """The query of `GET /payments/orders`."""

    status: Short = ""
    payment_status: Short = ""
    funnel_product_ids: Long = ""
    source_id: Short = ""

    @property
    def matches_nothing(self) -> bool:
        """Whether it wants what there is none of."""
        return bool(self.funnel_product_ids)

    def search(self, location: Location) -> Search | None:
        """The search for the invoices whose orders are wanted; None where nothing can match."""
        statuses = statuses_of_orders(self.status)
        if self.payment_status:
            statuses &= statuses_of_orders(_PAID.get(self.payment_status, "none"))
        if self.matches_nothing or not statuses:
            return None
        return validated(
            "",
            Search,
            statuses=statuses,
            text=self.search_ or None,
            live=self.live,
            customer=self.contact_id or None,
            created_from=self.since(location),
            created_to=self.until(location),
            skip=self.skipped,
            limit=self.most,
        )


_PAID = {"unpaid": "pending", "partially_paid": "partially_paid", "paid": "completed"}
"""The status of an order by the one of its payment."""
