"""The vendor's update: a patch that is merged with the invoice as the desk finds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from returns.result import Failure, Result

from billhook.application.command import InvoiceCommand
from billhook.application.commands import Update, UpdateError
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import (
    Conflict,
    NotEditable,
)
from billhook.lifecycle.update import update
from billhook.model.customer import Medium
from billhook.model.document import MAX_LINES
from billhook.model.invoice import Invoice
from billhook.model.line_items import Line
from billhook.model.patch import DocumentField as F
from billhook.model.patch import Patch
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID
from billhook_adapters.http.razorpay.ids import line_id
from billhook_adapters.http.razorpay.schemas.customers import DIALECT
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, instant, unwanted
from billhook_adapters.http.razorpay.schemas.invoices import InvoiceIn, Named

FIELDS: Mapping[str, F] = MappingProxyType(
    {
        "description": F.DESCRIPTION,
        "draft": F.EXTRAS,  # only a draft has a say in it
        "customer_id": F.CUSTOMER,
        "customer": F.CUSTOMER,
        "line_items": F.LINES,
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

_KEPT_WHEN_NULL = frozenset({"line_items", "currency", "partial_payment"})
"""What has no empty form: sent as null, it is not sent."""


class UpdateIn(InvoiceIn):
    """The body of `PATCH /v1/invoices/:id`."""

    def told(self) -> Mapping[str, object]:
        """Only the fields that were given: null is not the same as nothing."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    @property
    def sent(self) -> list[str]:
        """The fields that it sets, as the vendor names them."""
        given = (name for name in FIELDS if name in self.model_fields_set)
        return [
            name for name in given if not (name in _KEPT_WHEN_NULL and getattr(self, name) is None)
        ]

    def settled(self, refusal: NotEditable) -> InvalidRequestError:
        """The vendor's refusal: the fields as they were sent."""
        return unwanted([name for name in self.sent if FIELDS[name] in refusal.fields])

    def patch(self, invoice: Invoice, named: Named) -> Patch:
        """What it sets, merged with what the invoice has. Raises Refused."""
        document, sent = invoice.document, set(self.sent)
        told: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("description", "currency", "partial_payment", "terms", "comment",
                         "first_payment_min_amount")
            if name in sent
        }  # fmt: skip
        for name in sent & {"expire_by", "date"}:
            told[name] = instant(getattr(self, name))
        if "notes" in sent:
            told["notes"] = self.notes or {}
        if sent & {"receipt", "invoice_number"}:
            told["receipt"] = self.receipt or self.invoice_number
        if sent & {"sms_notify", "email_notify"}:
            told["media"] = self._media(document.media)
        if sent & {"customer", "customer_id"}:
            told["customer"], echo = self.payer(invoice.account, named)
            told["extras"] = {**document.extras, DIALECT: json.dumps(echo)}
        elif "draft" in sent:
            told["extras"] = document.extras
        if "line_items" in sent:
            told["lines"] = self._lines(invoice, named)
        return Patch.model_validate(told)

    def _media(self, media: tuple[Medium, ...]) -> tuple[Medium, ...]:
        flags = {Medium.SMS: self.sms_notify, Medium.EMAIL: self.email_notify}
        return tuple(
            medium for medium, flag in flags.items() if (medium in media if flag is None else flag)
        )

    def _lines(self, invoice: Invoice, named: Named) -> tuple[Line, ...]:
        """The lines, each changed by its id or added; those not mentioned stay."""
        lines = list(invoice.document.lines)
        places = {line_id(invoice.id, place): place for place in range(len(lines))}
        currency = self.currency or invoice.document.currency
        for asked in self.line_items or ():
            if asked.id is None:
                lines.append(asked.domain(currency, named.items))
            elif asked.id in places:
                place = places[asked.id]
                lines[place] = asked.domain(currency, named.items, lines[place])
            else:
                raise InvalidRequestError(UNKNOWN_ID, "line_items")
        if len(lines) > MAX_LINES:
            raise InvalidRequestError(
                f"The line_items may not have more than {MAX_LINES} items.", "line_items"
            )
        return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend(InvoiceCommand[Invoice, UpdateError]):
    """Merge a patch with the invoice, and update it.

    Where the two cannot be merged the answer is `Conflict` with the version that was found: who
    asked can merge again, outside, and hear why.
    """

    kind: ClassVar = "razorpay.update"
    asked: UpdateIn
    named: Named

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[Invoice, Any]:
        """The updated invoice."""
        try:
            patch = self.asked.patch(invoice, self.named)
        except (InvalidRequestError, ValueError):
            # What the status refuses comes first: ask with the lines as they are.
            same = Patch(lines=invoice.document.lines)
            decided = update(
                invoice, same, now=context.now, min_expiry_lead=context.min_expiry_lead
            )
            if isinstance(decided, Failure):
                return Failure(decided.failure())
            return Failure(Conflict(invoice.version, invoice.version))
        return Update(account=self.account, invoice=self.invoice, patch=patch).decide_on(
            invoice, context
        )
