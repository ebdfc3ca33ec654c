"""The vendor's customers: the payloads, and how one is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from billhook.model.base import OneLine, Value
from billhook.model.customer import Customer, PostalAddress
from billhook.model.invoice import Invoice
from billhook.model.tax_ids import gstin_of, gstin_tax_ids
from billhook_adapters.http.core.marks import customer_mark
from billhook_adapters.http.razorpay.schemas.fields import Notes, NumberOrLine, cleared
from billhook_adapters.system.phone_numbers import same_number

COUNTRY = "IN"
"""Where a phone number without a country code belongs, unless the account has a country."""

EXTRAS_KEY = "razorpay"
"""The key of a document's extras under which this API keeps what it only echoes."""


FEWEST_DIGITS = 8
"""The digits of a contact with its country code, at least."""


def _digits(contact: str) -> str:
    if not _CONTACT.fullmatch(contact):
        raise ValueError("must be digits, with a plus before a country code")
    if contact and len(contact.removeprefix("+")) < FEWEST_DIGITS:
        raise ValueError(f"must be at least {FEWEST_DIGITS} digits")
    return contact


_CONTACT = re.compile(r"(?:\+?[0-9]{7,15})?")
Contact = Annotated[NumberOrLine, StringConstraints(max_length=15), AfterValidator(_digits)]


class AddressIn(Value):
    """A postal address as the vendor takes it. What else its answers hold is let pass."""

    model_config = ConfigDict(extra="ignore")

    line1: OneLine
    line2: OneLine | None = None
    city: OneLine
    zipcode: NumberOrLine
    state: OneLine
    country: Annotated[OneLine, StringConstraints(max_length=64)]

    @classmethod
    def of(cls, address: PostalAddress | None) -> Self | None:
        """An address of the domain."""
        if address is None:
            return None
        return cls(
            line1=address.line1,
            line2=address.line2,
            city=address.city,
            zipcode=address.postal_code,
            state=address.state,
            country=address.country or "",
        )

    def domain(self) -> PostalAddress:
        """The address of the domain."""
        country = self.country.upper() if self.country.isascii() else ""
        return PostalAddress(
            line1=self.line1,
            line2=self.line2 or "",
            city=self.city,
            postal_code=self.zipcode,
            state=self.state,
            country=country if len(country) == 2 else None,
        )


CustomerName = Annotated[OneLine, StringConstraints(min_length=3, max_length=50)]


class CustomerIn(Value):
    """The customer as the vendor takes it."""

    name: CustomerName | None = None
    email: Annotated[OneLine, StringConstraints(max_length=64)] | None = None
    contact: Contact | None = None
    gstin: Annotated[OneLine, StringConstraints(max_length=64)] | None = None
    billing_address: AddressIn | None = None
    shipping_address: AddressIn | None = None

    @property
    def is_named(self) -> bool:
        """Whether it says who it is."""
        return bool(self.name or self.email or self.contact)

    def domain(self, id: str | None = None) -> Customer:
        """The customer of the domain. Raises ValidationError."""
        return Customer(
            id=id,
            name=self.name,
            email=self.email or None,
            contact=self.contact or None,
            billing_address=self.billing_address and self.billing_address.domain(),
            shipping_address=self.shipping_address and self.shipping_address.domain(),
            tax_ids=gstin_tax_ids(self.gstin),
        )

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """A customer of the domain. Raises ValidationError where the vendor takes none like it."""
        return cls(
            name=customer.name,
            email=customer.email,
            contact=customer.contact,
            gstin=gstin_of(customer.tax_ids),
            billing_address=AddressIn.of(customer.billing_address),
            shipping_address=AddressIn.of(customer.shipping_address),
        )

    @property
    def echo(self) -> dict[str, Any]:
        """What is shown as it was given, and no rule reads."""
        return {"contact": self.contact, "gstin": self.gstin}


class CustomerDetails(CustomerIn):
    """The body of `PUT /v1/customers/:id`, and what is kept of a customer.

    Here an empty name is none, as in the live service.
    """

    name: Annotated[CustomerName | None, BeforeValidator(cleared)] = None
    notes: Notes = Field(default_factory=dict[str, str])


def _fails(given: Any) -> Any:
    """The live service heeds the text alone: the number 0 is as if nothing was sent."""
    if isinstance(given, int):
        return True if given in (0, 1) else given
    return {"0": False, "1": True}.get(given, given) if isinstance(given, str) else given


class CustomerAlone(CustomerDetails):
    """The body of `POST /v1/customers`."""

    fail_existing: Annotated[bool, Strict(), BeforeValidator(_fails)] = True
    """Whether an existing customer is an error: unless it is the text `"0"`."""

    @property
    def details(self) -> CustomerDetails:
        """What is kept of it."""
        return CustomerDetails.model_validate(
            {name: value for name, value in dict(self).items() if name != "fail_existing"}
        )


class StoredCustomer(NamedTuple):
    """A customer that can be found by its id, and the fields of it that are only echoed."""

    customer: Customer
    echo: dict[str, Any]
    made: datetime
    notes: dict[str, str]


def extras(customer: Customer | None, echo: Mapping[str, Any]) -> dict[str, str]:
    """The extras that keep what is only echoed of a customer, with the customer's mark."""
    kept = {} if customer is None else {"of": customer_mark(customer), **echo}
    return {EXTRAS_KEY: json.dumps(kept)}


def marked_again(extras: Mapping[str, str], customer: Customer) -> dict[str, str]:
    """The extras, for a customer that has got its id since they were made."""
    if EXTRAS_KEY not in extras:
        return dict(extras)
    kept = {**json.loads(extras[EXTRAS_KEY]), "of": customer_mark(customer)}
    return {**extras, EXTRAS_KEY: json.dumps(kept)}


def echoed(invoice: Invoice) -> dict[str, Any]:
    """What this API keeps of the customer to echo it; nothing once the customer has changed."""
    customer = invoice.document.customer
    kept = invoice.document.extras.get(EXTRAS_KEY)
    if kept is None or customer is None:
        return {}
    echo: dict[str, Any] = json.loads(kept)
    if echo.pop("of", None) != customer_mark(customer):
        return {}
    if not same_number(echo.get("contact") or "", customer.contact or ""):
        echo["contact"] = None
    return echo


def customer_entity(known: StoredCustomer) -> dict[str, Any]:
    """The vendor's customer entity."""
    customer, echo, made, notes = known
    return {
        "id": customer.id,
        "entity": "customer",
        "name": customer.name,
        "email": customer.email,
        "contact": echo.get("contact") or customer.contact,
        "gstin": echo.get("gstin") or gstin_of(customer.tax_ids),
        "notes": notes or [],
        "created_at": int(made.timestamp()),
    }
