"""What HighLevel asks for in one word and the domain in several: each a command, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from returns.result import Failure, Result, Success

from billhook.application.answers import SendResult
from billhook.application.commands import Cancel, Draft, Pay, Send, Update
from billhook.application.payments import PayError
from billhook.application.records import Entry
from billhook.application.sending import IssueOrNotifyError, MissingAddressPolicy
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import (
    AlreadyExists,
    AmountTooLarge,
    Conflict,
    CurrencyMismatch,
    ExpiresTooSoon,
    InvoiceNotFound,
    NotEditable,
    OperationNotAllowed,
)
from billhook.lifecycle.issue import STATUS_CHECK as ISSUE
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.lifecycle.update import STATUS_CHECK as UPDATE
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.patch import Patch
from billhook.model.payment import Payment, Reference
from billhook_adapters.http.core.ids import minted_id
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError
from billhook_adapters.http.highlevel.schemas.invoices import (
    LateFeesChangeIn,
    TextToPayIn,
    UpdateIn,
)
from billhook_adapters.http.highlevel.schemas.sending import SendIn

UpdateInvoiceError = (
    OperationNotAllowed
    | NotEditable
    | CurrencyMismatch
    | ExpiresTooSoon
    | AmountTooLarge
    | InvoiceNotFound
    | Conflict
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise:
    """Merge a request with the invoice as the desk finds it, and update it.

    Where the two cannot be merged any more the answer is `Conflict`: who asked can merge again,
    outside, and hear why.
    """

    account: AccountId
    invoice: InvoiceId
    asked: UpdateIn | LateFeesChangeIn | TextToPayIn
    upcoming: str | None = None
    key: str | None = None
    actor: str | None = None

    def decide(self, case: CommandContext) -> Result[Invoice, UpdateInvoiceError]:
        invoice = case.invoice
        if invoice is None:
            return Failure(InvoiceNotFound())
        return revised(case, invoice, lambda known: edits_of(self.asked, known, self.upcoming))


def edits_of(
    asked: UpdateIn | LateFeesChangeIn | TextToPayIn, known: Document, upcoming: str | None
) -> Patch:
    """What a request sets of a document. Raises Refused."""
    if isinstance(asked, LateFeesChangeIn):
        return asked.patch(known)
    return asked.patch(known, upcoming)


def revised(
    case: CommandContext, invoice: Invoice, edit: Callable[[Document], Patch]
) -> Result[Invoice, UpdateInvoiceError]:
    """Update an invoice by what an edit makes of its document."""
    gone = UPDATE.refusal(invoice, case.now)
    if gone is not None:
        return gone
    try:
        patch = edit(invoice.document)
    except (InvalidRequestError, ValueError):
        return Failure(Conflict(invoice.version, invoice.version))
    return Update(account=invoice.account, invoice=invoice.id, patch=patch).on(invoice, case)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoice:
    """Issue a draft as the request has it, and tell its payer; or tell the payer once more.

    A trial request about an invoice that is live already tells nobody.
    """

    account: AccountId
    invoice: InvoiceId
    asked: SendIn
    key: str | None = None
    actor: str | None = None

    def decide(
        self, case: CommandContext
    ) -> Result[SendResult, UpdateInvoiceError | IssueOrNotifyError | InvoiceNotFound]:
        invoice, media = case.invoice, self.asked.media
        if invoice is None:
            return Failure(InvoiceNotFound())
        if ISSUE.refusal(invoice, case.now) is None:
            kept = revised(case, invoice, self.asked.patch)
            if isinstance(kept, Failure):
                return kept
            invoice = kept.unwrap()
        elif invoice.document.live and not self.asked.live_mode:
            media = ()
        return _send(case, invoice, media)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToPay:
    """Make a draft or update one, and send it if so asked, all or nothing."""

    account: AccountId
    asked: TextToPayIn
    invoice: InvoiceId | None = None
    upcoming: str | None = None
    key: str | None = None
    actor: str | None = None

    def decide(
        self, case: CommandContext
    ) -> Result[SendResult, UpdateInvoiceError | IssueOrNotifyError | AlreadyExists]:
        drafted = self._drafted(case)
        if isinstance(drafted, Failure) or self.asked.action == "draft":
            return drafted.map(lambda invoice: SendResult(invoice, ()))
        invoice = drafted.unwrap()
        reachable = tuple(m for m in Medium if invoice.document.address(m) is not None)
        return _send(case, invoice, reachable or (Medium.SMS,))

    def _drafted(self, case: CommandContext) -> Result[Invoice, UpdateInvoiceError | AlreadyExists]:
        if self.invoice is None:
            document = self.asked.document(case.account.policy.rounding, self.upcoming)
            return Draft(account=self.account, document=document).decide(case)
        if case.invoice is None:
            return Failure(InvoiceNotFound())
        return revised(case, case.invoice, lambda known: self.asked.patch(known, self.upcoming))


def _send(
    case: CommandContext, invoice: Invoice, media: tuple[Medium, ...]
) -> Result[SendResult, IssueOrNotifyError]:
    asked = Send(
        account=invoice.account,
        invoice=invoice.id,
        media=media,
        addresses=MissingAddressPolicy.REQUIRED,
    )
    return asked.on(invoice, case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """Cancel an invoice that was sent; the vendor has drafts deleted instead."""

    account: AccountId
    invoice: InvoiceId
    key: str | None = None
    actor: str | None = None

    def decide(
        self, case: CommandContext
    ) -> Result[Invoice, OperationNotAllowed | InvoiceNotFound]:
        invoice = case.invoice
        if invoice is None:
            return Failure(InvoiceNotFound())
        if ISSUE.refusal(invoice, case.now) is None:
            sent = tuple(one for one in sources(Operation.CANCEL) if one is not Status.DRAFT)
            return Failure(OperationNotAllowed(Operation.CANCEL, invoice.status, sent))
        return Cancel(account=self.account, invoice=self.invoice).on(invoice, case)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInvoicePayment:
    """Take a payment that staff recorded: an amount, some instalments, or all that is due.

    What was told of it beside the amount is kept under its reference.
    """

    account: AccountId
    invoice: InvoiceId
    amount: int | None
    instalments: tuple[str, ...]
    details: str
    key: str | None = None
    actor: str | None = None

    def decide(self, case: CommandContext) -> Result[Invoice, PayError]:
        invoice = case.invoice
        if invoice is None:
            return Failure(InvoiceNotFound())
        payment = Payment(
            reference=Reference(minted_id("pay")),
            # One that has nothing due is refused for its status, whatever is offered.
            amount=max(self._wanted(invoice), 1),
            currency=invoice.document.currency,
        )
        paid = Pay(account=self.account, invoice=self.invoice, payment=payment).on(invoice, case)
        if isinstance(paid, Success):
            case.entries.append(
                Entry(
                    account=self.account,
                    id=payment.reference,
                    body=self.details,
                    filed_at=case.now,
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
