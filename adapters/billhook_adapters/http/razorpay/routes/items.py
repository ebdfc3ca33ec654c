"""The routes of items, which lines of invoices name by id."""

from __future__ import annotations

from pydantic import ValidationError
from returns.result import Failure

from billhook.application.records import Entry
from billhook.application.service import InvoiceService
from billhook_adapters.http.core.entries import EditEntry
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID, entry_error_response, error_response
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, invalid_request
from billhook_adapters.http.razorpay.schemas.invoices import checked
from billhook_adapters.http.razorpay.schemas.items import (
    PREFIX,
    ItemEditIn,
    ItemIn,
    edited,
    find_entry,
    item_entity,
)
from billhook_adapters.http.razorpay.schemas.listing import DatedPageIn, collection, query_of

DELETED = Response(200, b"[]")  # the Java SDK compares it with these two bytes


async def create_item(request: AuthenticatedRequest) -> Response:
    """Store an item."""
    payload = checked(await request.body(), ItemIn)
    stored = await request.batched.execute(payload.filed(request.account, request.key, request.ids))
    if isinstance(stored, Failure):
        return error_response(stored.failure())
    return json_response(item_entity(stored.unwrap()))


async def fetch_item(request: AuthenticatedRequest) -> Response:
    """An item that was stored."""
    return json_response(item_entity(await _found(request)))


async def list_items(request: AuthenticatedRequest) -> Response:
    """The items that were stored, the newest first."""
    listing = query_of(request.http.query, DatedPageIn).listing()

    def page(service: InvoiceService) -> Response:
        found = service.entries_of(request.account, PREFIX, listing)
        return collection([item_entity(entry) for entry in found])

    return await request.batched.read(page)


async def edit_item(request: AuthenticatedRequest) -> Response:
    """Set the fields that the body has; lines of invoices keep what they were made with."""
    payload = checked(await request.body(), ItemEditIn)
    before = await _found(request)
    try:
        item = edited(before, {name: getattr(payload, name) for name in payload.model_fields_set})
    except ValidationError as invalid:
        raise invalid_request(invalid) from None
    changed = await _changed(request, before, item.model_dump_json())
    return json_response(item_entity(changed)) if isinstance(changed, Entry) else changed


async def delete_item(request: AuthenticatedRequest) -> Response:
    """Delete an item; lines of invoices keep what they were made with."""
    await request.http.body()
    changed = await _changed(request, await _found(request), None)
    return DELETED if isinstance(changed, Entry) else changed


async def _found(request: AuthenticatedRequest) -> Entry:
    """The item of the path. Raises InvalidRequestError."""
    entry = await request.batched.read(
        lambda service: find_entry(service, request.account, request.id)
    )
    if entry is None:
        raise InvalidRequestError(UNKNOWN_ID)
    return entry


async def _changed(
    request: AuthenticatedRequest, before: Entry, body: str | None
) -> Entry | Response:
    command = EditEntry(account=request.account, before=before, body=body, key=request.key)
    changed = await request.batched.execute(command)
    if isinstance(changed, Failure):
        return entry_error_response(changed.failure(), "item")
    return changed.unwrap()
