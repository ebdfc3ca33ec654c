"""Applying events: `apply` is the only function that changes the state of an invoice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import NamedTuple

from billhook.lifecycle.events import (
    EVENTS,
    Event,
    InvoiceCancelled,
    InvoiceChanged,
    InvoiceDeleted,
    InvoiceDrafted,
    InvoiceExpired,
    InvoiceIssued,
    InvoiceUpdated,
    InvoiceViewed,
    NotificationRequested,
    PaymentRecorded,
    ReminderRequested,
    ShortUrlReserved,
)
from billhook.lifecycle.transitions import EDITABLE, NEXT, seen_status
from billhook.model.arguments import instant, named, require
from billhook.model.instalments import paid_after
from billhook.model.invoice import Invoice, Status, evolve
from billhook.model.object_schema import written_as_object

_EVENTS = frozenset(EVENTS.values())


@written_as_object
class Change(NamedTuple):
    """The result of an operation: the next version of the invoice, and the event."""

    invoice: Invoice
    event: InvoiceChanged


def changed(invoice: Invoice | None, event: InvoiceChanged) -> Change:
    """The change that an event makes to an invoice."""
    return Change(_next(invoice, event), event)


def apply(invoice: Invoice | None, event: Event) -> Invoice:
    """The invoice after an event. `invoice` is None before the first event.

    Raises KeyError if the transition table has no row for the event, and ValueError if the event
    does not fit this invoice. Both mean a bug or corrupt data.
    """
    if type(event) not in _EVENTS:
        raise TypeError(f"event must be an event of an invoice, not {named(type(event))}")
    return _next(None if invoice is None else require("invoice", invoice, Invoice), event)


def _next(invoice: Invoice | None, event: Event) -> Invoice:
    if isinstance(event, InvoiceDrafted):
        if invoice is not None:
            raise ValueError("only the first event can be invoice.drafted")
        return _drafted(event)
    if invoice is None or invoice.deleted_at is not None:
        raise ValueError(f"{event.name} needs an invoice that exists")
    version, status = invoice.version + 1, invoice.status
    if isinstance(event, InvoiceExpired):  # recorded later than it happened
        return evolve(expired(invoice), version=version)
    at = event.at if event.at > invoice.updated_at else invoice.updated_at
    match event:
        case PaymentRecorded():
            return _paid(invoice, event, at)
        case InvoiceIssued():
            return evolve(
                invoice,
                version=version,
                updated_at=at,
                status=NEXT[status, "issue"],
                issued_at=event.at,
                short_url=event.short_url,
                number=event.number,
            )
        case ShortUrlReserved():
            return _reserved(invoice, event, at)
        case InvoiceUpdated():
            return _updated(invoice, event, at)
        case InvoiceCancelled():
            return evolve(
                invoice,
                version=version,
                updated_at=at,
                status=NEXT[status, "cancel"],
                cancelled_at=event.at,
            )
        case InvoiceDeleted():
            return evolve(
                invoice,
                version=version,
                updated_at=at,
                status=NEXT[status, "delete"],
                deleted_at=event.at,
            )
        case (
            NotificationRequested() | ReminderRequested() | InvoiceViewed()
        ):  # pragma: no branch  # the union of events is closed
            return invoice


def _drafted(event: InvoiceDrafted) -> Invoice:
    return Invoice(
        account=event.account,
        id=event.id,
        version=1,
        status=Status.DRAFT,
        document=event.document,
        amount=event.document.total,
        created_at=event.at,
        updated_at=event.at,
    )


def _reserved(invoice: Invoice, event: ShortUrlReserved, at: datetime) -> Invoice:
    if invoice.short_url is not None or (invoice.status, "issue") not in NEXT:
        raise ValueError("only a draft without a short URL can reserve one")
    return evolve(invoice, version=invoice.version + 1, updated_at=at, short_url=event.short_url)


def _updated(invoice: Invoice, event: InvoiceUpdated, at: datetime) -> Invoice:
    status = invoice.status
    if event.patch.fields - EDITABLE[status]:
        raise ValueError(f"an update set fields that are not editable in {status}")
    document = event.patch.applied_to(invoice.document)
    return evolve(
        invoice,
        version=invoice.version + 1,
        updated_at=at,
        status=NEXT[status, "update"],
        document=document,
        amount=document.total,
    )


def _paid(invoice: Invoice, event: PaymentRecorded, at: datetime) -> Invoice:
    paid = invoice.paid + event.amount
    first = invoice.first_payment or event.reference
    version, status = invoice.version + 1, invoice.status
    if paid == invoice.amount:
        after = evolve(
            invoice,
            version=version,
            updated_at=at,
            status=NEXT[status, "pay_rest"],
            paid=paid,
            paid_at=event.at,
            first_payment=first,
        )
    else:
        next_status = NEXT[status, "pay_part"]
        if paid > invoice.amount:
            raise ValueError("a payment exceeds the amount due")
        after = evolve(
            invoice,
            version=version,
            updated_at=at,
            status=next_status,
            paid=paid,
            first_payment=first,
        )
    if invoice.document.schedule is None:
        return after
    instalments = paid_after(invoice.instalments, event.amount, event.instalments)
    return evolve(after, instalments_paid=instalments)


def expired(invoice: Invoice) -> Invoice:
    """The invoice after its expiry; `expired_at` is its `expire_by`."""
    expire_by = invoice.document.expire_by
    return evolve(
        invoice,
        status=NEXT[invoice.status, "expire"],
        expired_at=expire_by,
        updated_at=invoice.updated_at if expire_by is None else max(invoice.updated_at, expire_by),
    )


def as_of(invoice: Invoice, now: datetime) -> Invoice:
    """The invoice as readers see it at a time: it is expired once `expire_by` has passed.

    The version stays the same; a sweep records the expiry later. `now` is an aware datetime.
    """
    if type(invoice) is not Invoice:
        invoice = require("invoice", invoice, Invoice)
    return (
        invoice if seen_status(invoice, instant("now", now)) is invoice.status else expired(invoice)
    )


def replay(events: Iterable[Event]) -> Invoice:
    """The invoice after all of its events, given in their order.

    Raises ValueError if there are no events, and what `apply` raises.
    """
    invoice = reduce(apply, events, None)
    if invoice is None:
        raise ValueError("an invoice has at least one event")
    return invoice
