"""The invoice: its document, and its status, amounts, times and version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, NewType, Self

from pydantic import BaseModel, Field, Strict, StringConstraints, model_validator

from billhook.model.base import (
    IDENTIFIER,
    AccountId,
    Instant,
    OneLine,
    Text,
    Value,
)
from billhook.model.customer import Customer, Recipients
from billhook.model.document import Document
from billhook.model.instalments import MAX_INSTALMENTS, InstalmentState, due_first
from billhook.model.money import Amount, major
from billhook.model.object_schema import written_as_object
from billhook.model.payment import Reference
from billhook.model.search_text import search_text
from billhook.model.seller_profile import NO_PROFILE, SellerProfile, shown_profile

InvoiceId = NewType("InvoiceId", str)
"""The id of an invoice, unique within its account."""


@written_as_object
class InvoiceKey(NamedTuple):
    """The key of an invoice in a store: the account and the invoice id."""

    account: AccountId
    invoice: InvoiceId


class Status(StrEnum):
    """The status of an invoice in its lifecycle."""

    DRAFT = "draft"
    ISSUED = "issued"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


# Without their schemas, which nothing may need.
_NO_CUSTOMER, _NO_RECIPIENTS = Customer.model_construct(), Recipients.model_construct()


InvoiceNumber = Annotated[OneLine, StringConstraints(min_length=1, max_length=64)]
"""The number of an issued invoice: drawn from a series, or given as its receipt."""


class Invoice(Value):
    """One version of an invoice. It is immutable; each operation returns the next version.

    Amounts are in smallest units of `document.currency`. Create invoices with `draft`, or from
    their events with `replay`. The constructor validates that status, amounts and times agree.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[InvoiceId, IDENTIFIER]
    version: Annotated[int, Strict(), Field(ge=1)]
    status: Status
    document: Document
    amount: Amount
    paid: Amount = 0
    created_at: Instant
    updated_at: Instant
    """When it last changed, by a payment as well: it never moves back."""
    issued_at: Instant | None = None
    paid_at: Instant | None = None
    expired_at: Instant | None = None
    cancelled_at: Instant | None = None
    deleted_at: Instant | None = None
    number: InvoiceNumber | None = None
    short_url: Annotated[Text, StringConstraints(min_length=1, max_length=2048)] | None = Field(
        default=None, repr=False
    )
    first_payment: Reference | None = None
    instalments_paid: Annotated[tuple[Amount, ...], Field(max_length=MAX_INSTALMENTS)] = ()
    """What is paid of each instalment of the schedule; empty before the first payment."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Which invoice it is, and how much is due, in smallest units."""
        yield "id", self.id
        yield "status", self.status.value
        yield "currency", self.document.currency
        yield "amount", self.amount
        yield "due", self.due
        if self.shown_number is not None:
            yield "number", self.shown_number
        yield "version", self.version

    def _repr_html_(self) -> str:
        """A small table for notebooks. It shows the customer, unlike the repr, which logs hold."""
        from html import escape  # slow to import

        customer, code = self.document.customer or _NO_CUSTOMER, self.document.currency
        rows = {
            "Invoice": self.shown_number or self.id,
            "Status": self.status.value,
            "Customer": customer.name or customer.email or customer.contact,
            "Amount": f"{major(self.amount, code)} {code}",
            "Amount due": f"{major(self.due, code)} {code}",
            "Due by": None if self.document.due_by is None else self.document.due_by.date(),
        }
        cells = (
            f"<tr><th>{name}</th><td>{escape(str(shown))}</td></tr>"
            for name, shown in rows.items()
            if shown is not None
        )
        return f"<table>{''.join(cells)}</table>"

    @property
    def key(self) -> InvoiceKey:
        """The key of this invoice in a store."""
        return InvoiceKey(self.account, self.id)

    @property
    def due(self) -> int:
        """The amount due: what is still to be paid, in smallest units."""
        return self.amount - self.paid

    @property
    def instalments(self) -> tuple[InstalmentState, ...]:
        """The instalments with what is paid of each; empty without a payment schedule.

        `due_by` of the document stands for an instalment without a date.
        """
        schedule, due_by = self.document.schedule, self.document.due_by
        if schedule is None:
            return ()
        return schedule.states(self.amount, self.instalments_paid, due_by)

    def due_at(self, at: datetime) -> int:
        """The amount that is requested at a time, in smallest units.

        That is all that is due; with instalments what is due of those whose date has passed, or
        else of the next one.
        """
        unpaid = sorted((one for one in self.instalments if one.due), key=due_first)
        overdue = sum(one.due for one in unpaid if due_first(one) <= at)
        return overdue or (unpaid[0].due if unpaid else self.due)

    @property
    def due_dates(self) -> tuple[datetime, ...]:
        """When payment is due, the earliest first: the dates of the instalments not yet paid.

        Without instalments, and once all are paid, it is `due_by` of the document.
        """
        unpaid = [one for one in self.instalments if one.due]
        dates = {one.due_by for one in unpaid} if unpaid else {self.document.due_by}
        return tuple(sorted(date for date in dates if date is not None))

    @property
    def next_due_by(self) -> datetime | None:
        """The earliest due date of what is unpaid; None without one, and once all is paid."""
        if not self.due:
            return None
        if self.document.schedule is None:  # most invoices have none
            return self.document.due_by
        return next(iter(self.due_dates), None)

    @property
    def shown_number(self) -> str | None:
        """The number that the payer sees: the receipt of the document, or else the one drawn."""
        return self.document.receipt or self.number

    @property
    def dated_at(self) -> datetime:
        """The date of the document, or else the time of creation."""
        return self.document.date or self.created_at

    def read_in(self, time_zone: str | None, language: str | None = None) -> Invoice:
        """The invoice as its payer reads it: in these, where the customer has no own ones."""
        customer = self.document.customer
        if customer is None:
            return self
        own = {
            "time_zone": customer.time_zone or time_zone,
            "language": customer.language or language,
        }
        if own == {"time_zone": customer.time_zone, "language": customer.language}:
            return self
        return self._showing(customer=customer.model_copy(update=own))

    def of_seller(self, profile: SellerProfile) -> Invoice:
        """The invoice with all that it says of its seller: what it says itself, else this."""
        if profile == NO_PROFILE:
            return self
        return self._showing(seller=shown_profile(profile, None, self.document.seller))

    def _showing(self, **fields: object) -> Invoice:
        return self.model_copy(update={"document": self.document.model_copy(update=fields)})

    @property
    def search_text(self) -> str:
        """The texts that `Search.text` looks in, in their normal form."""
        document, customer = self.document, self.document.customer or _NO_CUSTOMER
        recipients = document.recipients or _NO_RECIPIENTS
        return search_text(
            (
                self.id, self.number, document.receipt, document.title,
                customer.id, customer.name, customer.email, customer.contact,
                *recipients.emails, *recipients.contacts, *recipients.cc, *recipients.bcc,
            )
        )  # fmt: skip

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
    def _instalments_fit_payments(self) -> Self:
        paid, schedule = self.instalments_paid, self.document.schedule
        wanted = 0 if schedule is None or not self.paid else len(schedule.instalments)
        if len(paid) != wanted or (paid and sum(paid) != self.paid):
            raise ValueError("instalments_paid is not what is paid of the instalments")
        if any(one.due < 0 for one in self.instalments):
            raise ValueError("an instalment is paid with more than its amount")
        return self

    @model_validator(mode="after")
    def _times_fit_status(self) -> Self:
        times: dict[Status, datetime | None] = {
            Status.PAID: self.paid_at,
            Status.EXPIRED: self.expired_at,
            Status.CANCELLED: self.cancelled_at,
        }
        for status, time in times.items():
            if (time is not None) != (self.status is status):
                raise ValueError(f"{status}_at goes with status {status}")
        if self.status is Status.DRAFT and self.issued_at is not None:
            raise ValueError("a draft has no issued_at")
        if self.issued_at is None and self.status not in (Status.DRAFT, Status.CANCELLED):
            raise ValueError(f"{self.status} needs issued_at")
        if self.issued_at is not None and self.short_url is None:
            raise ValueError("an issued invoice has a short_url")
        if self.deleted_at is not None and self.status is not Status.DRAFT:
            raise ValueError("only a draft can have been deleted")
        return self

    @model_validator(mode="after")
    def _issued_invoices_have_customer_and_amount(self) -> Self:
        if self.issued_at is not None and (self.amount == 0 or self.document.customer is None):
            raise ValueError("an issued invoice has a customer and an amount above zero")
        return self


# The functions that set the slots of a model: to look them up by name takes as long as to set them.
_set_fields, _set_names, _set_extra, _set_private = (
    BaseModel.__dict__[name].__set__
    for name in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)


def evolve(invoice: Invoice, **changes: object) -> Invoice:
    """The next version of an invoice, with these fields changed.

    It skips validation, for speed. Only `apply` may call it; a property test compares its result
    with a validated one.
    """
    new = object.__new__(Invoice)
    _set_fields(new, {**invoice.__dict__, **changes})
    _set_names(new, invoice.__pydantic_fields_set__)
    _set_extra(new, None)
    _set_private(new, None)
    return new
