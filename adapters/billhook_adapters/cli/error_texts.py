"""The errors that a command may meet, each as one line with the remedy."""

from __future__ import annotations

from typing import assert_never

from billhook.application.payments import ApplyPaymentError, PayError
from billhook.lifecycle.errors import (
    AccountNotFound,
    BelowMinimum,
    Conflict,
    CurrencyMismatch,
    GuardRefused,
    IdempotencyKeyReused,
    InstalmentNotFound,
    InstalmentOverpayment,
    InvoiceNotFound,
    MoreThanUnapplied,
    NotStored,
    OperationNotAllowed,
    OtherCustomer,
    Overpayment,
    PartialNotAllowed,
    PaymentNotFound,
    ReferenceReused,
    ServiceError,
)
from billhook.model.base import AccountId
from billhook.model.money import Currency
from billhook_adapters.documents.message_texts import amount_text
from billhook_adapters.system.api_keys import KeyNotFound, KeyTaken

UNKNOWN_ACCOUNT = "there is no such account; `billhook account list` lists the accounts"
UNKNOWN_PAYMENT = (
    "REFERENCE: the account has no such payment; `billhook unapplied list` lists what is unapplied"
)
UNKNOWN_ACCOUNT_ID = f"ACCOUNT_ID: {UNKNOWN_ACCOUNT}"


def payment_error_text(error: PayError | ServiceError, currency: Currency | None = None) -> str:
    """Why a payment was refused; amounts are in the invoice's currency."""
    match error:
        case OperationNotAllowed(status=status, allowed_in=allowed_in):
            return (
                f"the invoice is {_plain(status)}; payments are accepted for invoices that are "
                f"{' or '.join(map(_plain, allowed_in))}"
            )
        case CurrencyMismatch(given=given, expected=expected):
            return f"the invoice is in {expected}, not in {given}; pay in {expected}"
        case Overpayment(amount=amount, due=due):
            return (
                f"{_money(amount, currency)} is more than the {_money(due, currency)} that is "
                f"due; pay {due} at most"
            )
        case PartialNotAllowed(amount=amount, due=due):
            return (
                f"{_money(amount, currency)} is less than the {_money(due, currency)} that is "
                f"due, and the invoice does not allow partial payments; pay {due}"
            )
        case BelowMinimum(amount=amount, minimum=minimum):
            return (
                f"{_money(amount, currency)} is too little for a first payment; pay {minimum} "
                "at least"
            )
        case InstalmentNotFound(known=known):
            names = ", ".join(known) or "none"
            return f"--instalment: the invoice has no such instalment; it has: {names}"
        case InstalmentOverpayment(amount=amount, due=due):
            return (
                f"{_money(amount, currency)} is more than the {_money(due, currency)} that is due "
                f"of the instalment; pay {due} at most"
            )
        case GuardRefused(message=message):
            return message
        case ReferenceReused():
            return "--reference: another payment has this reference; give a new one"
        case _:
            return service_error_text(error)


def unapplied_error_text(error: ApplyPaymentError | ServiceError, currency: Currency) -> str:
    """Why unapplied money was not applied or refunded; amounts are in the payment's currency."""
    match error:
        case PaymentNotFound():
            return UNKNOWN_PAYMENT
        case MoreThanUnapplied(unapplied=0):
            return "REFERENCE: nothing of this payment is unapplied"
        case MoreThanUnapplied(amount=amount, unapplied=unapplied):
            return (
                f"--amount: {_money(amount, currency)} is more than the "
                f"{_money(unapplied, currency)} that is unapplied; give {unapplied} at most"
            )
        case OtherCustomer():
            return "INVOICE_ID: the payment came in for an invoice of another customer"
        case _:
            return payment_error_text(error, currency)


def service_error_text(error: ServiceError) -> str:
    """Why the invoice service did not decide."""
    match error:
        case InvoiceNotFound():
            return "INVOICE_ID: there is no such invoice; check the id, and --account if given"
        case AccountNotFound():
            return UNKNOWN_ACCOUNT
        case Conflict():
            return "the invoice was changed by another request at the same time; try again"
        case IdempotencyKeyReused():
            return "another request used this idempotency key; give a new one"
        case NotStored():
            return "the database failed, and nothing was stored; try again"
        case _:
            assert_never(error)


def key_error_text(
    error: KeyTaken | KeyNotFound | AccountNotFound, *, option: str = "--key-id"
) -> str:
    """Why a key was neither created nor revoked; `option` is the one that gave the key."""
    match error:
        case KeyTaken():
            return (
                f"{option}: already used, now or in the past; give another value, or omit the "
                "option to generate one"
            )
        case KeyNotFound():
            return "KEY_ID: there is no active key with this id; `billhook account list` lists keys"
        case AccountNotFound():
            return UNKNOWN_ACCOUNT_ID
        case _:
            assert_never(error)


def ambiguous_invoice_text(accounts: tuple[AccountId, ...]) -> str:
    """Why an invoice id needs its account."""
    return f"{len(accounts)} accounts have an invoice with this id; add --account, one of: " + (
        ", ".join(accounts)
    )


def _money(amount: int, currency: Currency | None) -> str:
    return str(amount) if currency is None else amount_text(amount, currency)


def _plain(status: str) -> str:
    return status.replace("_", " ")
