"""An error of each kind, and of each form that its sentence may take."""

from __future__ import annotations

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
from billhook.messaging.delivery import MessageNotFound
from billhook.messaging.webhooks import WebhookEndpointNotFound
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.money import Currency
from billhook.model.patch import DocumentField
from billhook_adapters.testing import NOON

REFUSED: list[DomainError] = [
    OperationNotAllowed(Operation.PAY, Status.PAID, (Status.ISSUED, Status.PARTIALLY_PAID)),
    OperationNotAllowed(Operation.DELETE, Status.DRAFT, ()),
    GuardRefused("credit_hold", "The customer is on credit hold.", {"limit": 5, "of": None}),
    MissingCustomer(),
    NothingToBill(),
    AmountTooLarge(5),
    ExpiresTooSoon(NOON, NOON),
    NotEditable(Status.PAID, (DocumentField.TERMS,), (DocumentField.NOTES,)),
    LineNotFound(3),
    NumberTaken("A-1"),
    InvalidDocument((InvalidField("lines.0.name", "missing", "Field required"),)),
    NotYetDue(NOON),
    NotYetDue(None),
    CurrencyMismatch(Currency("USD"), Currency("INR")),
    Overpayment(2, 1),
    PartialNotAllowed(1, 2),
    BelowMinimum(1, 2),
    InstalmentNotFound(("i1", "i2")),
    InstalmentOverpayment(2, 1),
    PaymentNotFound(),
    MoreThanUnapplied(2, 1),
    OtherCustomer(),
    ReferenceReused(),
    UnknownMedium((Medium.SMS, Medium.EMAIL)),
    MissingEmail(),
    MissingContact(),
    UnreachableContact(),
    UnsupportedAddress(Medium.EMAIL),
    AddressSuppressed(Medium.SMS, "opted_out"),
    TooSoon(Medium.EMAIL, NOON),
    SmsDisabled(),
    PremiumNumber(),
    CountryNotAllowed("US"),
    SmsBudgetUsedUp(None, NOON),
    SmsBudgetUsedUp("+919876", NOON),
    InvoiceNotFound(),
    AccountNotFound(),
    AlreadyExists(),
    Conflict(1, 2),
    IdempotencyKeyReused(),
    NotStored(),
]
BESIDE = [EntryChanged(), MessageNotFound(), WebhookEndpointNotFound()]
"""Errors that only some commands have, beside those of the domain."""
