"""HighLevel's operations that are several of the domain: each a command, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from returns.result import Failure, Result, Success

from billhook.application.command import Command, InvoiceCommand
from billhook.application.commands import (
    Cancel,
    Draft,
    DraftError,
    Pay,
    Send,
    Update,
    contacts_about,
)
from billhook.application.idempotency import SendResult
from billhook.application.needs import Needs, contacts_of
from billhook.application.numbering import NumberedUpdateError, is_of_series
from billhook.application.payments import PayError
from billhook.application.records import Contact, Entry, EntryChanged, EntryKey
from billhook.application.sending import IssueOrNotifyError, MissingAddressPolicy
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import (
    GuardRefused,
    InvalidDocument,
    InvalidField,
    NotEditable,
    OperationNotAllowed,
)
from billhook.lifecycle.issue import STATUS_CHECK as ISSUE
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.reserve import reserve_short_url
from billhook.lifecycle.transitions import sources
from billhook.model.customer import Medium
from billhook.model.document import Document, DocumentFields
from billhook.model.invoice import Invoice
from billhook.model.patch import DocumentField, MergePatch, Patch
from billhook.model.payment import Payment
from billhook_adapters.http.highlevel.echo import echo_of

_SCHEDULE = InvalidField("paymentSchedule.schedules", "total", "must add up to the total")
_PRICED = {DocumentField.LINES, DocumentField.DISCOUNT, DocumentField.SCHEDULE}
"""The fields by which the instalments add up to the total, or do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvoice(Command[SendResult, DraftError | InvalidDocument | IssueOrNotifyError]):
    """Create a draft; with `send`, also issue it and notify its payer.

    With `reserve` a draft gets the short URL that it is issued under.
    """

    kind: ClassVar = "highlevel.create"
    document: Document
    send: bool = False
    reserve: bool = False

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:  # noqa: ARG002  # it is new
        """The payer's, by every medium."""
        return contacts_of(self.account, self.document) if self.send else ()

    def decide(
        self, context: CommandContext
    ) -> Result[SendResult, DraftError | InvalidDocument | IssueOrNotifyError]:
        """The invoice and its messages."""
        document = self.document
        if _is_of_series(context, document):
            document = document.model_copy(update={"receipt": None})
        drafted = Draft(account=self.account, document=document).decide(context)
        if isinstance(drafted, Failure):
            return drafted
        return _completed(context, drafted.unwrap(), self)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInvoice(InvoiceCommand[SendResult, NumberedUpdateError | IssueOrNotifyError]):
    """Update an invoice; with `send`, also issue it and notify its payer.

    With `reserve` a draft gets the short URL that it is issued under.
    """

    kind: ClassVar = "highlevel.update"
    patch: MergePatch
    send: bool = False
    reserve: bool = False

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        """The payer's, by every medium, before and after the update."""
        if not self.send:
            return ()
        return chain(contacts_about(invoice), contacts_of(self.account, self.patch.patch))

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[SendResult, NumberedUpdateError | IssueOrNotifyError]:
        """The invoice and its messages."""
        patch = self.patch
        if _is_of_series(context, patch.patch):
            patch = patch.model_copy(update={"patch": patch.patch.without(DocumentField.RECEIPT)})
        updated = Update(account=self.account, invoice=self.invoice, patch=patch).decide_on(
            invoice, context
        )
        if isinstance(updated, Failure):
            return updated
        if not patch.fields & _PRICED:
            return _sent(context, updated.unwrap(), self)
        return _completed(context, updated.unwrap(), self)


def _is_of_series(context: CommandContext, fields: DocumentFields) -> bool:
    """Whether the receipt is a number that the account's series has given, or gives next."""
    return fields.receipt is not None and is_of_series(context, fields.receipt)


def _completed(
    context: CommandContext, invoice: Invoice, command: CreateInvoice | UpdateInvoice
) -> Result[SendResult, InvalidDocument | IssueOrNotifyError]:
    """The invoice, its instalments checked; sent, if it is to be."""
    schedule = invoice.document.schedule
    if schedule is not None and not schedule.adds_up(invoice.amount):
        return Failure(InvalidDocument((_SCHEDULE,)))
    return _sent(context, invoice, command)


def _sent(
    context: CommandContext, invoice: Invoice, command: CreateInvoice | UpdateInvoice
) -> Result[SendResult, IssueOrNotifyError]:
    if not command.send:
        if command.reserve and invoice.short_url is None:
            reserved = reserve_short_url(
                invoice, now=context.now, short_url=context.ids.short_url()
            )
            invoice = reserved.map(context.keep).value_or(invoice)  # what is closed needs none
        return Success(SendResult(invoice, ()))
    reachable = tuple(m for m in Medium if invoice.document.address(m) is not None)
    return _send(context, invoice, reachable or (Medium.SMS,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoice(InvoiceCommand[SendResult, NumberedUpdateError | IssueOrNotifyError]):
    """Issue a draft as the request has it, and notify its payer; or notify the payer once more.

    A test request about an invoice that is live already sends no message.
    """

    kind: ClassVar = "highlevel.send"
    patch: Patch
    media: tuple[Medium, ...]

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        """The payer's, by every medium."""
        return contacts_about(invoice)

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[SendResult, NumberedUpdateError | IssueOrNotifyError]:
        """The invoice and its messages."""
        if ISSUE.error(invoice, context.now) is None:
            # Sending as the draft is already is no update: it would be an event of its own.
            if self.patch.applied_to(invoice.document) != invoice.document:
                updated = Update(
                    account=self.account, invoice=self.invoice, patch=self.patch
                ).decide_on(invoice, context)
                if isinstance(updated, Failure):
                    return updated
                invoice = updated.unwrap()
            return _send(context, invoice, self.media)
        kept, wanted = echo_of(invoice.document), echo_of(self.patch)
        if wanted.get("autoPayment") not in (None, kept.get("autoPayment")):
            return Failure(NotEditable(invoice.status, (DocumentField.EXTRAS,), ()))
        silent = invoice.document.live and not self.patch.live
        return _send(context, invoice, () if silent else self.media)


def _send(
    context: CommandContext, invoice: Invoice, media: tuple[Medium, ...]
) -> Result[SendResult, IssueOrNotifyError]:
    return Send(
        account=invoice.account,
        invoice=invoice.id,
        media=media,
        addresses=MissingAddressPolicy.REQUIRED,
    ).decide_on(invoice, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(InvoiceCommand[Invoice, OperationNotAllowed | GuardRefused]):
    """Cancel an invoice that was sent; the vendor has drafts deleted instead."""

    kind: ClassVar = "highlevel.void"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, OperationNotAllowed | GuardRefused]:
        """The cancelled invoice."""
        if ISSUE.error(invoice, context.now) is None:
            drafts = sources(Operation.ISSUE)
            sent = tuple(status for status in sources(Operation.CANCEL) if status not in drafts)
            return Failure(OperationNotAllowed(Operation.CANCEL, invoice.status, sent))
        return Cancel(account=self.account, invoice=self.invoice).decide_on(invoice, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInvoicePayment(InvoiceCommand[Invoice, PayError]):
    """Take a payment that staff recorded: an amount, some instalments, or all that is due.

    What the request says beside the amount is kept under its reference.
    """

    kind: ClassVar = "highlevel.record_payment"
    amount: int | None
    instalments: tuple[str, ...]
    details: str

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[Invoice, PayError]:
        """The invoice with the payment."""
        payment = Payment(
            reference=context.ids.payment(),
            # One that has nothing due is refused for its status, whatever is offered.
            amount=max(self._wanted(invoice), 1),
            currency=invoice.document.currency,
            instalments=self.instalments,
        )
        paid = Pay(account=self.account, invoice=self.invoice, payment=payment).decide_on(
            invoice, context
        )
        if isinstance(paid, Success):
            context.save_entry(
                Entry(
                    account=self.account,
                    id=payment.reference,
                    body=self.details,
                    filed_at=context.now,
                )
            )
        return paid

    def _wanted(self, invoice: Invoice) -> int:
        if self.amount is not None:
            return self.amount
        if not self.instalments:
            return invoice.due
        return sum(one.due for one in invoice.instalments if one.id in self.instalments)


def details_of(given: dict[str, Any]) -> str:
    """What is kept of a payment beside its amount, as JSON text."""
    return json.dumps(given, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProduct(Command[Entry, EntryChanged]):
    """Delete a product that is still as it was read, and its prices."""

    kind: ClassVar = "highlevel.delete_product"
    before: Entry
    prices: tuple[EntryKey, ...]

    @property
    def needs(self) -> Needs:
        """The product and its prices."""
        return Needs(entries=(self.before.key, *self.prices))

    def decide(self, context: CommandContext) -> Result[Entry, EntryChanged]:
        """The entry of the product, for the last time."""
        if context.entry(self.before.key) != self.before:
            return Failure(EntryChanged())
        for key in (self.before.key, *self.prices):
            context.delete_entry(key)
        return Success(self.before)
