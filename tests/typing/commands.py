"""The desk hands a command's refusals on, and adds its own: the union survives `do`."""

from __future__ import annotations

from typing import assert_type

from returns.result import Result

from billhook import (
    AccountNotFound,
    AddressSuppressed,
    AlreadyExists,
    AmountTooLarge,
    BelowMinimum,
    Cancel,
    Command,
    Conflict,
    CurrencyMismatch,
    Delete,
    Desk,
    Document,
    Draft,
    Edits,
    Expire,
    ExpiresTooSoon,
    Invoice,
    InvoiceNotFound,
    Issue,
    KeyReused,
    Medium,
    Message,
    MissingContact,
    MissingCustomer,
    MissingEmail,
    NotEditable,
    NothingToBill,
    Notify,
    NotStored,
    NotYetDue,
    OperationNotAllowed,
    Overpayment,
    PartialNotAllowed,
    Pay,
    Payment,
    RecordPayment,
    ReferenceReused,
    Send,
    Sent,
    TooSoon,
    Update,
)

OfDesk = InvoiceNotFound | AccountNotFound | Conflict | KeyReused | NotStored
OfIssue = OperationNotAllowed | MissingCustomer | NothingToBill | ExpiresTooSoon
OfNotify = OperationNotAllowed | MissingEmail | MissingContact | AddressSuppressed | TooSoon
OfPay = OperationNotAllowed | CurrencyMismatch | Overpayment | PartialNotAllowed | BelowMinimum
OfUpdate = OperationNotAllowed | NotEditable | CurrencyMismatch | ExpiresTooSoon | AmountTooLarge
OfDraft = AmountTooLarge | ExpiresTooSoon | AlreadyExists


def done(desk: Desk, invoice: Invoice, document: Document, payment: Payment) -> None:
    account, name = invoice.account, invoice.id
    assert_type(
        desk.do(Draft(account=account, document=document)), Result[Invoice, OfDraft | OfDesk]
    )
    assert_type(
        desk.do(Update(account=account, invoice=name, edits=Edits())),
        Result[Invoice, OfUpdate | OfDesk],
    )
    assert_type(desk.do(Issue(account=account, invoice=name)), Result[Invoice, OfIssue | OfDesk])
    assert_type(
        desk.do(Notify(account=account, invoice=name, medium=Medium.SMS)),
        Result[Message, OfNotify | OfDesk],
    )
    assert_type(
        desk.do(Send(account=account, invoice=name)), Result[Sent, OfIssue | OfNotify | OfDesk]
    )
    assert_type(
        desk.do(Pay(account=account, invoice=name, payment=payment)),
        Result[Invoice, OfPay | ReferenceReused | OfDesk],
    )
    assert_type(
        desk.do(RecordPayment(account=account, invoice=name, payment=payment)),
        Result[Invoice, OfPay | ReferenceReused | OfDesk],
    )
    assert_type(
        desk.do(Cancel(account=account, invoice=name)),
        Result[Invoice, OperationNotAllowed | OfDesk],
    )
    assert_type(
        desk.do(Expire(account=account, invoice=name)),
        Result[Invoice, OperationNotAllowed | NotYetDue | OfDesk],
    )
    assert_type(
        desk.do(Delete(account=account, invoice=name)),
        Result[Invoice, OperationNotAllowed | OfDesk],
    )


def read(desk: Desk, invoice: Invoice) -> None:
    assert_type(desk.get(invoice.account, invoice.id), Result[Invoice, InvoiceNotFound])


def every_command_is_one(document: Document, invoice: Invoice, payment: Payment) -> None:
    commands: list[Command[object, object]] = [
        Draft(account=invoice.account, document=document),
        Notify(account=invoice.account, invoice=invoice.id, medium=Medium.EMAIL),
        RecordPayment(account=invoice.account, invoice=invoice.id, payment=payment),
    ]
    assert_type(commands[0], Command[object, object])
