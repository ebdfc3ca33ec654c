"""The parts of HighLevel's invoice in requests, each with its domain's counterpart."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from billhook.model.base import Identifier, Value
from billhook.model.customer import MAX_RECIPIENTS, Customer, PostalAddress, Recipients
from billhook.model.instalments import MAX_INSTALMENTS, Instalment, PaymentSchedule
from billhook.model.line_items import MAX_TAXES, Line, Tax
from billhook.model.money import Currency
from billhook.model.pricing import Discount
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.http.highlevel.amounts import plain
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.fields import (
    OTHER,
    TEXT,
    CustomField,
    Day,
    InvalidRequestError,
    Long,
    Number,
    Positive,
    Required,
    Short,
    has_digits,
    smallest,
    unit_price,
)
from billhook_adapters.http.highlevel.serializers import tax_id

Flag = Annotated[bool, Strict()]


class In(Value):
    """A part of a request, in the vendor's spelling."""

    model_config = ConfigDict(alias_generator=to_camel)

    needed: ClassVar[tuple[str, ...]] = ()
    """What must be there beside what has no default: a kind of request may need more."""

    @property
    def given(self) -> dict[str, Any]:
        """What was given, as it is shown again."""
        given: dict[str, Any] = plain(
            self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
        )
        return given


class AddressIn(In):
    """A postal address."""

    address_line1: Short | None = Field(default=None, alias="addressLine1")
    address_line2: Short | None = Field(default=None, alias="addressLine2")
    city: Short | None = None
    state: Short | None = None
    country_code: Short | None = None
    postal_code: Short | None = None

    def domain(self) -> PostalAddress:
        """The address of the domain; of countries only codes of two letters."""
        code = (self.country_code or "").upper()
        return PostalAddress(
            line1=self.address_line1 or "",
            line2=self.address_line2 or "",
            city=self.city or "",
            state=self.state or "",
            postal_code=self.postal_code or "",
            country=code if len(code) == 2 and code.isascii() and code.isalpha() else None,
        )


def _kind(given: Any) -> str:
    return TEXT if isinstance(given, str) else OTHER


AddressOrText = Annotated[
    Annotated[Short, Tag(TEXT)] | Annotated[AddressIn, Tag(OTHER)], Discriminator(_kind)
]
"""An address, or its text: the vendor's webhooks have it so."""


def _is_taken(name: str, value: object) -> bool:
    try:
        SellerProfile.model_validate({name: value})
    except ValidationError:
        return False
    return True


class BusinessIn(In):
    """The seller as the invoice shows it."""

    logo_url: Short | None = None
    name: Short | None = None
    phone_no: Short | None = None
    address: AddressOrText | None = None
    website: Short | None = None
    custom_values: Annotated[list[Short], Field(max_length=50)] | None = None

    def domain(self) -> SellerProfile:
        """What the invoice says of its seller, without what no page can show."""
        website = self.website or ""
        given = self.address
        address = (
            given.domain() if isinstance(given, AddressIn) else PostalAddress(line1=given or "")
        )
        fields = {
            "legal_name": self.name or None,
            "phone": self.phone_no if has_digits(self.phone_no) else None,
            "website": website if "://" in website else f"https://{website}",
            "address": None if address == PostalAddress() else address,
        }
        return SellerProfile.model_validate(
            {name: value for name, value in fields.items() if value and _is_taken(name, value)}
        )


class AdditionalEmailIn(In):
    """One more address of the contact."""

    email: Short


class ContactIn(In):
    """Who pays; phone and e-mail may be empty."""

    id: Identifier
    name: Required
    phone_no: Short | None
    email: Short | None
    additional_emails: Annotated[list[AdditionalEmailIn], Field(max_length=50)] | None = None
    company_name: Short | None = None
    address: AddressIn | None = None
    custom_fields: Annotated[list[CustomField], Field(max_length=100)] | None = None

    def domain(self) -> Customer:
        """The value of the domain."""
        return Customer(
            id=self.id,
            name=self.name or None,
            email=self.email or None,
            contact=self.phone_no if has_digits(self.phone_no) else None,
            billing_address=self.address and self.address.domain(),
        )


class KnownContactIn(ContactIn):
    """The contact of an update; one that came through another API may have no name."""

    name: Short


class SentToIn(In):
    """The recipients, instead of the contact."""

    email: Annotated[list[Short], Field(max_length=MAX_RECIPIENTS)]
    email_cc: Annotated[list[Short], Field(max_length=MAX_RECIPIENTS)] | None = None
    email_bcc: Annotated[list[Short], Field(max_length=MAX_RECIPIENTS)] | None = None
    phone_no: Annotated[list[Short], Field(max_length=MAX_RECIPIENTS)] | None = None

    def domain(self) -> Recipients:
        """The recipients of the domain; empty texts are left out."""
        return Recipients(
            emails=tuple(filter(None, self.email)),
            contacts=tuple(filter(has_digits, self.phone_no or ())),
            cc=tuple(filter(None, self.email_cc or ())),
            bcc=tuple(filter(None, self.email_bcc or ())),
        )


class TaxIn(In):
    """A tax on an item; only `exclusive` ones; `taxInclusive` belongs to the item."""

    id: Identifier = Field(alias="_id")
    name: Required
    rate: Positive
    calculation: Literal["exclusive"] | None = None
    description: Short | None = None
    tax_id: Short | None = None

    def domain(self) -> Tax:
        """The value of the domain."""
        return Tax(
            id=None if self.id == tax_id(self.name) else self.id, name=self.name, rate=self.rate
        )


class ItemIn(In):
    """One thing billed, its amount in major units."""

    id: Short | None = Field(default=None, alias="_id")
    name: Required
    description: Annotated[Short, Field(max_length=2048)] | None = None
    product_id: Identifier | None = None
    price_id: Short | None = None
    currency: Short
    amount: Positive
    qty: Number
    taxes: Annotated[list[TaxIn], Field(max_length=MAX_TAXES)] | None = None
    automatic_tax_category_id: Short | None = None
    is_setup_fee_item: Flag | None = None
    type: Literal["one_time", "recurring"] | None = None
    tax_inclusive: Flag | None = None

    def domain(self, place: int, currency: str, list_name: str) -> Line:
        """The value of the domain. Raises InvalidRequestError and ValidationError."""
        if self.currency != currency:
            raise InvalidRequestError(
                422, f"{list_name}.{place}.currency must be {currency}, as the invoice's is"
            )
        return Line(
            name=self.name,
            description=self.description,
            item=self.product_id,
            unit_amount=unit_price(self.amount, currency, f"{list_name}.{place}.amount"),
            currency=Currency(currency),
            quantity=self.qty,
            taxes=tuple(tax.domain() for tax in self.taxes or ()),
            tax_inclusive=self.tax_inclusive or False,
        )


class DiscountIn(In):
    """Off what is billed: a percentage, or an amount in major units."""

    value: Positive = Decimal(0)
    type: Literal["percentage", "fixed"]
    valid_on_product_ids: Annotated[list[Identifier], Field(max_length=50)] | None = None

    def domain(self, currency: str) -> Discount | None:
        """The discount of the domain; zero is no discount. Raises InvalidRequestError."""
        if self.value == 0:
            return None
        items = tuple(self.valid_on_product_ids or ())
        if self.type == "percentage":
            return Discount(percentage=self.value, items=items)
        return Discount(amount=smallest(self.value, currency, "discount.value"), items=items)


class InstalmentIn(In):
    """One part of a schedule. The vendor's file does not describe it.

    `amount` and `status` are answered, and not read.
    """

    id: Identifier | None = Field(default=None, alias="_id")
    name: Short | None = None
    value: Positive
    due_date: Day | None = None
    amount: Any = None
    status: Any = None


def _no_schedule(given: Any) -> Any:
    """No schedule for an object without instalments, which is how an answer shows that."""
    if isinstance(given, dict):
        fields = cast("dict[str, Any]", given)
        if not fields or fields.get("schedules") == []:
            return ScheduleIn.model_construct(type="fixed", schedules=[])
    return cast("Any", given)


class ScheduleIn(In):
    """The instalments by which the invoice is paid."""

    type: Literal["fixed", "percentage"]
    schedules: Annotated[list[InstalmentIn], Field(max_length=MAX_INSTALMENTS)]

    def domain(self, currency: str, location: Location) -> PaymentSchedule | None:
        """The value of the domain. Raises InvalidRequestError and ValidationError."""
        if not self.schedules:
            return None
        return PaymentSchedule(
            instalments=tuple(
                Instalment(
                    id=one.id or f"instalment_{place}",
                    due_by=None if one.due_date is None else location.end_of(one.due_date),
                    percentage=one.value if self.type == "percentage" else None,
                    amount=None
                    if self.type == "percentage"
                    else smallest(
                        one.value, currency, f"paymentSchedule.schedules.{place - 1}.value"
                    ),
                )
                for place, one in enumerate(self.schedules, 1)
            )
        )


ScheduleOrNone = Annotated[ScheduleIn, BeforeValidator(_no_schedule)]
"""A schedule; `{}` is none."""


class FrequencyIn(In):
    """How often a late fee is due."""

    interval_count: Positive
    interval: Literal["minute", "hour", "day", "week", "month", "one_time"]


class GraceIn(In):
    """The grace period."""

    interval_count: Positive
    interval: Literal["day"]


class MostFeesIn(In):
    """The most that they may add up to."""

    type: Literal["fixed"]
    value: Positive


class LateFeesIn(In):
    """Late fees: kept and shown, never charged."""

    enable: Flag
    value: Positive
    type: Literal["fixed", "percentage"]
    frequency: FrequencyIn
    grace: GraceIn | None = None
    max_late_fees: MostFeesIn | None = None


NumberOrText = Annotated[
    Annotated[Short, Tag(TEXT)] | Annotated[Number, Tag(OTHER)], Discriminator(_kind)
]
"""A number: the vendor's file says text, its example has numbers."""


class TipsIn(In):
    """Which tips are offered."""

    tips_percentage: Annotated[list[NumberOrText], Field(max_length=20)]
    tips_enabled: Flag


class AttachmentIn(In):
    """A file that is named, and never fetched."""

    id: Short
    name: Short
    url: Annotated[Long, Field(max_length=2048)]
    type: Short
    size: Positive


class StripeIn(In):
    """Stripe's own choices."""

    enable_bank_debit_only: Flag


class MethodsIn(In):
    """By what the payer may pay."""

    stripe: StripeIn


class ChargeIn(In):
    """A processing fee that was paid."""

    name: Short
    charge: Positive
    amount: Positive
    id: Short = Field(alias="_id")


class FeesIn(In):
    """Processing fees."""

    charges: Annotated[list[Any], Field(max_length=50)]
    collected_miscellaneous_charges: Positive | None = None
    paid_charges: Annotated[list[ChargeIn], Field(max_length=50)] | None = None


MAX_ITEMS = 50
"""The vendor's own limit, below that of the domain."""

Items = Annotated[list[ItemIn], Field(max_length=MAX_ITEMS)]
