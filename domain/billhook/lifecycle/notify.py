"""The operation `notify`: decide whether the payer may be sent the invoice's short URL.

It sends nothing. A `Notification` says what to send, a message of the outbox stores it, and
delivery checks the same rules again right before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.lifecycle.errors import (
    AddressError,
    AddressSuppressed,
    GuardRefused,
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
from billhook.lifecycle.guards import NO_GUARDS, Guard, guard_errors, refused_by
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.arguments import instant, require
from billhook.model.base import AccountId
from billhook.model.customer import Medium, Suppression
from billhook.model.frozen import frozen
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.object_schema import written_as_object

STATUS_CHECK = StatusCheck(Operation.NOTIFY)

_MEDIUM, _MEDIA = Medium, tuple(Medium)

NotifyError = OperationNotAllowed | UnknownMedium | GuardRefused | AddressError
"""Why the payer cannot be sent the invoice."""


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


@written_as_object
class Notification(NamedTuple):
    """The decision to notify the payer: of which invoice, by which medium, at which address."""

    account: AccountId
    invoice: InvoiceId
    medium: Medium
    address: str

    def __repr__(self) -> str:
        return f"Notification(invoice={self.invoice!r}, medium={self.medium!r})"


def notify(  # noqa: C901  # in one function: it decides every message
    invoice: Invoice,
    medium: Medium | str,
    *,
    now: datetime,
    deliverability: Deliverability = DELIVERABLE,
    address: str | None = None,
    guards: Sequence[Guard] = NO_GUARDS,
) -> Result[Notification, NotifyError]:
    """Decide whether the payer may be sent the invoice's short URL by this medium.

    `"email"` and `"sms"` stand for their media; any other text is an error. `address` is one
    of the document's addresses for this medium, by default the first.
    `deliverability` is that of the address. `now` is an aware datetime. Errors are found in this
    order: status, guards, address, its sender, SMS not allowed, suppression, minimum wait, SMS
    budget. The invoice does not change.

    >>> from billhook import examples, or_raise
    >>> or_raise(notify(examples.issued(), "email", now=examples.NOON)).address
    'ravi@example.com'
    """
    if type(invoice) is not Invoice:
        invoice = require("invoice", invoice, Invoice)
    if type(medium) is not _MEDIUM:
        known = _known(medium)
        if known is None:
            return Failure(UnknownMedium(_MEDIA))
        medium = known
    if type(now) is not datetime or now.tzinfo is not UTC:  # skips a call if it is in UTC already
        now = instant("now", now)
    refused: Failure[NotifyError] | None = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        return refused
    if guards is not NO_GUARDS:
        refused = refused_by(guards, invoice, Operation.NOTIFY, now)
        if refused is not None:
            return refused
    document = invoice.document  # read once: alternating between two models is slow in CPython
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


def _known(medium: object) -> Medium | None:
    """The medium that a text stands for; None if it stands for none."""
    if isinstance(medium, str) and medium not in _MEDIA:
        return None
    return require("medium", medium, _MEDIUM)


def violations(
    invoice: Invoice,
    medium: Medium,
    deliverability: Deliverability,
    now: datetime,
    guards: Sequence[Guard] = NO_GUARDS,
) -> Iterator[NotifyError]:
    """All errors of `notify`, in the order of precedence."""
    refused = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        yield refused.failure()
    yield from guard_errors(guards, invoice, Operation.NOTIFY, now)
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
