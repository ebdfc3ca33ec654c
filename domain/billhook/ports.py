"""What the application needs from outside: small contracts in the domain's own words.

Adapters translate and decide nothing. The contract suites in `billhook_adapters.testing` state
what each of these must do; every adapter inherits them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from returns.result import Result

from billhook.account import Account, AccountId, Policy, Series
from billhook.errors import Suppression
from billhook.facts import Fact
from billhook.invoice import Invoice, InvoiceId, Key
from billhook.message import Accepted, Message, MessageId, MessageKey, SendError
from billhook.operations.notify import Standing, standing
from billhook.party import Medium
from billhook.payment import Payment, Reference


class RequestKey(NamedTuple):
    """A caller's idempotency key, within its account."""

    account: AccountId
    key: str


class PaymentKey(NamedTuple):
    """A payment's reference, within its account."""

    account: AccountId
    reference: Reference


class Contact(NamedTuple):
    """One address by one medium, within an account."""

    account: AccountId
    medium: Medium
    address: str

    def __repr__(self) -> str:
        return f"Contact(account={self.account!r}, medium={self.medium!r})"


@dataclass(frozen=True, slots=True)
class History:
    """What is remembered of a contact."""

    suppressed: Suppression | None = None
    last_asked: datetime | None = None

    def standing(self, policy: Policy) -> Standing:
        """What an account's policy makes of it."""
        return standing(policy, self.suppressed, self.last_asked)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A decided answer under an idempotency key: which request it was, and its answer."""

    request: RequestKey
    fingerprint: str
    answer: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class RecordedPayment:
    """A payment that was taken, or that no invoice could take, and the answer it got."""

    account: AccountId
    invoice: InvoiceId
    payment: Payment
    at: datetime
    applied: bool
    answer: bytes = field(repr=False)

    @property
    def key(self) -> PaymentKey:
        """The pair that finds this payment in a store."""
        return PaymentKey(self.account, self.payment.reference)


class StampedFact(NamedTuple):
    """A fact and where it belongs; `version` is None for facts beside the replay."""

    key: Key
    version: int | None
    fact: Fact
    actor: str | None = None


@dataclass(slots=True)
class Outcome:
    """All that a batch decided, to be stored in one transaction, or not at all."""

    invoices: dict[Key, tuple[Invoice | None, Invoice]] = field(
        default_factory=dict[Key, tuple[Invoice | None, Invoice]]
    )
    """Each changed invoice, as it was read (None where it is new) and as it is now."""
    facts: list[StampedFact] = field(default_factory=list[StampedFact])
    messages: dict[MessageKey, Message] = field(default_factory=dict[MessageKey, Message])
    payments: list[RecordedPayment] = field(default_factory=list[RecordedPayment])
    remembered: list[Remembered] = field(default_factory=list[Remembered])
    suppressed: dict[Contact, Suppression | None] = field(
        default_factory=dict[Contact, Suppression | None]
    )
    accounts: dict[AccountId, Account] = field(default_factory=dict[AccountId, Account])

    def __bool__(self) -> bool:
        return any(
            (
                self.invoices,
                self.facts,
                self.messages,
                self.payments,
                self.remembered,
                self.suppressed,
                self.accounts,
            )
        )


class StoreRefused(Exception):  # noqa: N818  # it refuses, as everything here does
    """The database refused what a batch would have stored; the transaction left nothing."""


class View(Protocol):
    """What can be read. Rows of other accounts, unknown and deleted ones are simply absent."""

    def accounts(self, ids: Collection[AccountId]) -> Mapping[AccountId, Account]: ...
    def invoices(self, keys: Collection[Key]) -> Mapping[Key, Invoice]: ...
    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, Message]: ...
    def messages_about(self, key: Key) -> Sequence[Message]: ...
    def payments(
        self, references: Collection[PaymentKey]
    ) -> Mapping[PaymentKey, RecordedPayment]: ...
    def unapplied(self, account: AccountId) -> Sequence[RecordedPayment]: ...
    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, History]: ...
    def remembered(self, keys: Collection[RequestKey]) -> Mapping[RequestKey, Remembered]: ...
    def facts(self, key: Key) -> Sequence[StampedFact]: ...


class Work(View, Protocol):
    """One transaction: rows are locked when they are read, in key order, until it ends."""

    def next_numbers(self, series: Mapping[Series, int]) -> Mapping[Series, range]:
        """The next positions of each series, starting at 1; given back if nothing commits."""
        ...

    def save(self, outcome: Outcome) -> None:
        """Store all of it. Raises StoreRefused where the database does not take it."""
        ...


class Store(Protocol):
    """Where rows live."""

    def transaction(self) -> AbstractContextManager[Work]:
        """Commits when the block ends, rolls back when it raises."""
        ...

    def snapshot(self) -> AbstractContextManager[View]:
        """A consistent view that locks nothing."""
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[Key]:
        """Invoices recorded as open whose `expire_by` has passed, the longest overdue first."""
        ...

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due, the longest waiting first."""
        ...

    def forget(self, now: datetime, limit: int) -> int:
        """Drop up to `limit` remembered answers whose time is over; how many it was."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Ids(Protocol):
    """Mints what must be unique or unguessable."""

    def invoice(self) -> InvoiceId: ...
    def message(self) -> MessageId: ...
    def short_url(self) -> str:
        """An unguessable URL on the operator's own host, never given twice."""
        ...

    def jitter(self) -> float:
        """A number from 0 to 1, drawn at random."""
        ...


class Sender(Protocol):
    """Hands a message to one provider."""

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Give it to the provider under the message's id as idempotency key. Never raises."""
        ...


class Engine(Protocol):
    """Wakes the handlers; what it forgets, a sweep finds again."""

    def drain(self) -> int:
        """Do all that is due now; how many messages were handled."""
        ...

    def run(self) -> None:
        """Do what falls due, until told to stop."""
        ...

    def stop(self) -> None:
        """Finish what is in hand, then let `run` return."""
        ...
