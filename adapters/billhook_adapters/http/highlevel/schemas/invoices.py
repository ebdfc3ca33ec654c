"""The payloads of create, update and text2pay."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from billhook.model.base import Identifier, OneLine, Paragraphs
from billhook.model.document import Document
from billhook.model.patch import MergePatch, Patch
from billhook_adapters.http.highlevel.echo import DETAILED, ECHOED, extras
from billhook_adapters.http.highlevel.schemas.fields import (
    Day,
    Long,
    Required,
    Short,
    midnight,
    validated,
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


class Tenant(In):
    """The tenancy, in a body."""

    alt_id: Required
    alt_type: Literal["location"]


class InvoiceIn(Tenant):
    """What create, update and text2pay have in common."""

    name: Required
    title: Short | None = None
    currency: Short
    description: Annotated[Paragraphs, Field(max_length=2048)] | None = None
    business_details: BusinessIn | None = None
    invoice_number: Annotated[OneLine, Field(max_length=40)] | None = None
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

    @property
    def country(self) -> str | None:
        """The country of the business, if its address names one."""
        business = self.business_details
        if business is None or business.address is None:
            return None
        return business.address.domain().country

    def patch(self) -> Patch:
        """What it sets of a document. Raises InvalidRequestError."""
        return validated("", Patch.model_validate, {**self._fields(), "extras": self._extras()})

    def document(self) -> Document:
        """The document of a new draft. Raises InvalidRequestError."""
        # The vendor has no field that forbids partial payments.
        fields = {"partial_payment": True, **self._fields(), "extras": self._extras()}
        return validated("", Document.model_validate, fields)

    def _fields(self) -> dict[str, Any]:
        name, items = self.billed
        fields: dict[str, Any] = {
            "title": self.name,
            "currency": self.currency,
            "date": midnight(self.issue_date),
            "lines": tuple(
                validated(f"{name}.{place}", item.domain, place, self.currency, name)
                for place, item in enumerate(items)
            ),
        }
        if self.description is not None:
            fields["description"] = self.description
        if self.invoice_number:
            fields["receipt"] = self.invoice_number
        if self.due_date is not None:
            fields["due_by"] = midnight(self.due_date)
        if self.contact_details is not None:
            fields["customer"] = validated("contactDetails", self.contact_details.domain)
        if self.sent_to is not None:
            fields["recipients"] = validated("sentTo", self.sent_to.domain)
        if self.discount is not None:
            fields["discount"] = validated("discount", self.discount.domain, self.currency)
        if self.payment_schedule is not None:
            fields["schedule"] = validated(
                "paymentSchedule", self.payment_schedule.domain, self.currency
            )
        if self.live_mode is not None:
            fields["live"] = self.live_mode
        return fields

    def _extras(self) -> dict[str, str]:
        given = self.given
        echo = {name: given[name] for name in (*ECHOED, *DETAILED) if name in given}
        echo["items"] = given[self.billed[0]]
        if self.invoice_number:
            echo["invoiceNumber"] = self.invoice_number
        return extras(**echo)


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

    def changes(self) -> MergePatch:
        """What it sets: `contactId` alone names the contact anew. Raises InvalidRequestError."""
        return MergePatch(patch=self.patch(), customer_id=self.contact_id)


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

    def patch(self) -> Patch:
        """What it sets of a document. Raises InvalidRequestError."""
        fees = self.late_fees_configuration.given
        return validated("", Patch.model_validate, {"extras": extras(lateFeesConfiguration=fees)})
