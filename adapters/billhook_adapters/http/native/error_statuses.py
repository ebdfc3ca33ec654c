"""The HTTP status of every error of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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

STATUS: Mapping[type[DomainError], int] = MappingProxyType(
    {
        # Not there, or not theirs.
        AccountNotFound: 403,
        InvoiceNotFound: 404,
        PaymentNotFound: 404,
        # The request is sound, and something that exists stands against it.
        OperationNotAllowed: 409,
        GuardRefused: 409,
        NotEditable: 409,
        NotYetDue: 409,
        ReferenceReused: 409,
        MoreThanUnapplied: 409,
        AddressSuppressed: 409,
        SmsDisabled: 409,
        CountryNotAllowed: 409,
        AlreadyExists: 409,
        Conflict: 409,
        IdempotencyKeyReused: 409,
        NotStored: 409,
        # Something must be supplied, or must be another.
        MissingCustomer: 422,
        NothingToBill: 422,
        AmountTooLarge: 422,
        ExpiresTooSoon: 422,
        CurrencyMismatch: 422,
        LineNotFound: 422,
        NumberTaken: 422,
        InvalidDocument: 422,
        Overpayment: 422,
        PartialNotAllowed: 422,
        BelowMinimum: 422,
        InstalmentNotFound: 422,
        InstalmentOverpayment: 422,
        OtherCustomer: 422,
        UnknownMedium: 422,
        MissingEmail: 422,
        MissingContact: 422,
        UnreachableContact: 422,
        UnsupportedAddress: 422,
        PremiumNumber: 422,
        # Later.
        TooSoon: 429,
        SmsBudgetUsedUp: 429,
    }
)
"""The HTTP status of every error."""
