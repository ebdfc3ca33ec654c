"""The invoice: what moves (status, money, times, version) and the document that does not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple, NewType, Self

from pydantic import AfterValidator, Field, Strict, StringConstraints, model_validator

from billhook.account import AccountId
from billhook.lines import Line, Rounding
from billhook.money import Amount, CurrencyCode, PositiveAmount
from billhook.party import Customer, Medium, Recipients, in_order
from billhook.payment import Reference
from billhook.pricing import Discount, Summary, summary, total
from billhook.schedule import Schedule
from billhook.value import IDENTIFIER, FrozenMap, Instant, Label, Prose, Text, TextMap, Value

InvoiceId = NewType("InvoiceId", str)
"""Names an invoice within its account."""

MAX_LINES = 50


class Key(NamedTuple):
    """What finds an invoice: never an id without its account."""

    account: AccountId
    invoice: InvoiceId


class Status(StrEnum):
    """Where an invoice stands in its life."""

    DRAFT = "draft"
    ISSUED = "issued"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Copies(NamedTuple):
    """The addresses of an e-mail's copies, open and blind."""

    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


NO_COPIES = Copies()


class Particulars(Value):
    """What the parties agree on: all of a document that has a natural default."""

    title: Label | None = None
    """What the seller calls it."""
    customer: Customer | None = None
    recipients: Recipients | None = None
    """Who is told, where it is not the customer alone."""
    lines: Annotated[tuple[Line, ...], Field(max_length=MAX_LINES)] = ()
    discount: Discount | None = None
    schedule: Schedule | None = None
    """By which instalments it is paid, where it is."""
    live: Annotated[bool, Strict()] = True
    """Whether it bills anybody; a trial reaches no real recipient."""
    description: Prose | None = None
    receipt: Annotated[Text, StringConstraints(min_length=1, max_length=40)] | None = None
    date: Instant | None = None
    due_by: Instant | None = None
    """When payment is due. Nothing ends then; reminders count from it."""
    expire_by: Instant | None = None
    partial_payment: Annotated[bool, Strict()] = False
    first_payment_min_amount: PositiveAmount | None = None
    terms: Prose | None = None
    comment: Prose | None = None
    notes: TextMap = Field(default_factory=FrozenMap, repr=False)
    media: Annotated[tuple[Medium, ...], AfterValidator(in_order)] = ()
    """How the payer is told when the invoice is issued, where the addresses are known."""
    extras: TextMap = Field(default_factory=FrozenMap, repr=False)
    """What one dialect alone must echo, as JSON text by dialect. No rule reads it."""

    @model_validator(mode="after")
    def _extras_are_small(self) -> Self:
        for dialect, text in self.extras.items():
            if len(text.encode()) > 32 * 1024:
                raise ValueError(f"extras of {dialect} must be at most 32 KiB")
        return self


class Document(Particulars):
    """Everything on the paper: in one currency, rounded by one rule.

    >>> book = Line(name="Book", unit_amount=49900, currency="INR", quantity=2)
    >>> Document(currency="INR", lines=[book]).total
    99800
    """

    currency: CurrencyCode
    rounding: Rounding = Rounding.PER_LINE

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        for position, line in enumerate(self.lines):
            if line.currency != self.currency:
                raise ValueError(
                    f"lines.{position}.currency must be {self.currency}, as the invoice's is"
                )
        return self

    @property
    def total(self) -> int:
        """What the lines come to, in smallest units."""
        return total(self.lines, self.rounding, self.discount)

    @property
    def summary(self) -> Summary:
        """What the lines come to by its parts: subtotal, discount, tax and total."""
        return summary(self.lines, self.rounding, self.discount)

    def address(self, medium: Medium) -> str | None:
        """Where the payer is told by this medium, or None if no such address is known."""
        recipients, customer = self.recipients, self.customer
        if recipients is not None and (named := recipients.addresses(medium)):
            return named[0]
        if customer is None:
            return None
        return customer.email if medium is Medium.EMAIL else customer.contact

    def addresses(self, medium: Medium) -> tuple[str, ...]:
        """Everybody who is told by this medium: the recipients named for it, else the customer."""
        if self.recipients is not None:
            named = self.recipients.addresses(medium)
            if named:
                return named
        first = self.address(medium)
        return () if first is None else (first,)

    def copies(self, address: str) -> Copies:
        """Who gets a copy of the e-mail to this address: that to the first recipient has all."""
        if self.recipients is None or address != self.address(Medium.EMAIL):
            return NO_COPIES
        return Copies(self.recipients.cc, self.recipients.bcc)

    def sparing(self, addresses: Collection[str]) -> Document:
        """The same document without copies to these addresses."""
        if self.recipients is None:
            return self
        kept = {
            name: tuple(one for one in getattr(self.recipients, name) if one not in addresses)
            for name in ("cc", "bcc")
        }
        return self.model_copy(update={"recipients": self.recipients.model_copy(update=kept)})


_NOBODY = Customer()


class Invoice(Value):
    """One invoice at one version of its life; it never changes, operations make the next one.

    Amounts are whole smallest units of `document.currency`. Made by `draft` and by replaying
    facts; building one by hand validates every rule that ties status, money and times together.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[InvoiceId, IDENTIFIER]
    version: Annotated[int, Strict(), Field(ge=1)]
    status: Status
    document: Document
    amount: Amount
    paid: Amount = 0
    created_at: Instant
    issued_at: Instant | None = None
    paid_at: Instant | None = None
    expired_at: Instant | None = None
    cancelled_at: Instant | None = None
    deleted_at: Instant | None = None
    number: Annotated[Text, StringConstraints(min_length=1, max_length=64)] | None = None
    short_url: Annotated[Text, StringConstraints(min_length=1, max_length=2048)] | None = Field(
        default=None, repr=False
    )
    first_payment: Reference | None = None

    @property
    def key(self) -> Key:
        """The pair that finds this invoice in a store."""
        return Key(self.account, self.id)

    @property
    def due(self) -> int:
        """What is still to be paid, in smallest units."""
        return self.amount - self.paid

    @property
    def dated_at(self) -> datetime:
        """The date on the paper, or when it was made."""
        return self.document.date or self.created_at

    @property
    def words(self) -> str:
        """The texts by which people look for it, without regard to case, one to a line."""
        document, customer = self.document, self.document.customer or _NOBODY
        texts = (
            self.id, self.number, document.receipt, document.title,
            customer.id, customer.name, customer.email, customer.contact,
        )  # fmt: skip
        # A text may hold a line break, and no match may span two texts.
        return "\n".join(text.replace("\n", " ") for text in texts if text).casefold()

    @model_validator(mode="after")
    def _money_fits_status(self) -> Self:
        if self.amount != self.document.total:
            raise ValueError(f"amount {self.amount} is not the lines' {self.document.total}")
        match self.status:
            case Status.DRAFT | Status.ISSUED | Status.CANCELLED:
                fits = self.paid == 0
            case Status.PARTIALLY_PAID:
                fits = 0 < self.paid < self.amount
            case Status.EXPIRED:
                fits = self.paid < self.amount
            case Status.PAID:  # pragma: no branch  # there is no other status
                fits = self.paid == self.amount
        if not fits:
            raise ValueError(f"{self.status} does not fit {self.paid} paid of {self.amount}")
        if (self.first_payment is not None) != (self.paid > 0):
            raise ValueError("first_payment goes with money paid")
        return self

    @model_validator(mode="after")
    def _times_fit_status(self) -> Self:
        moments: dict[Status, datetime | None] = {
            Status.PAID: self.paid_at,
            Status.EXPIRED: self.expired_at,
            Status.CANCELLED: self.cancelled_at,
        }
        for status, moment in moments.items():
            if (moment is not None) != (self.status is status):
                raise ValueError(f"{status}_at goes with status {status}")
        if self.status is Status.DRAFT and self.issued_at is not None:
            raise ValueError("a draft has no issued_at")
        if self.issued_at is None and self.status not in (Status.DRAFT, Status.CANCELLED):
            raise ValueError(f"{self.status} needs issued_at")
        if (self.issued_at is None) != (self.short_url is None):
            raise ValueError("short_url goes with issued_at")
        if self.deleted_at is not None and self.status is not Status.DRAFT:
            raise ValueError("only a draft can have been deleted")
        return self

    @model_validator(mode="after")
    def _issued_invoices_bill_somebody(self) -> Self:
        if self.issued_at is not None and (self.amount == 0 or self.document.customer is None):
            raise ValueError("an issued invoice has a customer and an amount above zero")
        return self


def evolve(invoice: Invoice, **changes: object) -> Invoice:
    """The next version of an invoice, with fields that the domain itself computed.

    Skips validation, which costs more than the change: only `apply` may call it, and a property
    test holds its result equal to a re-validation.
    """
    new = object.__new__(Invoice)
    assign = object.__setattr__
    assign(new, "__dict__", {**invoice.__dict__, **changes})
    assign(new, "__pydantic_fields_set__", invoice.__pydantic_fields_set__)
    assign(new, "__pydantic_extra__", None)
    assign(new, "__pydantic_private__", None)
    return new
