"""Notifying: may the payer be sent the invoice's short URL, and what is to be sent?

The verb that the project is named after. It decides and sends nothing: a `Notification` says
what to send, a message row carries it, and delivery asks again right before sending.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.lifecycle.errors import (
    AddressError,
    AddressSuppressed,
    MissingContact,
    MissingEmail,
    OperationNotAllowed,
    TooSoon,
)
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.base import AccountId, utc
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import Invoice, InvoiceId

STATUS_CHECK = StatusCheck(Operation.NOTIFY)

NotifyError = OperationNotAllowed | AddressError


@dataclass(frozen=True, slots=True)
class Deliverability:
    """What is known of one address and medium: may it be written to, and when again?

    >>> DELIVERABLE == Deliverability(suppressed=None, not_before=None)
    True
    """

    suppressed: Suppression | None = None
    not_before: datetime | None = None


DELIVERABLE = Deliverability()
"""Nothing stands against writing to the address."""


class Notification(NamedTuple):
    """The decision to tell the payer: which invoice, by which medium, to which address."""

    account: AccountId
    invoice: InvoiceId
    medium: Medium
    address: str

    def __repr__(self) -> str:
        return f"Notification(invoice={self.invoice!r}, medium={self.medium!r})"


def notify(
    invoice: Invoice,
    medium: Medium,
    *,
    now: datetime,
    deliverability: Deliverability = DELIVERABLE,
    address: str | None = None,
) -> Result[Notification, NotifyError]:
    """Decide whether the payer may be sent the invoice's short URL by this medium.

    `address` is one of the document's own for this medium, the first where it is left out.

    The order in which refusals win: status, address, suppression, throttle. Changes nothing of
    the invoice. `now` is an aware datetime.

    >>> from billhook import examples
    >>> notify(examples.issued(), Medium.EMAIL, now=examples.NOON).unwrap().address
    'ravi@example.com'
    """
    if now.tzinfo is not UTC:  # a call less where it is in UTC already, as clocks tell it
        now = utc(now)
    document = invoice.document  # read once: CPython looks slowly where two models take turns
    refused = STATUS_CHECK.refusal(invoice, now)
    if refused is not None:
        return refused
    if address is None:
        address = document.address(medium)
        if address is None:
            return _MISSING[medium]
    if deliverability is not DELIVERABLE:
        for refusal in _objections(deliverability, medium, now):
            return Failure(refusal)
    return Success(Notification(invoice.account, invoice.id, medium, address))


def violations(
    invoice: Invoice, medium: Medium, deliverability: Deliverability, now: datetime
) -> Iterator[NotifyError]:
    """Every reason against notifying, in the order in which they win."""
    refused = STATUS_CHECK.refusal(invoice, now)
    if refused is not None:
        yield refused.failure()
    if invoice.document.address(medium) is None:
        yield _MISSING[medium].failure()
    else:
        yield from _objections(deliverability, medium, now)


_MISSING: dict[Medium, Failure[MissingEmail] | Failure[MissingContact]] = {
    Medium.EMAIL: Failure(MissingEmail()),
    Medium.SMS: Failure(MissingContact()),
}


def _objections(
    deliverability: Deliverability, medium: Medium, now: datetime
) -> Iterator[AddressSuppressed | TooSoon]:
    if deliverability.suppressed is not None:
        yield AddressSuppressed(medium, deliverability.suppressed)
    if deliverability.not_before is not None and now < deliverability.not_before:
        yield TooSoon(medium, deliverability.not_before)
