"""The endpoints for what invoices name by id: customers and items."""

from __future__ import annotations

from pydantic import ValidationError
from returns.result import Failure

from billhook_adapters.http.core.exchange import Answer, answer
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID, refusal, refusing
from billhook_adapters.http.razorpay.parsing import body_of, key_of
from billhook_adapters.http.razorpay.request import Asked
from billhook_adapters.http.razorpay.schemas.customers import (
    CustomerAlone,
    customer_entity,
    filed_customer,
    known_customer,
)
from billhook_adapters.http.razorpay.schemas.fields import Refused, refused
from billhook_adapters.http.razorpay.schemas.invoices import checked
from billhook_adapters.http.razorpay.schemas.items import ItemIn, item_entity


async def add_customer(asked: Asked) -> Answer:
    """Keep a customer; the same details are the same customer."""
    account, call, lane = asked
    request = checked(await body_of(call), CustomerAlone)
    if not (request.name or request.email or request.contact):
        raise Refused("The name field is required.", "name")
    try:
        command = request.filed(account, key_of(call))
    except ValidationError as invalid:
        raise refused(invalid) from None
    filed = await lane.do(command)
    if isinstance(filed, Failure):
        return refusal(filed.failure())
    return answer(customer_entity(filed_customer(filed.unwrap())))


async def fetch_customer(asked: Asked) -> Answer:
    """A customer that was kept, or that came with an invoice."""
    account, _, lane = asked
    known = await lane.read(lambda desk: known_customer(desk, account, asked.id))
    return refusing(UNKNOWN_ID) if known is None else answer(customer_entity(known))


async def add_item(asked: Asked) -> Answer:
    """Keep an item."""
    account, call, lane = asked
    request = checked(await body_of(call), ItemIn)
    filed = await lane.do(request.filed(account, key_of(call)))
    return (
        refusal(filed.failure())
        if isinstance(filed, Failure)
        else answer(item_entity(filed.unwrap()))
    )


async def fetch_item(asked: Asked) -> Answer:
    """An item that was kept."""
    account, _, lane = asked
    entry = await lane.read(lambda desk: desk.entry(account, asked.id))
    if entry is None or not entry.id.startswith("item_"):
        return refusing(UNKNOWN_ID)
    return answer(item_entity(entry))
