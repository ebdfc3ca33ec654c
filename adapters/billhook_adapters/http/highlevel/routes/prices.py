"""The routes of prices, each of a product."""

from __future__ import annotations

from returns.result import Failure

from billhook.application.records import Entry
from billhook_adapters.http.core.entries import EditEntry
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.errors import UNKNOWN_PRICE, entry_error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.entry_lists import listed
from billhook_adapters.http.highlevel.routes.products import found as found_product
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.products import (
    PriceIn,
    body_of,
    filed,
    find_price,
    given_of,
    price_entity,
    price_prefix,
)


async def create_price(request: AuthenticatedRequest) -> Response:
    """Keep a price of a product."""
    payload = checked(await request.located_body(), PriceIn)
    payload.check_amount()
    product = await found_product(request)
    prefix = price_prefix(product.id)
    command = filed(request.account, prefix, payload, request.key)
    saved = await request.batched.execute(command)
    if isinstance(saved, Failure):
        return entry_error_response(saved.failure())
    return json_response(price_entity(saved.unwrap(), request.tenancy.location), 201)


async def list_prices(request: AuthenticatedRequest) -> Response:
    """A page of the prices of a product, the newest first."""
    request.check_location()
    product = await found_product(request)
    page, total = await listed(request, price_prefix(product.id), price_entity)
    return json_response({"prices": page, "total": total})


async def get_price(request: AuthenticatedRequest) -> Response:
    """A price of a product."""
    request.check_location()
    return json_response(price_entity(await _found(request), request.tenancy.location))


async def update_price(request: AuthenticatedRequest) -> Response:
    """Set the fields that the body has; invoices keep what they were made with."""
    payload = checked(await request.located_body(), PriceIn)
    payload.check_amount()
    before = await _found(request)
    changed = await _changed(request, before, body_of(payload, given_of(before), request.instant))
    if isinstance(changed, Response):
        return changed
    return json_response(price_entity(changed, request.tenancy.location))


async def delete_price(request: AuthenticatedRequest) -> Response:
    """Delete a price; invoices keep what they were made with."""
    request.check_location()
    await request.http.body()
    changed = await _changed(request, await _found(request), None)
    return changed if isinstance(changed, Response) else json_response({"status": True})


async def _found(request: AuthenticatedRequest) -> Entry:
    """The price of the path. Raises InvalidRequestError."""
    _, product, _, price = request.http.path[:4]
    entry = await request.batched.read(
        lambda service: find_price(service, request.account, product, price)
    )
    if entry is None:
        raise InvalidRequestError(400, UNKNOWN_PRICE)
    return entry


async def _changed(
    request: AuthenticatedRequest, before: Entry, body: str | None
) -> Entry | Response:
    changed = await request.batched.execute(
        EditEntry(account=request.account, before=before, body=body, key=request.key)
    )
    if isinstance(changed, Failure):
        return entry_error_response(changed.failure())
    return changed.unwrap()
