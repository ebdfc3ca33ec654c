"""Razorpay's envelope of errors, and its sentence for every error of the domain."""

from __future__ import annotations

from typing import Any, assert_never

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
from billhook_adapters.http.core.failures import retry_after
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.razorpay.schemas.fields import MAX_LINES, required_without_item
from billhook_adapters.http.razorpay.schemas.sentences import sentence

UNAUTHORIZED = "Authentication failed"
UNKNOWN_ROUTE = "The requested URL was not found on the server."
UNKNOWN_ID = "The id provided does not exist"
CUSTOMER_EXISTS = "Customer already exists for the merchant"
OTHER_CURRENCY = "Currency of all items should be the same as of the invoice."
BUSY = "Request failed. Please try after sometime."
NOT_JSON = "The request body must be application/json or application/x-www-form-urlencoded."
TOO_LARGE = "The request body is too large; it may have 1 MiB at most."
BAD_KEY = "The Idempotency-Key must have 1 to 255 printable ASCII characters."
SERVER_ERROR = "We are facing some trouble completing your request at the moment. Please try again."


def envelope(
    description: str,
    *,
    code: str = "BAD_REQUEST_ERROR",
    reason: str = "input_validation_failed",
    field: str | None = None,
) -> dict[str, Any]:
    """The body of every error response; `field` names the parameter at fault, where it is one."""
    error: dict[str, Any] = {
        "code": code,
        "description": description,
        "source": "business",
        "step": None,
        "reason": reason,
        "metadata": {},
    }
    return {"error": error if field is None else {**error, "field": field}}


def invalid_response(description: str, *, status: int = 400, field: str | None = None) -> Response:
    """The response to a request that the API cannot serve."""
    return json_response(envelope(description, field=field), status)


def server_error_response(description: str, status: int = 500) -> Response:
    """The response where the service failed."""
    return json_response(envelope(description, code="SERVER_ERROR", reason="server_error"), status)


def error_response(error: DomainError) -> Response:
    """The response to an error of the domain."""
    body = envelope(describe(error), field=_field(error))
    if isinstance(error, TooSoon | SmsBudgetUsedUp):
        return json_response(body, 429)._replace(headers=(retry_after(error.until),))
    return json_response(body, 400)


def entry_error_response(error: DomainError | EntryChanged, entry: str) -> Response:
    """The response to an error about a customer or an item, which `entry` says."""
    if not isinstance(error, EntryChanged):
        return error_response(error)
    return invalid_response(f"The {entry} was changed by another request. Fetch it and try again.")


def _field(error: DomainError) -> str | None:
    """The parameter at fault, where the error names a part of an invoice."""
    match error:
        case InvalidDocument(invalid_fields=invalid_fields):
            last = invalid_fields[0].path.rpartition(".")[2]
            return {"lines": "line_items", "unit_amount": "amount"}.get(last, last)
        case LineNotFound():
            return "line_items"
        case NumberTaken():
            return "receipt"
        case _:
            return None


def _invalid(field: InvalidField) -> str:
    path, kind, message = field.path, field.kind, field.message
    match path.split("."), kind:
        case ["lines"], "too_long":
            return f"The line_items may not have more than {MAX_LINES} items."
        case ["lines"], "document_too_large":
            return f"The line_items {message}."
        case ["lines", _, "unit_amount"], "missing":
            return required_without_item("amount")
        case ["lines", _, "name"], "missing":
            return required_without_item("name")
        case ["lines", _, "unit_amount"], "smallest_amount":
            return f"The amount {message}."
        case parts, _:
            return sentence(parts, kind, message)


def medium_unknown(medium: str) -> str:
    """The sentence for a medium that is neither sms nor email; it repeats the medium."""
    return f"{medium[:200]} is not a valid communication medium."


def describe(error: DomainError) -> str:  # noqa: C901  # one case an error, each a line
    """The sentence for an error: the vendor's where it has one, else ours in its style."""
    match error:
        case OperationNotAllowed(status=status):
            return f"Operation not allowed for Invoice in {status} status."
        case GuardRefused(message=message):
            return message
        case InvoiceNotFound() | AccountNotFound() | LineNotFound():
            return UNKNOWN_ID
        case NumberTaken():
            return "The receipt has already been taken."
        case UnknownMedium():
            return medium_unknown("It")
        case MissingEmail():
            return "Email can not be sent since email address has not been provided."
        case MissingContact():
            return "SMS can not be sent since contact number has not been provided."
        case UnreachableContact():
            return "SMS can not be sent to the contact number as it has been provided."
        case UnsupportedAddress(medium=medium):
            return f"The {medium} address of the customer can not be sent to."
        case MissingCustomer():
            return "customer is required."
        case NothingToBill():
            return "line_items is required."
        case ExpiresTooSoon():
            return "expire_by should be at least 15 minutes after current time."
        case NotEditable(fields=fields):
            return f"{', '.join(fields)} is/are not required and should not be sent"
        case InvalidDocument(invalid_fields=invalid_fields):
            return _invalid(invalid_fields[0])
        case CurrencyMismatch():
            return OTHER_CURRENCY
        case AmountTooLarge():
            return "Invoice amount exceeds maximum payment amount allowed."
        case AddressSuppressed(medium=medium):
            return f"The {medium} address of the customer does not accept messages."
        case TooSoon(medium=medium, until=until):
            return f"The next {medium} can be sent after {int(until.timestamp())}."
        case SmsDisabled():
            return "SMS notifications are not enabled."
        case PremiumNumber():
            return "SMS can not be sent to the contact number."
        case CountryNotAllowed(country=country):
            return f"SMS can not be sent to contact numbers of {country}."
        case SmsBudgetUsedUp(until=until):
            return f"The SMS limit is reached. Try again after {int(until.timestamp())}."
        case NotYetDue():
            return "The invoice has not expired."
        case Overpayment():
            return "The payment amount is more than the amount due."
        case PartialNotAllowed():
            return "Partial payment is not enabled for the invoice."
        case BelowMinimum():
            return "The payment amount is less than the minimum first amount."
        case InstalmentNotFound():
            return "The instalment does not belong to the invoice."
        case InstalmentOverpayment():
            return "The payment amount is more than the amount due of the instalment."
        case PaymentNotFound():
            return UNKNOWN_ID
        case MoreThanUnapplied():
            return "The amount is more than the amount of the payment that is not applied."
        case OtherCustomer():
            return "The payment belongs to another customer than the invoice."
        case ReferenceReused():
            return "The payment id has already been used."
        case AlreadyExists():
            return "The id has already been taken."
        case Conflict():
            return "The invoice was changed by another request. Fetch it and try again."
        case IdempotencyKeyReused():
            return "The idempotency key was used for a different request."
        case NotStored():
            return "The request could not be stored."
        case _:
            assert_never(error)
