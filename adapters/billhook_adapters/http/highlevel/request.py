"""A request whose caller is known: what every endpoint of this dialect gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, cast
from urllib.parse import parse_qsl

from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.authentication import Tenancy
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import IdempotencyKeyError, Request, Response
from billhook_adapters.http.core.parsing import from_json
from billhook_adapters.http.highlevel.errors import BAD_KEY, NOT_JSON, OTHER_LOCATION
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.parts import In


class Tenanted(In):
    """Who asks, in a query."""

    alt_id: str
    alt_type: Literal["location"]


class AuthenticatedRequest:
    """A caller's account, its request, and the lane to the desk."""

    def __init__(
        self, tenancy: Tenancy, call: Request, batched: BatchedService, *, charging: bool
    ) -> None:
        self.tenancy, self.call, self.batched = tenancy, call, batched
        self.charging = charging

    @property
    def account(self) -> AccountId:
        """Whose token it is."""
        return self.tenancy.account

    @property
    def location(self) -> str:
        """The location that the token opens."""
        return self.tenancy.location

    @property
    def invoice(self) -> InvoiceId:
        """The invoice that the path names: `/invoices/{invoiceId}`."""
        return InvoiceId(self.call.path[1])

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query; of one given twice, the last."""
        try:
            pairs = parse_qsl(
                self.call.query, keep_blank_values=True, errors="strict", max_num_fields=100
            )
        except ValueError:
            raise InvalidRequestError(400, "The query is not valid") from None
        return dict(pairs)

    def here(self) -> None:
        """Check the tenancy that the query names. Raises Refused."""
        given = self._named()
        self._opened(given.get("altId"))
        checked(given, Tenanted)

    async def body(self) -> Mapping[str, Any] | None:
        """The JSON object of the body, its tenancy checked; None for other JSON. Raises Refused.

        `altId` and `altType` may stand in the query instead.
        """
        raw = await self.call.body()
        kind = (self.call.header(b"content-type") or "").partition(";")[0].strip().lower()
        if raw.strip() and kind not in ("application/json", ""):
            raise InvalidRequestError(415, "The request body must be application/json")
        try:
            value: object = from_json(raw, parse_float=Decimal) if raw.strip() else {}
        except ValueError:
            raise InvalidRequestError(400, NOT_JSON) from None
        if not isinstance(value, dict):
            return None
        given = {**self._named(), **cast("dict[str, Any]", value)}
        self._opened(given.get("altId"))
        return given

    @property
    def key(self) -> str | None:
        """The Idempotency-Key, where there is one. Raises Refused on one of another shape."""
        try:
            return self.call.key
        except IdempotencyKeyError:
            raise InvalidRequestError(400, BAD_KEY) from None

    def _named(self) -> dict[str, Any]:
        return {name: self.query[name] for name in ("altId", "altType") if name in self.query}

    def _opened(self, location: object) -> None:
        if isinstance(location, str) and location != self.location:
            raise InvalidRequestError(403, OTHER_LOCATION)


Endpoint = Callable[[AuthenticatedRequest], Awaitable[Response]]
