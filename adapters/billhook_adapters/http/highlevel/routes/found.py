"""What several routes read and answer: an invoice."""

from __future__ import annotations

from typing import Any

from returns.result import Failure, Result

from billhook.application.idempotency import SendResult
from billhook.lifecycle.errors import DomainError
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.errors import UNKNOWN_ID, error_response
from billhook_adapters.http.highlevel.known import Known
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError
from billhook_adapters.http.highlevel.serializers import entity


async def found_invoice(request: AuthenticatedRequest, id: InvoiceId) -> Invoice:
    """The invoice of an id. Raises InvalidRequestError."""
    found = await request.batched.read(lambda service: service.get(request.account, id))
    if isinstance(found, Failure):
        raise InvalidRequestError(400, UNKNOWN_ID)
    return found.unwrap()


async def known_invoice(
    request: AuthenticatedRequest, id: InvoiceId, location: Location
) -> Known | None:
    """The invoice that an update is about; None where there is none, which its command says."""
    found = await request.batched.read(lambda service: service.get(request.account, id))
    return None if isinstance(found, Failure) else Known.of(found.unwrap(), location)


async def invoice_response(request: AuthenticatedRequest, result: Result[Invoice, Any]) -> Response:
    """The invoice that a command answered, or its error."""
    if isinstance(result, Failure):
        error: DomainError = result.failure()
        return error_response(error)
    return json_response(entity(result.unwrap(), await request.location()))


async def sent_response(request: AuthenticatedRequest, result: Result[SendResult, Any]) -> Response:
    """The invoice of a command that may also send it, or its error."""
    return await invoice_response(request, result.map(lambda sent: sent.invoice))
