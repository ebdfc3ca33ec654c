"""Every refusal that a command may meet, in a sentence that says what would help."""

from __future__ import annotations

from typing import assert_never

from billhook.application.payments import PayError
from billhook.lifecycle.errors import (
    AccountNotFound,
    BelowMinimum,
    Conflict,
    CurrencyMismatch,
    IdempotencyKeyReused,
    InvoiceNotFound,
    NotStored,
    OperationNotAllowed,
    Overpayment,
    PartialNotAllowed,
    ReferenceReused,
    ServiceError,
)
from billhook.model.base import AccountId
from billhook.model.money import Currency
from billhook_adapters.documents.message_texts import amount_text
from billhook_adapters.system.api_keys import KeyNotFound, KeyTaken


def of_payment(refusal: PayError | ServiceError, currency: Currency | None = None) -> str:
    """Why a payment was not taken; amounts are in the invoice's currency."""
    match refusal:
        case OperationNotAllowed(status=status, allowed_in=allowed_in):
            return (
                f"the invoice is {_plain(status)}; payments are taken for invoices that are "
                f"{' or '.join(map(_plain, allowed_in))}"
            )
        case CurrencyMismatch(given=given, expected=expected):
            return f"the invoice takes {expected}, not {given}; ask again"
        case Overpayment(amount=amount, due=due):
            return (
                f"{_money(amount, currency)} is more than the {_money(due, currency)} that is "
                f"due; pay {due} at most"
            )
        case PartialNotAllowed(amount=amount, due=due):
            return (
                f"{_money(amount, currency)} is less than the {_money(due, currency)} that is "
                f"due, and the invoice takes no parts; pay {due}"
            )
        case BelowMinimum(amount=amount, minimum=minimum):
            return (
                f"{_money(amount, currency)} is too little for a first payment; pay {minimum} "
                "at least"
            )
        case ReferenceReused():
            return "this --reference names another payment; give one of its own"
        case InvoiceNotFound():
            return "there is no such invoice; check its id, and --account where it is given"
        case _:
            return of_desk(refusal)


def of_desk(refusal: AccountNotFound | Conflict | IdempotencyKeyReused | NotStored) -> str:
    """Why the desk did not decide."""
    match refusal:
        case AccountNotFound():
            return "there is no such account; `billhook account list` shows which there are"
        case Conflict():
            return "somebody changed the invoice meanwhile; look at it and ask again"
        case IdempotencyKeyReused():
            return "this idempotency key came with another request; give one of its own"
        case NotStored():
            return "the database did not take it, and nothing was stored; ask again"
        case _:
            assert_never(refusal)


def of_key(refusal: KeyTaken | KeyNotFound | AccountNotFound) -> str:
    """Why a key was neither made nor revoked."""
    match refusal:
        case KeyTaken():
            return "--key-id: a key has this id, or had it; give another, or let one be made"
        case KeyNotFound():
            return "KEY_ID: no key in force has this id; `billhook account list` shows the keys"
        case AccountNotFound():
            return "ACCOUNT_ID: no such account; `billhook account list` shows which there are"
        case _:
            assert_never(refusal)


def of_holders(holders: tuple[AccountId, ...]) -> str:
    """Why it is not clear which invoice is meant."""
    return f"{len(holders)} accounts have an invoice of this id; add --account, one of: " + (
        ", ".join(holders)
    )


def _money(amount: int, currency: Currency | None) -> str:
    return str(amount) if currency is None else amount_text(amount, currency)


def _plain(status: str) -> str:
    return status.replace("_", " ")
