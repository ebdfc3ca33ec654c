"""The list of the invoices of all accounts, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from pydantic import ValidationError

from billhook.application.records import Search
from billhook.application.service import InvoiceService
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, Status
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import PAGE, Fields, query
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import (
    Badge,
    Moment,
    amount,
    invoice_badge,
    moment,
    payer_name,
    words,
)

OVERDUE = "overdue"
_CHOICES = (*(status.value for status in Status), OVERDUE)


class InvoiceRow(NamedTuple):
    """An invoice as a line of a list."""

    account: str
    id: str
    number: str
    payer: str
    badge: Badge
    total: str
    due: str
    seller: str
    created: Moment


class Found(NamedTuple):
    """A page of invoices, and the place of its last one where there are older ones."""

    rows: Sequence[InvoiceRow]
    older: str | None


async def invoices_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The page of the invoices that the fields choose."""
    status = fields.get("status", "")
    found, invalid = Found((), None), None
    try:
        wanted = search_of(fields)
    except ValidationError:
        invalid = "The text may have 1 to 256 characters, without control characters."
    else:
        found = await sources.batched.read_page(partial(read, sources=sources, search=wanted))
    chosen = {"status": status, "text": fields.get("text")}
    return pages.page(
        "invoices.html",
        fields,
        section="invoices",
        rows=found.rows,
        choices=[(one, words(one), one == status) for one in _CHOICES],
        text=fields.get("text", ""),
        invalid=invalid,
        filtered=any(chosen.values()),
        is_first="after" not in fields,
        first=query(**chosen),
        older=found.older and query(**chosen, after=found.older),
    )


def search_of(fields: Fields) -> Search:
    """The search of a query. Raises ValidationError on a text that cannot be searched for."""
    status = fields.get("status", "")
    at, _, invoice = fields.get("after", "").partition("~")
    return Search(
        statuses=[status] if status in set(Status) else None,
        overdue=True if status == OVERDUE else None,
        text=fields.get("text") or None,
        after=(datetime.fromisoformat(at), invoice) if _is_instant(at) else None,
        limit=PAGE + 1,
    )


def read(service: InvoiceService, *, sources: Sources, search: Search) -> Found:
    """The newest matches of all accounts."""
    accounts = sources.opened(service)
    every = [one for account in accounts for one in service.search(account, search)]
    every.sort(key=lambda one: (one.created_at, one.id), reverse=True)
    shown = every[: search.limit - 1]
    last = shown[-1] if len(every) > len(shown) else None
    return Found(
        [_row(one, accounts, sources) for one in shown],
        None if last is None else f"{last.created_at.isoformat()}~{last.id}",
    )


def _row(invoice: Invoice, accounts: Mapping[AccountId, Account], sources: Sources) -> InvoiceRow:
    account, currency = accounts[invoice.account], invoice.document.currency
    return InvoiceRow(
        account=invoice.account,
        id=invoice.id,
        number=invoice.shown_number or "",
        payer=payer_name(invoice),
        badge=invoice_badge(invoice, sources.now()),
        total=amount(invoice.amount, currency),
        due=amount(invoice.due, currency),
        seller=account.name,
        created=moment(invoice.created_at, sources.zone(account)),
    )


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
