"""The invoice service returns a command's errors and adds its own: `execute` keeps the union."""

from __future__ import annotations

from typing import assert_type

from returns.result import Result

from billhook import (
    AccountNotFound,
    AddressSuppressed,
    AlreadyExists,
    AmountTooLarge,
    ApplyPayment,
    BelowMinimum,
    Cancel,
    Command,
    Conflict,
    CountryNotAllowed,
    CurrencyMismatch,
    Delete,
    Document,
    Draft,
    Expire,
    ExpiresTooSoon,
    GuardRefused,
    IdempotencyKeyReused,
    InstalmentNotFound,
    InstalmentOverpayment,
    InvalidDocument,
    Invoice,
    InvoiceNotFound,
    InvoiceService,
    Issue,
    LineNotFound,
    Medium,
    Message,
    MissingContact,
    MissingCustomer,
    MissingEmail,
    MoreThanUnapplied,
    NotEditable,
    NothingToBill,
    Notify,
    NotStored,
    NotYetDue,
    NumberTaken,
    OperationNotAllowed,
    OtherCustomer,
    Overpayment,
    PartialNotAllowed,
    Patch,
    Pay,
    Payment,
    PaymentNotFound,
    PremiumNumber,
    RecordPayment,
    RecordRefund,
    ReferenceReused,
    Refund,
    Send,
    SendResult,
    SmsBudgetUsedUp,
    SmsDisabled,
    TooSoon,
    UnknownMedium,
    UnreachableContact,
    UnsupportedAddress,
    Update,
)

OfService = InvoiceNotFound | AccountNotFound | Conflict | IdempotencyKeyReused | NotStored
OfRules = OperationNotAllowed | GuardRefused
OfIssue = OfRules | MissingCustomer | NothingToBill | ExpiresTooSoon | NumberTaken
OfSms = SmsDisabled | PremiumNumber | CountryNotAllowed | SmsBudgetUsedUp
OfAddress = MissingEmail | MissingContact | UnreachableContact | UnsupportedAddress
OfNotify = OfRules | UnknownMedium | OfAddress | OfSms | AddressSuppressed | TooSoon
OfInstalments = InstalmentNotFound | InstalmentOverpayment
OfPay = (
    OperationNotAllowed
    | GuardRefused
    | CurrencyMismatch
    | Overpayment
    | PartialNotAllowed
    | BelowMinimum
    | OfInstalments
)
OfUnapplied = PaymentNotFound | MoreThanUnapplied
OfParts = LineNotFound | InvalidDocument
OfUpdate = (
    OperationNotAllowed
    | GuardRefused
    | NotEditable
    | OfParts
    | CurrencyMismatch
    | ExpiresTooSoon
    | AmountTooLarge
    | NumberTaken
)
OfDraft = AmountTooLarge | InvalidDocument | ExpiresTooSoon | AlreadyExists


def done(service: InvoiceService, invoice: Invoice, document: Document, payment: Payment) -> None:
    account, name = invoice.account, invoice.id
    assert_type(
        service.execute(Draft(account=account, document=document)),
        Result[Invoice, OfDraft | OfService],
    )
    assert_type(
        service.execute(Update(account=account, invoice=name, patch=Patch())),
        Result[Invoice, OfUpdate | OfService],
    )
    assert_type(
        service.execute(Issue(account=account, invoice=name)), Result[Invoice, OfIssue | OfService]
    )
    assert_type(
        service.execute(Notify(account=account, invoice=name, medium=Medium.SMS)),
        Result[Message, OfNotify | OfService],
    )
    assert_type(
        service.execute(Send(account=account, invoice=name)),
        Result[SendResult, OfIssue | OfNotify | OfService],
    )
    assert_type(
        service.execute(Pay(account=account, invoice=name, payment=payment)),
        Result[Invoice, OfPay | ReferenceReused | OfService],
    )
    assert_type(
        service.execute(RecordPayment(account=account, invoice=name, payment=payment)),
        Result[Invoice, OfPay | ReferenceReused | OfService],
    )
    assert_type(
        service.execute(
            ApplyPayment(account=account, invoice=name, payment=payment.reference, amount=1)
        ),
        Result[Invoice, OfPay | OfUnapplied | OtherCustomer | OfService],
    )
    assert_type(
        service.execute(RecordRefund(account=account, payment=payment.reference)),
        Result[Refund, OfUnapplied | OfService],
    )
    assert_type(
        service.execute(Cancel(account=account, invoice=name)),
        Result[Invoice, OperationNotAllowed | GuardRefused | OfService],
    )
    assert_type(
        service.execute(Expire(account=account, invoice=name)),
        Result[Invoice, OperationNotAllowed | NotYetDue | OfService],
    )
    assert_type(
        service.execute(Delete(account=account, invoice=name)),
        Result[Invoice, OperationNotAllowed | GuardRefused | OfService],
    )


def read(service: InvoiceService, invoice: Invoice) -> None:
    assert_type(service.get(invoice.account, invoice.id), Result[Invoice, InvoiceNotFound])


def every_command_is_one(document: Document, invoice: Invoice, payment: Payment) -> None:
    commands: list[Command[object, object]] = [
        Draft(account=invoice.account, document=document),
        Notify(account=invoice.account, invoice=invoice.id, medium=Medium.EMAIL),
        RecordPayment(account=invoice.account, invoice=invoice.id, payment=payment),
    ]
    assert_type(commands[0], Command[object, object])
