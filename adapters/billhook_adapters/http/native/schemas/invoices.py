"""The payloads of requests. The domain validates them once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from billhook.application.records import Page, Place, Search
from billhook.application.sending import MissingAddressPolicy
from billhook.model.base import (
    MAX_NOTES,
    Identifier,
    Label,
    Note,
    NoteName,
    OneLine,
    Prose,
    Text,
    Value,
)
from billhook.model.customer import MAX_MEDIA, Medium, Suppression
from billhook.model.document import MAX_LINES, Document
from billhook.model.instalments import MAX_INSTALMENTS
from billhook.model.invoice import InvoiceId, Status
from billhook.model.line_items import Rounding
from billhook.model.money import PositiveAmount
from billhook.model.patch import Patch
from billhook_adapters.http.native.errors import field_errors, invalid
from billhook_adapters.http.native.schemas.cursors import (
    Cursor,
    EventCursor,
    number_of,
    place_of,
)
from billhook_adapters.http.native.schemas.fields import (
    DIGITS,
    Code,
    Id,
    Instant,
    Reachable,
)
from billhook_adapters.http.native.schemas.parts import (
    CustomerIn,
    DiscountIn,
    In,
    LineIn,
    ProfileIn,
    RecipientsIn,
    ScheduleIn,
)

V = TypeVar("V", bound=Value)

Media = Annotated[list[Medium], Field(max_length=MAX_MEDIA)]
"""Media by which the payer is notified."""


class _Fields(In):
    title: Label | None = None
    customer: CustomerIn | None = None
    seller: ProfileIn | None = Field(
        default=None,
        description="What this invoice says of its seller, where it is not the account's profile.",
    )
    recipients: RecipientsIn | None = None
    lines: Annotated[list[LineIn], Field(max_length=MAX_LINES)] = Field(default=[])
    discount: DiscountIn | None = None
    schedule: ScheduleIn | None = None
    live: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="False is a trial: it reaches no real recipient."
    )
    description: Prose | None = None
    receipt: Annotated[OneLine, StringConstraints(min_length=1, max_length=40)] | None = None
    date: Instant | None = None
    due_by: Instant | None = Field(
        default=None, description="When payment is due; reminders count from it."
    )
    expire_by: Instant | None = None
    partial_payment: Annotated[bool, Field(strict=True)] = False
    first_payment_min_amount: PositiveAmount | None = None
    terms: Prose | None = None
    comment: Prose | None = None
    notes: Annotated[dict[NoteName, Note], Field(max_length=MAX_NOTES)] = Field(default={})
    media: Media = Field(default=[])

    def _fields(self, currency: str) -> dict[str, Any]:
        fields = self.model_dump(exclude_unset=True, exclude={"id", "send"})
        for line in fields.get("lines", ()):
            line["currency"] = currency
        return fields


class SendIn(In):
    """The media to send by: those of the document where `media` is left out.

    With `required`, a payer without an address for one of them is an error; with
    `available`, that medium is left out.
    """

    media: Media | None = None
    addresses: MissingAddressPolicy = MissingAddressPolicy.REQUIRED

    @property
    def chosen(self) -> tuple[Medium, ...] | None:
        """The media, or None for the document's."""
        return None if self.media is None else tuple(self.media)


class InvoiceIn(_Fields):
    """A document; with `send`, it is issued and sent to its payer, all or nothing."""

    currency: Code
    rounding: Rounding | None = Field(
        default=None, description="The account's own rule where it is left out."
    )
    id: Id | None = Field(default=None, description="Minted where it is left out.")
    send: SendIn | None = None

    @property
    def chosen_id(self) -> InvoiceId | None:
        """The id, if the caller has one."""
        return None if self.id is None else InvoiceId(self.id)

    def document(self) -> Document:
        """The document of the domain. Raises ProblemError."""
        fields = self._fields(self.currency)
        if self.rounding is None:
            fields.pop("rounding", None)
        return _validated(Document, fields)


def _without_defaults(schema: dict[str, Any]) -> None:
    for described in schema["properties"].values():
        described.pop("default", None)


class EditsIn(_Fields):
    """The fields given are the fields set; null clears one that may be empty."""

    # What is left out stays as it is, and takes no default.
    model_config = ConfigDict(json_schema_extra=_without_defaults)

    currency: Code = Field(default=None)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # left out, never null

    @property
    def needs_currency(self) -> bool:
        """New lines are in the invoice's currency, and phone numbers of its country at last."""
        given = self.model_fields_set
        return bool(given & {"lines", "customer", "recipients"}) and "currency" not in given

    def patch(self, currency: str) -> Patch:
        """The patch of the domain, with lines in this currency. Raises ProblemError."""
        return _validated(Patch, self._fields(currency))


class NotifyIn(In):
    """The medium to notify the payer by."""

    medium: Medium


class ContactIn(In):
    """An address of a payer."""

    address: Reachable


class SuppressionIn(ContactIn):
    """Why messages to an address are suppressed from now on; null allows them again."""

    suppressed: Suppression | None


class PaymentIn(In):
    """Money that is to be paid, or with `report`, money that came in already.

    A payment to take is refused where the invoice does not allow it. One that is
    reported is kept in any case: what no invoice takes is listed among the unapplied.
    """

    amount: PositiveAmount = Field(examples=[49900])
    currency: Code
    reference: Annotated[OneLine, StringConstraints(min_length=1, max_length=128)] | None = Field(
        default=None,
        description="Unique in the account; minted where it is left out, the same one for the "
        "same Idempotency-Key.",
        examples=["pay_1"],
    )
    report: Annotated[bool, Field(strict=True)] = False
    instalments: Annotated[list[Identifier], Field(max_length=MAX_INSTALMENTS)] = Field(
        default=[],
        description="The ids of the instalments that it pays; else it pays those due first.",
    )


class RefundIn(In):
    """Money of an unapplied payment that was sent back; all of it without an amount."""

    payment: Annotated[OneLine, StringConstraints(min_length=1, max_length=128)] = Field(
        description="The reference under which the money came in.", examples=["pay_1"]
    )
    amount: PositiveAmount | None = Field(default=None, examples=[100])


class ApplyIn(RefundIn):
    """Money of an unapplied payment for an invoice; without an amount what it needs and has."""

    invoice: Annotated[Text, StringConstraints(min_length=1, max_length=64)] = Field(
        examples=["inv_Hq3kD0a8xYb2Zc"]
    )


# A query leaves out what it does not set: it has no null.
TextInQuery = Annotated[
    Annotated[Text, StringConstraints(max_length=256)] | None,
    WithJsonSchema({"type": "string", "maxLength": 256}),
]
InstantInQuery = Annotated[
    Instant | None, WithJsonSchema({"type": "string", "format": "date-time"})
]


_CURSOR = "The `next_cursor` of the page before."


class PageIn(In):
    """Which page of a list is wanted."""

    limit: Annotated[int, Field(ge=1, le=500), DIGITS] = 100
    cursor: Cursor = Field(default=None, description=_CURSOR)

    @property
    def after(self) -> Place | None:
        """Where the page before ended."""
        return None if self.cursor is None else place_of(self.cursor)


class EventPageIn(In):
    """Which page of the events of an invoice is wanted."""

    limit: Annotated[int, Field(ge=1, le=500), DIGITS] = 100
    cursor: EventCursor = Field(default=None, description=_CURSOR)

    @property
    def after(self) -> int | None:
        """How many events come before the page."""
        return None if self.cursor is None else number_of(self.cursor)


class MomentIn(In):
    """The time at which an invoice is shown."""

    at: InstantInQuery = Field(default=None, description="As it was then; now if left out.")


class ListIn(PageIn):
    """Which invoices are wanted; every condition given must hold."""

    status: Annotated[list[Status], Field(max_length=len(Status))] = Field(
        default=[], description="As they stand now; several are an or."
    )
    receipt: TextInQuery = None
    customer: TextInQuery = Field(default=None, description="The id of the customer.")
    payment: TextInQuery = Field(default=None, description="The reference of an applied payment.")
    overdue: bool | None = Field(
        default=None, description="Whether a due date of what is unpaid has passed."
    )
    created_from: InstantInQuery = None
    created_to: InstantInQuery = None
    order: Literal["newest_first", "oldest_first"] = "newest_first"
    skip: Annotated[int, Field(ge=0, le=1_000_000), DIGITS] = 0
    limit: Annotated[int, Field(ge=1, le=500), DIGITS] = 10

    def search(self, page: Page[Place]) -> Search:
        """The search of the domain for a page; `skip` counts on the first one alone."""
        fields: Mapping[str, Any] = {
            "statuses": frozenset(self.status) or None,
            "receipt": self.receipt,
            "customer": self.customer,
            "payment": self.payment,
            "overdue": self.overdue,
            "created_from": self.created_from,
            "created_to": self.created_to,
            "after": page.after,
            "skip": self.skip if page.after == self.after else 0,
            "limit": page.limit,
            "oldest_first": self.order == "oldest_first",
        }
        return Search.model_validate(fields)


def _validated(kind: type[V], fields: Mapping[str, Any]) -> V:
    try:
        return kind.model_validate(fields)
    except ValidationError as wrong:
        raise invalid(field_errors(wrong.errors(), "body")) from None
