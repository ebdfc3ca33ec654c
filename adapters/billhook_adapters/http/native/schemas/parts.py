"""The parts of a document in requests: customer, recipients, lines, discount, schedule."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from billhook.model.base import Label, OneLine, Prose
from billhook.model.customer import MAX_RECIPIENTS
from billhook.model.instalments import MAX_INSTALMENTS
from billhook.model.line_items import MAX_TAXES
from billhook.model.money import Amount
from billhook.model.seller_profile import SellerProfile
from billhook.model.tax_ids import MAX_TAX_IDS, TaxIdKind, check_tax_id
from billhook_adapters.http.native.schemas.fields import (
    Country,
    Email,
    HexColor,
    HowMany,
    HsnSacCode,
    Id,
    Instant,
    Language,
    Percent,
    Phone,
    UnitPrice,
    WebUrl,
    Zone,
)

_Short = Annotated[OneLine, StringConstraints(max_length=256)]


class In(BaseModel):
    """A part of a payload; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class AddressIn(In):
    """A postal address."""

    line1: _Short = ""
    line2: _Short = ""
    city: _Short = ""
    state: _Short = ""
    postal_code: _Short = ""
    country: Country | None = None


class TaxIdIn(In):
    """The number of a taxpayer, checked as far as the format of its kind is known."""

    kind: TaxIdKind
    value: Annotated[OneLine, StringConstraints(min_length=1, max_length=64)] = Field(
        examples=["27AAPFU0939F1ZV"]
    )

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        check_tax_id(self.kind, self.value)
        return self


TaxIdsIn = Annotated[list[TaxIdIn], Field(max_length=MAX_TAX_IDS)]


class ProfileIn(In):
    """What invoices say of the seller besides the name of the account."""

    legal_name: Label | None = Field(
        default=None, description="The registered name, where it is not the name of the account."
    )
    address: AddressIn | None = None
    email: Email | None = None
    phone: Phone | None = None
    website: WebUrl | None = None
    tax_ids: TaxIdsIn = []
    accent_color: HexColor | None = Field(
        default=None, description="Of buttons and lines; darkened or lightened where text has it."
    )
    footer: Prose | None = Field(
        default=None, description="Text at the end of the page and the PDF."
    )
    payment_text: Prose | None = Field(default=None, description="How to pay, in words.")
    payment_link: WebUrl | None = Field(default=None, description="Where payers pay in a browser.")

    def profile(self) -> SellerProfile:
        """The profile with the fields that are given."""
        return SellerProfile.model_validate(self.model_dump(exclude_unset=True))


class CustomerIn(In):
    """Who pays, and how they can be reached."""

    id: Id | None = None
    name: Label | None = Field(default=None, examples=["Ravi"])
    email: Email | None = None
    contact: Phone | None = None
    billing_address: AddressIn | None = None
    shipping_address: AddressIn | None = None
    language: Language | None = Field(default=None, description="What they read.")
    time_zone: Zone | None = Field(
        default=None, description="Where they live by the clock: reminders keep quiet hours."
    )
    tax_ids: TaxIdsIn = []


class RecipientsIn(In):
    """The recipients, where it is not the customer alone; copies go with the first e-mail."""

    emails: Annotated[list[Email], Field(max_length=MAX_RECIPIENTS)] = []
    contacts: Annotated[list[Phone], Field(max_length=MAX_RECIPIENTS)] = []
    cc: Annotated[list[Email], Field(max_length=MAX_RECIPIENTS)] = []
    bcc: Annotated[list[Email], Field(max_length=MAX_RECIPIENTS)] = []


class TaxIn(In):
    """A tax on a line, by its rate in percent."""

    name: Label = Field(examples=["GST"])
    rate: Percent
    id: Id | None = None


class LineIn(In):
    """One thing billed, in the invoice's currency.

    `total` may be given as it was answered: it is computed, and not read.
    """

    name: Label = Field(examples=["Book"])
    unit_amount: UnitPrice
    quantity: HowMany = Decimal(1)
    description: Prose | None = None
    item: Id | None = None
    taxes: Annotated[list[TaxIn], Field(max_length=MAX_TAXES)] = []
    hsn_sac: HsnSacCode | None = Field(
        default=None, description="The Indian code of the goods (HSN) or the service (SAC)."
    )
    tax_inclusive: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Whether the price holds the taxes already."
    )
    total: Amount = Field(default=0, exclude=True, json_schema_extra={"readOnly": True})


def _one(given: str, other: str) -> JsonDict:
    """The schema of a part that has the one, and not the other."""
    null: JsonDict = {"type": "null"}
    return {"required": [given], "properties": {given: {"not": null}, other: null}}


class PartIn(In):
    """A part of what is billed: either a percentage, or an amount in smallest units."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [_one("percentage", "amount"), _one("amount", "percentage")]}
    )

    percentage: Percent | None = None
    amount: Amount | None = None


class DiscountIn(PartIn):
    """Off what is billed: either a percentage, or an amount in smallest units."""

    items: Annotated[list[Id], Field(max_length=50)] = Field(
        default=[], description="The items that it is on; on every line where there are none."
    )


class InstalmentIn(PartIn):
    """One part of what is billed: either a percentage, or an amount in smallest units."""

    id: Id
    due_by: Instant | None = None


class ScheduleIn(In):
    """The instalments in the order in which they are paid; the last one is what is left."""

    instalments: Annotated[list[InstalmentIn], Field(min_length=1, max_length=MAX_INSTALMENTS)]
