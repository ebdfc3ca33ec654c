"""Customers: who pays an invoice, their postal addresses, and how they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, Strict, StringConstraints

from billhook.model.addresses import (
    email_address,
    normal_form,
    phone_number,
    phone_text,
    without_duplicates,
)
from billhook.model.base import Identifier, Label, OneLine, TimeZone, Value
from billhook.model.tax_ids import TaxIds


class Medium(StrEnum):
    """The medium of a message to the payer.

    >>> Medium("sms")
    <Medium.SMS: 'sms'>
    """

    SMS = "sms"
    EMAIL = "email"


MAX_MEDIA = 8
"""Media that may be named, duplicates included."""

Suppression = Literal["bounced", "complained", "opted_out"]
"""Why an address is on the suppression list: no messages are sent to it."""


def in_order(media: tuple[Medium, ...]) -> tuple[Medium, ...]:
    """The same media, sorted, without duplicates.

    >>> in_order((Medium.SMS, Medium.EMAIL, Medium.SMS))
    (<Medium.EMAIL: 'email'>, <Medium.SMS: 'sms'>)
    """
    return tuple(sorted(set(media)))


def medium_of(address: str) -> Medium:
    """The medium of an address: e-mail if it contains `@`, else SMS.

    Raises ValueError if it is neither an e-mail address nor an E.164 number.

    >>> medium_of("ravi@example.com"), medium_of("+919876543210")
    (<Medium.EMAIL: 'email'>, <Medium.SMS: 'sms'>)
    """
    if "@" in address:
        email_address(address)
        return Medium.EMAIL
    phone_number(address)
    return Medium.SMS


EmailAddress = Annotated[str, Strict(), AfterValidator(email_address)]
"""An e-mail address."""

PhoneNumber = Annotated[str, Strict(), AfterValidator(phone_text)]
"""A phone number: in E.164 where SMS can reach it, else as it was given."""

MAX_RECIPIENTS = 20


_Emails = Annotated[
    tuple[EmailAddress, ...], Field(max_length=MAX_RECIPIENTS), AfterValidator(without_duplicates)
]
_Contacts = Annotated[
    tuple[PhoneNumber, ...], Field(max_length=MAX_RECIPIENTS), AfterValidator(without_duplicates)
]

CountryCode = Annotated[str, Strict(), StringConstraints(pattern=r"\A[A-Z]{2}\z")]
"""An ISO 3166-1 alpha-2 country code in capitals, such as IN."""

LanguageTag = Annotated[str, Strict(), StringConstraints(pattern=r"\A[a-z]{2,3}(-[A-Z]{2})?\z")]
"""An ISO 639 language, optionally with an ISO 3166-1 region, such as `hi` or `en-IN`."""

_Short = Annotated[OneLine, StringConstraints(max_length=256)]


class PostalAddress(Value):
    """A postal address, for billing or shipping.

    >>> PostalAddress(line1="12 MG Road", city="Bengaluru", country="IN").country
    'IN'
    """

    line1: _Short = Field(default="", repr=False)
    line2: _Short = Field(default="", repr=False)
    city: _Short = Field(default="", repr=False)
    state: _Short = Field(default="", repr=False)
    postal_code: _Short = Field(default="", repr=False)
    country: CountryCode | None = None


def same_customer(one: Customer | None, other: Customer | None) -> bool:
    """Whether two invoices are of one customer, as far as is known.

    The first of id, e-mail, contact and name that both have decides; if they share none of these,
    they may be the same.

    >>> same_customer(Customer(name="Ravi", email="ravi@a.example"), Customer(email="R@a.example"))
    False
    >>> same_customer(Customer(id="cust_1", name="Ravi"), Customer(id="cust_1", name="R. Kumar"))
    True
    """
    if one is None or other is None:
        return True
    pairs = (
        (one.id, other.id),
        (_normal(one.email), _normal(other.email)),
        (_normal(one.contact), _normal(other.contact)),
        (one.name, other.name),
    )
    return next((a == b for a, b in pairs if a is not None and b is not None), True)


def _normal(address: str | None) -> str | None:
    return None if address is None else normal_form(address)


class Recipients(Value):
    """The recipients of messages about an invoice, if it is not the customer alone.

    An address that is there twice, in whatever spelling, is kept once.

    >>> Recipients(emails=["ap@acme.example"], cc=["ceo@acme.example"]).addresses(Medium.EMAIL)
    ('ap@acme.example',)
    """

    emails: _Emails = Field(default=(), repr=False)
    contacts: _Contacts = Field(default=(), repr=False)
    cc: _Emails = Field(default=(), repr=False)
    bcc: _Emails = Field(default=(), repr=False)

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            emails: Sequence[str] = ...,
            contacts: Sequence[str] = ...,
            cc: Sequence[str] = ...,
            bcc: Sequence[str] = ...,
        ) -> None: ...

    def addresses(self, medium: Medium) -> tuple[str, ...]:
        """The recipients named for this medium; empty if only the customer is notified."""
        return self.emails if medium is Medium.EMAIL else self.contacts


class Customer(Value):
    """The payer of an invoice, and the addresses for messages to them.

    >>> Customer(name="Ravi", email="ravi@example.com").contact is None
    True
    """

    id: Identifier | None = None
    """The id of the customer in the seller's own records."""
    name: Label | None = Field(default=None, repr=False)
    email: EmailAddress | None = Field(default=None, repr=False)
    contact: PhoneNumber | None = Field(default=None, repr=False)
    billing_address: PostalAddress | None = None
    shipping_address: PostalAddress | None = None
    language: LanguageTag | None = None
    """The language of messages and documents for the customer."""
    time_zone: TimeZone | None = None
    """The time zone of the customer, for the quiet hours of reminders."""
    tax_ids: TaxIds = ()
