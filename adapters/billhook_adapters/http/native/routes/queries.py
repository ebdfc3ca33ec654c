"""The questions: what there is, what happened to it, and what may happen next."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import ETAG, answers
from billhook_adapters.http.native.request import TheAccount, TheInvoice, TheService, unwrapped
from billhook_adapters.http.native.schemas import cursors as paging
from billhook_adapters.http.native.schemas.invoices import ListIn
from billhook_adapters.http.native.serializers import (
    EventOut,
    EventsOut,
    InvoiceOut,
    InvoicesOut,
    MessageOut,
    MessagesOut,
    PaymentOut,
    PaymentsOut,
    RemindersOut,
    VerdictOut,
    VerdictsOut,
)

reads = APIRouter(route_class=GuardedRoute)


@reads.get("/invoices", responses=answers(), tags=["invoices"])
async def list_invoices(
    batched: TheService, account: TheAccount, wanted: Annotated[ListIn, Query()]
) -> InvoicesOut:
    """The invoices wanted, a page at a time."""
    search = wanted.search()
    found = await batched.read(lambda service: service.search(account, search))
    page = found[: wanted.limit]
    return InvoicesOut(
        invoices=[InvoiceOut.of(invoice) for invoice in page],
        next_cursor=paging.cursor(page[-1]) if len(found) > len(page) else None,
    )


@reads.get("/invoices/{id}", responses={**ETAG, **answers(404)}, tags=["invoices"])
async def get_invoice(
    batched: TheService, account: TheAccount, id: TheInvoice, response: Response
) -> InvoiceOut:
    """One invoice; its version is the ETag."""
    invoice = unwrapped(await batched.read(lambda service: service.get(account, id)))
    response.headers["ETag"] = etag(invoice.version)
    return InvoiceOut.of(invoice)


def etag(version: int) -> str:
    """The ETag of a version.

    >>> etag(3)
    '"3"'
    """
    return f'"{version}"'


@reads.get("/invoices/{id}/payments", responses=answers(404), tags=["payments"])
async def list_payments(batched: TheService, account: TheAccount, id: TheInvoice) -> PaymentsOut:
    """What came in for an invoice, applied or not."""
    found = unwrapped(await batched.read(lambda service: service.payments(account, id)))
    return PaymentsOut(payments=[PaymentOut.of(payment) for payment in found])


@reads.get("/unapplied-payments", responses=answers(), tags=["payments"])
async def list_unapplied_payments(batched: TheService, account: TheAccount) -> PaymentsOut:
    """The money that no invoice could take."""
    found = await batched.read(lambda service: service.unapplied(account))
    return PaymentsOut(payments=[PaymentOut.of(payment) for payment in found])


@reads.get("/invoices/{id}/messages", responses=answers(404), tags=["messages"])
async def list_messages(batched: TheService, account: TheAccount, id: TheInvoice) -> MessagesOut:
    """The messages about an invoice, and where each stands."""
    found = await batched.read(
        lambda service: service.get(account, id).map(lambda _: service.messages(account, id))
    )
    return MessagesOut(messages=[MessageOut.of(message) for message in unwrapped(found)])


@reads.get("/invoices/{id}/reminders", responses=answers(404), tags=["messages"])
async def show_reminders(batched: TheService, account: TheAccount, id: TheInvoice) -> RemindersOut:
    """How often the payer was reminded, and when it will be again, as everything stands."""
    found = unwrapped(await batched.read(lambda service: service.reminders(account, id)))
    return RemindersOut(sent=found.sent, planned=list(found.planned))


@reads.get("/invoices/{id}/events", responses=answers(404), tags=["invoices"])
async def list_facts(batched: TheService, account: TheAccount, id: TheInvoice) -> EventsOut:
    """Everything that happened to an invoice."""
    found = unwrapped(await batched.read(lambda service: service.history(account, id)))
    return EventsOut(events=[EventOut.of(stamped) for stamped in found])


@reads.get("/invoices/{id}/explain", responses=answers(404), tags=["invoices"])
async def explain_invoice(batched: TheService, account: TheAccount, id: TheInvoice) -> VerdictsOut:
    """For every operation: allowed now, or every reason against it."""
    found = unwrapped(await batched.read(lambda service: service.explain(account, id)))
    return VerdictsOut(verdicts=[VerdictOut.of(verdict) for verdict in found])
