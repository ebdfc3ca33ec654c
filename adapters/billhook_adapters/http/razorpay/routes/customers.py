"""The routes of customers, which invoices name by id."""

from __future__ import annotations

from pydantic import ValidationError
from returns.result import Failure

from billhook.application.records import Entry, EntryChanged
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import AlreadyExists, DomainError
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.razorpay.commands import CreateCustomer, EditCustomer
from billhook_adapters.http.razorpay.customer_entries import (
    PREFIX,
    find_customer,
    find_entry,
    kept_details,
    listed_customers,
    merged,
    owner,
    stored_customer,
)
from billhook_adapters.http.razorpay.errors import (
    CUSTOMER_EXISTS,
    UNKNOWN_ID,
    entry_error_response,
    invalid_response,
)
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.schemas.customers import (
    CustomerAlone,
    CustomerDetails,
    customer_entity,
)
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, invalid_request
from billhook_adapters.http.razorpay.schemas.invoices import checked
from billhook_adapters.http.razorpay.schemas.listing import PageIn, collection, query_of


async def create_customer(request: AuthenticatedRequest) -> Response:
    """Keep a customer; one with its e-mail address and phone number is an error or the answer."""
    payload = checked(await request.body(), CustomerAlone)
    if not payload.is_named:
        raise InvalidRequestError("The name field is required.", "name")
    try:
        payload.domain()
    except ValidationError as invalid:
        raise invalid_request(invalid) from None
    stored = await request.batched.execute(
        CreateCustomer(
            account=request.account,
            details=payload.details,
            fails=payload.fail_existing,
            key=request.key,
        )
    )
    if isinstance(stored, Failure):
        return _refused(stored.failure())
    entry: Entry = stored.unwrap()
    return await _shown(request, entry.id if entry.id.startswith(PREFIX) else owner(entry))


async def fetch_customer(request: AuthenticatedRequest) -> Response:
    """A customer that was stored by itself, or with an invoice."""
    return await _shown(request, request.id)


async def list_customers(request: AuthenticatedRequest) -> Response:
    """The customers that were stored by themselves or with invoices, the newest first."""
    listing = query_of(request.http.query, PageIn).listing()

    def page(service: InvoiceService) -> Response:
        found = listed_customers(service, request.account, listing)
        return collection([customer_entity(one) for one in found])

    return await request.batched.read(page)


async def edit_customer(request: AuthenticatedRequest) -> Response:
    """Set the details that the body has; invoices keep those that they were made with."""
    payload = checked(await request.body(), CustomerDetails)
    before = await request.batched.read(
        lambda service: find_entry(service, request.account, request.id)
    )
    if before is None:
        return invalid_response(UNKNOWN_ID)
    try:
        new = merged(before, {name: getattr(payload, name) for name in payload.model_fields_set})
        new.domain()
    except ValidationError as invalid:
        raise invalid_request(invalid) from None
    if not new.is_named:
        raise InvalidRequestError("The name field is required.", "name")
    changed = await request.batched.execute(
        EditCustomer(
            account=request.account,
            before=before,
            old=kept_details(before),
            new=new,
            key=request.key,
        )
    )
    return _refused(changed.failure()) if isinstance(changed, Failure) else _of(changed.unwrap())


def _refused(error: DomainError | EntryChanged) -> Response:
    exists = isinstance(error, AlreadyExists)
    return invalid_response(CUSTOMER_EXISTS) if exists else entry_error_response(error, "customer")


def _of(entry: Entry) -> Response:
    return json_response(customer_entity(stored_customer(entry)))


async def _shown(request: AuthenticatedRequest, id: str) -> Response:
    known = await request.batched.read(lambda service: find_customer(service, request.account, id))
    return invalid_response(UNKNOWN_ID) if known is None else json_response(customer_entity(known))
