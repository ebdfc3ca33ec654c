"""The document: the content of an invoice. Only the operation `update` changes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple, Self, TypedDict, Unpack

from pydantic import AfterValidator, Field, Strict, StringConstraints, model_validator

from billhook.model.addresses import is_e164, normal_email
from billhook.model.base import FrozenMap, Instant, Label, Notes, OneLine, Prose, TextMap, Value
from billhook.model.customer import MAX_MEDIA, Customer, Medium, Recipients, in_order
from billhook.model.instalments import PaymentSchedule
from billhook.model.line_items import Line, Rounding
from billhook.model.money import CurrencyCode, PositiveAmount
from billhook.model.pricing import Discount, Summary, summary, total
from billhook.model.seller_profile import SellerProfile

MAX_LINES = 1000
MAX_EXTRAS = 64

LARGEST_DOCUMENT = 256 * 1024
"""Bytes of a document as JSON in UTF-8: 500 lines of 500 bytes each, which one with a description,
a tax and a code takes in any script. `draft` and `update` refuse a larger one."""

_EMAIL = Medium.EMAIL  # an enum's attribute takes twice as long to read as a global


class Copies(NamedTuple):
    """The addresses that get a copy of an e-mail: visible (cc) and hidden (bcc)."""

    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


NO_COPIES = Copies()


if TYPE_CHECKING:

    class DocumentArguments(TypedDict, total=False):
        """What the fields that may be left out may be given as."""

        title: str | None
        customer: Customer | None
        seller: SellerProfile | None
        recipients: Recipients | None
        lines: Sequence[Line]
        discount: Discount | None
        schedule: PaymentSchedule | None
        live: bool
        description: str | None
        receipt: str | None
        date: datetime | str | None
        due_by: datetime | str | None
        expire_by: datetime | str | None
        partial_payment: bool
        first_payment_min_amount: int | None
        terms: str | None
        comment: str | None
        notes: Mapping[str, str]
        media: Sequence[Medium | str]
        extras: Mapping[str, str]


class DocumentFields(Value):
    """The fields of a document that may be left out."""

    title: Label | None = None
    """The title of the document, as the seller chose it."""
    customer: Customer | None = None
    seller: SellerProfile | None = None
    """What the invoice says of its seller, where it is not the account's profile."""
    recipients: Recipients | None = None
    """Who gets messages about the invoice; None is the customer alone."""
    lines: Annotated[tuple[Line, ...], Field(max_length=MAX_LINES)] = ()
    discount: Discount | None = None
    schedule: PaymentSchedule | None = None
    """The instalments in which it is paid; None is one payment."""
    live: Annotated[bool, Strict()] = True
    """False for a test invoice, about which no message is sent."""
    description: Prose | None = None
    receipt: Annotated[OneLine, StringConstraints(min_length=1, max_length=40)] | None = None
    date: Instant | None = None
    due_by: Instant | None = None
    """When payment is due. The invoice stays payable after it; reminders count from it."""
    expire_by: Instant | None = None
    """When the invoice expires and can no longer be paid; None is never."""
    partial_payment: Annotated[bool, Strict()] = False
    first_payment_min_amount: PositiveAmount | None = None
    terms: Prose | None = None
    comment: Prose | None = None
    notes: Notes = Field(default_factory=FrozenMap, repr=False)
    media: Annotated[tuple[Medium, ...], Field(max_length=MAX_MEDIA), AfterValidator(in_order)] = ()
    """The media by which the payer is notified when the invoice is issued and sent."""
    extras: Annotated[TextMap, Field(max_length=MAX_EXTRAS)] = Field(
        default_factory=FrozenMap, repr=False
    )
    """Values that one vendor API must return, as JSON text by API name. No rule reads them."""

    @model_validator(mode="after")
    def _extras_are_small(self) -> Self:
        for api, text in self.extras.items():
            if len(text.encode()) > 32 * 1024:
                raise ValueError(f"extras of {api} must be at most 32 KiB")
        return self

    def address(self, medium: Medium) -> str | None:
        """The first address for messages by this medium; None if there is none."""
        recipients, customer = self.recipients, self.customer
        if recipients is not None and recipients.addresses(medium):
            return next(iter(self.addresses(medium)), None)
        if customer is None:
            return None
        if medium is _EMAIL:
            return customer.email
        contact = customer.contact
        return contact if contact is not None and is_e164(contact) else None

    def addresses(self, medium: Medium) -> tuple[str, ...]:
        """The addresses for messages by this medium: the named recipients, else the customer.

        Of phone numbers these are the ones in E.164: no SMS reaches another one.
        """
        if self.recipients is not None:
            named = self.recipients.addresses(medium)
            if named:
                return named if medium is _EMAIL else tuple(filter(is_e164, named))
        first = self.address(medium)
        return () if first is None else (first,)

    @property
    def has_unreachable_contact(self) -> bool:
        """Whether phone numbers are known, and none to which an SMS can be sent."""
        named = self.recipients is not None and bool(self.recipients.contacts)
        known = named or (self.customer is not None and self.customer.contact is not None)
        return known and self.address(Medium.SMS) is None

    def copies(self, address: str) -> Copies:
        """The copies of the e-mail to this address: only the first recipient's e-mail has any.

        No one gets two mails: neither a recipient, nor who is named twice among the copies.
        """
        recipients, first = self.recipients, self.address(_EMAIL)
        if recipients is None or first is None or normal_email(address) != normal_email(first):
            return NO_COPIES
        known = set(map(normal_email, (address, *self.addresses(_EMAIL))))
        cc = tuple(copy for copy in recipients.cc if normal_email(copy) not in known)
        known |= set(map(normal_email, cc))
        return Copies(cc, tuple(copy for copy in recipients.bcc if normal_email(copy) not in known))


class Document(DocumentFields, defer_build=True):
    """The content of an invoice: in one currency, rounded by one rule.

    >>> book = Line(name="Book", unit_amount=49900, currency="INR", quantity=2)
    >>> Document(currency="INR", lines=[book]).total
    99800
    """

    currency: CurrencyCode
    rounding: Rounding = Rounding.PER_LINE

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            currency: str,
            rounding: Rounding | str = ...,
            **fields: Unpack[DocumentArguments],
        ) -> None: ...

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
        """The total amount of the lines after discount and tax, in smallest units."""
        return total(self.lines, self.rounding, self.discount)

    @property
    def summary(self) -> Summary:
        """The subtotal, discount, tax and total of the lines, in smallest units."""
        return summary(self.lines, self.rounding, self.discount)

    @property
    def size(self) -> int:
        """The bytes of this document as JSON in UTF-8."""
        return len(self.model_dump_json().encode())

    def without_copies_to(self, addresses: Collection[str]) -> Document:
        """The same document without copies to these addresses."""
        if self.recipients is None:
            return self
        unwanted = set(map(normal_email, addresses))
        copies = {
            name: tuple(
                copy
                for copy in getattr(self.recipients, name)
                if normal_email(copy) not in unwanted
            )
            for name in ("cc", "bcc")
        }
        return self.model_copy(update={"recipients": self.recipients.model_copy(update=copies)})
