"""A change is the new invoice and its one fact, and `apply` is the only way to make one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import NamedTuple

from billhook.lifecycle.events import (
    InvoiceCancelled,
    InvoiceChanged,
    InvoiceDeleted,
    InvoiceDrafted,
    InvoiceExpired,
    InvoiceIssued,
    InvoiceUpdated,
    PaymentRecorded,
)
from billhook.lifecycle.transitions import EDITABLE, NEXT, status_at
from billhook.model.base import utc
from billhook.model.invoice import Invoice, Status, evolve


class Change(NamedTuple):
    """What an accepted operation did: the next version of the invoice, and the fact."""

    invoice: Invoice
    event: InvoiceChanged


def changed(invoice: Invoice | None, event: InvoiceChanged) -> Change:
    """The change that a fact makes."""
    return Change(apply(invoice, event), event)


def apply(invoice: Invoice | None, event: InvoiceChanged) -> Invoice:
    """The invoice after a fact: the one door through which state changes.

    Raises KeyError where the lifecycle has no row for the fact, ValueError where it does not
    belong to this invoice: a history that breaks the law is a bug or a corrupt store.
    """
    if isinstance(event, InvoiceDrafted):
        if invoice is not None:
            raise ValueError("only the first fact drafts an invoice")
        return _drafted(event)
    if invoice is None or invoice.deleted_at is not None:
        raise ValueError(f"{event.name} has no invoice to happen to")
    version, status = invoice.version + 1, invoice.status
    match event:
        case PaymentRecorded():
            return _paid(invoice, event)
        case InvoiceIssued():
            return evolve(
                invoice,
                version=version,
                status=NEXT[status, "issue"],
                issued_at=event.at,
                short_url=event.short_url,
                number=event.number,
            )
        case InvoiceUpdated():
            if event.patch.fields - EDITABLE[status]:
                raise ValueError(f"an update set what is settled in {status}")
            document = event.patch.applied_to(invoice.document)
            return evolve(
                invoice,
                version=version,
                status=NEXT[status, "update"],
                document=document,
                amount=document.total,
            )
        case InvoiceExpired():
            return evolve(expired(invoice), version=version)
        case InvoiceCancelled():
            return evolve(
                invoice, version=version, status=NEXT[status, "cancel"], cancelled_at=event.at
            )
        case InvoiceDeleted():  # pragma: no branch  # the union of facts is closed
            return evolve(
                invoice, version=version, status=NEXT[status, "delete"], deleted_at=event.at
            )


def _drafted(event: InvoiceDrafted) -> Invoice:
    return Invoice(
        account=event.account,
        id=event.id,
        version=1,
        status=Status.DRAFT,
        document=event.document,
        amount=event.document.total,
        created_at=event.at,
    )


def _paid(invoice: Invoice, event: PaymentRecorded) -> Invoice:
    paid = invoice.paid + event.amount
    first = invoice.first_payment or event.reference
    version, status = invoice.version + 1, invoice.status
    if paid == invoice.amount:
        return evolve(
            invoice,
            version=version,
            status=NEXT[status, "pay_rest"],
            paid=paid,
            paid_at=event.at,
            first_payment=first,
        )
    part = NEXT[status, "pay_part"]
    if paid > invoice.amount:
        raise ValueError("a payment took more than was due")
    return evolve(invoice, version=version, status=part, paid=paid, first_payment=first)


def expired(invoice: Invoice) -> Invoice:
    """The invoice once its time has run out; it expired when it said it would."""
    return evolve(
        invoice,
        status=NEXT[invoice.status, "expire"],
        expired_at=invoice.document.expire_by,
    )


def as_of(invoice: Invoice, now: datetime) -> Invoice:
    """The invoice as it must be shown at an instant: one whose time ran out is expired.

    Nothing is decided and no version made; a sweep records the same sooner or later.
    """
    return invoice if status_at(invoice, utc(now)) is invoice.status else expired(invoice)


def replay(events: Iterable[InvoiceChanged]) -> Invoice:
    """The invoice that its facts tell of, from the first to the last.

    Raises ValueError without any fact.
    """
    invoice = reduce(apply, events, None)
    if invoice is None:
        raise ValueError("an invoice has at least one fact")
    return invoice
