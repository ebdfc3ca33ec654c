"""The document: all that is on the paper. Only an update changes it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, Field, Strict, StringConstraints, model_validator

from billhook.model.base import FrozenMap, Instant, Label, Prose, Text, TextMap, Value
from billhook.model.customer import Customer, Medium, Recipients, in_order
from billhook.model.instalments import PaymentSchedule
from billhook.model.line_items import Line, Rounding
from billhook.model.money import CurrencyCode, PositiveAmount
from billhook.model.pricing import Discount, Summary, summary, total

MAX_LINES = 50
_EMAIL = Medium.EMAIL  # an enum's attribute takes twice as long to read as a global


class Copies(NamedTuple):
    """The addresses of an e-mail's copies, open and blind."""

    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


NO_COPIES = Copies()


class DocumentFields(Value):
    """What the parties agree on: all of a document that has a natural default."""

    title: Label | None = None
    """What the seller calls it."""
    customer: Customer | None = None
    recipients: Recipients | None = None
    """Who is told, where it is not the customer alone."""
    lines: Annotated[tuple[Line, ...], Field(max_length=MAX_LINES)] = ()
    discount: Discount | None = None
    schedule: PaymentSchedule | None = None
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


class Document(DocumentFields):
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
        recipients = self.recipients
        if recipients is not None and (named := recipients.addresses(medium)):
            return named[0]
        customer = self.customer
        if customer is None:
            return None
        return customer.email if medium is _EMAIL else customer.contact

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
