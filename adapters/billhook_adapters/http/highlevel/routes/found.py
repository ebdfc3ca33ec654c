"""What several routes read and answer: an invoice, the account, the numbering."""

from __future__ import annotations

from typing import Any

from returns.result import Failure, Result

from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import DomainError
from billhook.model.account import Account
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.line_items import Rounding
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.errors import UNKNOWN_ID, error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError
from billhook_adapters.http.highlevel.serializers import entity


async def found_invoice(request: AuthenticatedRequest, id: InvoiceId) -> Invoice:
    """The invoice of an id. Raises InvalidRequestError."""
    found = await request.batched.read(lambda service: service.get(request.account, id))
    if isinstance(found, Failure):
        raise InvalidRequestError(400, UNKNOWN_ID)
    return found.unwrap()


def account_of(service: InvoiceService, request: AuthenticatedRequest) -> Account:
    """The account of a request. Raises InvalidRequestError."""
    account = service.account(request.account)
    if account is None:  # pragma: no cover  # a token has an account
        raise InvalidRequestError(400, UNKNOWN_ID)
    return account


async def numbering(request: AuthenticatedRequest) -> tuple[Rounding, str | None]:
    """How the account rounds, and the number that its series gives next."""
    return await request.batched.read(
        lambda service: (
            account_of(service, request).policy.rounding,
            service.upcoming_number(request.account),
        )
    )


def invoice_response(request: AuthenticatedRequest, result: Result[Invoice, Any]) -> Response:
    """The invoice that a command answered, or its error."""
    if isinstance(result, Failure):
        error: DomainError = result.failure()
        return error_response(error)
    return json_response(entity(result.unwrap(), request.location))
