"""A request whose caller is known, its tenancy checked in query and body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Literal, TypeVar, cast
from urllib.parse import parse_qsl

from billhook.application.idempotency import IdempotentRequest
from billhook.model.base import AccountId
from billhook.model.document import DocumentFields
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.authentication import Tenancy
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.contacts import country_of, reachable
from billhook_adapters.http.core.parsing import from_json, parsed
from billhook_adapters.http.core.request import IdempotencyKeyError, Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.http.highlevel.errors import BAD_KEY, NOT_JSON, OTHER_LOCATION
from billhook_adapters.http.highlevel.known import Known
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.invoices import InvoiceIn
from billhook_adapters.http.highlevel.schemas.parts import In
from billhook_adapters.system.phone_numbers import e164

F = TypeVar("F", bound=DocumentFields)

_from_json = partial(from_json, parse_float=Decimal)


class TenancyIn(In):
    """The tenancy, in a query."""

    alt_id: str
    alt_type: Literal["location"]


class AuthenticatedRequest:
    """The tenancy of a caller, its request, and the service."""

    def __init__(self, tenancy: Tenancy, http: Request, context: ApiContext) -> None:
        self.tenancy, self.http, self._context = tenancy, http, context

    @property
    def batched(self) -> BatchedService:
        """The service."""
        return self._context.batched

    @property
    def charges_automatically(self) -> bool:
        """Whether an enabled autoPayment is accepted, since its payer is charged."""
        return self._context.charges_automatically

    @property
    def account(self) -> AccountId:
        """The account of the token."""
        return self.tenancy.account

    async def location(self) -> Location:
        """The location of the token, in the time zone of its account."""
        account = await self.batched.read(lambda service: service.account(self.account))
        name = None if account is None else account.policy.time_zone
        return Location(
            self.tenancy.location, None if name is None else self._context.clock.zone(name)
        )

    @property
    def instant(self) -> datetime:
        """The time of the request."""
        return self._context.clock.now()

    async def phone_number(self, given: str, country: str | None = None) -> str:
        """A phone number in E.164, where it is one of the account's country, or else of this."""
        own = await country_of(self.batched, self.account)
        return e164(given, own, country) or given

    async def reachable(self, fields: F, payload: InvoiceIn, known: Known | None = None) -> F:
        """The same fields with the phone numbers in E.164, by the country of the business."""
        currency = payload.currency or (known.invoice.document.currency if known else "")
        return await reachable(
            fields,
            self.batched,
            self.account,
            country=payload.country(known),
            currency=currency,
        )

    @property
    def invoice(self) -> InvoiceId:
        """The invoice of the path: `/invoices/{invoiceId}`."""
        return InvoiceId(self.http.path[1])

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query; of one given twice, the last. Raises InvalidRequestError."""
        try:
            pairs = parse_qsl(
                self.http.query, keep_blank_values=True, errors="strict", max_num_fields=100
            )
        except ValueError:
            raise InvalidRequestError(400, "The query is not valid") from None
        return dict(pairs)

    def check_tenancy(self) -> None:
        """Check the tenancy of the query. Raises InvalidRequestError."""
        given = self._tenancy_in_query()
        self._check_location(given.get("altId"))
        checked(given, TenancyIn)

    def check_location(self) -> None:
        """Check that the query names the location of the token. Raises InvalidRequestError."""
        self._check_location(self.query.get("locationId", ""))

    def check_location_of_payments(self) -> None:
        """Check that the query of payments names no other location. Raises InvalidRequestError."""
        self._check_location(self.query.get("altId"))
        self._check_location(self.query.get("locationId"))

    async def body(self) -> Mapping[str, Any] | None:
        """The JSON object of the body, its tenancy checked; None for other JSON.

        `altId` and `altType` may stand in the query instead. Raises InvalidRequestError.
        """
        value = await self._json_object()
        if value is None:
            return None
        given = {**self._tenancy_in_query(), **value}
        self._check_location(given.get("altId"))
        return given

    async def located_body(self) -> Mapping[str, Any] | None:
        """The JSON object of a body that names its location by `locationId`; None for other JSON.

        Raises InvalidRequestError.
        """
        value = await self._json_object()
        if value is not None:
            self._check_location(value.get("locationId"))
        return value

    async def _json_object(self) -> dict[str, Any] | None:
        raw = await self.http.body()
        if raw.strip() and self.http.media_type not in ("application/json", ""):
            raise InvalidRequestError(415, "The request body must be application/json")
        try:
            value: object = await parsed(_from_json, raw) if raw.strip() else {}
        except ValueError:
            raise InvalidRequestError(400, NOT_JSON) from None
        return cast("dict[str, Any]", value) if isinstance(value, dict) else None

    @property
    def key(self) -> IdempotentRequest | None:
        """The Idempotency-Key with the request, where there is one. Raises InvalidRequestError."""
        try:
            return self.http.key
        except IdempotencyKeyError:
            raise InvalidRequestError(400, BAD_KEY) from None

    def _tenancy_in_query(self) -> dict[str, Any]:
        return {name: self.query[name] for name in ("altId", "altType") if name in self.query}

    def _check_location(self, location: object) -> None:
        if isinstance(location, str) and location != self.tenancy.location:
            raise InvalidRequestError(403, OTHER_LOCATION)


Endpoint = Callable[[AuthenticatedRequest], Awaitable[Response]]
