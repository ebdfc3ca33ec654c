"""HighLevel's routes: a request becomes a command, its result the vendor's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from returns.result import Failure, Result

from billhook.application.commands import Delete, Draft, Visit
from billhook.application.service import Desk
from billhook.lifecycle.errors import Refusal
from billhook.model.account import Account
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.line_items import Rounding
from billhook_adapters.http.core.exchange import Answer, Call, answer
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
from billhook_adapters.http.highlevel.request import Asked, Endpoint
from billhook_adapters.http.highlevel.schemas.fields import Refused, checked, smallest
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


async def _create(asked: Asked) -> Answer:
    request = checked(await asked.body(), CreateIn)
    document = request.document(*await _series(asked))
    drafted = await asked.lane.do(Draft(account=asked.account, document=document, key=asked.key))
    return _shown(asked, drafted)


async def _list(asked: Asked) -> Answer:
    asked.here()
    request = checked(dict(asked.query), ListIn)
    search = request.search()
    if search is None:
        return answer({"invoices": [], "total": 0})
    found, total = await asked.lane.read(lambda desk: desk.search_and_count(asked.account, search))
    invoices = [summarised(invoice, asked.location) for invoice in found[: request.limit]]
    return answer({"invoices": invoices, "total": total})


async def _get(asked: Asked) -> Answer:
    asked.here()
    return answer(summarised(await _found(asked, asked.invoice), asked.location))


async def _update(asked: Asked) -> Answer:
    request = checked(await asked.body(), UpdateIn)
    return await _revised(asked, request)


async def _late_fees(asked: Asked) -> Answer:
    request = checked(await asked.body(), LateFeesChangeIn)
    return await _revised(asked, request)


async def _revised(asked: Asked, request: UpdateIn | LateFeesChangeIn) -> Answer:
    known, (_, upcoming) = await _found(asked, asked.invoice), await _series(asked)
    edits_of(request, known.document, upcoming)  # what cannot be merged is refused in its words
    revise = Revise(
        account=asked.account,
        invoice=asked.invoice,
        asked=request,
        upcoming=upcoming,
        key=asked.key,
    )
    return _shown(asked, await asked.lane.do(revise))


async def _delete(asked: Asked) -> Answer:
    asked.here()
    await asked.call.body()
    delete = Delete(account=asked.account, invoice=asked.invoice, key=asked.key)
    return _shown(asked, await asked.lane.do(delete))


async def _void(asked: Asked) -> Answer:
    checked(await asked.body(), Tenant)
    void = Void(account=asked.account, invoice=asked.invoice, key=asked.key)
    return _shown(asked, await asked.lane.do(void))


async def _send(asked: Asked) -> Answer:
    request = checked(await asked.body(), SendIn)
    if request.charges and not asked.charging:
        raise Refused(400, NO_AUTO_PAYMENT)
    known = await _found(asked, asked.invoice)
    if known.issued_at is None:
        request.edits(known.document)
    elif request.changes(known.document):
        raise Refused(400, f"autoPayment {SETTLED}")
    sent = await asked.lane.do(
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
    return answer(
        {
            "invoice": entity(invoice, asked.location),
            "smsData": queued(messages, Medium.SMS),
            "emailData": queued(messages, Medium.EMAIL),
        }
    )


async def _text_to_pay(asked: Asked) -> Answer:
    request = checked(await asked.body(), TextToPayIn)
    rounding, upcoming = await _series(asked)
    named = InvoiceId(request.id) if request.id else None
    if named is None:
        request.document(rounding, upcoming)
    else:
        request.edits((await _found(asked, named)).document, upcoming)
    sent = await asked.lane.do(
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
    return answer({"invoice": told, "invoiceUrl": invoice.short_url or ""})


async def _record_payment(asked: Asked) -> Answer:
    request = checked(await asked.body(), RecordPaymentIn)
    details = details_of(request.details)
    if len(details) > MOST_DETAILS:
        raise Refused(422, "meta must be shorter than or equal to 32768 characters")
    known = await _found(asked, asked.invoice)
    amount = None
    if request.amount is not None:
        amount = smallest(request.amount, known.document.currency, "amount")
    instalments = tuple(request.payment_schedule_ids or ())
    schedule = known.document.schedule
    known_ids = {one.id for one in (() if schedule is None else schedule.instalments)}
    if not known_ids.issuperset(instalments):
        raise Refused(400, "Unable to find a payment schedule with the given id")
    paid = await asked.lane.do(
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
    return answer({"success": True, "invoice": entity(paid.unwrap(), asked.location)})


async def _number(asked: Asked) -> Answer:
    asked.here()
    _, upcoming = await _series(asked)
    return answer({"invoiceNumber": upcoming or ""})


async def _settings(asked: Asked) -> Answer:
    asked.here()
    settings = await asked.lane.read(lambda desk: _seller(desk, asked))
    return answer(
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


async def _visited(asked: Asked) -> Answer:
    request = checked(await asked.body(), VisitedIn)
    visited = await asked.lane.do(
        Visit(account=asked.account, invoice=InvoiceId(request.invoice_id), key=asked.key)
    )
    if isinstance(visited, Failure):
        return refusal(visited.failure())
    return answer({})  # the vendor has none, and its Python SDK reads JSON


async def _series(asked: Asked) -> tuple[Rounding, str | None]:
    """How the account rounds, and the number that its series would give next."""
    return await asked.lane.read(
        lambda desk: (_seller(desk, asked).policy.rounding, desk.upcoming_number(asked.account))
    )


def _seller(desk: Desk, asked: Asked) -> Account:
    seller = desk.account(asked.account)
    if seller is None:  # pragma: no cover  # a token has an account
        raise Refused(400, UNKNOWN_ID)
    return seller


async def _found(asked: Asked, id: InvoiceId) -> Invoice:
    found = await asked.lane.read(lambda desk: desk.get(asked.account, id))
    if isinstance(found, Failure):
        raise Refused(400, UNKNOWN_ID)
    return found.unwrap()


def _shown(asked: Asked, result: Result[Invoice, Any]) -> Answer:
    if isinstance(result, Failure):
        refused: Refusal = result.failure()
        return refusal(refused)
    return answer(entity(result.unwrap(), asked.location))


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


def endpoint(call: Call) -> Endpoint | None:
    """What serves a request; None where the vendor has nothing there. A last slash is let go."""
    path = call.path[1:]
    if path and path[-1] == "":
        path = path[:-1]
    named = ROUTES.get((call.method, *path))
    if named is not None or not path or "*" in path:
        return named
    return ROUTES.get((call.method, "*", *path[1:]))
