"""The people of an invoice: who pays, where they live, and how they can be reached."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict, StringConstraints

from billhook.model.base import Identifier, Label, Text, TimeZone, Value


class Medium(StrEnum):
    """A way to reach the payer.

    >>> Medium("sms")
    <Medium.SMS: 'sms'>
    """

    SMS = "sms"
    EMAIL = "email"


Suppression = Literal["bounced", "complained", "opted_out"]
"""Why an address is not written to any more."""


def in_order(media: tuple[Medium, ...]) -> tuple[Medium, ...]:
    """The same media, each once, in one order.

    >>> in_order((Medium.SMS, Medium.EMAIL, Medium.SMS))
    (<Medium.EMAIL: 'email'>, <Medium.SMS: 'sms'>)
    """
    return tuple(sorted(set(media)))


def email_address(text: str) -> str:
    """The text itself, if it has the shape of one e-mail address.

    A shape, not a proof: one `@`, a dot in the domain, no white space, controls or brackets,
    at most 254 characters. Raises ValueError otherwise.

    >>> email_address("ravi@example.com")
    'ravi@example.com'
    """
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    sound = (
        len(text) <= 254
        and 0 < len(local) <= 64
        and len(labels) > 1
        and all(0 < len(label) <= 63 for label in labels)
        and text.isprintable()
        and not set(text) & set(' ,;:<>()[]"\\')
        and "@" not in local
    )
    if not sound:
        raise ValueError("must be one e-mail address, such as ravi@example.com")
    return text


def phone_number(text: str) -> str:
    """The text itself, if it is an E.164 number: `+`, a country code, 7 to 15 digits in all.

    Raises ValueError otherwise; national formats are normalised by the adapter that takes them.

    >>> phone_number("+919876543210")
    '+919876543210'
    """
    digits = text[1:]
    sound = (
        text.startswith("+")
        and 7 <= len(digits) <= 15
        and digits.isascii()
        and digits.isdigit()
        and digits[0] != "0"
    )
    if not sound:
        raise ValueError("must be an E.164 number: + and 7 to 15 digits, such as +919876543210")
    return text


def medium_of(address: str) -> Medium:
    """The medium that reaches an address, by its shape. Raises ValueError where it has none.

    >>> medium_of("ravi@example.com"), medium_of("+919876543210")
    (<Medium.EMAIL: 'email'>, <Medium.SMS: 'sms'>)
    """
    if "@" in address:
        email_address(address)
        return Medium.EMAIL
    phone_number(address)
    return Medium.SMS


EmailAddress = Annotated[str, Strict(), AfterValidator(email_address)]
"""The shape of one e-mail address."""

PhoneNumber = Annotated[str, Strict(), AfterValidator(phone_number)]
"""An E.164 phone number."""

MAX_RECIPIENTS = 20


def _each_once(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))


_Emails = Annotated[
    tuple[EmailAddress, ...], Field(max_length=MAX_RECIPIENTS), AfterValidator(_each_once)
]
_Contacts = Annotated[
    tuple[PhoneNumber, ...], Field(max_length=MAX_RECIPIENTS), AfterValidator(_each_once)
]

CountryCode = Annotated[str, Strict(), StringConstraints(pattern=r"\A[A-Z]{2}\z")]
"""An ISO 3166-1 alpha-2 code in capitals."""

LanguageTag = Annotated[str, Strict(), StringConstraints(pattern=r"\A[a-z]{2,3}(-[A-Z]{2})?\z")]
"""A language by ISO 639, and maybe a region by ISO 3166-1."""

_Short = Annotated[Text, StringConstraints(max_length=256)]


class PostalAddress(Value):
    """Where a party lives or wants its goods.

    >>> PostalAddress(line1="12 MG Road", city="Bengaluru", country="IN").country
    'IN'
    """

    line1: _Short = Field(default="", repr=False)
    line2: _Short = Field(default="", repr=False)
    city: _Short = Field(default="", repr=False)
    state: _Short = Field(default="", repr=False)
    postal_code: _Short = Field(default="", repr=False)
    country: CountryCode | None = None


class Recipients(Value):
    """Who is told of an invoice, where it is not the customer alone.

    >>> Recipients(emails=["ap@acme.example"], cc=["ceo@acme.example"]).addresses(Medium.EMAIL)
    ('ap@acme.example',)
    """

    emails: _Emails = Field(default=(), repr=False)
    contacts: _Contacts = Field(default=(), repr=False)
    cc: _Emails = Field(default=(), repr=False)
    bcc: _Emails = Field(default=(), repr=False)

    def addresses(self, medium: Medium) -> tuple[str, ...]:
        """Whom a message by this medium goes to; none where the customer alone is told."""
        return self.emails if medium is Medium.EMAIL else self.contacts


class Customer(Value):
    """The payer, and the addresses at which billhook may reach them.

    >>> Customer(name="Ravi", email="ravi@example.com").contact is None
    True
    """

    id: Identifier | None = None
    """What the seller's own books call this customer, where they do."""
    name: Label | None = Field(default=None, repr=False)
    email: EmailAddress | None = Field(default=None, repr=False)
    contact: PhoneNumber | None = Field(default=None, repr=False)
    billing_address: PostalAddress | None = None
    shipping_address: PostalAddress | None = None
    language: LanguageTag | None = None
    """What they read: a language, and maybe its region, such as `hi` or `en-IN`."""
    time_zone: TimeZone | None = None
    """Where they live by the clock: reminders keep their quiet hours."""
