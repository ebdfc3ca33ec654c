"""The operation `notify`: decide whether the payer may be sent the invoice's short URL.

It sends nothing. A `Notification` says what to send, a message of the outbox stores it, and
delivery checks the same rules again right before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple, cast

from returns.result import Failure, Result, Success

from billhook.lifecycle.errors import (
    AddressError,
    AddressSuppressed,
    MissingContact,
    MissingEmail,
    OperationNotAllowed,
    SmsBudgetUsedUp,
    SmsError,
    SmsNotAllowed,
    TooSoon,
    UnknownMedium,
    UnreachableContact,
    UnsupportedAddress,
)
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.arguments import instant, require
from billhook.model.base import AccountId
from billhook.model.customer import Medium, Suppression
from billhook.model.frozen import frozen
from billhook.model.invoice import Invoice, InvoiceId

STATUS_CHECK = StatusCheck(Operation.NOTIFY)

_MEDIUM, _MEDIA = Medium, tuple(Medium)

NotifyError = OperationNotAllowed | UnknownMedium | AddressError


@frozen
class Deliverability:
    """Whether messages may be sent to one address by one medium, and from when on.

    `supported` is whether the sender that is set up can write to it; `not_allowed` and `budget`
    are why an SMS may not be sent: at all, and for now.

    >>> DELIVERABLE == Deliverability(suppressed=None, not_before=None)
    True
    """

    suppressed: Suppression | None = None
    not_before: datetime | None = None
    supported: bool = True
    not_allowed: SmsNotAllowed | None = None
    budget: SmsBudgetUsedUp | None = None

    def allows(self, now: datetime) -> bool:
        """Whether a message may be sent at a time."""
        refused = (self.suppressed, self.not_allowed, self.budget) != (None, None, None)
        return (
            self.supported and not refused and (self.not_before is None or now >= self.not_before)
        )

    @property
    def sms_error(self) -> SmsError | None:
        """Why the limits of SMS refuse it; None if they do not."""
        return self.not_allowed or self.budget


DELIVERABLE = Deliverability()
"""Messages may be sent to the address."""


class Notification(NamedTuple):
    """The decision to notify the payer: of which invoice, by which medium, at which address."""

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

    A text such as `"email"` is taken for its medium; any other text is an error. `address` is one
    of the document's addresses for this medium, by default the first.
    `deliverability` is that of the address. `now` is an aware datetime. Errors are found in this
    order: status, address, its sender, SMS not allowed, suppression, minimum wait, SMS budget. The
    invoice does not change.

    >>> from billhook import examples
    >>> notify(examples.issued(), Medium.EMAIL, now=examples.NOON).unwrap().address
    'ravi@example.com'
    """
    if type(invoice) is not Invoice:
        invoice = require("invoice", invoice, Invoice)
    if type(medium) is not _MEDIUM:
        given = cast("object", medium)
        if isinstance(given, str) and given not in _MEDIA:
            return Failure(UnknownMedium(_MEDIA))
        medium = require("medium", given, _MEDIUM)
    if type(now) is not datetime or now.tzinfo is not UTC:  # skips a call if it is in UTC already
        now = instant("now", now)
    document = invoice.document  # read once: alternating between two models is slow in CPython
    refused = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        return refused
    if address is None:
        address = document.address(medium)
        if address is None:
            return Failure(_without_address(invoice, medium))
    elif type(address) is not str:
        address = require("address", address, str)
    if deliverability is not DELIVERABLE:
        for error in _address_violations(deliverability, medium, now):
            return Failure(error)
    return Success(Notification(invoice.account, invoice.id, medium, address))


def violations(
    invoice: Invoice, medium: Medium, deliverability: Deliverability, now: datetime
) -> Iterator[NotifyError]:
    """All errors of `notify`, in the order of precedence."""
    refused = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        yield refused.failure()
    if invoice.document.address(medium) is None:
        yield _without_address(invoice, medium)
    else:
        yield from _address_violations(deliverability, medium, now)


def _without_address(
    invoice: Invoice, medium: Medium
) -> MissingEmail | MissingContact | UnreachableContact:
    if medium is Medium.EMAIL:
        return MissingEmail()
    return UnreachableContact() if invoice.document.has_unreachable_contact else MissingContact()


def _address_violations(
    deliverability: Deliverability, medium: Medium, now: datetime
) -> Iterator[AddressError]:
    if not deliverability.supported:
        yield UnsupportedAddress(medium)
    if deliverability.not_allowed is not None:
        yield deliverability.not_allowed
    if deliverability.suppressed is not None:
        yield AddressSuppressed(medium, deliverability.suppressed)
    if deliverability.not_before is not None and now < deliverability.not_before:
        yield TooSoon(medium, deliverability.not_before)
    if deliverability.budget is not None:
        yield deliverability.budget
