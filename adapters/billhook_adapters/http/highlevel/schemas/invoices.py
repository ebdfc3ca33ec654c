"""The payloads of create, update and text2pay."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from billhook.model.base import Identifier, Text
from billhook.model.document import Document
from billhook.model.line_items import Rounding
from billhook.model.patch import Patch
from billhook_adapters.http.highlevel.schemas.fields import (
    Day,
    InvalidRequestError,
    Long,
    Required,
    Short,
    judged,
    midnight,
)
from billhook_adapters.http.highlevel.schemas.parts import (
    AttachmentIn,
    BusinessIn,
    ContactIn,
    DiscountIn,
    FeesIn,
    Flag,
    Free,
    In,
    Items,
    LateFeesIn,
    MethodsIn,
    ScheduleIn,
    SentToIn,
    TipsIn,
)

DIALECT = "highlevel"
"""The key of a document's extras under which this API keeps what it only echoes."""

ECHOED = (
    "title", "businessDetails", "invoiceNumberPrefix", "termsNotes", "includeTermsNote",
    "automaticTaxesEnabled", "lateFeesConfiguration", "tipsConfiguration", "paymentMethods",
    "miscellaneousCharges", "attachments", "xeroDetails",
)  # fmt: skip
"""Fields that are only echoed."""

DETAILED = ("contactDetails", "discount", "paymentSchedule")
"""Fields that the domain has in part: the rest is echoed."""


class Tenant(In):
    """The tenancy, in a body."""

    alt_id: Required
    alt_type: Literal["location"]


class InvoiceIn(Tenant):
    """What create, update and text2pay have in common."""

    name: Required
    title: Short | None = None
    currency: Short
    description: Annotated[Text, Field(max_length=2048)] | None = None
    business_details: BusinessIn | None = None
    invoice_number: Annotated[Text, Field(max_length=40)] | None = None
    invoice_number_prefix: Short | None = None
    contact_details: ContactIn | None = None
    terms_notes: Long | None = None
    include_terms_note: Flag | None = None
    discount: DiscountIn | None = None
    automatic_taxes_enabled: Flag | None = None
    live_mode: Flag | None = None
    issue_date: Day
    due_date: Day | None = None
    sent_to: SentToIn | None = None
    payment_schedule: ScheduleIn | None = None
    late_fees_configuration: LateFeesIn | None = None
    tips_configuration: TipsIn | None = None
    payment_methods: MethodsIn | None = None
    attachments: Annotated[list[AttachmentIn], Field(max_length=50)] | None = None
    miscellaneous_charges: FeesIn | None = None
    xero_details: Free | None = None

    @property
    def billed(self) -> tuple[str, Items]:
        """What the vendor calls the list of items in this request, and the list."""
        raise NotImplementedError

    def patch(self, known: Document, upcoming: str | None) -> Patch:
        """The patch of a document; what is left out stays. Raises InvalidRequestError.

        `upcoming` is the number that the series gives next.
        """
        fields = self._fields(known) | self._extras(known)
        if self.invoice_number and not _of_series(self.invoice_number, upcoming):
            fields["receipt"] = self.invoice_number
        patch = judged("", Patch.model_validate, fields)
        merged = judged("", patch.applied_to, known)
        if merged.schedule is not None and not merged.schedule.adds_up(merged.total):
            raise InvalidRequestError(422, "paymentSchedule.schedules must add up to the total")
        return patch

    def document(self, rounding: Rounding, upcoming: str | None) -> Document:
        """The document of a new draft, for an account that rounds like this.

        Raises InvalidRequestError.
        """
        # The vendor has no field that forbids partial payments.
        blank = {"currency": self.currency, "rounding": rounding, "partial_payment": True}
        known = judged("", Document.model_validate, blank)
        return self.patch(known, upcoming).applied_to(known)

    def _fields(self, known: Document) -> dict[str, Any]:  # noqa: ARG002  # an update looks at it
        name, items = self.billed
        fields: dict[str, Any] = {
            "title": self.name,
            "currency": self.currency,
            "date": midnight(self.issue_date),
            "lines": tuple(
                judged(f"{name}.{place}", item.domain, place, self.currency, name)
                for place, item in enumerate(items)
            ),
        }
        if self.description is not None:
            fields["description"] = self.description
        if self.due_date is not None:
            fields["due_by"] = midnight(self.due_date)
        if self.contact_details is not None:
            fields["customer"] = judged("contactDetails", self.contact_details.domain)
        if self.sent_to is not None:
            fields["recipients"] = judged("sentTo", self.sent_to.domain)
        if self.discount is not None:
            fields["discount"] = judged("discount", self.discount.domain, self.currency)
        if self.payment_schedule is not None:
            fields["schedule"] = judged(
                "paymentSchedule", self.payment_schedule.domain, self.currency
            )
        if self.live_mode is not None:
            fields["live"] = self.live_mode
        return fields

    def _extras(self, known: Document) -> dict[str, Any]:
        given = self.given
        echo = {name: given[name] for name in (*ECHOED, *DETAILED) if name in given}
        echo["items"] = given[self.billed[0]]
        if self.invoice_number:
            echo["invoiceNumber"] = self.invoice_number
        return {"extras": echoing(known, **echo)}


class CreateIn(InvoiceIn):
    """The body of `POST /invoices/`."""

    needed = ("businessDetails", "discount", "contactDetails", "sentTo", "liveMode")
    items: Items

    @property
    def billed(self) -> tuple[str, Items]:
        """What create calls the list of items."""
        return "items", self.items


class UpdateIn(InvoiceIn):
    """The body of `PUT /invoices/{invoiceId}`."""

    needed = ("dueDate",)
    contact_id: Identifier | None = None
    invoice_items: Items

    @property
    def billed(self) -> tuple[str, Items]:
        """What update calls the list of items."""
        return "invoiceItems", self.invoice_items

    def _fields(self, known: Document) -> dict[str, Any]:
        fields = super()._fields(known)
        if self.contact_id is not None and "customer" not in fields and known.customer is not None:
            fields["customer"] = known.customer.model_copy(update={"id": self.contact_id})
        return fields


class TextToPayIn(InvoiceIn):
    """The body of `POST /invoices/text2pay`.

    A draft is made or updated, and sent where `action` is `send`.
    """

    needed = ("contactDetails", "sentTo", "liveMode")
    id: Short | None = None
    action: Literal["draft", "send"]
    user_id: Required
    items: Items

    @property
    def billed(self) -> tuple[str, Items]:
        """What text2pay calls the list of items."""
        return "items", self.items


class LateFeesChangeIn(Tenant):
    """The body of `PATCH /invoices/{invoiceId}/late-fees-configuration`."""

    late_fees_configuration: LateFeesIn

    def patch(self, known: Document) -> Patch:
        """The patch of a document. Raises InvalidRequestError."""
        fees = self.late_fees_configuration.given
        extras = echoing(known, lateFeesConfiguration=fees)
        return judged("", Patch.model_validate, {"extras": extras})


def _of_series(number: str, upcoming: str | None) -> bool:
    """Whether the series has given a number, or gives it next: then it is none of the caller's own.

    >>> _of_series("INV-0007", "INV-0007"), _of_series("INV-0009", "INV-0007")
    (True, False)
    """
    if upcoming is None:
        return False
    prefix = upcoming.rstrip("0123456789")
    position, end = number.removeprefix(prefix), upcoming.removeprefix(prefix)
    in_series = position.isascii() and position.isdigit() and number.startswith(prefix)
    return (
        in_series
        and len(position) == max(len(end), len(position.lstrip("0")))
        and (0 < int(position) <= int(end))
    )


def echoed(document: Document) -> dict[str, Any]:
    """What this API keeps in a document to echo it."""
    echo: dict[str, Any] = json.loads(document.extras.get(DIALECT, "{}"))
    return echo


def echoing(document: Document, **given: Any) -> dict[str, str]:
    """The extras of a document with more to echo; those of other APIs stay."""
    echo = {**echoed(document), **given}
    return {**document.extras, DIALECT: json.dumps(echo, ensure_ascii=False)}
