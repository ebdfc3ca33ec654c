"""The bodies of responses: money in smallest units, times in RFC 3339, statuses as of now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from billhook.application.records import (
    Contact,
    ContactHistory,
    RecordedEvent,
    RecordedPayment,
    Refund,
)
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEventType
from billhook.model.canonical_json import plain
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import Invoice, Status
from billhook.model.line_items import Line, Rounding
from billhook_adapters.http.native.schemas.invoices import EditsIn

Exact = Annotated[str, BeforeValidator(plain)]
"""A decimal number as text, so that no reader makes a float of it."""

WholeOrExact = Annotated[int | str, BeforeValidator(plain)]
"""A whole number as it is, any other one as text."""


class Out(BaseModel):
    """A part of a response."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")


class AddressOut(Out):
    """A postal address."""

    line1: str
    line2: str
    city: str
    state: str
    postal_code: str
    country: str | None


class TaxIdOut(Out):
    """The number of a taxpayer."""

    kind: str = Field(examples=["gstin"])
    value: str


class ProfileOut(Out):
    """What invoices say of the seller besides the name of the account."""

    legal_name: str | None
    address: AddressOut | None
    email: str | None
    phone: str | None
    website: str | None
    tax_ids: list[TaxIdOut]
    accent_color: str | None
    footer: str | None
    payment_text: str | None
    payment_link: str | None


class CustomerOut(Out):
    """Who pays."""

    id: str | None
    name: str | None
    email: str | None
    contact: str | None
    billing_address: AddressOut | None
    shipping_address: AddressOut | None
    language: str | None
    time_zone: str | None
    tax_ids: list[TaxIdOut]


class RecipientsOut(Out):
    """The recipients, where it is not the customer alone."""

    emails: list[str]
    contacts: list[str]
    cc: list[str]
    bcc: list[str]


class TaxOut(Out):
    """A tax on a line, by its rate in percent."""

    name: str
    rate: Exact
    id: str | None


class DiscountOut(Out):
    """Off what is billed."""

    percentage: Exact | None
    amount: int | None
    items: list[str]


class InstalmentOut(Out):
    """One part of what is billed."""

    id: str
    percentage: Exact | None
    amount: int | None
    due_by: datetime | None


class ScheduleOut(Out):
    """The instalments in the order in which they are paid."""

    instalments: list[InstalmentOut]


class InstalmentStateOut(Out):
    """What one instalment amounts to, what is paid of it, and what is due."""

    id: str
    amount: int
    paid: int
    due: int
    due_by: datetime | None


class SummaryOut(Out):
    """The sum of the lines by its parts; `tax` is all of it, also what prices held already."""

    subtotal: int
    discount: int
    tax: int
    total: int


class LineOut(Out):
    """One thing billed; `total` is its price alone, rounded on its own."""

    name: str
    unit_amount: WholeOrExact = Field(examples=[49900, "0.42"])
    quantity: Exact = Field(examples=["1.5"])
    total: int
    description: str | None
    item: str | None
    taxes: list[TaxOut]
    hsn_sac: str | None
    tax_inclusive: bool

    @classmethod
    def of(cls, line: Line) -> Self:
        """The answer that shows this line."""
        fields: dict[str, Any] = {**dict(line), "total": line.total}
        return cls.model_validate({name: fields[name] for name in cls.model_fields})


class InvoiceOut(Out):
    """An invoice as it stands now: one whose time ran out is expired."""

    id: str = Field(examples=["inv_Hq3kD0a8xYb2Zc"])
    version: int
    status: Status
    currency: str = Field(examples=["INR"])
    amount: int = Field(description="The total, in smallest units.", examples=[99800])
    paid: int
    due: int
    number: str | None
    short_url: str | None
    first_payment: str | None = Field(description="The reference of the first payment.")
    created_at: datetime
    updated_at: datetime = Field(description="When it last changed, by a payment as well.")
    issued_at: datetime | None
    paid_at: datetime | None
    expired_at: datetime | None
    cancelled_at: datetime | None
    title: str | None
    customer: CustomerOut | None
    seller: ProfileOut | None
    recipients: RecipientsOut | None
    lines: list[LineOut]
    discount: DiscountOut | None
    summary: SummaryOut
    schedule: ScheduleOut | None
    instalments: list[InstalmentStateOut] = Field(
        description="The instalments of the schedule with what is paid of each."
    )
    live: bool
    description: str | None
    receipt: str | None
    date: datetime | None
    due_by: datetime | None
    next_due_by: datetime | None = Field(description="The earliest due date of what is unpaid.")
    expire_by: datetime | None
    partial_payment: bool
    first_payment_min_amount: int | None
    terms: str | None
    comment: str | None
    notes: dict[str, str]
    media: tuple[Medium, ...]
    rounding: Rounding

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        """The answer that shows this invoice."""
        fields: dict[str, Any] = {**dict(invoice.document), **dict(invoice), "due": invoice.due}
        fields["next_due_by"] = invoice.next_due_by
        fields["summary"] = invoice.document.summary
        fields["instalments"] = [{**one._asdict(), "due": one.due} for one in invoice.instalments]
        fields["lines"] = [LineOut.of(line) for line in invoice.document.lines]
        return cls.model_validate({name: fields[name] for name in cls.model_fields})


ONLY_ANSWERED = frozenset(InvoiceOut.model_fields) - set(EditsIn.model_fields)
"""The fields of an invoice that no request sets."""


class MessageOut(Out):
    """A message to the payer, and where it stands on its way."""

    id: str
    invoice: str
    medium: Medium
    address: str
    reminder: int | None = Field(description="Which reminder it is, counted from 1, if it is one.")
    status: DeliveryStatus
    attempts: int
    requested_at: datetime
    due_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    provider_id: str | None

    @classmethod
    def of(cls, message: Message) -> Self:
        """The answer that shows this message."""
        return cls.model_validate(message)


class ContactOut(Out):
    """An address, and whether it may be written to: `suppressed` is why not."""

    medium: Medium
    address: str
    suppressed: Suppression | None
    last_message: datetime | None

    @classmethod
    def of(cls, contact: Contact, known: ContactHistory) -> Self:
        """The answer that shows what is remembered of an address."""
        return cls(
            medium=contact.medium,
            address=contact.address,
            suppressed=known.suppressed,
            last_message=known.last_message_at,
        )


class WebhookEndpointOut(Out):
    """A URL of the account that receives webhook events; its secret is not shown."""

    id: str
    url: str
    style: str
    events: list[WebhookEventType]
    location: str | None
    public_key: str | None = Field(
        description="By which the receiver verifies, PEM; null where it knows the secret."
    )
    silenced: bool = Field(description="Whether it is paused, or failed for 24 hours.")


class WebhookEndpointsOut(Out):
    """The webhook endpoints of the account."""

    webhook_endpoints: list[WebhookEndpointOut]

    @classmethod
    def of(cls, endpoints: Iterable[WebhookEndpoint]) -> Self:
        """The answer that shows these."""
        names = WebhookEndpointOut.model_fields
        return cls.model_validate(
            {
                "webhook_endpoints": [
                    {name: getattr(one, name) for name in names} for one in endpoints
                ]
            }
        )


class SentOut(Out):
    """An invoice, and the messages that were queued with it."""

    invoice: InvoiceOut
    messages: list[MessageOut]

    @classmethod
    def of(cls, invoice: Invoice, messages: Iterable[Message] = ()) -> Self:
        """The answer that shows both."""
        return cls(invoice=InvoiceOut.of(invoice), messages=[MessageOut.of(m) for m in messages])


class PaidOut(Out):
    """A payment that an invoice took."""

    reference: str
    invoice: InvoiceOut


class PaymentOut(Out):
    """A payment; `applied` is whether it counts towards the invoice."""

    reference: str
    invoice: str
    amount: int
    currency: str
    instalments: list[str] = Field(description="The ids of the instalments that it named.")
    at: datetime
    applied: bool
    unapplied: int = Field(
        description="What is left of one that no invoice took: neither applied since nor refunded."
    )
    refunded: int
    origin: str | None = Field(
        description="The reference of the unapplied payment that this one is a part of."
    )

    @classmethod
    def of(cls, recorded: RecordedPayment) -> Self:
        """The answer that shows this payment."""
        payment = recorded.payment
        return cls(
            reference=payment.reference,
            invoice=recorded.invoice,
            amount=payment.amount,
            currency=payment.currency,
            instalments=list(payment.instalments),
            at=recorded.at,
            applied=recorded.applied,
            unapplied=recorded.unapplied,
            refunded=recorded.refunded,
            origin=recorded.origin,
        )


class RefundOut(Out):
    """What was sent back of an unapplied payment, and what is left of it."""

    payment: str
    amount: int
    unapplied: int

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """The answer that shows this refund."""
        return cls(payment=refund.payment, amount=refund.amount, unapplied=refund.unapplied)


class EventOut(Out):
    """Something that happened; `version` is that of the invoice after it, if it changed it."""

    name: str = Field(examples=["invoice.issued"])
    at: datetime
    version: int | None
    actor: str | None
    body: dict[str, Any] = Field(
        description="Its fields, as `docs/reference/events.md` lists them."
    )

    @classmethod
    def of(cls, stamped: RecordedEvent) -> Self:
        """The response that shows this event."""
        event = stamped.event
        body = {name: value for name, value in plain(event).items() if name != "at"}
        return cls(
            name=event.name, at=event.at, version=stamped.version, actor=stamped.actor, body=body
        )


class _PageOut(Out):
    next_cursor: str | None = Field(
        description="The `cursor` of the next page; null on the last. A page may be short of its "
        "`limit` where its rows are large."
    )


class InvoicesOut(_PageOut):
    """A page of invoices."""

    invoices: list[InvoiceOut]


class MessagesOut(_PageOut):
    """A page of the messages about an invoice, the oldest first."""

    messages: list[MessageOut]


class PaymentsOut(_PageOut):
    """A page of payments, the oldest first."""

    payments: list[PaymentOut]


class RemindersOut(Out):
    """How many reminders were sent, and when the next are planned."""

    sent: int
    planned: list[datetime]


class EventsOut(_PageOut):
    """A page of what happened to an invoice, the oldest first."""

    events: list[EventOut]
