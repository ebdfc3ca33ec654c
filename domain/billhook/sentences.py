"""An English sentence for every error: what is not possible, and the remedy.

Each API words its errors for its own clients; these are for people who read a terminal, a log or a
page of yours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from billhook.application.records import EntryChanged
from billhook.lifecycle.errors import (
    AccountNotFound,
    AddressSuppressed,
    AlreadyExists,
    AmountTooLarge,
    BelowMinimum,
    Conflict,
    CountryNotAllowed,
    CurrencyMismatch,
    DomainError,
    ExpiresTooSoon,
    GuardRefused,
    IdempotencyKeyReused,
    InstalmentNotFound,
    InstalmentOverpayment,
    InvalidDocument,
    InvoiceNotFound,
    LineNotFound,
    MissingContact,
    MissingCustomer,
    MissingEmail,
    MoreThanUnapplied,
    NotEditable,
    NothingToBill,
    NotStored,
    NotYetDue,
    NumberTaken,
    OperationNotAllowed,
    OtherCustomer,
    Overpayment,
    PartialNotAllowed,
    PaymentNotFound,
    PremiumNumber,
    ReferenceReused,
    SmsBudgetUsedUp,
    SmsDisabled,
    TooSoon,
    UnknownMedium,
    UnreachableContact,
    UnsupportedAddress,
)
from billhook.messaging.delivery import MessageNotFound, NotDeadLetter
from billhook.messaging.webhooks import WebhookEndpointNotFound

AnyError = DomainError | MessageNotFound | NotDeadLetter | WebhookEndpointNotFound | EntryChanged
"""Every error that an operation or a command may return."""


def sentence(error: AnyError) -> str:  # noqa: C901  # one case an error, each a sentence
    """The sentence for an error; amounts are in smallest units, times in UTC.

    >>> from billhook import MissingEmail
    >>> sentence(MissingEmail())
    'No e-mail address of the customer is known; set customer.email.'
    """
    match error:
        case OperationNotAllowed(operation=operation, status=status, allowed_in=()):
            return f"{operation} is not allowed when {status}, nor in any other status."
        case OperationNotAllowed(operation=operation, status=status, allowed_in=allowed):
            when = _listed(allowed, last=" or ")
            return f"{operation} is not allowed when {status}, only when {when}."
        case GuardRefused(message=message):
            return message
        case InvoiceNotFound():
            return "There is no such invoice."
        case AccountNotFound():
            return "The account of these credentials is not open."
        case UnknownMedium(known=known):
            return f"The medium must be one of {', '.join(known)}."
        case MissingEmail():
            return "No e-mail address of the customer is known; set customer.email."
        case MissingContact():
            return "No phone number of the customer is known; set customer.contact."
        case UnreachableContact():
            return (
                "No SMS can be sent to the phone number of the customer as it was given; "
                "set customer.contact to one with its country code."
            )
        case UnsupportedAddress(medium=medium):
            return (
                f"The {medium} sender that is set up cannot write to the address of the customer; "
                "set another one."
            )
        case MissingCustomer():
            return "An invoice needs a customer before it is issued."
        case NothingToBill():
            return "An invoice needs lines that add up to more than zero before it is issued."
        case ExpiresTooSoon(earliest=earliest):
            return f"expire_by must not be earlier than {_instant(earliest)}."
        case NotEditable(fields=fields, editable=editable, status=status):
            return (
                f"An invoice that is {status} keeps its {_listed(fields)}; "
                f"what may still be set: {_listed(editable)}."
            )
        case LineNotFound(position=position):
            return f"The invoice has no line at position {position}, counted from 0."
        case NumberTaken(number=number):
            return f"Another issued invoice has the number {number}; set another receipt, or none."
        case InvalidDocument(invalid_fields=invalid_fields):
            return f"{invalid_fields[0].path}: {invalid_fields[0].message}."
        case CurrencyMismatch(given=given, expected=expected):
            return f"The currency is {expected}, not {given}."
        case AmountTooLarge(largest=largest):
            return f"The lines add up to more than {largest} smallest units."
        case AddressSuppressed(medium=medium, reason=reason):
            return f"The {medium} address of the customer accepts no messages: {_words(reason)}."
        case TooSoon(medium=medium, until=until):
            return f"The next {medium} to this address may be requested at {_instant(until)}."
        case SmsDisabled():
            return "SMS are switched off; e-mail can be sent."
        case PremiumNumber():
            return "The phone number of the customer is a premium-rate one, or of no country."
        case CountryNotAllowed(country=country):
            return f"The account sends no SMS to {country}; see its sms_countries."
        case SmsBudgetUsedUp(prefix=prefix, until=until):
            budget = "of the account" if prefix is None else f"for numbers that begin with {prefix}"
            return f"The SMS budget {budget} is used up; ask again at {_instant(until)}."
        case NotYetDue(expire_by=expire_by):
            when = "never" if expire_by is None else f"at {_instant(expire_by)}, not before"
            return f"This invoice expires {when}."
        case Overpayment(amount=amount, due=due):
            return f"{amount} is more than the {due} that is due."
        case PartialNotAllowed(amount=amount, due=due):
            return (
                f"{amount} is less than the {due} that is due, "
                "and partial payments are not allowed."
            )
        case BelowMinimum(amount=amount, minimum=minimum):
            return f"{amount} is less than the {minimum} that the first payment must be."
        case InstalmentNotFound(known=known):
            names = ", ".join(known) or "none"
            return f"The invoice has no instalment of this id; its instalments are: {names}."
        case InstalmentOverpayment(amount=amount, due=due):
            return f"{amount} is more than the {due} that is due of these instalments."
        case PaymentNotFound():
            return "There is no payment of this reference."
        case MoreThanUnapplied(amount=amount, unapplied=unapplied):
            return f"{amount} is more than the {unapplied} that is unapplied of the payment."
        case OtherCustomer():
            return "The payment came in for an invoice of another customer."
        case ReferenceReused():
            return "This reference already names another payment."
        case AlreadyExists():
            return "An invoice of this id exists."
        case Conflict(expected=expected, actual=actual):
            return f"The invoice is at version {actual}, not at {expected}; look at it again."
        case IdempotencyKeyReused():
            return "This idempotency key came with another request within the last 24 hours."
        case NotStored():
            return "The database rejected what this request would have stored; nothing was stored."
        case MessageNotFound():
            return "There is no such message."
        case NotDeadLetter(status=status):
            return f"The message is {status}; only one that failed can be queued again."
        case WebhookEndpointNotFound():
            return "There is no such webhook endpoint."
        case EntryChanged():  # pragma: no branch  # there is no other error
            return "It was changed by another request at the same time; look at it again."


def _words(code: str) -> str:
    return code.replace("_", " ")


def _listed(names: Iterable[str], last: str = " and ") -> str:
    *most, end = names
    return f"{', '.join(most)}{last}{end}" if most else end


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
