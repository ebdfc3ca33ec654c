"""A change is the new invoice and its one fact, and `apply` is the only way to make one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import NamedTuple

from billhook.lifecycle.events import (
    Cancelled,
    ChangeFact,
    Deleted,
    Drafted,
    Expired,
    Issued,
    PaymentTaken,
    Updated,
)
from billhook.lifecycle.transitions import EDITABLE, NEXT, status_at
from billhook.model.base import utc
from billhook.model.invoice import Invoice, Status, evolve


class Change(NamedTuple):
    """What an accepted operation did: the next version of the invoice, and the fact."""

    invoice: Invoice
    fact: ChangeFact


def changed(invoice: Invoice | None, fact: ChangeFact) -> Change:
    """The change that a fact makes."""
    return Change(apply(invoice, fact), fact)


def apply(invoice: Invoice | None, fact: ChangeFact) -> Invoice:
    """The invoice after a fact: the one door through which state changes.

    Raises KeyError where the lifecycle has no row for the fact, ValueError where it does not
    belong to this invoice: a history that breaks the law is a bug or a corrupt store.
    """
    if isinstance(fact, Drafted):
        if invoice is not None:
            raise ValueError("only the first fact drafts an invoice")
        return _drafted(fact)
    if invoice is None or invoice.deleted_at is not None:
        raise ValueError(f"{fact.name} has no invoice to happen to")
    version, status = invoice.version + 1, invoice.status
    match fact:
        case PaymentTaken():
            return _paid(invoice, fact)
        case Issued():
            return evolve(
                invoice,
                version=version,
                status=NEXT[status, "issue"],
                issued_at=fact.at,
                short_url=fact.short_url,
                number=fact.number,
            )
        case Updated():
            if fact.edits.fields - EDITABLE[status]:
                raise ValueError(f"an update set what is settled in {status}")
            document = fact.edits.applied_to(invoice.document)
            return evolve(
                invoice,
                version=version,
                status=NEXT[status, "update"],
                document=document,
                amount=document.total,
            )
        case Expired():
            return evolve(expired(invoice), version=version)
        case Cancelled():
            return evolve(
                invoice, version=version, status=NEXT[status, "cancel"], cancelled_at=fact.at
            )
        case Deleted():  # pragma: no branch  # the union of facts is closed
            return evolve(
                invoice, version=version, status=NEXT[status, "delete"], deleted_at=fact.at
            )


def _drafted(fact: Drafted) -> Invoice:
    return Invoice(
        account=fact.account,
        id=fact.id,
        version=1,
        status=Status.DRAFT,
        document=fact.document,
        amount=fact.document.total,
        created_at=fact.at,
    )


def _paid(invoice: Invoice, fact: PaymentTaken) -> Invoice:
    paid = invoice.paid + fact.amount
    first = invoice.first_payment or fact.reference
    version, status = invoice.version + 1, invoice.status
    if paid == invoice.amount:
        return evolve(
            invoice,
            version=version,
            status=NEXT[status, "pay_rest"],
            paid=paid,
            paid_at=fact.at,
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


def replay(facts: Iterable[ChangeFact]) -> Invoice:
    """The invoice that its facts tell of, from the first to the last.

    Raises ValueError without any fact.
    """
    invoice = reduce(apply, facts, None)
    if invoice is None:
        raise ValueError("an invoice has at least one fact")
    return invoice
