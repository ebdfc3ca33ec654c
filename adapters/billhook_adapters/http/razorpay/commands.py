"""The vendor's own rules: customers that are unique, items, the smallest amount of a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar, cast

from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.commands import Draft, DraftAndSend, DraftError, Update
from billhook.application.idempotency import SendResult
from billhook.application.needs import Needs
from billhook.application.numbering import NumberedUpdateError
from billhook.application.records import Entry, EntryChanged, EntryKey
from billhook.application.sending import IssueOrNotifyError
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import (
    AlreadyExists,
    InvalidDocument,
    InvalidField,
    NotEditable,
)
from billhook.model.base import AccountId
from billhook.model.customer import Customer
from billhook.model.document import Document, DocumentFields
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.line_items import Line
from billhook.model.patch import DocumentField, LineChange, MergePatch, Patch
from billhook_adapters.http.razorpay.customer_entries import (
    PREFIX,
    filed,
    hold_pair,
    owner,
    pair_key,
    pairs_of,
)
from billhook_adapters.http.razorpay.schemas.customers import (
    CustomerDetails,
    CustomerIn,
    marked_again,
)
from billhook_adapters.http.razorpay.schemas.fields import (
    MAX_LINES,
    least_amount,
    smallest_amount_text,
)
from billhook_adapters.http.razorpay.schemas.links import link_line, type_of
from billhook_adapters.http.razorpay.serializers import shown_amount

D = TypeVar("D", bound=DocumentFields)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCustomer(Command[Entry, AlreadyExists]):
    """Keep a customer. Where its e-mail address and phone number are known: that one, or an error.

    The answer is the entry of a new customer, or the one that holds the known pair.
    """

    kind: ClassVar = "razorpay.create_customer"
    details: CustomerDetails
    fails: bool

    @property
    def needs(self) -> Needs:
        """The entry of the pair."""
        return Needs(entries=pairs_of(self.account, self.details))

    def decide(self, context: CommandContext) -> Result[Entry, AlreadyExists]:
        """The entry."""
        for key in pairs_of(self.account, self.details):
            known = context.entry(key)
            if known is not None:
                return Failure(AlreadyExists()) if self.fails else Success(known)
        customer = EntryKey(self.account, filed(context, self.details))
        return Success(cast("Entry", context.entries[customer]))  # it was saved right now


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCustomer(Command[Entry, AlreadyExists]):
    """Keep a customer under an id of its own, for a sandbox that starts with it."""

    kind: ClassVar = "razorpay.keep_customer"
    id: str
    details: CustomerDetails

    @property
    def needs(self) -> Needs:
        """The entries of the id and of the pair."""
        return Needs(
            entries=(EntryKey(self.account, self.id), *pairs_of(self.account, self.details))
        )

    def decide(self, context: CommandContext) -> Result[Entry, AlreadyExists]:
        """The entry."""
        if any(context.entry(key) is not None for key in self.needs.entries):
            return Failure(AlreadyExists())
        body = self.details.model_dump_json()
        entry = Entry(account=self.account, id=self.id, body=body, filed_at=context.now)
        hold_pair(context, self.id, pair_key(self.account, self.details))
        return Success(context.save_entry(entry))


def keep_customer(account: AccountId, customer: Customer) -> KeepCustomer | None:
    """The command that keeps a customer; None where the vendor has no customers like it."""
    if customer.id is None or not customer.id.startswith(PREFIX):
        return None
    try:
        details = CustomerDetails.of(customer)
    except ValidationError:
        return None
    return KeepCustomer(account=account, id=customer.id, details=details)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCustomer(Command[Entry, EntryChanged | AlreadyExists]):
    """Set the details of a customer; its e-mail address and phone number stay unique."""

    kind: ClassVar = "razorpay.edit_customer"
    before: Entry
    """The customer as it was read."""
    old: CustomerDetails
    new: CustomerDetails

    @property
    def needs(self) -> Needs:
        """The customer, and the entries of its pair before and after."""
        pairs = pairs_of(self.account, self.old, self.new)
        return Needs(entries=(self.before.key, *pairs))

    def decide(self, context: CommandContext) -> Result[Entry, EntryChanged | AlreadyExists]:
        """The changed entry."""
        if context.entry(self.before.key) != self.before:
            return Failure(EntryChanged())
        old, new = pair_key(self.account, self.old), pair_key(self.account, self.new)
        holder = None if new is None else context.entry(new)
        if holder is not None and owner(holder) != self.before.id:
            return Failure(AlreadyExists())
        if old != new:
            if old is not None:
                context.delete_entry(old)
            hold_pair(context, self.before.id, new)
        changed = self.before.model_copy(update={"body": self.new.model_dump_json()})
        return Success(context.save_entry(changed))


def _with_payer(context: CommandContext, fields: D, payer: CustomerIn | None) -> D:
    """The document or patch, its customer under the id of the payer, who is kept."""
    if payer is None or fields.customer is None:
        return fields
    customer = fields.customer.model_copy(update={"id": filed(context, payer)})
    extras = marked_again(fields.extras, customer)
    return fields.model_copy(update={"customer": customer, "extras": extras})


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInvoice(Draft):
    """Create a draft, and keep the payer whose details came with it."""

    kind: ClassVar = "razorpay.draft"
    payer: CustomerIn | None = None

    @property
    def needs(self) -> Needs:
        """The payer."""
        return Needs(entries=pairs_of(self.account, self.payer))

    def decide(self, context: CommandContext) -> Result[Invoice, DraftError]:
        """The draft."""
        document = _with_payer(context, self.document, self.payer)
        return Draft.decide(replace(self, document=document), context)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAndSendInvoice(DraftAndSend):
    """Create an invoice, issue and send it, and keep the payer whose details came with it."""

    kind: ClassVar = "razorpay.draft_and_send"
    payer: CustomerIn | None = None

    @property
    def needs(self) -> Needs:
        """The payer."""
        return Needs(entries=pairs_of(self.account, self.payer))

    def decide(
        self, context: CommandContext
    ) -> Result[SendResult, DraftError | IssueOrNotifyError]:
        """The invoice and its messages."""
        document = _with_payer(context, self.document, self.payer)
        return DraftAndSend.decide(replace(self, document=document), context)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInvoice(Update):
    """Update an invoice; the prices that it changes are at least the vendor's smallest amount."""

    kind: ClassVar = "razorpay.update"
    payer: CustomerIn | None = None
    amount: int | None = None
    """The amount of a link."""

    @property
    def needs(self) -> Needs:
        """The invoice and the payer."""
        invoice = InvoiceKey(self.account, self.invoice)
        return Needs(invoice=invoice, entries=pairs_of(self.account, self.payer))

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, NumberedUpdateError]:
        """The updated invoice."""
        if not isinstance(self.patch, MergePatch):
            return Update.decide_on(self, invoice, context)
        refused = self._other_type(invoice, self.patch)
        if refused is not None:
            return Failure(refused)
        fields = _with_payer(context, self.patch.patch, self.payer)
        fields = self._with_link_line(invoice.document, fields)
        lines = self.patch.lines and tuple(
            _as_changed(change, invoice.document.lines) for change in self.patch.lines
        )
        patch = self.patch.model_copy(update={"patch": fields, "lines": lines})
        updated = Update.decide_on(replace(self, patch=patch), invoice, context)
        if isinstance(updated, Failure):
            return updated
        before = [(line.unit_amount, line.currency) for line in invoice.document.lines]
        after = updated.unwrap().document.lines
        if len(after) > max(MAX_LINES, len(before)):
            return Failure(InvalidDocument((_TOO_MANY_LINES,)))
        for position, line in enumerate(after):
            kept = before[position : position + 1] == [(line.unit_amount, line.currency)]
            if not kept and line.unit_amount < least_amount(line.currency):
                return Failure(InvalidDocument((_too_small(position, line.currency),)))
        return updated

    def _other_type(self, invoice: Invoice, patch: MergePatch) -> NotEditable | None:
        """The error for line items of a link, and for the amount of an invoice."""
        link = type_of(invoice.document) == "link"
        if not (patch.lines if link else self.amount is not None):
            return None
        return NotEditable(invoice.status, (DocumentField.LINES,), ())

    def _with_link_line(self, document: Document, fields: Patch) -> Patch:
        """The patch with the one line of a link, where its amount or description is set."""
        described = DocumentField.DESCRIPTION in fields.fields
        if type_of(document) != "link" or (self.amount is None and not described):
            return fields
        currency = fields.currency or document.currency
        amount = document.total if self.amount is None else self.amount
        description = fields.description if described else document.description
        line = link_line(amount, currency, description)
        return Patch.model_validate({**fields.canonical_fields(), "lines": (line,)})


def _as_changed(change: LineChange, lines: Sequence[Line]) -> LineChange:
    """The change; an amount that is put back as it was shown is none, though it was rounded."""
    position = change.position
    if position is None or position >= len(lines) or change.line is not None:
        return change
    if change.unit_amount != shown_amount(lines[position]):
        return change
    return change.model_copy(update={"unit_amount": None})


_TOO_MANY_LINES = InvalidField("lines", "too_long", f"must have at most {MAX_LINES} items")


def _too_small(position: int, currency: str) -> InvalidField:
    path = f"lines.{position}.unit_amount"
    return InvalidField(path, "smallest_amount", smallest_amount_text(currency))
