"""One invoice: what it is, what has happened, and what may happen next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from returns.result import Failure

from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import NotYetDue
from billhook.lifecycle.explain import Verdict
from billhook.lifecycle.operation import Operation
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.money import major
from billhook.sentences import sentence
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import (
    Moment,
    amount,
    invoice_badge,
    moment,
    payer_name,
)
from billhook_adapters.sandbox.console.timeline import Entry, timeline
from billhook_adapters.system.ids import is_id


class Reason(NamedTuple):
    """Why an operation is not allowed, for people and for programs."""

    sentence: str
    code: str
    remedy: str


class Step(NamedTuple):
    """An operation: its name in the form, what its button says, and why it is not allowed."""

    name: str
    button: str
    editable: str
    """What may be changed, for the operation that does that."""
    reasons: Sequence[Reason]
    expires: Moment | None
    """When the invoice expires, where the clock has to be moved there first."""


class Known(NamedTuple):
    """What is stored about an invoice."""

    account: Account
    invoice: Invoice
    entries: Sequence[Entry]
    verdicts: Sequence[Verdict]


_BUTTONS = {
    Operation.ISSUE: "Issue",
    Operation.PAY: "Pay",
    Operation.EXPIRE: "Expire",
    Operation.CANCEL: "Cancel",
    Operation.DELETE: "Delete",
    Operation.UPDATE: "",
}
_BY_MEDIUM = {Medium.SMS: "Send by SMS", Medium.EMAIL: "Send by e-mail"}


async def invoice_page(
    sources: Sources, pages: Pages, account: str, invoice: str, fields: Fields
) -> Response:
    """The page of an invoice."""
    found = await read_known(sources, account, invoice)
    if found is None:
        return pages.not_found()
    one, zone = found.invoice, sources.zone(found.account)
    currency = one.document.currency
    hosted = None if one.issued_at is None else urlsplit(one.short_url or "").path
    steps = [_step(verdict, sources, found.account) for verdict in found.verdicts]
    times = [
        ("Created", one.created_at), ("Issued", one.issued_at), ("Paid", one.paid_at),
        ("Expired", one.expired_at), ("Cancelled", one.cancelled_at),
        ("Due by", one.next_due_by), ("Expires", one.document.expire_by),
    ]  # fmt: skip
    return pages.page(
        "invoice.html",
        fields,
        section="invoices",
        invoice=one,
        seller=found.account.name,
        title=f"Invoice {one.shown_number or one.id}",
        payer=payer_name(one),
        customer=one.document.customer,
        badge=invoice_badge(one, sources.now()),
        total=amount(one.amount, currency),
        paid=amount(one.paid, currency),
        due=amount(one.due, currency),
        payable=f"{major(one.due, currency):f}",
        currency=currency,
        times=[(name, moment(at, zone)) for name, at in times if at is not None],
        lines=[
            (line.name, line.quantity, amount(line.unit_amount, currency))
            for line in one.document.lines
        ],
        hosted=hosted,
        entries=[(entry, moment(entry.at, zone)) for entry in found.entries],
        allowed=[one for one in steps if not one.reasons],
        refused=[one for one in steps if one.reasons],
    )


async def read_known(sources: Sources, account: str, invoice: str) -> Known | None:
    """What is stored about an invoice; None where the sandbox has none of this id."""
    if account not in {one.id for one in sources.accounts} or not is_id(invoice):
        return None
    read = partial(_read, sources=sources, account=AccountId(account), invoice=InvoiceId(invoice))
    return await sources.batched.read(read)


def _read(
    service: InvoiceService, *, sources: Sources, account: AccountId, invoice: InvoiceId
) -> Known | None:
    found, seller = service.get(account, invoice), service.account(account)
    if isinstance(found, Failure) or seller is None:
        return None
    one = found.unwrap()
    entries = timeline(
        one,
        service.history(account, invoice).value_or(()),
        service.messages(account, invoice),
        service.payments(account, invoice).value_or(()),
        [one for one in sources.webhooks if (one.account, one.invoice) == (account, invoice)],
        frozenset(message.id for message in sources.sent),
    )
    return Known(seller, one, entries, service.explain(account, invoice).value_or(()))


def _step(verdict: Verdict, sources: Sources, account: Account) -> Step:
    if verdict.medium is not None:
        name, button = verdict.medium.value, _BY_MEDIUM[verdict.medium]
    else:
        name, button = verdict.operation.value, _BUTTONS[verdict.operation]
    expires = next((one.expire_by for one in verdict.reasons if isinstance(one, NotYetDue)), None)
    return Step(
        name=name,
        button=button,
        editable=", ".join(sorted(map(str, verdict.editable))),
        reasons=[Reason(sentence(one), one.code, one.remedy.value) for one in verdict.reasons],
        expires=None if expires is None else moment(expires, sources.zone(account)),
    )
