"""What the vendor's create request may hold, checked by the vendor's own limits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, Strict, StringConstraints, ValidationError

from billhook.invoice import Document
from billhook.lines import Line
from billhook.party import Customer, Medium, PostalAddress
from billhook.value import Text, Value

DIALECT = "razorpay"


class Refused(Exception):  # noqa: N818  # a refusal, in the vendor's words
    """The request is not one that the vendor takes; the message says why, in its words."""


def _flag(given: Any) -> Any:
    """Booleans came as 1 and 0, and as text, over the vendor's years."""
    words = {"1": True, "0": False, "true": True, "false": False, 1: True, 0: False}
    return words.get(given, given) if isinstance(given, int | str) else given


def _whole(given: Any) -> Any:
    """Form-encoded clients send numbers as text."""
    text = isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 16
    return int(given) if text else given


def _text(given: Any) -> Any:
    """Postal codes and phone numbers may arrive as numbers."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


Flag = Annotated[bool, Strict(), BeforeValidator(_flag)]
Whole = Annotated[int, Strict(), BeforeValidator(_whole)]
Seconds = Annotated[Whole, Field(ge=0, le=253402300799)]
Note = Annotated[Text, StringConstraints(max_length=256)]
Paragraph = Annotated[Text, StringConstraints(max_length=2048)]


class AddressIn(Value):
    """A postal address as the vendor takes it."""

    line1: Text
    line2: Text | None = None
    city: Text
    zipcode: Annotated[str, BeforeValidator(_text)]
    state: Text
    country: Text

    def domain(self) -> PostalAddress:
        """The same in the domain's words."""
        country = self.country.upper()
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

    name: Annotated[Text, StringConstraints(min_length=3, max_length=50)] | None = None
    email: Annotated[Text, StringConstraints(max_length=64)] | None = None
    contact: Annotated[str, BeforeValidator(_text)] | None = Field(default=None, max_length=15)
    gstin: Text | None = None
    billing_address: AddressIn | None = None
    shipping_address: AddressIn | None = None

    def domain(self) -> Customer:
        """The same in the domain's words, its phone number in E.164."""
        return Customer(
            name=self.name or None,
            email=self.email or None,
            contact=None if not self.contact else e164(self.contact),
            billing_address=self.billing_address and self.billing_address.domain(),
            shipping_address=self.shipping_address and self.shipping_address.domain(),
        )


class LineIn(Value):
    """A line item as the vendor takes it."""

    name: Annotated[Text, StringConstraints(min_length=1, max_length=256)] | None = None
    description: Paragraph | None = None
    amount: Whole | None = None
    currency: Text | None = None
    quantity: Annotated[Whole, Field(ge=1)] = 1

    def domain(self, currency: str) -> Line:
        """The same in the domain's words."""
        if self.amount is None:
            raise Refused("The amount field is required when item id is not present.")
        if self.name is None:
            raise Refused("The name field is required when item id is not present.")
        if self.amount < 1:
            raise Refused("The amount must be at least INR 1.00.")
        return Line.model_validate(
            {
                "name": self.name,
                "description": self.description,
                "unit_amount": self.amount,
                "currency": self.currency or currency,
                "quantity": self.quantity,
            }
        )


class CreateIn(Value):
    """The body of `POST /v1/invoices`."""

    type: Text = "invoice"
    description: Paragraph | None = None
    draft: Text = "0"
    customer: CustomerIn | None = None
    line_items: Annotated[tuple[LineIn, ...], Field(max_length=50)] = ()
    currency: Text = "INR"
    expire_by: Seconds | None = None
    sms_notify: Flag = True
    email_notify: Flag = True
    partial_payment: Flag = False
    first_payment_min_amount: Whole | None = None
    receipt: Annotated[Text, StringConstraints(max_length=40)] | None = None
    invoice_number: Annotated[Text, StringConstraints(max_length=40)] | None = None
    date: Seconds | None = None
    terms: Paragraph | None = None
    comment: Paragraph | None = None
    notes: Annotated[dict[Text, Note], Field(max_length=15)] = Field(default_factory=dict)

    def domain(self) -> Document:
        """The same in the domain's words; what only this dialect echoes goes to its extras."""
        if self.type not in ("invoice", "link", "ecod"):
            raise Refused(f"Not a valid type: {self.type}")
        if self.draft not in ("0", "1"):
            raise Refused("The selected draft is invalid.")
        customer = self.customer
        echo = {
            "type": self.type,
            "contact": customer and customer.contact,
            "gstin": customer and customer.gstin,
            "email_notify": self.email_notify,
            "sms_notify": self.sms_notify,
        }
        flags = ((Medium.SMS, self.sms_notify), (Medium.EMAIL, self.email_notify))
        return Document.model_validate(
            {
                "customer": customer and customer.domain(),
                "lines": tuple(line.domain(self.currency) for line in self.line_items),
                "currency": self.currency,
                "description": self.description,
                "receipt": self.receipt or self.invoice_number or None,
                "date": _instant(self.date),
                "expire_by": _instant(self.expire_by),
                "partial_payment": self.partial_payment,
                "first_payment_min_amount": self.first_payment_min_amount,
                "terms": self.terms,
                "comment": self.comment,
                "notes": self.notes,
                "media": tuple(medium for medium, wanted in flags if wanted),
                "extras": {DIALECT: json.dumps(echo)},
            }
        )


def e164(contact: str) -> str:
    """A phone number as the vendor takes it, in E.164: ten digits alone are Indian.

    >>> e164("9876543210")
    '+919876543210'
    """
    if contact.startswith("+"):
        return contact
    digits = contact.lstrip("0")
    return f"+91{digits}" if len(digits) == 10 else f"+{digits}"


def create_request(body: Any) -> CreateIn:
    """The create request of a JSON body. Raises Refused, in the vendor's words."""
    if not isinstance(body, dict):
        raise Refused("The request body must be an object.")
    try:
        return CreateIn.model_validate(body)
    except ValidationError as invalid:
        raise Refused(worded(invalid)) from None


def worded(invalid: ValidationError) -> str:
    """The first thing wrong with a request, naming its field, in the vendor's manner."""
    errors = invalid.errors(include_url=False, include_input=False, include_context=False)
    unknown = [".".join(map(str, e["loc"])) for e in errors if e["type"] == "extra_forbidden"]
    if unknown:
        return f"{', '.join(unknown)} is/are not required and should not be sent"
    first = errors[0]
    field = ".".join(str(part) for part in first["loc"])
    if field.endswith("email"):
        return "The email must be a valid email address."
    if field.endswith("contact"):
        return "Contact number contains invalid characters, only digits and + symbol are allowed."
    if field.endswith("currency"):
        return "Currency is not supported."
    if first["loc"][-1:] in (("amount",), ("unit_amount",)):
        return "The amount must be an integer."
    if first["type"].startswith("bool"):
        return f"The {field.replace('_', ' ')} field must be true or false."
    return f"The {field} is invalid: {first['msg']}."


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
