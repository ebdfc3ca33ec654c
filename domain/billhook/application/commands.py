"""Commands on invoices: one small frozen type each, with what it reads and its decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Never

from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.application.command import Command, InvoiceCommand
from billhook.application.idempotency import SendResult
from billhook.application.needs import Needs, contacts_of
from billhook.application.numbering import NumberedUpdateError, number_conflict
from billhook.application.payments import (
    ApplyPaymentError,
    PayError,
    UnappliedError,
    apply_unapplied,
    record_refund,
    settle,
)
from billhook.application.records import Contact, Entry, EntryKey, PaymentKey, Refund
from billhook.application.sending import (
    IssueOrNotifyError,
    MissingAddressPolicy,
    NumberedIssueError,
    issue_in,
    notifications_for,
    send_in,
)
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.apply import as_of
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.checks import sender_violations
from billhook.lifecycle.delete import delete
from billhook.lifecycle.draft import draft
from billhook.lifecycle.errors import (
    AlreadyExists,
    AmountTooLarge,
    ExpiresTooSoon,
    GuardRefused,
    InvalidDocument,
    NotStored,
    NotYetDue,
    OperationNotAllowed,
)
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import STATUS_CHECK as ISSUE
from billhook.lifecycle.notify import NotifyError
from billhook.lifecycle.update import update
from billhook.messaging.message import Message
from billhook.model.account import AccountPolicy
from billhook.model.arguments import check_fields
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.money import LARGEST
from billhook.model.patch import MergePatch, Patch
from billhook.model.payment import Payment, Reference

DraftError = AmountTooLarge | InvalidDocument | ExpiresTooSoon | AlreadyExists


def rounded_by(policy: AccountPolicy, document: Document) -> Document:
    """The document under its account's rounding rule, unless it names one itself."""
    if "rounding" in document.model_fields_set:
        return document
    return Document.model_validate({**dict(document), "rounding": policy.rounding})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Command[Invoice, DraftError]):
    """Create a draft, under the given id or a new one."""

    kind: ClassVar = "draft"
    document: Document
    invoice: InvoiceId | None = None

    @property
    def needs(self) -> Needs:
        """The invoice that has the given id already, if there is one."""
        invoice = self.invoice
        return Needs(invoice=None if invoice is None else InvoiceKey(self.account, invoice))

    def decide(self, context: CommandContext) -> Result[Invoice, DraftError]:
        """The draft."""
        if context.invoice is not None:
            return Failure(AlreadyExists())
        drafted = draft(
            rounded_by(context.account.policy, self.document),
            account=self.account,
            id=self.invoice or context.ids.invoice(),
            now=context.now,
            min_expiry_lead=context.min_expiry_lead,
        )
        if isinstance(drafted, Failure):
            return drafted
        for unsupported in sender_violations(self.document, context.can_send_to):
            return Failure(unsupported)
        return drafted.map(context.keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAndSend(Command[SendResult, DraftError | IssueOrNotifyError]):
    """Create an invoice, issue it and notify its payer: all of it, or nothing."""

    kind: ClassVar = "draft_and_send"
    document: Document
    media: tuple[Medium, ...] | None = None
    addresses: MissingAddressPolicy = MissingAddressPolicy.AVAILABLE
    invoice: InvoiceId | None = None

    @property
    def needs(self) -> Needs:
        """The invoice that has the given id already, if there is one."""
        return self._draft.needs

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:  # noqa: ARG002  # it is new
        """The payer's, by every medium."""
        return contacts_of(self.account, self.document)

    def decide(
        self, context: CommandContext
    ) -> Result[SendResult, DraftError | IssueOrNotifyError]:
        """The invoice and its messages."""
        drafted = self._draft.decide(context)
        if isinstance(drafted, Failure):
            return drafted
        return send_in(context, drafted.unwrap(), self.media, self.addresses, issuing=True)

    @property
    def _draft(self) -> Draft:
        return Draft(account=self.account, document=self.document, invoice=self.invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(InvoiceCommand[Invoice, NumberedUpdateError]):
    """Set fields of the document, or parts of them."""

    kind: ClassVar = "update"
    patch: Patch | MergePatch

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, NumberedUpdateError]:
        """The updated invoice; without a field to set it stays as it is."""
        if not self.patch.fields:
            return Success(as_of(invoice, context.now))
        change = update(
            invoice,
            self.patch,
            now=context.now,
            min_expiry_lead=context.min_expiry_lead,
            guards=context.guards,
        )
        if isinstance(change, Failure):
            return change
        patch = self.patch.patch if isinstance(self.patch, MergePatch) else self.patch
        for unsupported in sender_violations(patch, context.can_send_to):
            return Failure(unsupported)
        taken = number_conflict(context, invoice, change.unwrap().invoice)
        return change.map(context.keep) if taken is None else Failure(taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(InvoiceCommand[Invoice, NumberedIssueError]):
    """Issue the invoice, without notifying its payer."""

    kind: ClassVar = "issue"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, NumberedIssueError]:
        """The issued invoice."""
        return issue_in(context, invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(InvoiceCommand[Message, NotifyError]):
    """Queue a message to the payer, by one medium."""

    kind: ClassVar = "notify"
    medium: Medium

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        """The payer's, by that medium."""
        return contacts_about(invoice, (self.medium,))

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[Message, NotifyError]:
        """The first message that is queued; each recipient that may be written to gets one."""
        notifications = notifications_for(context, invoice, self.medium)
        if isinstance(notifications, Failure):
            return notifications
        first, *_ = map(context.queue, notifications.unwrap())
        return Success(first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(InvoiceCommand[SendResult, IssueOrNotifyError]):
    """Issue the invoice where it is a draft, and notify its payer: all of it, or nothing.

    `media` None means: those of the document. With `again` False an invoice that was issued
    before is refused, as `issue` would refuse it.
    """

    kind: ClassVar = "send"
    media: tuple[Medium, ...] | None = None
    addresses: MissingAddressPolicy = MissingAddressPolicy.REQUIRED
    again: bool = True

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        """The payer's, by every medium."""
        return contacts_about(invoice)

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[SendResult, IssueOrNotifyError]:
        """The invoice and its messages."""
        issuing = not self.again or ISSUE.error(invoice, context.now) is None
        return send_in(context, invoice, self.media, self.addresses, issuing=issuing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind(InvoiceCommand[SendResult, Never]):
    """Remind the payer, if a step of the account's schedule is due; if none is, do nothing."""

    kind: ClassVar = "remind"

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        """The payer's, by every medium."""
        return contacts_about(invoice)

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[SendResult, Never]:
        """The invoice and the reminders that are queued."""
        messages = context.remind(invoice)
        shown = as_of(invoice, context.now)
        return Success(SendResult(shown, messages))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView(InvoiceCommand[Invoice, Never]):
    """Record that the payer opened the invoice."""

    kind: ClassVar = "record_view"

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[Invoice, Never]:
        """The invoice, unchanged."""
        context.viewed.append(invoice.key)
        return Success(as_of(invoice, context.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(InvoiceCommand[Invoice, PayError]):
    """Apply a payment. One that is refused is not recorded."""

    kind: ClassVar = "pay"
    payment: Payment

    @property
    def needs(self) -> Needs:
        """The invoice, and the payment that has this reference already, if there is one."""
        return _needs_of_payment(self)

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[Invoice, PayError]:  # noqa: ARG002  # `settle` takes it from the context
        """The invoice with the payment."""
        return settle(context, self.invoice, self.payment, keep_refused=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment(Command[Invoice, PayError]):
    """Report money that came in. What the invoice cannot take is recorded whole, as unapplied."""

    kind: ClassVar = "record_payment"
    invoice: InvoiceId
    payment: Payment

    @property
    def needs(self) -> Needs:
        """The invoice, and the payment that has this reference already, if there is one."""
        return _needs_of_payment(self)

    def decide(self, context: CommandContext) -> Result[Invoice, PayError]:
        """The invoice with the payment."""
        return settle(context, self.invoice, self.payment, keep_refused=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPayment(InvoiceCommand[Invoice, ApplyPaymentError]):
    """Apply what is unapplied of a payment to an invoice of its customer, in whole or in part.

    `payment` is the reference under which the money came in. Without an `amount`, in smallest
    units, as much is applied as is unapplied and due.
    """

    kind: ClassVar = "apply_payment"
    payment: Reference
    amount: int | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        _check_amount(self.amount)

    @property
    def needs(self) -> Needs:
        """The invoice and the payment."""
        return Needs(
            invoice=InvoiceKey(self.account, self.invoice),
            payments=(PaymentKey(self.account, self.payment),),
        )

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, ApplyPaymentError]:
        """The invoice with the part of the payment."""
        return apply_unapplied(context, self.payment, invoice, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRefund(Command[Refund, UnappliedError]):
    """Record that what is unapplied of a payment was sent back to the payer.

    `payment` is the reference under which the money came in. Without an `amount`, in smallest
    units, it is all that is unapplied.
    """

    kind: ClassVar = "record_refund"
    payment: Reference
    amount: int | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        _check_amount(self.amount)

    @property
    def needs(self) -> Needs:
        """The payment."""
        return Needs(payments=(PaymentKey(self.account, self.payment),))

    def decide(self, context: CommandContext) -> Result[Refund, UnappliedError]:
        """What was sent back, and what is left."""
        return record_refund(context, self.payment, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(InvoiceCommand[Invoice, OperationNotAllowed | GuardRefused]):
    """Cancel the invoice."""

    kind: ClassVar = "cancel"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, OperationNotAllowed | GuardRefused]:
        """The cancelled invoice."""
        return cancel(invoice, now=context.now, guards=context.guards).map(context.keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(InvoiceCommand[Invoice, OperationNotAllowed | NotYetDue]):
    """Record that the invoice's `expire_by` has passed."""

    kind: ClassVar = "expire"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, OperationNotAllowed | NotYetDue]:
        """The expired invoice."""
        return expire(invoice, now=context.now).map(context.keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(InvoiceCommand[Invoice, OperationNotAllowed | GuardRefused]):
    """Delete the draft; every later read answers that it is unknown."""

    kind: ClassVar = "delete"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, OperationNotAllowed | GuardRefused]:
        """The deleted draft, for the last time."""
        return delete(invoice, now=context.now, guards=context.guards).map(context.keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveEntry(Command[Entry, AlreadyExists | NotStored]):
    """Store a vendor API's own record beside the invoices; the first one under an id stays."""

    kind: ClassVar = "save_entry"
    id: str
    body: str

    @property
    def needs(self) -> Needs:
        """The entry that has this id already, if there is one."""
        return Needs(entries=(EntryKey(self.account, self.id),))

    def decide(self, context: CommandContext) -> Result[Entry, AlreadyExists | NotStored]:
        """The entry."""
        known = context.entry(EntryKey(self.account, self.id))
        if known is not None:
            return Success(known) if known.body == self.body else Failure(AlreadyExists())
        try:
            entry = Entry(account=self.account, id=self.id, body=self.body, filed_at=context.now)
        except ValidationError:  # no store could keep it, and its neighbours must not suffer
            return Failure(NotStored())
        return Success(context.save_entry(entry))


def _check_amount(amount: int | None) -> None:
    """Raises ValueError for an amount, in smallest units, that no payment can have."""
    if amount is not None and not 0 < amount <= LARGEST:
        raise ValueError(f"amount must be a whole number from 1 to {LARGEST}")


def contacts_about(invoice: Invoice | None, media: Iterable[Medium] = Medium) -> Iterable[Contact]:
    """The contacts of an invoice's payer; none where there is no invoice."""
    return () if invoice is None else contacts_of(invoice.account, invoice.document, media)


def _needs_of_payment(command: Pay | RecordPayment) -> Needs:
    return Needs(
        invoice=InvoiceKey(command.account, command.invoice),
        payments=(PaymentKey(command.account, command.payment.reference),),
    )
