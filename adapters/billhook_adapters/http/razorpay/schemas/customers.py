"""The vendor's customers: the payload, and how one is stored and shown.

A customer who came with an invoice is found through it; one made alone is filed by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from billhook.application.commands import SaveEntry
from billhook.application.idempotency import IdempotentRequest
from billhook.application.records import Entry, Search
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId, OneLine, Value
from billhook.model.customer import Customer, PostalAddress
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.core.marks import customer_mark
from billhook_adapters.http.razorpay.schemas.fields import Flag, Notes, NumberOrLine
from billhook_adapters.system.ids import is_id
from billhook_adapters.system.phone_numbers import e164, same_number

COUNTRY = "IN"
"""Where a phone number without a country code belongs, unless the account has a country."""

EXTRAS_KEY = "razorpay"
"""The key of a document's extras under which this API keeps what it only echoes."""


def _digits(contact: str) -> str:
    if not _CONTACT.fullmatch(contact):
        raise ValueError("must be digits, with a plus before a country code")
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


class CustomerIn(Value):
    """The customer as the vendor takes it."""

    name: Annotated[OneLine, StringConstraints(min_length=3, max_length=50)] | None = None
    email: Annotated[OneLine, StringConstraints(max_length=64)] | None = None
    contact: Contact | None = None
    gstin: Annotated[OneLine, StringConstraints(max_length=64)] | None = None
    billing_address: AddressIn | None = None
    shipping_address: AddressIn | None = None

    def domain(self, account: AccountId) -> Customer:
        """The customer of the domain. The same details are the same customer."""
        contact = (e164(self.contact, COUNTRY) or self.contact) if self.contact else None
        return Customer(
            id=derived_id("cust", account, self.name, self.email, contact, self.gstin),
            name=self.name or None,
            email=self.email or None,
            contact=self.contact or None,
            billing_address=self.billing_address and self.billing_address.domain(),
            shipping_address=self.shipping_address and self.shipping_address.domain(),
        )

    @property
    def echo(self) -> dict[str, Any]:
        """What is shown as it was given, and no rule reads."""
        return {"contact": self.contact, "gstin": self.gstin}


class CustomerAlone(CustomerIn):
    """The body of `POST /v1/customers`."""

    fail_existing: Flag = True
    notes: Notes = Field(default_factory=dict[str, str])

    def filed(self, account: AccountId, key: IdempotentRequest | None) -> SaveEntry:
        """The command that keeps it."""
        customer = self.domain(account)
        body = self.model_dump(mode="json", exclude={"fail_existing"})
        text = json.dumps(body, ensure_ascii=False)
        return SaveEntry(account=account, id=customer.id or "", body=text, key=key)


class StoredCustomer(NamedTuple):
    """A customer that can be found by its id, and the fields of it that are only echoed."""

    customer: Customer
    echo: dict[str, Any]
    made: datetime
    notes: dict[str, str]


def find_customer(service: InvoiceService, account: AccountId, name: str) -> StoredCustomer | None:
    """The customer of this id: filed by itself, or on the first invoice that it came with."""
    if not is_id(name):
        return None
    entry = service.entry(account, name)
    if entry is not None and name.startswith("cust_"):
        return stored_customer(entry)
    oldest = Search(customer=name, oldest_first=True, limit=1)
    first = service.search(account, oldest, fill=True)
    customer = first[0].document.customer if first else None
    return (
        None
        if customer is None
        else StoredCustomer(customer, echoed(first[0]), first[0].created_at, {})
    )


def stored_customer(entry: Entry) -> StoredCustomer:
    """The customer of an entry."""
    kept = CustomerAlone.model_validate_json(entry.body)
    customer = kept.domain(entry.account).model_copy(update={"id": entry.id})
    return StoredCustomer(customer, kept.echo, entry.filed_at, kept.notes)


def extras(customer: Customer | None, echo: Mapping[str, Any]) -> dict[str, str]:
    """The extras that keep what is only echoed of a customer, with the customer's mark."""
    kept = {} if customer is None else {"of": customer_mark(customer), **echo}
    return {EXTRAS_KEY: json.dumps(kept)}


def echoed(invoice: Invoice) -> dict[str, Any]:
    """What this API keeps of the customer to echo it; nothing once the customer has changed."""
    customer = invoice.document.customer
    echo: dict[str, Any] = json.loads(invoice.document.extras.get(EXTRAS_KEY, "{}"))
    belongs = customer is not None and echo.pop("of", None) == customer_mark(customer)
    if not belongs or customer is None:
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
        "gstin": echo.get("gstin"),
        "notes": notes or [],
        "created_at": int(made.timestamp()),
    }
