"""Pages of what is kept as entries: products and prices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from billhook.application.records import Entry, Listing
from billhook.application.service import InvoiceService
from billhook_adapters.http.core.entries import counted, every
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.schemas.contact_search import MOST_READ
from billhook_adapters.http.highlevel.schemas.fields import checked
from billhook_adapters.http.highlevel.schemas.products import ListIn

Page = tuple[list[dict[str, Any]], int]
"""The rows of a page, and the number of all that the query selects."""


async def listed(
    request: AuthenticatedRequest, prefix: str, entity: Callable[[Entry, str], dict[str, Any]]
) -> Page:
    """A page of the entries whose ids begin so; a filter reads the newest `MOST_READ`."""
    request.check_location()
    payload = checked(dict(request.query), ListIn)
    location = request.tenancy.location
    if payload.matches_nothing:
        return [], 0

    def page(service: InvoiceService) -> Page:
        def rows(listing: Listing) -> list[Entry]:
            return [*service.entries_of(request.account, prefix, listing)]

        if not payload.is_filtered:
            found = rows(Listing(payload.most, payload.skipped))
            return [entity(one, location) for one in found], counted(rows)
        shown = [entity(one, location) for one in every(rows, MOST_READ)]
        selected = [one for one in shown if payload.selects(one)]
        if payload.sort_order == "asc":
            selected.reverse()
        return selected[payload.skipped : payload.skipped + payload.most], len(selected)

    return await request.batched.read_page(page)
