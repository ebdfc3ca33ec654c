"""HighLevel's envelope of errors, and its sentence for every error of the domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

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
    InvalidField,
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
from billhook.lifecycle.operation import Operation
from billhook.model.invoice import Status
from billhook_adapters.http.core.failures import retry_after
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.field_mapping import SHOWN
from billhook_adapters.http.highlevel.schemas.fields import sentence, vendor_path

NO_VERSION = "version header was not found."
WRONG_VERSION = "version header is invalid"
UNAUTHORIZED = "Invalid token: access token is invalid"
OTHER_LOCATION = "The token does not have access to this location."
UNKNOWN_ID = "Unable to find an invoice with the given invoice id"
UNKNOWN_CONTACT = "Contact not found"
UNKNOWN_CURSOR = "startAfterId is no contact of this location"
DUPLICATE_CONTACT = "This location does not allow duplicated contacts."
CHANGED_MEANWHILE = "It was changed by another request; get it and try again"
TOO_LONG = "body must be shorter than or equal to 32000 characters"
UNKNOWN_TRANSACTION = "Transaction not found"
UNKNOWN_ORDER = "Order not found"
UNKNOWN_PRODUCT = "Product not found"
UNKNOWN_PRICE = "Price not found"
UNKNOWN_USER = "User not found"
UNKNOWN_CLIENT = (
    "The client is unknown: client_id is a location, client_secret its bearer token "
    "(billhook account token)"
)
UNKNOWN_CODE = "code should not be empty"
UNKNOWN_REFRESH_TOKEN = (
    "The refresh token is unknown, used or no longer valid; "  # noqa: S105  # a sentence
    "use grant_type authorization_code"
)
UNKNOWN_GRANT_TYPE = (
    "grant_type must be one of the following values: authorization_code, refresh_token"
)
NO_AGENCY = "The bearer token of a location is required"
VOIDED_DRAFT = "Can not void draft invoice. You can delete draft invoice!"
DELETED_LATE = "Invoice status need to be draft to delete an invoice"
NO_AUTO_PAYMENT = (
    "Auto payment can not be enabled, since no payment provider is connected; send with "
    "autoPayment.enable false"
)
SETTLED = "can not be changed once the invoice is sent"
NOT_JSON = "The request body is not valid JSON"
BAD_KEY = "The Idempotency-Key must have 1 to 255 printable ASCII characters"
TOO_LARGE = "The request body may have 1 MiB at most"
BUSY = "Too many requests. Please try again later."
SERVER_ERROR = "Internal server error"
UNAVAILABLE = "Service unavailable. Please try again later."

_NAMES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    413: "Payload Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def invalid_response(status: int, message: str | Sequence[str]) -> Response:
    """The response to a request that the API cannot serve.

    A 400 has no name of its own, and a 422 has a list of messages.
    """
    body: dict[str, object] = {"statusCode": status, "message": message}
    if status in _NAMES:
        body["error"] = _NAMES[status]
    return json_response(body, status)


def error_response(error: DomainError) -> Response:
    """The response to an error of the domain."""
    if isinstance(error, InvalidDocument):
        return invalid_response(422, [_invalid(field) for field in error.invalid_fields])
    if isinstance(error, TooSoon | SmsBudgetUsedUp):
        later = invalid_response(429, describe(error))
        return later._replace(headers=(retry_after(error.until),))
    return invalid_response(400, describe(error))


def entry_error_response(error: DomainError | EntryChanged) -> Response:
    """The response to an error about a contact, a product or a price."""
    if isinstance(error, EntryChanged):
        return invalid_response(400, CHANGED_MEANWHILE)
    return error_response(error)


def describe(error: DomainError) -> str:  # noqa: C901  # one case an error, each a line
    """The sentence for an error: the vendor's where it has one, else ours in its style."""
    match error:
        case OperationNotAllowed(operation=operation, status=status):
            return _not_allowed(operation, status)
        case GuardRefused(message=message):
            return message
        case InvoiceNotFound() | AccountNotFound():
            return UNKNOWN_ID
        case UnknownMedium(known=known):
            return f"The medium must be one of {', '.join(known)}"
        case MissingEmail():
            return "Email can not be sent since the contact has no email"
        case MissingContact():
            return "SMS can not be sent since the contact has no phone number"
        case UnreachableContact():
            return "SMS can not be sent to the phone number of the contact; it needs a country code"
        case UnsupportedAddress(medium=medium):
            return f"The {medium} address of the contact can not be sent to"
        case MissingCustomer():
            return "contactDetails are required to send an invoice"
        case NothingToBill():
            return "The invoice total must be more than 0 to send an invoice"
        case AmountTooLarge():
            return "The invoice total is too large"
        case ExpiresTooSoon():
            return "The invoice expires too soon to be sent"
        case NotEditable(status=status):
            return f"Invoice status need to be draft to update an invoice; it is {_shown(status)}"
        case LineNotFound(position=position):
            return f"invoiceItems.{position} does not exist"
        case NumberTaken(number=number):
            return f"invoiceNumber {number} is already used by another invoice"
        case InvalidDocument(invalid_fields=invalid_fields):
            return _invalid(invalid_fields[0])
        case CurrencyMismatch(expected=expected):
            return f"The currency must be {expected}, as the invoice's is"
        case AddressSuppressed(medium=medium):
            return f"The {medium} address of the contact does not accept messages"
        case TooSoon(medium=medium, until=until):
            return f"The next {medium} can be sent after {until:%Y-%m-%dT%H:%M:%SZ}"
        case SmsDisabled():
            return "SMS are not enabled"
        case PremiumNumber():
            return "SMS can not be sent to the phone number of the contact"
        case CountryNotAllowed(country=country):
            return f"SMS can not be sent to phone numbers of {country}"
        case SmsBudgetUsedUp(until=until):
            return f"The SMS limit is reached; try again after {until:%Y-%m-%dT%H:%M:%SZ}"
        case NotYetDue():
            return "The invoice has not expired"
        case Overpayment():
            return "The amount can not be more than the amount due"
        case PartialNotAllowed():
            return "The amount can not be less than the amount due"
        case BelowMinimum():
            return "The amount is less than the least first payment"
        case InstalmentNotFound():
            return "Unable to find a payment schedule with the given id"
        case InstalmentOverpayment(due=0):
            return "The payment schedule is already paid"
        case InstalmentOverpayment():
            return "The amount can not be more than what is due of the payment schedule"
        case PaymentNotFound():
            return "Unable to find a payment with the given id"
        case MoreThanUnapplied():
            return "The amount can not be more than what is left of the payment"
        case OtherCustomer():
            return "The payment belongs to another contact than the invoice"
        case ReferenceReused():
            return "The payment has been recorded already"
        case AlreadyExists():
            return "An invoice with the given invoice id exists already"
        case Conflict():
            return "The invoice was changed by another request; get it and try again"
        case IdempotencyKeyReused():
            return "The idempotency key was used for a different request"
        case NotStored():
            return "The request could not be stored"
        case _:
            assert_never(error)


def _invalid(field: InvalidField) -> str:
    return sentence(vendor_path(field.path.split(".")), field.kind, field.message)


def _not_allowed(operation: Operation, status: Status) -> str:
    shown = _shown(status)
    match operation:
        case Operation.CANCEL:
            if status is Status.DRAFT:
                return VOIDED_DRAFT
            return f"Can not void an invoice that is {shown}"
        case Operation.DELETE:
            return DELETED_LATE
        case Operation.PAY:
            return f"Can not record a payment for an invoice that is {shown}"
        case Operation.ISSUE | Operation.NOTIFY:
            return f"Can not send an invoice that is {shown}"
        case Operation.UPDATE:
            return f"Can not update an invoice that is {shown}"
        case Operation.EXPIRE:
            return f"Can not expire an invoice that is {shown}"
        case _:
            assert_never(operation)


def _shown(status: Status) -> str:
    return "expired" if status is Status.EXPIRED else SHOWN[status].status
