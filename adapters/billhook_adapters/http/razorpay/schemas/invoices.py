"""What the vendor's requests for an invoice may hold, checked by the vendor's own limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field, StringConstraints, ValidationError

from billhook.model.base import OneLine, Text, Value
from billhook.model.customer import Customer, Medium
from billhook.model.document import Document
from billhook.model.line_items import HsnSac, Line
from billhook.model.patch import LineChange
from billhook_adapters.http.razorpay.errors import OTHER_CURRENCY
from billhook_adapters.http.razorpay.schemas.customers import CustomerIn, StoredCustomer, extras
from billhook_adapters.http.razorpay.schemas.fields import (
    LISTED,
    MAX_LINES,
    Flag,
    Integer,
    InvalidRequestError,
    Notes,
    Paragraph,
    Receipt,
    Seconds,
    instant,
    invalid_request,
    least_amount,
    required_without_item,
    smallest_amount_text,
    unwanted,
)
from billhook_adapters.http.razorpay.schemas.items import ItemIn
from billhook_adapters.http.razorpay.schemas.links import CallbackUrl, Type, link_extras, link_line

V = TypeVar("V", bound=Value)


class Named(Value):
    """What a request names by id, looked up before anything is decided."""

    customer: StoredCustomer | None = None
    items: Mapping[str, ItemIn] = Field(default_factory=dict[str, ItemIn])


class LineIn(Value):
    """A line item as the vendor takes it; with `item_id`, given fields override the item's."""

    id: Text | None = None
    item_id: Text | None = None
    name: Annotated[OneLine, StringConstraints(min_length=1, max_length=256)] | None = None
    description: Paragraph | None = None
    amount: Integer | None = None
    currency: Text | None = None
    quantity: Annotated[Integer, Field(ge=1)] | None = None
    hsn_code: HsnSac | None = None
    sac_code: HsnSac | None = None

    def domain(self, currency: str, items: Mapping[str, ItemIn]) -> Line:
        """The line of a new invoice."""
        change = self.change(None, items)
        if change.line is None:
            for name, value in (("amount", self.amount), ("name", self.name)):
                if value is None:
                    raise InvalidRequestError(required_without_item(name), name)
        line = change.applied_to(None, currency)
        if line.unit_amount < least_amount(line.currency):
            raise InvalidRequestError(
                f"The amount {smallest_amount_text(line.currency)}.", "amount"
            )
        return line

    def change(self, position: int | None, items: Mapping[str, ItemIn]) -> LineChange:
        """The fields of a line that it sets; with `item_id`, on top of those of the item."""
        return LineChange.model_validate(
            {
                "position": position,
                "line": None if self.item_id is None else items[self.item_id].line(self.item_id),
                "name": self.name,
                "description": self.description,
                "unit_amount": self.amount,
                "currency": self.currency,
                "quantity": self.quantity,
                "hsn_sac": self.hsn_code or self.sac_code,
            }
        )


Lines = Annotated[tuple[LineIn, ...], Field(max_length=MAX_LINES), LISTED]


class InvoiceIn(Value):
    """What a create and an update have in common; a field that is not sent is None or unset."""

    description: Paragraph | None = None
    draft: Text = "0"
    customer_id: Text | None = None
    customer: CustomerIn | None = None
    line_items: Lines | None = None
    amount: Integer | None = None
    """The amount of a link, which has no line items."""
    currency: Text | None = None
    expire_by: Seconds | None = None
    sms_notify: Flag | None = None
    email_notify: Flag | None = None
    partial_payment: Flag | None = None
    first_payment_min_amount: Annotated[Integer, Field(gt=0)] | None = None
    receipt: Receipt = None
    invoice_number: Receipt = None
    date: Seconds | None = None
    terms: Paragraph | None = None
    comment: Paragraph | None = None
    notes: Notes | None = None

    @property
    def names(self) -> tuple[str | None, list[str]]:
        """The ids that it names: of a customer, and of items."""
        items = [line.item_id for line in self.line_items or () if line.item_id is not None]
        return self.customer_id, items

    @property
    def new_payer(self) -> CustomerIn | None:
        """The customer whose details came with it."""
        return self.customer if self.customer is not None and self.customer.is_named else None

    def payer(self, named: Named) -> tuple[Customer | None, dict[str, Any]]:
        """The customer, and the fields of it that are only echoed."""
        if named.customer is not None:
            return named.customer.customer, named.customer.echo
        payload = self.new_payer
        return (None, {}) if payload is None else (payload.domain(), payload.echo)


class CreateIn(InvoiceIn):
    """The body of `POST /v1/invoices`."""

    type: Text = "invoice"
    callback_url: CallbackUrl | None = None
    callback_method: Literal["get"] | None = None
    view_less: Flag | None = None
    reminder_enable: Flag | None = None
    options: dict[str, Any] | None = None

    @property
    def is_link(self) -> bool:
        """Whether it is a payment link. Raises InvalidRequestError."""
        misnamed = self.type == "link" and self.amount is None and self.line_items
        if self.type not in get_args(Type) or misnamed:
            raise InvalidRequestError(f"Not a valid type: {self.type[:100]}", "type")
        return self.type == "link"

    def _lines(self, currency: str, items: Mapping[str, ItemIn]) -> tuple[Line, ...]:
        if not self.is_link:
            if self.amount is not None:
                raise unwanted(["amount"])
            return tuple(line.domain(currency, items) for line in self.line_items or ())
        if self.line_items:
            raise unwanted(["line_items"])
        if self.amount is None:
            raise InvalidRequestError("The amount field is required.", "amount")
        if self.amount < least_amount(currency):
            raise InvalidRequestError(f"The amount {smallest_amount_text(currency)}.", "amount")
        return (link_line(self.amount, currency, self.description),)

    def domain(self, named: Named) -> Document:
        """The document of the domain; what only this API echoes goes to its extras."""
        customer, echo = self.payer(named)
        if customer is None and self.is_link:
            customer = Customer()  # a link may be given to anybody
        currency = self.currency or "INR"
        lines = self._lines(currency, named.items)
        if any(line.currency != currency for line in lines):
            raise InvalidRequestError(OTHER_CURRENCY, "line_items")
        flags = ((Medium.SMS, self.sms_notify), (Medium.EMAIL, self.email_notify))
        return Document.model_validate(
            {
                "customer": customer,
                "lines": lines,
                "currency": currency,
                "description": self.description,
                "receipt": self.receipt or self.invoice_number,
                "date": instant(self.date),
                "expire_by": instant(self.expire_by),
                "partial_payment": self.partial_payment or False,
                "first_payment_min_amount": self.first_payment_min_amount,
                "terms": self.terms,
                "comment": self.comment,
                "notes": self.notes or {},
                "media": tuple(medium for medium, wanted in flags if wanted is not False),
                "extras": {
                    **extras(customer, echo),
                    **link_extras(self.callback_url, link=self.is_link),
                },
            }
        )


def checked(body: object, kind: type[V]) -> V:
    """The payload of a decoded body. Raises InvalidRequestError."""
    if not isinstance(body, dict):
        raise InvalidRequestError("The request body must be an object.")
    try:
        payload = kind.model_validate(body)
    except ValidationError as invalid:
        raise invalid_request(invalid) from None
    return payload
