"""The routes of products, which items of invoices may name."""

from __future__ import annotations

from returns.result import Failure

from billhook.application.records import Entry, EntryKey, Listing
from billhook.application.service import InvoiceService
from billhook_adapters.http.core.entries import EditEntry, every
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.commands import DeleteProduct
from billhook_adapters.http.highlevel.errors import UNKNOWN_PRODUCT, entry_error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.entry_lists import listed
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.products import (
    PREFIX,
    ProductIn,
    body_of,
    filed,
    find_product,
    given_of,
    price_prefix,
    product_entity,
)

MOST_PRICES = 1000
"""The prices that are deleted with their product; no route finds any that is left."""


async def create_product(request: AuthenticatedRequest) -> Response:
    """Keep a product."""
    payload = checked(await request.located_body(), ProductIn)
    command = filed(request.account, PREFIX, payload, request.key)
    saved = await request.batched.execute(command)
    if isinstance(saved, Failure):
        return entry_error_response(saved.failure())
    return json_response(product_entity(saved.unwrap(), request.tenancy.location), 201)


async def list_products(request: AuthenticatedRequest) -> Response:
    """A page of the products, the newest first."""
    page, total = await listed(request, PREFIX, product_entity)
    return json_response({"products": page, "total": [{"total": total}]})


async def get_product(request: AuthenticatedRequest) -> Response:
    """A product."""
    request.check_location()
    return json_response(product_entity(await found(request), request.tenancy.location))


async def update_product(request: AuthenticatedRequest) -> Response:
    """Set the fields that the body has; invoices keep what they were made with."""
    payload = checked(await request.located_body(), ProductIn)
    before = await found(request)
    body = body_of(payload, given_of(before), request.instant)
    changed = await request.batched.execute(
        EditEntry(account=request.account, before=before, body=body, key=request.key)
    )
    if isinstance(changed, Failure):
        return entry_error_response(changed.failure())
    return json_response(product_entity(changed.unwrap(), request.tenancy.location))


async def delete_product(request: AuthenticatedRequest) -> Response:
    """Delete a product and its prices; invoices keep what they were made with."""
    request.check_location()
    await request.http.body()
    before = await found(request)

    def prices(service: InvoiceService) -> tuple[EntryKey, ...]:
        def rows(listing: Listing) -> list[Entry]:
            return [*service.entries_of(request.account, price_prefix(before.id), listing)]

        return tuple(sorted(row.key for row in every(rows, MOST_PRICES)))

    deleted = await request.batched.execute(
        DeleteProduct(
            account=request.account,
            before=before,
            prices=await request.batched.read(prices),
            key=request.key,
        )
    )
    if isinstance(deleted, Failure):
        return entry_error_response(deleted.failure())
    return json_response({"status": True})


async def found(request: AuthenticatedRequest) -> Entry:
    """The product of the path. Raises InvalidRequestError."""
    name = request.http.path[1]
    entry = await request.batched.read(lambda service: find_product(service, request.account, name))
    if entry is None:
        raise InvalidRequestError(400, UNKNOWN_PRODUCT)
    return entry
