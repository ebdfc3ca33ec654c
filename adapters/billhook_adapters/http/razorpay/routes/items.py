"""The routes of items, which lines of invoices name by id."""

from __future__ import annotations

from returns.result import Failure

from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID, error_response, invalid_response
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.schemas.invoices import checked
from billhook_adapters.http.razorpay.schemas.items import ItemIn, item_entity


async def create_item(request: AuthenticatedRequest) -> Response:
    """Store an item."""
    payload = checked(await request.body(), ItemIn)
    stored = await request.batched.execute(payload.filed(request.account, request.key))
    if isinstance(stored, Failure):
        return error_response(stored.failure())
    return json_response(item_entity(stored.unwrap()))


async def fetch_item(request: AuthenticatedRequest) -> Response:
    """An item that was stored."""
    entry = await request.batched.read(lambda service: service.entry(request.account, request.id))
    if entry is None or not entry.id.startswith("item_"):
        return invalid_response(UNKNOWN_ID)
    return json_response(item_entity(entry))
