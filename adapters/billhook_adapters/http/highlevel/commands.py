"""What HighLevel asks for in one word and the domain in several: each a command, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from returns.result import Failure, Result, Success

from billhook.application.command import Command, InvoiceCommand
from billhook.application.commands import (
    Cancel,
    Draft,
    Pay,
    Send,
    Update,
    UpdateError,
    contacts_about,
)
from billhook.application.idempotency import SendResult
from billhook.application.needs import Needs, contacts_of
from billhook.application.payments import PayError
from billhook.application.records import Contact, Entry
from billhook.application.sending import IssueOrNotifyError, MissingAddressPolicy
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import (
    AlreadyExists,
    Conflict,
    InvoiceNotFound,
    OperationNotAllowed,
)
from billhook.lifecycle.issue import STATUS_CHECK as ISSUE
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.lifecycle.update import STATUS_CHECK as UPDATE
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey, Status
from billhook.model.line_items import Rounding
from billhook.model.patch import Patch
from billhook.model.payment import Payment
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError
from billhook_adapters.http.highlevel.schemas.invoices import (
    LateFeesChangeIn,
    TextToPayIn,
    UpdateIn,
)
from billhook_adapters.http.highlevel.schemas.sending import SendIn

UpdateInvoiceError = UpdateError | InvoiceNotFound | Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise(InvoiceCommand[Invoice, UpdateError | Conflict]):
    """Merge a request with the invoice as the desk finds it, and update it.

    Where the two cannot be merged any more the answer is `Conflict`: who asked can merge again,
    outside, and hear why.
    """

    kind: ClassVar = "highlevel.update"
    asked: UpdateIn | LateFeesChangeIn | TextToPayIn
    upcoming: str | None = None

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, UpdateError | Conflict]:
        """The updated invoice."""
        return revised(context, invoice, lambda known: edits_of(self.asked, known, self.upcoming))


def edits_of(
    asked: UpdateIn | LateFeesChangeIn | TextToPayIn, known: Document, upcoming: str | None
) -> Patch:
    """What a request sets of a document. Raises Refused."""
    if isinstance(asked, LateFeesChangeIn):
        return asked.patch(known)
    return asked.patch(known, upcoming)


def revised(
    context: CommandContext, invoice: Invoice, edit: Callable[[Document], Patch]
) -> Result[Invoice, UpdateError | Conflict]:
    """Update an invoice by what an edit makes of its document."""
    gone = UPDATE.error(invoice, context.now)
    if gone is not None:
        return gone
    try:
        patch = edit(invoice.document)
    except (InvalidRequestError, ValueError):
        return Failure(Conflict(invoice.version, invoice.version))
    return Update(account=invoice.account, invoice=invoice.id, patch=patch).decide_on(
        invoice, context
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoice(InvoiceCommand[SendResult, UpdateError | Conflict | IssueOrNotifyError]):
    """Issue a draft as the request has it, and tell its payer; or tell the payer once more.

    A trial request about an invoice that is live already tells nobody.
    """

    kind: ClassVar = "highlevel.send"
    asked: SendIn

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        """The payer's, by every medium."""
        return contacts_about(invoice)

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[SendResult, UpdateError | Conflict | IssueOrNotifyError]:
        """The invoice and its messages."""
        media = self.asked.media
        if ISSUE.error(invoice, context.now) is None:
            kept = revised(context, invoice, self.asked.patch)
            if isinstance(kept, Failure):
                return kept
            invoice = kept.unwrap()
        elif invoice.document.live and not self.asked.live_mode:
            media = ()
        return _send(context, invoice, media)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToPay(Command[SendResult, UpdateInvoiceError | IssueOrNotifyError | AlreadyExists]):
    """Make a draft or update one, and send it if so asked, all or nothing."""

    kind: ClassVar = "highlevel.text2pay"
    asked: TextToPayIn
    invoice: InvoiceId | None = None
    upcoming: str | None = None

    @property
    def needs(self) -> Needs:
        """The draft that is updated, where the request names one."""
        invoice = self.invoice
        return Needs(invoice=None if invoice is None else InvoiceKey(self.account, invoice))

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        """The payer's, of the document that the request makes."""
        try:
            if invoice is None:
                document = self.asked.document(Rounding.PER_LINE, self.upcoming)
            else:
                known = invoice.document
                document = self.asked.patch(known, self.upcoming).applied_to(known)
        except (InvalidRequestError, ValueError):
            return contacts_about(invoice)
        return chain(contacts_about(invoice), contacts_of(self.account, document))

    def decide(
        self, context: CommandContext
    ) -> Result[SendResult, UpdateInvoiceError | IssueOrNotifyError | AlreadyExists]:
        """The invoice and its messages."""
        drafted = self._drafted(context)
        if isinstance(drafted, Failure) or self.asked.action == "draft":
            return drafted.map(lambda invoice: SendResult(invoice, ()))
        invoice = drafted.unwrap()
        reachable = tuple(m for m in Medium if invoice.document.address(m) is not None)
        return _send(context, invoice, reachable or (Medium.SMS,))

    def _drafted(
        self, context: CommandContext
    ) -> Result[Invoice, UpdateInvoiceError | AlreadyExists]:
        if self.invoice is None:
            document = self.asked.document(context.account.policy.rounding, self.upcoming)
            return Draft(account=self.account, document=document).decide(context)
        if context.invoice is None:
            return Failure(InvoiceNotFound())
        return revised(
            context, context.invoice, lambda known: self.asked.patch(known, self.upcoming)
        )


def _send(
    context: CommandContext, invoice: Invoice, media: tuple[Medium, ...]
) -> Result[SendResult, IssueOrNotifyError]:
    asked = Send(
        account=invoice.account,
        invoice=invoice.id,
        media=media,
        addresses=MissingAddressPolicy.REQUIRED,
    )
    return asked.decide_on(invoice, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(InvoiceCommand[Invoice, OperationNotAllowed]):
    """Cancel an invoice that was sent; the vendor has drafts deleted instead."""

    kind: ClassVar = "highlevel.void"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, OperationNotAllowed]:
        """The cancelled invoice."""
        if ISSUE.error(invoice, context.now) is None:
            sent = tuple(one for one in sources(Operation.CANCEL) if one is not Status.DRAFT)
            return Failure(OperationNotAllowed(Operation.CANCEL, invoice.status, sent))
        return Cancel(account=self.account, invoice=self.invoice).decide_on(invoice, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInvoicePayment(InvoiceCommand[Invoice, PayError]):
    """Take a payment that staff recorded: an amount, some instalments, or all that is due.

    What was told of it beside the amount is kept under its reference.
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
        )
        paid = Pay(account=self.account, invoice=self.invoice, payment=payment).decide_on(
            invoice, context
        )
        if isinstance(paid, Success):
            context.entries.append(
                Entry(
                    account=self.account,
                    id=payment.reference,
                    body=self.details,
                    filed_at=context.now,
                )
            )
        return paid

    def _wanted(self, invoice: Invoice) -> int:
        schedule = invoice.document.schedule
        if self.amount is not None:
            return self.amount
        if schedule is None or not self.instalments:
            return invoice.due
        amounts = schedule.amounts(invoice.amount)
        named = zip(schedule.instalments, amounts, strict=True)
        return sum(amount for one, amount in named if one.id in self.instalments)


def details_of(given: dict[str, Any]) -> str:
    """What is kept of a payment beside its amount, as JSON text."""
    return json.dumps(given, ensure_ascii=False)
