"""The vendor's routes: a request becomes a command, its result the vendor's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from pydantic import ValidationError
from returns.result import Failure

from billhook.application.commands import Cancel, Delete, Draft, DraftAndSend, Notify, Send
from billhook.application.sending import MissingAddressPolicy
from billhook.lifecycle.errors import Conflict, DomainError, NotEditable
from billhook.messaging.delivery import ACCEPTED
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.exchange import Request, Response, json_response
from billhook_adapters.http.razorpay.commands import Amend, UpdateIn
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID, medium_unknown, refusal, refusing
from billhook_adapters.http.razorpay.parsing import body_of, key_of
from billhook_adapters.http.razorpay.request import AuthenticatedRequest, Endpoint
from billhook_adapters.http.razorpay.routes.catalogue import (
    add_customer,
    add_item,
    fetch_customer,
    fetch_item,
)
from billhook_adapters.http.razorpay.schemas.customers import known_customer
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, refused
from billhook_adapters.http.razorpay.schemas.invoices import (
    CreateIn,
    InvoiceIn,
    Named,
    checked,
)
from billhook_adapters.http.razorpay.schemas.items import ItemIn, known_item
from billhook_adapters.http.razorpay.schemas.listing import list_request
from billhook_adapters.http.razorpay.serializers import collection, entity

NO_INVOICES = json_response({"entity": "collection", "count": 0, "items": []})
SUCCESS, NO_SUCCESS = json_response({"success": True}), json_response({"success": False})
DELETED = Response(200, b"[]")  # the Java SDK compares it with these two bytes


async def _notify_by(asked: AuthenticatedRequest) -> Response:
    account, call, batched = asked
    medium = call.path[4]
    if medium not in _MEDIA:
        return refusing(medium_unknown(medium))
    await call.body()
    queued = await batched.execute(
        Notify(account=account, invoice=asked.invoice, medium=Medium(medium), key=key_of(call))
    )
    if isinstance(queued, Failure):
        return refusal(queued.failure())
    message = queued.unwrap()
    # Queued for later is a success; delivered at once, it is one if a provider took it.
    waits = message.attempts == 0 and message.ended_at is None
    return SUCCESS if waits or message.status in ACCEPTED else NO_SUCCESS


_MEDIA = frozenset(Medium)


async def _create(asked: AuthenticatedRequest) -> Response:
    account, call, batched = asked
    request = checked(await body_of(call), CreateIn)
    if request.draft not in ("0", "1"):
        raise InvalidRequestError("The selected draft is invalid.", "draft")
    named = await _named(asked, request)
    try:
        document = request.domain(account, named)
    except ValidationError as invalid:
        raise refused(invalid) from None
    key = key_of(call)
    if request.draft == "1":
        drafted = await batched.execute(Draft(account=account, document=document, key=key))
        if isinstance(drafted, Failure):
            return refusal(drafted.failure())
        return json_response(entity(drafted.unwrap(), ()))
    sent = await batched.execute(DraftAndSend(account=account, document=document, key=key))
    if isinstance(sent, Failure):
        return refusal(sent.failure())
    return json_response(entity(sent.unwrap().invoice, sent.unwrap().messages))


async def _named(asked: AuthenticatedRequest, request: InvoiceIn) -> Named:
    """What the request names by id. Raises Refused where there is no such thing."""
    account, _, batched = asked
    customer_id, item_ids = request.names
    customer, items = None, dict[str, ItemIn]()
    if customer_id is not None:
        if request.customer is not None:
            raise InvalidRequestError(
                "customer is/are not required and should not be sent", "customer"
            )
        customer = await batched.read(lambda service: known_customer(service, account, customer_id))
        if customer is None:
            raise InvalidRequestError(UNKNOWN_ID, "customer_id")
    for name in dict.fromkeys(item_ids):
        item = await batched.read(partial(known_item, account=account, name=name))
        if item is None:
            raise InvalidRequestError(UNKNOWN_ID, "item_id")
        items[name] = item
    return Named(customer=customer, items=items)


async def _fetch(asked: AuthenticatedRequest) -> Response:
    found = await asked.batched.read(lambda service: service.get(asked.account, asked.invoice))
    if isinstance(found, Failure):
        return refusal(found.failure())
    return await _shown(asked, found.unwrap())


async def _list(asked: AuthenticatedRequest) -> Response:
    account, call, batched = asked
    search = list_request(call.query).search()
    if search is None:
        return NO_INVOICES
    found = await batched.read(lambda service: service.search(account, search))
    ids = [invoice.id for invoice in found]
    about = await batched.read(lambda service: service.correspondence(account, ids))
    return json_response(
        collection([entity(invoice, about.get(invoice.id, ())) for invoice in found])
    )


async def _update(asked: AuthenticatedRequest) -> Response:
    account, call, batched = asked
    request = checked(await body_of(call), UpdateIn)
    if request.draft not in ("0", "1"):
        raise InvalidRequestError("The selected draft is invalid.", "draft")
    named = await _named(asked, request)
    updated = await batched.execute(
        Amend(account=account, invoice=asked.invoice, asked=request, named=named, key=key_of(call))
    )
    if isinstance(updated, Failure):
        refused_by: DomainError = updated.failure()
        if isinstance(refused_by, NotEditable):
            raise request.settled(refused_by)
        if isinstance(refused_by, Conflict):
            await _merged_again(asked, request, named)
        return refusal(refused_by)
    return await _shown(asked, updated.unwrap())


async def _merged_again(asked: AuthenticatedRequest, request: UpdateIn, named: Named) -> None:
    """Find the words for why a patch could not be merged. Raises Refused."""
    found = await asked.batched.read(lambda service: service.get(asked.account, asked.invoice))
    if not isinstance(found, Failure):
        try:
            request.patch(found.unwrap(), named)
        except ValidationError as invalid:
            raise refused(invalid) from None


async def _issue(asked: AuthenticatedRequest) -> Response:
    account, call, batched = asked
    await call.body()
    sent = await batched.execute(
        Send(
            account=account,
            invoice=asked.invoice,
            addresses=MissingAddressPolicy.AVAILABLE,
            again=False,
            key=key_of(call),
        )
    )
    if isinstance(sent, Failure):
        return refusal(sent.failure())
    return json_response(entity(sent.unwrap().invoice, sent.unwrap().messages))


async def _cancel(asked: AuthenticatedRequest) -> Response:
    account, call, batched = asked
    await call.body()
    cancelled = await batched.execute(
        Cancel(account=account, invoice=asked.invoice, key=key_of(call))
    )
    if isinstance(cancelled, Failure):
        return refusal(cancelled.failure())
    return await _shown(asked, cancelled.unwrap())


async def _delete(asked: AuthenticatedRequest) -> Response:
    account, call, batched = asked
    await call.body()
    deleted = await batched.execute(
        Delete(account=account, invoice=asked.invoice, key=key_of(call))
    )
    return refusal(deleted.failure()) if isinstance(deleted, Failure) else DELETED


async def _shown(asked: AuthenticatedRequest, invoice: Invoice) -> Response:
    messages = await asked.batched.read(lambda service: service.messages(asked.account, invoice.id))
    return json_response(entity(invoice, messages))


ROUTES: Mapping[tuple[str, ...], Endpoint] = MappingProxyType(
    {
        ("POST", "invoices"): _create,
        ("GET", "invoices"): _list,
        ("GET", "invoices", "*"): _fetch,
        ("PATCH", "invoices", "*"): _update,
        ("DELETE", "invoices", "*"): _delete,
        ("POST", "invoices", "*", "issue"): _issue,
        ("POST", "invoices", "*", "cancel"): _cancel,
        ("POST", "invoices", "*", "notify_by", "*"): _notify_by,
        ("POST", "customers"): add_customer,
        ("GET", "customers", "*"): fetch_customer,
        ("POST", "items"): add_item,
        ("GET", "items", "*"): fetch_item,
    }
)
"""What serves a method and a path below `/v1`, its ids as stars."""


TEMPLATES = frozenset("/".join(("/v1", *path)) for _, *path in ROUTES)
"""The paths that are served, their ids as stars."""


def endpoint(call: Request) -> Endpoint | None:
    """What serves a request; None where the vendor has nothing there.

    Every path may end in a slash, as the PHP SDK's do.
    """
    if call.path[:1] != ("v1",):
        return None
    path = call.path[1:-1] if call.path[-1] == "" else call.path[1:]
    return ROUTES.get((call.method, *("*" if n % 2 else part for n, part in enumerate(path))))
