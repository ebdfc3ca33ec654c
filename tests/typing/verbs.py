"""The refusals of each verb, as a caller's type checker sees them: never more, never fewer."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from returns.result import Result

from billhook.change import Change
from billhook.edits import Edits
from billhook.errors import (
    AddressSuppressed,
    AmountTooLarge,
    BelowMinimum,
    CurrencyMismatch,
    ExpiresTooSoon,
    MissingContact,
    MissingCustomer,
    MissingEmail,
    NotEditable,
    NothingToBill,
    NotYetDue,
    OperationNotAllowed,
    Overpayment,
    PartialNotAllowed,
    TooSoon,
)
from billhook.invoice import Document, Invoice
from billhook.operations.cancel import cancel
from billhook.operations.delete import delete
from billhook.operations.draft import draft
from billhook.operations.expire import expire
from billhook.operations.issue import issue
from billhook.operations.notify import Notification, notify
from billhook.operations.pay import pay
from billhook.operations.update import update
from billhook.party import Medium
from billhook.payment import Payment


def signatures(document: Document, invoice: Invoice, payment: Payment, now: datetime) -> None:
    assert_type(
        draft(document, account=invoice.account, id=invoice.id, now=now),
        Result[Change, AmountTooLarge | ExpiresTooSoon],
    )
    assert_type(
        update(invoice, Edits(comment="Thank you"), now=now),
        Result[
            Change,
            OperationNotAllowed | NotEditable | CurrencyMismatch | ExpiresTooSoon | AmountTooLarge,
        ],
    )
    assert_type(
        issue(invoice, now=now, short_url="https://bill.example/i/x"),
        Result[Change, OperationNotAllowed | MissingCustomer | NothingToBill | ExpiresTooSoon],
    )
    assert_type(
        pay(invoice, payment, now=now),
        Result[
            Change,
            OperationNotAllowed | CurrencyMismatch | Overpayment | PartialNotAllowed | BelowMinimum,
        ],
    )
    assert_type(
        notify(invoice, Medium.SMS, now=now),
        Result[
            Notification,
            OperationNotAllowed | MissingEmail | MissingContact | AddressSuppressed | TooSoon,
        ],
    )
    assert_type(cancel(invoice, now=now), Result[Change, OperationNotAllowed])
    assert_type(expire(invoice, now=now), Result[Change, OperationNotAllowed | NotYetDue])
    assert_type(delete(invoice, now=now), Result[Change, OperationNotAllowed])
