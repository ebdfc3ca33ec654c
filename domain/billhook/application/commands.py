"""What can be asked at the desk: one small frozen type a command, with its decision.

A command names its account and its invoice; it may carry an idempotency `key` (the same request
under the same key gets the same answer for 24 hours and has no second effect), an `actor` for
the record, and an `expected_version` of the invoice.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, Never, Protocol, TypeVar

from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.application.answers import SendResult
from billhook.application.payments import PayError, settle
from billhook.application.records import Entry, EntryKey
from billhook.application.sending import (
    IssueOrNotifyError,
    MissingAddressPolicy,
    issue_in,
    notify_in,
    send_in,
)
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.apply import Change, as_of
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.draft import draft
from billhook.lifecycle.errors import (
    AlreadyExists,
    AmountTooLarge,
    Conflict,
    CurrencyMismatch,
    ExpiresTooSoon,
    InvoiceNotFound,
    NotEditable,
    NotStored,
    NotYetDue,
    OperationNotAllowed,
)
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import STATUS_CHECK as ISSUE
from billhook.lifecycle.issue import IssueError
from billhook.lifecycle.notify import NotifyError
from billhook.lifecycle.update import update
from billhook.messaging.message import Message
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.patch import Patch
from billhook.model.payment import Payment

A_co = TypeVar("A_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)


class Command(Protocol[A_co, E_co]):
    """Anything that the desk can decide."""

    @property
    def account(self) -> AccountId: ...
    @property
    def invoice(self) -> InvoiceId | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def actor(self) -> str | None: ...
    def decide(self, case: CommandContext) -> Result[A_co, E_co]: ...


Found = InvoiceNotFound | Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class _About(Generic[A_co, E_co]):
    """A command about an invoice that exists."""

    account: AccountId
    invoice: InvoiceId
    key: str | None = None
    actor: str | None = None
    expected_version: int | None = None

    def decide(self, case: CommandContext) -> Result[A_co, E_co | InvoiceNotFound | Conflict]:
        invoice = case.invoice
        if invoice is None:
            return Failure(InvoiceNotFound())
        if self.expected_version is not None and self.expected_version != invoice.version:
            return Failure(Conflict(self.expected_version, invoice.version))
        return self.on(invoice, case)

    @abstractmethod
    def on(self, invoice: Invoice, case: CommandContext) -> Result[A_co, E_co]:
        """The decision, once the invoice is found."""


def _kept(case: CommandContext, decided: Result[Change, E_co]) -> Result[Invoice, E_co]:
    return decided.map(case.keep)


def rounded_by(policy: AccountPolicy, document: Document) -> Document:
    """The document under its account's rule, unless it names one itself."""
    if "rounding" in document.model_fields_set:
        return document
    return Document.model_validate({**dict(document), "rounding": policy.rounding})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Make a draft. The desk mints its id, unless the caller has one."""

    account: AccountId
    document: Document
    invoice: InvoiceId | None = None
    key: str | None = None
    actor: str | None = None

    def decide(
        self, case: CommandContext
    ) -> Result[Invoice, AmountTooLarge | ExpiresTooSoon | AlreadyExists]:
        if case.invoice is not None:
            return Failure(AlreadyExists())
        decided = draft(
            rounded_by(case.account.policy, self.document),
            account=self.account,
            id=self.invoice or case.ids.invoice(),
            now=case.now,
            min_expiry_lead=case.min_expiry_lead,
        )
        return _kept(case, decided)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAndSend:
    """Make an invoice, issue it and tell its payer, all or nothing."""

    account: AccountId
    document: Document
    media: tuple[Medium, ...] | None = None
    addresses: MissingAddressPolicy = MissingAddressPolicy.AVAILABLE
    invoice: InvoiceId | None = None
    key: str | None = None
    actor: str | None = None

    def decide(
        self, case: CommandContext
    ) -> Result[SendResult, AmountTooLarge | ExpiresTooSoon | AlreadyExists | IssueOrNotifyError]:
        drafted = Draft(account=self.account, document=self.document, invoice=self.invoice).decide(
            case
        )
        if isinstance(drafted, Failure):
            return drafted
        return send_in(case, drafted.unwrap(), self.media, self.addresses, issuing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(
    _About[
        Invoice,
        OperationNotAllowed | NotEditable | CurrencyMismatch | ExpiresTooSoon | AmountTooLarge,
    ]
):
    """Set fields of the document."""

    patch: Patch

    def on(
        self, invoice: Invoice, case: CommandContext
    ) -> Result[
        Invoice,
        OperationNotAllowed | NotEditable | CurrencyMismatch | ExpiresTooSoon | AmountTooLarge,
    ]:
        decided = update(invoice, self.patch, now=case.now, min_expiry_lead=case.min_expiry_lead)
        return _kept(case, decided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(_About[Invoice, IssueError]):
    """Hand the invoice to its payer, and tell nobody."""

    def on(self, invoice: Invoice, case: CommandContext) -> Result[Invoice, IssueError]:
        return issue_in(case, invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(_About[Message, NotifyError]):
    """Queue a message to the payer, by one medium."""

    medium: Medium

    def on(self, invoice: Invoice, case: CommandContext) -> Result[Message, NotifyError]:
        return notify_in(case, invoice, self.medium)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(_About[SendResult, IssueOrNotifyError]):
    """Issue the invoice where it is a draft, and tell its payer, all or nothing.

    `media` None means: as the document says. With `again` False an invoice that was issued
    before is refused, as issuing would refuse it.
    """

    media: tuple[Medium, ...] | None = None
    addresses: MissingAddressPolicy = MissingAddressPolicy.REQUIRED
    again: bool = True

    def on(self, invoice: Invoice, case: CommandContext) -> Result[SendResult, IssueOrNotifyError]:
        issuing = not self.again or ISSUE.refusal(invoice, case.now) is None
        return send_in(case, invoice, self.media, self.addresses, issuing=issuing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind(_About[SendResult, Never]):
    """Remind the payer, if a step of the account's schedule is due; if none is, do nothing."""

    def on(self, invoice: Invoice, case: CommandContext) -> Result[SendResult, Never]:
        return Success(SendResult(as_of(invoice, case.now), case.remind(invoice)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView(_About[Invoice, Never]):
    """Note that the payer looked at the invoice."""

    def on(self, invoice: Invoice, case: CommandContext) -> Result[Invoice, Never]:
        case.visits.append(invoice.key)
        return Success(as_of(invoice, case.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(_About[Invoice, PayError]):
    """Ask whether a payment may be made, and make it; a refusal stores nothing."""

    payment: Payment

    def on(self, invoice: Invoice, case: CommandContext) -> Result[Invoice, PayError]:  # noqa: ARG002  # the case holds it too
        return settle(case, self.invoice, self.payment, keep_refused=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment:
    """Report money that came in; what the invoice cannot take is kept, whole, as unapplied."""

    account: AccountId
    invoice: InvoiceId
    payment: Payment
    key: str | None = None
    actor: str | None = None

    def decide(self, case: CommandContext) -> Result[Invoice, PayError]:
        return settle(case, self.invoice, self.payment, keep_refused=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(_About[Invoice, OperationNotAllowed]):
    """Call the invoice off."""

    def on(self, invoice: Invoice, case: CommandContext) -> Result[Invoice, OperationNotAllowed]:
        return _kept(case, cancel(invoice, now=case.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(_About[Invoice, OperationNotAllowed | NotYetDue]):
    """Record that its time ran out."""

    def on(
        self, invoice: Invoice, case: CommandContext
    ) -> Result[Invoice, OperationNotAllowed | NotYetDue]:
        return _kept(case, expire(invoice, now=case.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(_About[Invoice, OperationNotAllowed]):
    """Throw the draft away; the answer is its tombstone."""

    def on(self, invoice: Invoice, case: CommandContext) -> Result[Invoice, OperationNotAllowed]:
        return _kept(case, delete(invoice, now=case.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveEntry:
    """Keep an entry beside the invoices; an id keeps what was first filed under it."""

    account: AccountId
    id: str
    body: str
    key: str | None = None
    actor: str | None = None
    invoice: None = None

    def decide(self, case: CommandContext) -> Result[Entry, AlreadyExists | NotStored]:
        known = case.entry(EntryKey(self.account, self.id))
        if known is not None:
            return Success(known) if known.body == self.body else Failure(AlreadyExists())
        try:
            entry = Entry(account=self.account, id=self.id, body=self.body, filed_at=case.now)
        except ValidationError:  # no store could keep it, and its neighbours must not suffer
            return Failure(NotStored())
        case.entries.append(entry)
        return Success(entry)


AnyCommand = Command[Any, Any]
"""A command of a batch."""
