"""The route of payments that staff record."""

from __future__ import annotations

from returns.result import Failure

from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.commands import RecordInvoicePayment, details_of
from billhook_adapters.http.highlevel.errors import error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.found import found_invoice
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked, smallest
from billhook_adapters.http.highlevel.schemas.payments import RecordPaymentIn
from billhook_adapters.http.highlevel.serializers import entity

LONGEST_DETAILS = 32 * 1024
"""Characters of the JSON that is kept with a payment."""


async def record_payment(request: AuthenticatedRequest) -> Response:
    """Record a payment of an amount, of some instalments, or of all that is due."""
    payload = checked(await request.body(), RecordPaymentIn)
    details = details_of(payload.details)
    if len(details) > LONGEST_DETAILS:
        raise InvalidRequestError(
            422, f"meta must be shorter than or equal to {LONGEST_DETAILS} characters"
        )
    known = await found_invoice(request, request.invoice)
    amount = None
    if payload.amount is not None:
        amount = smallest(payload.amount, known.document.currency, "amount")
    instalments = tuple(payload.payment_schedule_ids or ())
    schedule = known.document.schedule
    known_ids = {one.id for one in (() if schedule is None else schedule.instalments)}
    if not known_ids.issuperset(instalments):
        raise InvalidRequestError(400, "Unable to find a payment schedule with the given id")
    paid = await request.batched.execute(
        RecordInvoicePayment(
            account=request.account,
            invoice=request.invoice,
            amount=amount,
            instalments=instalments,
            details=details,
            key=request.key,
        )
    )
    if isinstance(paid, Failure):
        return error_response(paid.failure())
    return json_response(
        {"success": True, "invoice": entity(paid.unwrap(), await request.location())}
    )
