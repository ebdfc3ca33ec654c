"""The invoice: what moves (status, money, times, version) and the document that does not."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple, NewType, Self

from pydantic import AfterValidator, Field, Strict, StringConstraints, model_validator

from billhook.account import AccountId
from billhook.lines import Line, Rounding, total
from billhook.money import Amount, CurrencyCode, PositiveAmount
from billhook.party import Customer, Medium, in_order
from billhook.payment import Reference
from billhook.value import IDENTIFIER, FrozenMap, Instant, Prose, Text, TextMap, Value

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


class Particulars(Value):
    """What the parties agree on: all of a document that has a natural default."""

    customer: Customer | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=MAX_LINES)] = ()
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
        return total(self.lines, self.rounding)

    def address(self, medium: Medium) -> str | None:
        """Where the payer is told by this medium, or None if no such address is known."""
        return None if self.customer is None else self.customer.address(medium)


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
