"""The payloads of create, update and text2pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from billhook.model.base import Identifier, OneLine, Paragraphs
from billhook.model.document import Document
from billhook.model.line_items import Line
from billhook.model.patch import MergePatch, Patch
from billhook_adapters.http.highlevel.echo import (
    BESIDE_CONTACT,
    BESIDE_ITEM,
    BESIDE_TAX,
    ECHOED,
    beside,
    extras,
)
from billhook_adapters.http.highlevel.known import Known
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.fields import (
    Day,
    Free,
    Long,
    Required,
    Short,
    validated,
)
from billhook_adapters.http.highlevel.schemas.parts import (
    AddressIn,
    AttachmentIn,
    BusinessIn,
    ContactIn,
    DiscountIn,
    FeesIn,
    Flag,
    In,
    Items,
    KnownContactIn,
    LateFeesIn,
    MethodsIn,
    ScheduleOrNone,
    SentToIn,
    TipsIn,
)


class Tenant(In):
    """The tenancy, in a body."""

    alt_id: Required
    alt_type: Literal["location"]


class InvoiceIn(Tenant):
    """What create, update and text2pay have in common; `needed` is what each must be given."""

    name: Required | None = None
    title: Short | None = None
    currency: Short | None = None
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
    issue_date: Day | None = None
    due_date: Day | None = None
    sent_to: SentToIn | None = None
    payment_schedule: ScheduleOrNone | None = None
    late_fees_configuration: LateFeesIn | None = None
    tips_configuration: TipsIn | None = None
    payment_methods: MethodsIn | None = None
    attachments: Annotated[list[AttachmentIn], Field(max_length=50)] | None = None
    miscellaneous_charges: FeesIn | None = None
    xero_details: Free | None = None

    @property
    def billed(self) -> tuple[str, Items | None]:
        """What the vendor calls the list of items in this request, and the list."""
        raise NotImplementedError

    def country(self, known: Known | None) -> str | None:
        """The country of the business, if its address names one."""
        business = self.business_details
        if business is None and known is not None:
            business = validated("", BusinessIn.model_validate, known.shown["businessDetails"])
        if business is None or not isinstance(business.address, AddressIn):
            return None
        return business.address.domain().country

    def patch(self, location: Location, known: Known | None) -> Patch:
        """What it sets of the document of an invoice. Raises InvalidRequestError."""
        fields = self._fields(location, known)
        if echo := self._extras(fields):
            fields["extras"] = echo
        return validated("", Patch.model_validate, fields)

    def document(self, location: Location) -> Document:
        """The document of a new draft. Raises InvalidRequestError."""
        # The vendor has no field that forbids partial payments.
        fields = {"partial_payment": True, **self._fields(location, None)}
        return validated("", Document.model_validate, {**fields, "extras": self._extras(fields)})

    def _fields(self, location: Location, known: Known | None) -> dict[str, Any]:
        currency = self.currency or (known.invoice.document.currency if known else "")
        simple = {
            "title": self.name,
            "currency": self.currency,
            "description": self.description,
            "receipt": self.invoice_number or None,
            "date": self.issue_date and location.start_of(self.issue_date),
            "due_by": self.due_date and location.end_of(self.due_date),
            "recipients": self.sent_to and validated("sentTo", self.sent_to.domain),
            "live": self.live_mode,
        }
        fields: dict[str, Any] = {name: one for name, one in simple.items() if one is not None}
        if self.billed[1] is not None:
            fields["lines"] = self._lines(currency, known)
        if self.contact_details is not None:
            customer = validated("contactDetails", self.contact_details.domain)
            given = self.contact_details.given
            fields["customer"] = customer if known is None else known.customer(given, customer)
        if self.business_details is not None:
            fields["seller"] = self.business_details.domain()
        if self.discount is not None:
            fields["discount"] = validated("discount", self.discount.domain, currency)
        if self.payment_schedule is not None:
            fields["schedule"] = validated(
                "paymentSchedule", self.payment_schedule.domain, currency, location
            )
        return fields

    def _lines(self, currency: str, known: Known | None) -> tuple[Line, ...]:
        name, items = self.billed
        lines: list[Line] = []
        for place, item in enumerate(items or ()):
            line = None if known is None else known.line(item.given, place)
            if line is None or line.currency != currency:
                line = validated(f"{name}.{place}", item.domain, place, currency, name)
            lines.append(line)
        return tuple(lines)

    def _extras(self, fields: Mapping[str, Any]) -> dict[str, str]:
        given = self.given
        echo = {name: given[name] for name in ECHOED if name in given}
        if self.invoice_number:
            echo["invoiceNumber"] = self.invoice_number
        if self.business_details is not None:
            business = given["businessDetails"]
            echo["businessDetails"] = beside(fields["seller"], business, business)
        if self.discount is not None:
            echo["discount"] = {"type": self.discount.type}
        if self.contact_details is not None:
            contact = self.contact_details.given
            echo["contactDetails"] = beside(fields["customer"], contact, BESIDE_CONTACT)
        if fields.get("schedule") is not None:
            echo["paymentSchedule"] = beside(
                fields["schedule"], given["paymentSchedule"], ("schedules",)
            )
            echo["paymentSchedule"]["schedules"] = [
                {"name": one["name"]} if "name" in one else {}
                for one in echo["paymentSchedule"]["schedules"]
            ]
        name, items = self.billed
        if items is not None:
            echo["items"] = [*map(_beside_line, fields["lines"], given[name])]
        return extras(**echo)


def _beside_line(line: Line, item: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an item beside its line."""
    kept = beside(line, item, BESIDE_ITEM)
    if item.get("taxes"):
        kept["taxes"] = [
            {name: tax[name] for name in BESIDE_TAX if name in tax} for tax in item["taxes"]
        ]
    return kept


class CreateIn(InvoiceIn):
    """The body of `POST /invoices/`."""

    needed = (
        "name", "businessDetails", "currency", "items", "discount", "contactDetails", "issueDate",
        "sentTo", "liveMode",
    )  # fmt: skip
    items: Items | None = None

    @property
    def billed(self) -> tuple[str, Items | None]:
        """What create calls the list of items."""
        return "items", self.items


class UpdateIn(InvoiceIn):
    """The body of `PUT /invoices/{invoiceId}`."""

    needed = ("name", "currency", "invoiceItems", "issueDate", "dueDate")
    contact_id: Identifier | None = None
    contact_details: KnownContactIn | None = None  # pyright: ignore[reportIncompatibleVariableOverride]  # payloads are frozen, so a narrower type is safe
    invoice_items: Items | None = None

    @property
    def billed(self) -> tuple[str, Items | None]:
        """What update calls the list of items."""
        return "invoiceItems", self.invoice_items

    def changes(self, location: Location, known: Known | None) -> MergePatch:
        """What it sets: `contactId` alone names the contact anew. Raises InvalidRequestError."""
        return MergePatch(patch=self.patch(location, known), customer_id=self.contact_id)


class TextToPayIn(InvoiceIn):
    """The body of `POST /invoices/text2pay`.

    A draft is made or updated, and sent where `action` is `send`.
    """

    needed = (
        "name", "currency", "items", "contactDetails", "issueDate", "sentTo", "liveMode",
    )  # fmt: skip
    id: Short | None = None
    action: Literal["draft", "send"]
    user_id: Required
    items: Items | None = None

    @property
    def billed(self) -> tuple[str, Items | None]:
        """What text2pay calls the list of items."""
        return "items", self.items


class LateFeesChangeIn(Tenant):
    """The body of `PATCH /invoices/{invoiceId}/late-fees-configuration`."""

    late_fees_configuration: LateFeesIn

    def patch(self) -> Patch:
        """What it sets of a document. Raises InvalidRequestError."""
        fees = self.late_fees_configuration.given
        return validated("", Patch.model_validate, {"extras": extras(lateFeesConfiguration=fees)})
