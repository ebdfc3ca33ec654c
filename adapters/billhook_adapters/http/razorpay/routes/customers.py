"""The routes of customers, which invoices name by id."""

from __future__ import annotations

from pydantic import ValidationError
from returns.result import Failure

from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID, error_response, invalid_response
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.schemas.customers import (
    CustomerAlone,
    customer_entity,
    find_customer,
    stored_customer,
)
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, invalid_request
from billhook_adapters.http.razorpay.schemas.invoices import checked


async def create_customer(request: AuthenticatedRequest) -> Response:
    """Store a customer; the same details are the same customer."""
    payload = checked(await request.body(), CustomerAlone)
    if not (payload.name or payload.email or payload.contact):
        raise InvalidRequestError("The name field is required.", "name")
    try:
        command = payload.filed(request.account, request.key)
    except ValidationError as invalid:
        raise invalid_request(invalid) from None
    stored = await request.batched.execute(command)
    if isinstance(stored, Failure):
        return error_response(stored.failure())
    return json_response(customer_entity(stored_customer(stored.unwrap())))


async def fetch_customer(request: AuthenticatedRequest) -> Response:
    """A customer that was stored by itself, or with an invoice."""
    known = await request.batched.read(
        lambda service: find_customer(service, request.account, request.id)
    )
    return invalid_response(UNKNOWN_ID) if known is None else json_response(customer_entity(known))
