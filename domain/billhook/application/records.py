"""Records that stores keep besides invoices, and the writes of a transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from pydantic import Field, Strict, model_validator

from billhook.lifecycle.error_value import ErrorValue, Remedy
from billhook.lifecycle.events import Event
from billhook.lifecycle.expire import ExpiredInvoice
from billhook.lifecycle.notify import DELIVERABLE, Deliverability
from billhook.messaging.delivery import MessageKey
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.sms_limits import SmsBudgetKey
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointKey, WebhookEvent
from billhook.model.account import Account, AccountPolicy
from billhook.model.addresses import normal_form
from billhook.model.base import (
    IDENTIFIER,
    AccountId,
    Count,
    Identifier,
    Instant,
    Text,
    Value,
)
from billhook.model.customer import Medium, Suppression
from billhook.model.frozen import frozen
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey, InvoiceNumber, Status
from billhook.model.logo import Logo
from billhook.model.object_schema import written_as_object
from billhook.model.payment import Payment, Reference
from billhook.model.reminder_schedule import ReminderProgress
from billhook.model.search_text import searched_text
from billhook.model.seller_profile import NO_PROFILE, SellerProfile

P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[P_co]):
    """A page of a list: up to `limit` rows behind the place `after`; None is no bound.

    >>> Page(limit=2, after=4).limit
    2
    """

    limit: int | None = None
    after: P_co | None = None


class Listing(NamedTuple):
    """A page of a list that begins with the newest row: `limit` rows behind the first `skip`.

    `since` and `until` are inclusive; None is no bound.

    >>> Listing(limit=2).skip
    0
    """

    limit: int
    skip: int = 0
    since: datetime | None = None
    until: datetime | None = None


Place = tuple[datetime, str]
"""The place of a row in a list by time: its time and its id or reference."""

WHOLE: Page[Any] = Page()
"""All rows of a list in one page."""


class IdempotencyKey(NamedTuple):
    """A caller's idempotency key, within its account."""

    account: AccountId
    key: str


class PaymentKey(NamedTuple):
    """A payment's reference, within its account."""

    account: AccountId
    reference: Reference


class RateLimitKey(NamedTuple):
    """A rate limit of one medium: for one account, or for all if `account` is None."""

    account: AccountId | None
    medium: Medium


class _ContactParts(NamedTuple):
    account: AccountId
    medium: Medium
    address: str


@written_as_object
class Contact(_ContactParts):
    """One address of one medium, within an account, under the normal form of the address.

    Contacts are compared and stored in it alone, so that no spelling of an address is another one.

    >>> Contact(AccountId("acc_1"), Medium.EMAIL, "Ravi@Example.com").address
    'ravi@example.com'
    """

    __slots__ = ()

    def __new__(cls, account: AccountId, medium: Medium, address: str) -> Contact:
        return super().__new__(cls, account, medium, normal_form(address))

    def __repr__(self) -> str:
        return f"Contact(account={self.account!r}, medium={self.medium!r})"


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """What is recorded about a contact: its suppression, and its last message."""

    suppressed: Suppression | None = None
    last_message_at: datetime | None = None
    """When a message to it was last requested, about any invoice."""

    def deliverability(
        self, policy: AccountPolicy, invoice_last_message_at: datetime | None = None
    ) -> Deliverability:
        """Whether the contact may be sent a message about an invoice, by the account's policy.

        `invoice_last_message_at` is when a message about the invoice was last requested by
        that medium.
        """
        if self.suppressed is None and not (policy.resend_wait or policy.invoice_wait):
            return DELIVERABLE
        waits = (
            (self.last_message_at, policy.resend_wait),
            (invoice_last_message_at, policy.invoice_wait),
        )
        allowed = [last + wait for last, wait in waits if last is not None and wait]
        return Deliverability(self.suppressed, max(allowed, default=None))


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """The stored result of a request under an idempotency key; valid before `until`."""

    request: IdempotencyKey
    fingerprint: str
    answer: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class RecordedPayment:
    """A payment, and what was answered to it: a version of its invoice, or an error.

    Amounts are in smallest units of the payment's currency.
    """

    account: AccountId
    invoice: InvoiceId
    """The invoice for which it came in."""
    payment: Payment
    at: datetime
    answer: int | bytes = field(repr=False)
    """The version of the invoice that it made; or the encoded error, if it was not applied."""
    unapplied: int = 0
    """What is left of a payment that was not applied: neither applied since, nor refunded."""
    refunded: int = 0
    origin: Reference | None = None
    """The reference of the unapplied payment that this one is a part of."""

    @property
    def applied(self) -> bool:
        """Whether it was applied to its invoice."""
        return isinstance(self.answer, int)

    @property
    def key(self) -> PaymentKey:
        """The key of this payment in a store."""
        return PaymentKey(self.account, self.payment.reference)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that was sent back of an unapplied payment, in smallest units, and what is left."""

    payment: Reference
    amount: int
    unapplied: int


class NumberKey(NamedTuple):
    """The number of an issued invoice, within its account."""

    account: AccountId
    number: InvoiceNumber


WebhookEndpoints = Sequence[WebhookEndpoint]

OutboxMessage = Message | WebhookEvent
"""An entry of the outbox."""

WEBHOOK = "webhook"
"""The kind of the delivery queues of webhook events."""

KINDS = (*(medium.value for medium in Medium), WEBHOOK)
"""The kinds of delivery queues: one for each medium, and webhooks."""


class DeliveryQueue(NamedTuple):
    """The messages that wait for each other: of one account and kind, or of one webhook endpoint.

    Workers are shared fairly between queues, so that no account delays another one.
    """

    kind: str
    account: AccountId
    webhook_endpoint: str = ""


def queue_of(message: OutboxMessage) -> DeliveryQueue:
    """The delivery queue of a message or webhook event."""
    if isinstance(message, WebhookEvent):
        return DeliveryQueue(WEBHOOK, message.account, message.webhook_endpoint)
    return DeliveryQueue(message.medium.value, message.account)


class DueQueues(NamedTuple):
    """A page of the queues with a message that is due; `after` is None on the last page."""

    queues: Sequence[DeliveryQueue]
    after: DeliveryQueue | None


class EntryKey(NamedTuple):
    """The key of an entry in a store: the account and the entry id."""

    account: AccountId
    entry: str


class Entry(Value):
    """A record of a vendor API, such as a customer or an item. No rule reads it.

    `body` is JSON text in the format of that API.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Identifier
    body: Annotated[Text, Field(max_length=32 * 1024, repr=False)]
    filed_at: Instant

    @property
    def key(self) -> EntryKey:
        """The key of this entry in a store."""
        return EntryKey(self.account, self.id)


@frozen
class EntryChanged(ErrorValue):
    """The entry is no longer as it was when a command was made from it."""

    code: ClassVar = "entry_changed"
    remedy: ClassVar = Remedy.LOOK_AGAIN


class Search(Value):
    """A search of an account's invoices. All given conditions must match.

    `created_from` to `dated_to` are inclusive. `text` matches anywhere in the invoice's
    `search_text`, without regard to case and composition. `statuses` are those at the time of the
    search: an invoice whose `expire_by` has passed is expired. `overdue` is as `is_overdue`.
    `extra` is a key that the extras of the document must have, `without_extra` one that they must
    not have. `by_date` orders by the date of the document instead of the time of creation. `after`
    is the `created_at` and id of the last invoice of the page before.
    """

    statuses: frozenset[Status] | None = None
    receipt: Text | None = None
    customer: Text | None = None
    payment: Text | None = None
    created_from: Instant | None = None
    created_to: Instant | None = None
    dated_from: Instant | None = None
    dated_to: Instant | None = None
    text: Annotated[Text, Field(min_length=1, max_length=256)] | None = None
    live: Annotated[bool, Strict()] | None = None
    overdue: Annotated[bool, Strict()] | None = None
    extra: Text | None = None
    without_extra: Text | None = None
    by_date: Annotated[bool, Strict()] = False
    after: tuple[Instant, Text] | None = None
    skip: Annotated[Count, Field(le=10**9)] = 0
    limit: Annotated[int, Strict(), Field(ge=1, le=1000)] = 10
    oldest_first: bool = False

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            statuses: Collection[Status | str] | None = ...,
            receipt: str | None = ...,
            customer: str | None = ...,
            payment: str | None = ...,
            created_from: datetime | str | None = ...,
            created_to: datetime | str | None = ...,
            dated_from: datetime | str | None = ...,
            dated_to: datetime | str | None = ...,
            text: str | None = ...,
            live: bool | None = ...,
            overdue: bool | None = ...,
            extra: str | None = ...,
            without_extra: str | None = ...,
            by_date: bool = ...,
            after: tuple[datetime, str] | None = ...,
            skip: int = ...,
            limit: int = ...,
            oldest_first: bool = ...,
        ) -> None: ...

    @property
    def search_text(self) -> str | None:
        """`text` in the same form as the `search_text` of an invoice."""
        return None if self.text is None else searched_text(self.text)

    @model_validator(mode="after")
    def _after_needs_order_by_creation(self) -> Self:
        if self.by_date and self.after is not None:
            raise ValueError("after needs the order by created_at; use skip with by_date")
        return self


@written_as_object
class RecordedEvent(NamedTuple):
    """An event and its invoice; `version` is None if the event did not change the invoice."""

    key: InvoiceKey
    version: int | None
    event: Event
    actor: str | None = None


@dataclass(slots=True)
class PendingWrites:
    """The writes that one transaction stores, all or none."""

    invoices: dict[InvoiceKey, tuple[Invoice | None, Invoice]] = field(
        default_factory=dict[InvoiceKey, tuple[Invoice | None, Invoice]]
    )
    """Each changed invoice: as it was read (None if it is new), and the new version."""
    events: list[RecordedEvent] = field(default_factory=list[RecordedEvent])
    expired_invoices: list[ExpiredInvoice] = field(default_factory=list[ExpiredInvoice])
    """Invoices whose expiry is recorded, in addition to those in `invoices`."""
    messages: dict[MessageKey, OutboxMessage] = field(
        default_factory=dict[MessageKey, OutboxMessage]
    )
    stored_messages: set[MessageKey] = field(default_factory=set[MessageKey])
    """Which of `messages` were read from the store: their delivery changed, and nothing else. A
    store may write its columns alone."""
    payments: list[RecordedPayment] = field(default_factory=list[RecordedPayment])
    """The new payments."""
    changed_payments: dict[PaymentKey, tuple[RecordedPayment, RecordedPayment]] = field(
        default_factory=dict[PaymentKey, tuple[RecordedPayment, RecordedPayment]]
    )
    """Each payment of which an unapplied amount was used: as it was read, and as it is now."""
    idempotency_records: list[IdempotencyRecord] = field(default_factory=list[IdempotencyRecord])
    suppressed: dict[Contact, Suppression | None] = field(
        default_factory=dict[Contact, Suppression | None]
    )
    accounts: dict[AccountId, Account] = field(default_factory=dict[AccountId, Account])
    legal_profiles: dict[tuple[AccountId, datetime], SellerProfile] = field(
        default_factory=dict[tuple[AccountId, datetime], SellerProfile]
    )
    """What issued invoices keep of the profile of their seller, by the time from which it holds."""
    logos: dict[AccountId, Logo | None] = field(default_factory=dict[AccountId, Logo | None])
    """The new logo of an account; None if it was deleted."""
    webhook_endpoints: dict[WebhookEndpointKey, WebhookEndpoint] = field(
        default_factory=dict[WebhookEndpointKey, WebhookEndpoint]
    )
    entries: dict[EntryKey, Entry | None] = field(default_factory=dict[EntryKey, Entry | None])
    """Each changed entry; None if it was deleted."""
    rate_limit_states: dict[RateLimitKey, RateLimitState] = field(
        default_factory=dict[RateLimitKey, RateLimitState]
    )
    reminders: dict[InvoiceKey, ReminderProgress | None] = field(
        default_factory=dict[InvoiceKey, ReminderProgress | None]
    )
    """The progress of an invoice's reminders; None if there will be no more."""
    sms_budgets_used_up: dict[SmsBudgetKey, datetime] = field(
        default_factory=dict[SmsBudgetKey, datetime]
    )
    """The SMS budgets that the messages use up, and until when."""

    @classmethod
    def opening(
        cls, account: Account, endpoint: WebhookEndpoint | None, now: datetime
    ) -> PendingWrites:
        """Those of a new account with its first webhook endpoint."""
        writes = cls()
        writes.put_account(None, account, now)
        if endpoint is not None:
            writes.webhook_endpoints[endpoint.key] = endpoint
        return writes

    def put_account(self, before: Account | None, account: Account, now: datetime) -> None:
        """Store an account, and the legal part of its profile where it changes."""
        known = NO_PROFILE if before is None else before.profile
        if account.profile.legal != known.legal:
            self.legal_profiles[account.id, now] = account.profile.legal
        self.accounts[account.id] = account

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))
