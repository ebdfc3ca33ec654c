"""The errors of each operation, as a caller's type checker sees them: never more, never fewer."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from returns.result import Result

from billhook import (
    AddressSuppressed,
    AmountTooLarge,
    BelowMinimum,
    Change,
    CountryNotAllowed,
    CurrencyMismatch,
    Document,
    ExpiresTooSoon,
    GuardRefused,
    InstalmentNotFound,
    InstalmentOverpayment,
    InvalidDocument,
    Invoice,
    LineNotFound,
    Medium,
    MissingContact,
    MissingCustomer,
    MissingEmail,
    NotEditable,
    NothingToBill,
    Notification,
    NotYetDue,
    OperationNotAllowed,
    Overpayment,
    PartialNotAllowed,
    Patch,
    Payment,
    PremiumNumber,
    SmsBudgetUsedUp,
    SmsDisabled,
    TooSoon,
    UnknownMedium,
    UnreachableContact,
    UnsupportedAddress,
    cancel,
    delete,
    draft,
    expire,
    issue,
    notify,
    pay,
    reserve_short_url,
    update,
)


def signatures(document: Document, invoice: Invoice, payment: Payment, now: datetime) -> None:
    assert_type(
        draft(document, account=invoice.account, id=invoice.id, now=now),
        Result[Change, AmountTooLarge | InvalidDocument | ExpiresTooSoon],
    )
    assert_type(
        update(invoice, Patch(comment="Thank you"), now=now),
        Result[
            Change,
            OperationNotAllowed
            | GuardRefused
            | NotEditable
            | LineNotFound
            | InvalidDocument
            | CurrencyMismatch
            | ExpiresTooSoon
            | AmountTooLarge,
        ],
    )
    assert_type(
        reserve_short_url(invoice, now=now, short_url="https://bill.example/i/x"),
        Result[Change, OperationNotAllowed],
    )
    assert_type(
        issue(invoice, now=now, short_url="https://bill.example/i/x"),
        Result[
            Change,
            OperationNotAllowed | GuardRefused | MissingCustomer | NothingToBill | ExpiresTooSoon,
        ],
    )
    assert_type(
        pay(invoice, payment, now=now),
        Result[
            Change,
            OperationNotAllowed
            | GuardRefused
            | CurrencyMismatch
            | Overpayment
            | PartialNotAllowed
            | BelowMinimum
            | InstalmentNotFound
            | InstalmentOverpayment,
        ],
    )
    assert_type(
        notify(invoice, Medium.SMS, now=now),
        Result[
            Notification,
            OperationNotAllowed
            | GuardRefused
            | UnknownMedium
            | MissingEmail
            | MissingContact
            | UnreachableContact
            | UnsupportedAddress
            | AddressSuppressed
            | TooSoon
            | SmsDisabled
            | PremiumNumber
            | CountryNotAllowed
            | SmsBudgetUsedUp,
        ],
    )
    assert_type(cancel(invoice, now=now), Result[Change, OperationNotAllowed | GuardRefused])
    assert_type(expire(invoice, now=now), Result[Change, OperationNotAllowed | NotYetDue])
    assert_type(delete(invoice, now=now), Result[Change, OperationNotAllowed | GuardRefused])
