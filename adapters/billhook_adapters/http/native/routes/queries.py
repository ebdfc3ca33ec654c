"""The questions: what there is, what happened to it, and what may happen next."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import ETAG, answers
from billhook_adapters.http.native.request import TheAccount, TheInvoice, TheLane, unwrapped
from billhook_adapters.http.native.schemas import cursors as paging
from billhook_adapters.http.native.schemas.invoices import ListIn
from billhook_adapters.http.native.serializers import (
    FactOut,
    FactsOut,
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
    lane: TheLane, account: TheAccount, wanted: Annotated[ListIn, Query()]
) -> InvoicesOut:
    """The invoices wanted, a page at a time."""
    search = wanted.search()
    found = await lane.read(lambda desk: desk.search(account, search))
    page = found[: wanted.limit]
    return InvoicesOut(
        invoices=[InvoiceOut.of(invoice) for invoice in page],
        next_cursor=paging.cursor(page[-1]) if len(found) > len(page) else None,
    )


@reads.get("/invoices/{id}", responses={**ETAG, **answers(404)}, tags=["invoices"])
async def get_invoice(
    lane: TheLane, account: TheAccount, id: TheInvoice, response: Response
) -> InvoiceOut:
    """One invoice; its version is the ETag."""
    invoice = unwrapped(await lane.read(lambda desk: desk.get(account, id)))
    response.headers["ETag"] = etag(invoice.version)
    return InvoiceOut.of(invoice)


def etag(version: int) -> str:
    """The ETag of a version.

    >>> etag(3)
    '"3"'
    """
    return f'"{version}"'


@reads.get("/invoices/{id}/payments", responses=answers(404), tags=["payments"])
async def list_payments(lane: TheLane, account: TheAccount, id: TheInvoice) -> PaymentsOut:
    """What came in for an invoice, applied or not."""
    found = unwrapped(await lane.read(lambda desk: desk.payments(account, id)))
    return PaymentsOut(payments=[PaymentOut.of(payment) for payment in found])


@reads.get("/unapplied-payments", responses=answers(), tags=["payments"])
async def list_unapplied_payments(lane: TheLane, account: TheAccount) -> PaymentsOut:
    """The money that no invoice could take."""
    found = await lane.read(lambda desk: desk.unapplied(account))
    return PaymentsOut(payments=[PaymentOut.of(payment) for payment in found])


@reads.get("/invoices/{id}/messages", responses=answers(404), tags=["messages"])
async def list_messages(lane: TheLane, account: TheAccount, id: TheInvoice) -> MessagesOut:
    """The messages about an invoice, and where each stands."""
    found = await lane.read(
        lambda desk: desk.get(account, id).map(lambda _: desk.messages(account, id))
    )
    return MessagesOut(messages=[MessageOut.of(message) for message in unwrapped(found)])


@reads.get("/invoices/{id}/reminders", responses=answers(404), tags=["messages"])
async def show_reminders(lane: TheLane, account: TheAccount, id: TheInvoice) -> RemindersOut:
    """How often the payer was reminded, and when it will be again, as everything stands."""
    found = unwrapped(await lane.read(lambda desk: desk.reminders(account, id)))
    return RemindersOut(sent=found.sent, planned=list(found.planned))


@reads.get("/invoices/{id}/facts", responses=answers(404), tags=["invoices"])
async def list_facts(lane: TheLane, account: TheAccount, id: TheInvoice) -> FactsOut:
    """Everything that happened to an invoice."""
    found = unwrapped(await lane.read(lambda desk: desk.history(account, id)))
    return FactsOut(facts=[FactOut.of(stamped) for stamped in found])


@reads.get("/invoices/{id}/explain", responses=answers(404), tags=["invoices"])
async def explain_invoice(lane: TheLane, account: TheAccount, id: TheInvoice) -> VerdictsOut:
    """For every operation: allowed now, or every reason against it."""
    found = unwrapped(await lane.read(lambda desk: desk.explain(account, id)))
    return VerdictsOut(verdicts=[VerdictOut.of(verdict) for verdict in found])
