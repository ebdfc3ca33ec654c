"""The vendor's list of invoices: its filters and its pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import ceil, floor
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import BeforeValidator, Field

from billhook.application.records import Search
from billhook.model.base import Text, Value
from billhook_adapters.http.razorpay.schemas.fields import Integer, InvalidRequestError, Seconds
from billhook_adapters.http.razorpay.schemas.invoices import checked

MOST = 100
_FRACTION = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


def _from(given: Any) -> Any:
    """The Node SDK turns dates into seconds with fractions."""
    return ceil(float(given)) if isinstance(given, str) and _FRACTION.fullmatch(given) else given


def _to(given: Any) -> Any:
    return floor(float(given)) if isinstance(given, str) and _FRACTION.fullmatch(given) else given


class ListIn(Value):
    """The query of `GET /v1/invoices`."""

    type: Text | None = None
    payment_id: Text | None = None
    receipt: Text | None = None
    customer_id: Text | None = None
    subscription_id: Text | None = None
    from_: Annotated[Seconds, BeforeValidator(_from)] | None = Field(default=None, alias="from")
    to: Annotated[Seconds, BeforeValidator(_to)] | None = None
    count: Annotated[Integer, Field(ge=1, le=MOST)] = 10
    skip: Annotated[Integer, Field(ge=0, le=10**9)] = 0

    def search(self) -> Search | None:
        """The search of this query; None where nothing can match."""
        if self.type not in (None, "invoice", "link", "ecod"):
            raise InvalidRequestError(f"Not a valid type: {self.type[:100]}", "type")
        if self.type in ("link", "ecod") or self.subscription_id is not None:
            return None  # the domain has none of these
        return Search(
            receipt=self.receipt,
            customer=self.customer_id,
            payment=self.payment_id,
            created_from=None if self.from_ is None else datetime.fromtimestamp(self.from_, UTC),
            created_to=None if self.to is None else _end(self.to),
            skip=self.skip,
            limit=self.count,
        )


def _end(second: int) -> datetime:
    """The last instant of a second, since invoices are shown by the second."""
    return datetime.fromtimestamp(second, UTC).replace(microsecond=999999)


def list_request(query: str) -> ListIn:
    """The payload of a query string. Raises InvalidRequestError."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise InvalidRequestError("The query is not valid.") from None
    return checked({name: value for name, value in pairs if value != ""}, ListIn)
