"""HighLevel's routes: a request becomes a command, its result the vendor's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from returns.result import Failure, Result

from billhook.application.commands import Delete, Draft, RecordView
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import DomainError
from billhook.model.account import Account
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.line_items import Rounding
from billhook_adapters.http.core.exchange import Request, Response, json_response
from billhook_adapters.http.highlevel.commands import (
    RecordInvoicePayment,
    Revise,
    SendInvoice,
    TextToPay,
    Void,
    details_of,
    edits_of,
)
from billhook_adapters.http.highlevel.errors import (
    NO_AUTO_PAYMENT,
    SETTLED,
    UNKNOWN_ID,
    refusal,
)
from billhook_adapters.http.highlevel.request import AuthenticatedRequest, Endpoint
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked, smallest
from billhook_adapters.http.highlevel.schemas.invoices import (
    CreateIn,
    LateFeesChangeIn,
    Tenant,
    TextToPayIn,
    UpdateIn,
)
from billhook_adapters.http.highlevel.schemas.listing import ListIn
from billhook_adapters.http.highlevel.schemas.parts import In
from billhook_adapters.http.highlevel.schemas.payments import RecordPaymentIn
from billhook_adapters.http.highlevel.schemas.sending import SendIn, queued
from billhook_adapters.http.highlevel.serializers import entity, summarised

MOST_DETAILS = 32 * 1024


async def _create(asked: AuthenticatedRequest) -> Response:
    request = checked(await asked.body(), CreateIn)
    document = request.document(*await _series(asked))
    drafted = await asked.batched.execute(
        Draft(account=asked.account, document=document, key=asked.key)
    )
    return _shown(asked, drafted)


async def _list(asked: AuthenticatedRequest) -> Response:
    asked.here()
    request = checked(dict(asked.query), ListIn)
    search = request.search()
    if search is None:
        return json_response({"invoices": [], "total": 0})
    found, total = await asked.batched.read(
        lambda service: service.search_and_count(asked.account, search)
    )
    invoices = [summarised(invoice, asked.location) for invoice in found[: request.limit]]
    return json_response({"invoices": invoices, "total": total})


async def _get(asked: AuthenticatedRequest) -> Response:
    asked.here()
    return json_response(summarised(await _found(asked, asked.invoice), asked.location))


async def _update(asked: AuthenticatedRequest) -> Response:
    request = checked(await asked.body(), UpdateIn)
    return await _revised(asked, request)


async def _late_fees(asked: AuthenticatedRequest) -> Response:
    request = checked(await asked.body(), LateFeesChangeIn)
    return await _revised(asked, request)


async def _revised(asked: AuthenticatedRequest, request: UpdateIn | LateFeesChangeIn) -> Response:
    known, (_, upcoming) = await _found(asked, asked.invoice), await _series(asked)
    edits_of(request, known.document, upcoming)  # what cannot be merged is refused in its words
    revise = Revise(
        account=asked.account,
        invoice=asked.invoice,
        asked=request,
        upcoming=upcoming,
        key=asked.key,
    )
    return _shown(asked, await asked.batched.execute(revise))


async def _delete(asked: AuthenticatedRequest) -> Response:
    asked.here()
    await asked.call.body()
    delete = Delete(account=asked.account, invoice=asked.invoice, key=asked.key)
    return _shown(asked, await asked.batched.execute(delete))


async def _void(asked: AuthenticatedRequest) -> Response:
    checked(await asked.body(), Tenant)
    void = Void(account=asked.account, invoice=asked.invoice, key=asked.key)
    return _shown(asked, await asked.batched.execute(void))


async def _send(asked: AuthenticatedRequest) -> Response:
    request = checked(await asked.body(), SendIn)
    if request.charges and not asked.charging:
        raise InvalidRequestError(400, NO_AUTO_PAYMENT)
    known = await _found(asked, asked.invoice)
    if known.issued_at is None:
        request.patch(known.document)
    elif request.changes(known.document):
        raise InvalidRequestError(400, f"autoPayment {SETTLED}")
    sent = await asked.batched.execute(
        SendInvoice(
            account=asked.account,
            invoice=asked.invoice,
            asked=request,
            key=asked.key,
            actor=request.user_id,
        )
    )
    if isinstance(sent, Failure):
        return refusal(sent.failure())
    invoice, messages = sent.unwrap().invoice, sent.unwrap().messages
    return json_response(
        {
            "invoice": entity(invoice, asked.location),
            "smsData": queued(messages, Medium.SMS),
            "emailData": queued(messages, Medium.EMAIL),
        }
    )


async def _text_to_pay(asked: AuthenticatedRequest) -> Response:
    request = checked(await asked.body(), TextToPayIn)
    rounding, upcoming = await _series(asked)
    named = InvoiceId(request.id) if request.id else None
    if named is None:
        request.document(rounding, upcoming)
    else:
        request.patch((await _found(asked, named)).document, upcoming)
    sent = await asked.batched.execute(
        TextToPay(
            account=asked.account,
            asked=request,
            invoice=named,
            upcoming=upcoming,
            key=asked.key,
            actor=request.user_id,
        )
    )
    if isinstance(sent, Failure):
        return refusal(sent.failure())
    invoice = sent.unwrap().invoice
    told = entity(invoice, asked.location)
    return json_response({"invoice": told, "invoiceUrl": invoice.short_url or ""})


async def _record_payment(asked: AuthenticatedRequest) -> Response:
    request = checked(await asked.body(), RecordPaymentIn)
    details = details_of(request.details)
    if len(details) > MOST_DETAILS:
        raise InvalidRequestError(422, "meta must be shorter than or equal to 32768 characters")
    known = await _found(asked, asked.invoice)
    amount = None
    if request.amount is not None:
        amount = smallest(request.amount, known.document.currency, "amount")
    instalments = tuple(request.payment_schedule_ids or ())
    schedule = known.document.schedule
    known_ids = {one.id for one in (() if schedule is None else schedule.instalments)}
    if not known_ids.issuperset(instalments):
        raise InvalidRequestError(400, "Unable to find a payment schedule with the given id")
    paid = await asked.batched.execute(
        RecordInvoicePayment(
            account=asked.account,
            invoice=asked.invoice,
            amount=amount,
            instalments=instalments,
            details=details,
            key=asked.key,
        )
    )
    if isinstance(paid, Failure):
        return refusal(paid.failure())
    return json_response({"success": True, "invoice": entity(paid.unwrap(), asked.location)})


async def _number(asked: AuthenticatedRequest) -> Response:
    asked.here()
    _, upcoming = await _series(asked)
    return json_response({"invoiceNumber": upcoming or ""})


async def _settings(asked: AuthenticatedRequest) -> Response:
    asked.here()
    settings = await asked.batched.read(lambda service: _seller(service, asked))
    return json_response(
        {
            "altId": asked.location,
            "altType": "location",
            "businessDetails": {"name": settings.name},
            "invoiceNumberPrefix": settings.policy.number_prefix or "",
        }
    )


class VisitedIn(In):
    """The body of `PATCH /invoices/stats/last-visited-at`."""

    invoice_id: str


async def _visited(asked: AuthenticatedRequest) -> Response:
    request = checked(await asked.body(), VisitedIn)
    visited = await asked.batched.execute(
        RecordView(account=asked.account, invoice=InvoiceId(request.invoice_id), key=asked.key)
    )
    if isinstance(visited, Failure):
        return refusal(visited.failure())
    return json_response({})  # the vendor has none, and its Python SDK reads JSON


async def _series(asked: AuthenticatedRequest) -> tuple[Rounding, str | None]:
    """How the account rounds, and the number that its series would give next."""
    return await asked.batched.read(
        lambda service: (
            _seller(service, asked).policy.rounding,
            service.upcoming_number(asked.account),
        )
    )


def _seller(service: InvoiceService, asked: AuthenticatedRequest) -> Account:
    seller = service.account(asked.account)
    if seller is None:  # pragma: no cover  # a token has an account
        raise InvalidRequestError(400, UNKNOWN_ID)
    return seller


async def _found(asked: AuthenticatedRequest, id: InvoiceId) -> Invoice:
    found = await asked.batched.read(lambda service: service.get(asked.account, id))
    if isinstance(found, Failure):
        raise InvalidRequestError(400, UNKNOWN_ID)
    return found.unwrap()


def _shown(asked: AuthenticatedRequest, result: Result[Invoice, Any]) -> Response:
    if isinstance(result, Failure):
        refused: DomainError = result.failure()
        return refusal(refused)
    return json_response(entity(result.unwrap(), asked.location))


ROUTES: Mapping[tuple[str, ...], Endpoint] = MappingProxyType(
    {
        ("POST",): _create,
        ("GET",): _list,
        ("GET", "generate-invoice-number"): _number,
        ("GET", "settings"): _settings,
        ("POST", "text2pay"): _text_to_pay,
        ("PATCH", "stats", "last-visited-at"): _visited,
        ("GET", "*"): _get,
        ("PUT", "*"): _update,
        ("DELETE", "*"): _delete,
        ("POST", "*", "send"): _send,
        ("POST", "*", "record-payment"): _record_payment,
        ("POST", "*", "void"): _void,
        ("PATCH", "*", "late-fees-configuration"): _late_fees,
    }
)
"""What serves a method and a path below `/invoices`; a word of the vendor's wins over an id."""

TEMPLATES = frozenset("/".join(("/invoices", *path)) for _, *path in ROUTES)
"""The paths that are served, their ids as stars."""


def endpoint(call: Request) -> Endpoint | None:
    """What serves a request; None where the vendor has nothing there. A last slash is let go."""
    path = call.path[1:]
    if path and path[-1] == "":
        path = path[:-1]
    named = ROUTES.get((call.method, *path))
    if named is not None or not path or "*" in path:
        return named
    return ROUTES.get((call.method, "*", *path[1:]))
