"""The endpoints for what invoices name by id: customers and items."""

from __future__ import annotations

from pydantic import ValidationError
from returns.result import Failure

from billhook_adapters.http.core.exchange import Response, json_response
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID, refusal, refusing
from billhook_adapters.http.razorpay.parsing import body_of, key_of
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.schemas.customers import (
    CustomerAlone,
    customer_entity,
    filed_customer,
    known_customer,
)
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, refused
from billhook_adapters.http.razorpay.schemas.invoices import checked
from billhook_adapters.http.razorpay.schemas.items import ItemIn, item_entity


async def add_customer(asked: AuthenticatedRequest) -> Response:
    """Keep a customer; the same details are the same customer."""
    account, call, batched = asked
    request = checked(await body_of(call), CustomerAlone)
    if not (request.name or request.email or request.contact):
        raise InvalidRequestError("The name field is required.", "name")
    try:
        command = request.filed(account, key_of(call))
    except ValidationError as invalid:
        raise refused(invalid) from None
    filed = await batched.execute(command)
    if isinstance(filed, Failure):
        return refusal(filed.failure())
    return json_response(customer_entity(filed_customer(filed.unwrap())))


async def fetch_customer(asked: AuthenticatedRequest) -> Response:
    """A customer that was kept, or that came with an invoice."""
    account, _, batched = asked
    known = await batched.read(lambda service: known_customer(service, account, asked.id))
    return refusing(UNKNOWN_ID) if known is None else json_response(customer_entity(known))


async def add_item(asked: AuthenticatedRequest) -> Response:
    """Keep an item."""
    account, call, batched = asked
    request = checked(await body_of(call), ItemIn)
    filed = await batched.execute(request.filed(account, key_of(call)))
    return (
        refusal(filed.failure())
        if isinstance(filed, Failure)
        else json_response(item_entity(filed.unwrap()))
    )


async def fetch_item(asked: AuthenticatedRequest) -> Response:
    """An item that was kept."""
    account, _, batched = asked
    entry = await batched.read(lambda service: service.entry(account, asked.id))
    if entry is None or not entry.id.startswith("item_"):
        return refusing(UNKNOWN_ID)
    return json_response(item_entity(entry))
