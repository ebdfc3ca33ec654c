"""The command that takes over one invoice: its whole history, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from returns.pipeline import is_successful
from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.needs import Needs
from billhook.application.numbering import number_for
from billhook.application.records import PaymentKey, RecordedPayment
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.apply import Change
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.draft import draft
from billhook.lifecycle.errors import AlreadyExists, DomainError, ReferenceReused
from billhook.lifecycle.events import PaymentRecorded
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.pay import pay
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey, Status
from billhook.model.payment import Payment


class ImportedPayment(NamedTuple):
    """A payment, and when it was made."""

    payment: Payment
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedInvoice:
    """An invoice as another service has it: its document, and what happened to it when."""

    id: InvoiceId
    document: Document
    status: Status
    created_at: datetime
    issued_at: datetime | None = None
    short_url: str | None = None
    """The one it was issued under; None is a new one."""
    payments: tuple[ImportedPayment, ...] = ()
    cancelled_at: datetime | None = None
    expired_at: datetime | None = None
    """When its expiry was recorded."""


@dataclass(frozen=True, slots=True)
class OtherStatus:
    """What happened to it leads to this status, and not to the one that it is to have."""

    status: Status


ImportRefusal = DomainError | ReferenceReused | OtherStatus
_Step = Result[Change, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportInvoice(Command[Invoice, ImportRefusal]):
    """Draft, issue, pay, cancel and expire an invoice at the times at which it happened.

    Each step is the operation of the domain, with all of its checks and the account's guards. No
    one is notified.
    """

    kind: ClassVar = "import_invoice"
    imported: ImportedInvoice

    @property
    def needs(self) -> Needs:
        """The invoice and the payments that may be there already."""
        return Needs(
            invoice=InvoiceKey(self.account, self.imported.id),
            payments=tuple(self._key(one.payment) for one in self.imported.payments),
        )

    def decide(self, context: CommandContext) -> Result[Invoice, ImportRefusal]:
        """The invoice after all that happened."""
        if context.invoice is not None:
            return Failure(AlreadyExists())
        if any(context.payment(self._key(one.payment)) for one in self.imported.payments):
            return Failure(ReferenceReused())
        short_url = self.imported.short_url or context.ids.short_url()
        # At first without a number, so that one is drawn only for what is kept.
        changes = self._changes(context, short_url, None)
        if is_successful(changes) and self.imported.issued_at is not None:
            number = number_for(context, changes.unwrap()[0].invoice)
            if not is_successful(number):
                return Failure(number.failure())
            changes = self._changes(context, short_url, number.unwrap())
        if not is_successful(changes):
            return Failure(changes.failure())
        context.sends_webhooks = False
        for change in changes.unwrap():
            self._keep(context, change)
        return Success(changes.unwrap()[-1].invoice)

    def _changes(
        self, context: CommandContext, short_url: str, number: str | None
    ) -> Result[list[Change], ImportRefusal]:
        """Every change, one after the other; the error of the first that is refused."""
        changes: list[Change] = []
        for step in self._steps(context, short_url, number, changes):
            if not is_successful(step):
                return Failure(step.failure())
            changes.append(step.unwrap())
        status = changes[-1].invoice.status
        return Success(changes) if status is self.imported.status else Failure(OtherStatus(status))

    def _steps(
        self,
        context: CommandContext,
        short_url: str,
        number: str | None,
        changes: list[Change],
    ) -> Iterator[_Step]:
        """The operations, each on the invoice after the last of the `changes`."""
        wanted, guards, lead = self.imported, context.guards, context.min_expiry_lead
        yield draft(
            wanted.document,
            account=self.account,
            id=wanted.id,
            now=wanted.created_at,
            min_expiry_lead=lead,
        )
        if wanted.issued_at is not None:
            yield issue(
                changes[-1].invoice,
                now=wanted.issued_at,
                short_url=short_url,
                number=number,
                min_expiry_lead=lead,
                guards=guards,
            )
        for one in wanted.payments:
            yield pay(changes[-1].invoice, one.payment, now=one.at, guards=guards)
        if wanted.cancelled_at is not None:
            yield cancel(changes[-1].invoice, now=wanted.cancelled_at, guards=guards)
        if wanted.expired_at is not None:
            yield expire(changes[-1].invoice, now=wanted.expired_at)

    def _keep(self, context: CommandContext, change: Change) -> None:
        context.keep(change)
        if not isinstance(change.event, PaymentRecorded):
            return
        (made,) = (
            one for one in self.imported.payments if one.payment.reference == change.event.reference
        )
        context.payments.append(
            RecordedPayment(
                self.account,
                self.imported.id,
                made.payment,
                made.at,
                change.invoice.version,
            )
        )

    def _key(self, payment: Payment) -> PaymentKey:
        return PaymentKey(self.account, payment.reference)
