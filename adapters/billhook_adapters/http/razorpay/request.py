"""A request whose caller is known, and its body and key in all the forms that SDKs send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from billhook.application.idempotency import IdempotentRequest
from billhook.application.ports import Ids
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.parsing import from_form, from_json, parsed
from billhook_adapters.http.core.request import IdempotencyKeyError, Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.razorpay.errors import BAD_KEY
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError

_FORM = "application/x-www-form-urlencoded"


class MediaTypeError(Exception):
    """The body is neither JSON nor a form."""


class AuthenticatedRequest(NamedTuple):
    """The account of a caller, its request, the service, and what mints ids."""

    account: AccountId
    http: Request
    batched: BatchedService
    ids: Ids

    @property
    def id(self) -> str:
        """The id in the path: `/v1/invoices/:id`."""
        return self.http.path[2]

    @property
    def invoice(self) -> InvoiceId:
        """The invoice of the path."""
        return InvoiceId(self.id)

    @property
    def key(self) -> IdempotentRequest | None:
        """The Idempotency-Key with the request, where there is one. Raises InvalidRequestError."""
        try:
            return self.http.key
        except IdempotencyKeyError:
            raise InvalidRequestError(BAD_KEY) from None

    async def body(self) -> Any:
        """The value of the body: of JSON, of a nested form; empty for `null` and for no body.

        Raises InvalidRequestError where it is malformed, MediaTypeError where it is something else.
        """
        raw = await self.http.body()
        if not raw.strip():
            return {}
        media_type = self.http.media_type
        try:
            if media_type == _FORM:
                return await parsed(from_form, raw)
            if media_type not in ("application/json", ""):
                raise MediaTypeError
            value = await parsed(from_json, raw)
        except (ValueError, UnicodeDecodeError):
            what = "form" if media_type == _FORM else "JSON"
            raise InvalidRequestError(f"The request body is not a valid {what} document.") from None
        return {} if value is None else value


Endpoint = Callable[[AuthenticatedRequest], Awaitable[Response]]
