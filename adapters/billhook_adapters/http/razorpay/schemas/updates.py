"""The body of the vendor's update, and what it sets of an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from billhook.lifecycle.errors import NotEditable
from billhook.model.document import MAX_LINES
from billhook.model.patch import DocumentField as F
from billhook.model.patch import LineChange, MergePatch, Patch
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID
from billhook_adapters.http.razorpay.ids import line_id
from billhook_adapters.http.razorpay.schemas.customers import extras
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, instant, unwanted
from billhook_adapters.http.razorpay.schemas.invoices import InvoiceIn, Named

FIELDS: Mapping[str, F] = MappingProxyType(
    {
        "description": F.DESCRIPTION,
        "draft": F.EXTRAS,  # only a draft has a say in it
        "customer_id": F.CUSTOMER,
        "customer": F.CUSTOMER,
        "line_items": F.LINES,
        "amount": F.LINES,
        "currency": F.CURRENCY,
        "expire_by": F.EXPIRE_BY,
        "sms_notify": F.MEDIA,
        "email_notify": F.MEDIA,
        "partial_payment": F.PARTIAL_PAYMENT,
        "first_payment_min_amount": F.FIRST_PAYMENT_MIN_AMOUNT,
        "receipt": F.RECEIPT,
        "invoice_number": F.RECEIPT,
        "date": F.DATE,
        "terms": F.TERMS,
        "comment": F.COMMENT,
        "notes": F.NOTES,
    }
)
"""Which field of the document each of the vendor's fields sets."""

PUT_BACK = frozenset(
    {"description", "customer_id", "line_items", "currency", "expire_by", "partial_payment",
     "first_payment_min_amount", "receipt", "invoice_number", "date", "terms", "comment", "notes"}
)  # fmt: skip
"""The fields that an invoice answers and an update sets: as they are answered, they stay."""

_KEPT_WHEN_NULL = frozenset(
    {"line_items", "amount", "currency", "partial_payment", "sms_notify", "email_notify"}
)
"""What has no empty form: sent as null, it is not sent."""


class UpdateIn(InvoiceIn):
    """The body of `PATCH /v1/invoices/:id`."""

    @property
    def sent(self) -> list[str]:
        """The fields that it sets, as the vendor names them."""
        given = (name for name in FIELDS if name in self.model_fields_set)
        return [
            name for name in given if not (name in _KEPT_WHEN_NULL and getattr(self, name) is None)
        ]

    def settled(self, error: NotEditable) -> InvalidRequestError:
        """The vendor's error: the fields as they were sent."""
        return unwanted([name for name in self.sent if FIELDS[name] in error.fields])

    def changes(self, invoice: str, named: Named) -> MergePatch:
        """What it sets. Raises InvalidRequestError and ValidationError."""
        sent = set(self.sent)
        fields: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("description", "currency", "partial_payment", "terms", "comment",
                         "first_payment_min_amount")
            if name in sent
        }  # fmt: skip
        for name in sent & {"expire_by", "date"}:
            fields[name] = instant(getattr(self, name))
        if "notes" in sent:
            fields["notes"] = self.notes or {}
        if sent & {"receipt", "invoice_number"}:
            fields["receipt"] = self.receipt or self.invoice_number
        if sent & {"customer", "customer_id"}:
            fields["customer"], echo = self.payer(named)
            fields["extras"] = extras(fields["customer"], echo)
        elif "draft" in sent:
            fields["extras"] = {}
        return MergePatch(
            patch=Patch.model_validate(fields),
            lines=None if self.line_items is None else self._lines(invoice, named),
            sms=self.sms_notify,
            email=self.email_notify,
        )

    def _lines(self, invoice: str, named: Named) -> tuple[LineChange, ...]:
        """The lines, each changed by its id or added; those not mentioned stay."""
        lines = self.line_items or ()
        ids = any(line.id is not None for line in lines)
        positions = {line_id(invoice, place): place for place in range(MAX_LINES if ids else 0)}
        for line in lines:
            if line.id is not None and line.id not in positions:
                raise InvalidRequestError(UNKNOWN_ID, "line_items")
        return tuple(
            line.change(None if line.id is None else positions[line.id], named.items)
            for line in lines
        )
