"""The vendor's list of invoices: its filters and its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from math import ceil, floor
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BeforeValidator, Field

from billhook.application.records import Listing, Search
from billhook.model.base import Text, Value
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.razorpay.schemas.fields import (
    Integer,
    InvalidRequestError,
    Seconds,
    instant,
)
from billhook_adapters.http.razorpay.schemas.invoices import checked
from billhook_adapters.http.razorpay.schemas.links import LINK

MOST = 100
_FRACTION = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


def _from(given: Any) -> Any:
    """The Node SDK turns dates into seconds with fractions."""
    return ceil(float(given)) if isinstance(given, str) and _FRACTION.fullmatch(given) else given


def _to(given: Any) -> Any:
    return floor(float(given)) if isinstance(given, str) and _FRACTION.fullmatch(given) else given


class PageIn(Value):
    """The query of a list: a page of it."""

    count: Annotated[Integer, Field(ge=1, le=MOST)] = 10
    skip: Annotated[Integer, Field(ge=0, le=10**9)] = 0

    def listing(self) -> Listing:
        """The page that it names."""
        return Listing(self.count, self.skip)


class DatedPageIn(PageIn):
    """The query of a list whose rows were made within a time."""

    from_: Annotated[Seconds, BeforeValidator(_from)] | None = Field(default=None, alias="from")
    to: Annotated[Seconds, BeforeValidator(_to)] | None = None

    @property
    def since(self) -> datetime | None:
        """The first instant."""
        return instant(self.from_)

    @property
    def until(self) -> datetime | None:
        """The last instant of the last second, since times are shown by the second."""
        last = instant(self.to)
        return None if last is None else last.replace(microsecond=999999)

    def listing(self) -> Listing:
        """The page that it names."""
        return Listing(self.count, self.skip, self.since, self.until)


class ListIn(DatedPageIn):
    """The query of `GET /v1/invoices`."""

    type: Text | None = None
    payment_id: Text | None = None
    receipt: Text | None = None
    customer_id: Text | None = None
    subscription_id: Text | None = None

    def search(self) -> Search | None:
        """The search of this query; None where nothing can match."""
        if self.type not in (None, "invoice", "link", "ecod"):
            raise InvalidRequestError(f"Not a valid type: {self.type[:100]}", "type")
        if self.type == "ecod" or self.subscription_id is not None:
            return None  # there are none of these
        return Search(
            receipt=self.receipt,
            customer=self.customer_id,
            payment=self.payment_id,
            extra=LINK if self.type == "link" else None,
            without_extra=LINK if self.type == "invoice" else None,
            created_from=self.since,
            created_to=self.until,
            skip=self.skip,
            limit=self.count,
        )


P = TypeVar("P", bound=PageIn)


def query_of(query: str, kind: type[P]) -> P:
    """The payload of a query string. Raises InvalidRequestError."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise InvalidRequestError("The query is not valid.") from None
    return checked({name: value for name, value in pairs if value != ""}, kind)


def collection(items: Sequence[dict[str, Any]]) -> Response:
    """The response with a page of a list."""
    return json_response({"entity": "collection", "count": len(items), "items": items})
