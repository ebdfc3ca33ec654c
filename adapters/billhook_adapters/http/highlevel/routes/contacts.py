"""The routes of contacts, which invoices name by id."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from returns.result import Failure, Result

from billhook.application.records import Entry, Listing
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import AlreadyExists
from billhook_adapters.http.core.entries import LONGEST_BODY, counted, every
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.contact_entries import (
    PREFIX,
    DeleteContact,
    Given,
    SaveContact,
    StoredContact,
    body_of,
    find_contact,
    find_entry,
    find_holders,
    page_after,
    place_of,
    stored_contact,
)
from billhook_adapters.http.highlevel.errors import (
    DUPLICATE_CONTACT,
    TOO_LONG,
    UNKNOWN_CONTACT,
    UNKNOWN_CURSOR,
    entry_error_response,
    invalid_response,
)
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.schemas.contact_search import (
    MOST,
    MOST_READ,
    SearchIn,
    finder,
)
from billhook_adapters.http.highlevel.schemas.contacts import (
    ContactFields,
    CreateContactIn,
    DuplicateIn,
    ListContactsIn,
    TagsIn,
    UpsertContactIn,
    contact_entity,
    listed_entity,
    names,
    with_tags,
    without_tags,
)
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked

T = TypeVar("T")

TRIES = 3
"""How often an upsert looks for the contact, where others change it at the same time."""

Saved = Result[Entry, Any]


async def create_contact(request: AuthenticatedRequest) -> Response:
    """Keep a contact; one with its e-mail address or phone number is an error that names it."""
    payload = checked(await request.located_body(), CreateContactIn)
    given = await _fields(request, payload, {})
    saved = await _saved(request, given, None)
    if isinstance(saved, Failure):
        return await _refused(request, given, saved)
    return json_response({"contact": _entity(request, stored_contact(saved.unwrap()))}, 201)


async def upsert_contact(request: AuthenticatedRequest) -> Response:
    """Set the fields of the contact with this e-mail address, else phone number; or keep a new one.

    Where the two belong to different contacts, the one of the e-mail address keeps its own number.
    """
    payload = checked(await request.located_body(), UpsertContactIn)
    new = await _fields(request, payload, {})
    if not (new.get("email") or new.get("phone")):
        raise InvalidRequestError(422, "email or phone should not be empty")
    given, saved = await _upserted(request, payload, new)
    # A key has recorded what was answered: another try would be answered the same.
    for _ in range(0 if request.key else TRIES - 1):
        if not isinstance(saved, Failure):
            break
        given, saved = await _upserted(request, payload, new)
    if isinstance(saved, Failure):
        return await _refused(request, given, saved)
    contact = stored_contact(saved.unwrap())
    return json_response({"new": contact.is_new, "contact": _entity(request, contact)})


async def _upserted(
    request: AuthenticatedRequest, payload: ContactFields, new: Given
) -> tuple[Given, Saved]:
    holders = await request.batched.read(
        lambda service: find_holders(service, request.account, new)
    )
    before = next(iter(holders.values()), None)
    if before is None:
        return new, await _saved(request, new, None)
    known = stored_contact(before).given
    given = await _fields(request, payload, known)
    for field, holder in holders.items():
        if holder.id != before.id:
            given = {name: value for name, value in given.items() if name != field}
            given |= {field: known[field]} if field in known else {}
    return given, await _saved(request, given, before)


async def update_contact(request: AuthenticatedRequest) -> Response:
    """Set the fields that the body has; invoices keep those that they were made with."""
    payload = checked(await request.located_body(), ContactFields)
    before = await _found(request)
    given = await _fields(request, payload, stored_contact(before).given)
    saved = await _saved(request, given, before)
    if isinstance(saved, Failure):
        return await _refused(request, given, saved)
    contact = _entity(request, stored_contact(saved.unwrap()))
    return json_response({"succeded": True, "succeeded": True, "contact": contact})


async def get_contact(request: AuthenticatedRequest) -> Response:
    """A contact that was kept by itself, or that came with an invoice."""
    name = request.http.path[1]
    found = await request.batched.read(lambda service: find_contact(service, request.account, name))
    if found is None:
        return invalid_response(400, UNKNOWN_CONTACT)
    return json_response({"contact": _entity(request, found)})


async def delete_contact(request: AuthenticatedRequest) -> Response:
    """Delete a contact; invoices keep what they were made with."""
    await request.http.body()
    before = await _found(request)
    deleted = await request.batched.execute(
        DeleteContact(account=request.account, before=before, key=request.key)
    )
    if isinstance(deleted, Failure):
        return entry_error_response(deleted.failure())
    return json_response({"succeded": True, "succeeded": True})


async def add_tags(request: AuthenticatedRequest) -> Response:
    """Add tags to a contact."""
    return await _tagged(request, with_tags, "tagsAdded", 201)


async def remove_tags(request: AuthenticatedRequest) -> Response:
    """Remove tags from a contact."""
    return await _tagged(request, without_tags, "tagsRemoved", 200)


async def _tagged(
    request: AuthenticatedRequest,
    change: Callable[[Given, list[str]], tuple[dict[str, Any], list[str]]],
    changed: str,
    status: int,
) -> Response:
    payload = checked(await request.located_body(), TagsIn)
    before = await _found(request)
    given, tags = change(stored_contact(before).given, payload.tags)
    _check_length(given)
    saved = await _saved(request, given, before)
    if isinstance(saved, Failure):
        return await _refused(request, given, saved)
    return json_response({"tags": given["tags"], changed: tags}, status)


async def list_contacts(request: AuthenticatedRequest) -> Response:
    """A page of the contacts, the newest first; with `query` those that have its text."""
    request.check_location()
    payload = checked(dict(request.query), ListContactsIn)
    limit = min(max(payload.limit, 1), MOST)
    location = request.tenancy.location

    def page(service: InvoiceService) -> Response:
        after = _after(service, request, payload)
        if payload.query:
            is_found = finder(payload.query)
            found = [(row, shown) for row, shown in _all(service, request) if is_found(shown)]
            total = len(found)
            shown = [one for row, one in found if after is None or place_of(row) < place_of(after)]
        else:
            rows = page_after(service, request.account, after, limit + 1)
            shown = [listed_entity(stored_contact(row), location) for row in rows]
            total = counted(lambda listing: service.entries_of(request.account, PREFIX, listing))
        meta = _meta(payload, shown[:limit], total, more=len(shown) > limit)
        return json_response({"contacts": shown[:limit], "count": total, "meta": meta})

    return await request.batched.read_page(page)


def _after(
    service: InvoiceService, request: AuthenticatedRequest, payload: ListContactsIn
) -> Entry | None:
    """The contact behind which the page begins. Raises InvalidRequestError."""
    if not payload.start_after_id:
        return None
    found = find_entry(service, request.account, payload.start_after_id)
    if found is not None:
        return found
    time = payload.start_after  # of a contact that was deleted since its place is left
    if not (time.isascii() and time.isdigit() and len(time) <= 14):
        raise InvalidRequestError(400, UNKNOWN_CURSOR)
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(time))
    return Entry(account=request.account, id=PREFIX, body="", filed_at=moment)


def _meta(
    payload: ListContactsIn, shown: list[dict[str, Any]], total: int, *, more: bool
) -> dict[str, Any]:
    last = shown[-1]["searchAfter"] if shown else (None, None)
    following = {
        "locationId": payload.location_id,
        "limit": payload.limit,
        **({"query": payload.query} if payload.query else {}),
        "startAfter": last[0],
        "startAfterId": last[1],
    }
    return {
        "total": total,
        "nextPageUrl": f"/contacts/?{urlencode(following)}" if more else None,
        "startAfterId": last[1],
        "startAfter": last[0],
        "currentPage": None,
        "nextPage": None,
        "prevPage": None,
    }


async def search_contacts(request: AuthenticatedRequest) -> Response:
    """A page of the contacts that fulfil the filters of the body, of the newest `MOST_READ`."""
    payload = checked(await request.located_body(), SearchIn)

    def page(service: InvoiceService) -> Response:
        is_found = finder(payload.query) if payload.query else bool
        found = [
            shown
            for _, shown in _all(service, request)
            if payload.matches(shown) and is_found(shown)
        ]
        shown = payload.page_of(payload.ordered(found))
        return json_response({"contacts": shown, "total": len(found)})

    return await request.batched.read_page(page)


async def find_duplicate(request: AuthenticatedRequest) -> Response:
    """The contact with an e-mail address, else with a phone number; null where there is none."""
    request.check_location()
    payload = checked(dict(request.query), DuplicateIn)
    number = await request.phone_number(payload.number) if payload.number else ""
    given = {"email": payload.email, "phone": number}
    found = await request.batched.read(
        lambda service: find_holders(service, request.account, given)
    )
    if not found:
        return json_response({"contact": None})
    contact = stored_contact(next(iter(found.values())))
    return json_response({"contact": _entity(request, contact)})


def _all(
    service: InvoiceService, request: AuthenticatedRequest
) -> list[tuple[Entry, dict[str, Any]]]:
    """The newest contacts, and as lists show them, up to `MOST_READ`."""

    def rows(listing: Listing) -> list[Entry]:
        return [*service.entries_of(request.account, PREFIX, listing)]

    location = request.tenancy.location
    return [(row, listed_entity(stored_contact(row), location)) for row in every(rows, MOST_READ)]


async def _fields(
    request: AuthenticatedRequest, payload: ContactFields, before: Given
) -> dict[str, Any]:
    """The fields of a contact with those of the payload set. Raises InvalidRequestError."""
    given = payload.over(before)
    if given.get("phone") and given["phone"] != before.get("phone"):
        country = str(given.get("country", "")).upper()
        region = country if len(country) == 2 and country.isascii() and country.isalpha() else None
        given["phone"] = await request.phone_number(given["phone"], region)
    _check_length(given)
    return given


def _check_length(given: Given) -> None:
    if len(body_of(given, datetime.max.replace(tzinfo=UTC), 10**9)) > LONGEST_BODY:
        raise InvalidRequestError(422, TOO_LONG)


async def _saved(request: AuthenticatedRequest, given: Given, before: Entry | None) -> Saved:
    fields = json.dumps(given, ensure_ascii=False)
    return await request.batched.execute(
        SaveContact(account=request.account, fields=fields, before=before, key=request.key)
    )


async def _refused(request: AuthenticatedRequest, given: Given, saved: Failure[Any]) -> Response:
    """The response to a contact that was not saved; a duplicate names the contact that is."""
    error = saved.failure()
    if not isinstance(error, AlreadyExists):
        return entry_error_response(error)
    own = request.http.path[1] if len(request.http.path) > 1 else ""
    holders = await request.batched.read(
        lambda service: find_holders(service, request.account, given)
    )
    others = {field: holder for field, holder in holders.items() if holder.id != own}
    if not others:
        return entry_error_response(error)
    field, holder = next(iter(others.items()))
    meta = {
        "contactId": holder.id,
        "contactName": names(stored_contact(holder).given)[2],
        "matchingField": field,
    }
    return json_response({"statusCode": 400, "message": DUPLICATE_CONTACT, "meta": meta}, 400)


async def _found(request: AuthenticatedRequest) -> Entry:
    """The contact of the path. Raises InvalidRequestError."""
    name = request.http.path[1]
    entry = await request.batched.read(lambda service: find_entry(service, request.account, name))
    if entry is None:
        raise InvalidRequestError(400, UNKNOWN_CONTACT)
    return entry


def _entity(request: AuthenticatedRequest, contact: StoredContact) -> dict[str, Any]:
    return contact_entity(contact, request.tenancy.location)
