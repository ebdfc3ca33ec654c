"""What a database has to offer, whatever it is: the contract between a backend and its users."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:  # a contract alone: who only opens a database loads none of it
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from returns.result import Result

    from billhook.application.background_jobs import BackgroundJobs
    from billhook.application.claiming import AttemptResult
    from billhook.application.ports import Clock, Engine, Store
    from billhook.messaging.outbox_counts import OutboxCounts
    from billhook.messaging.webhooks import WebhookEndpoint
    from billhook.model.account import Account
    from billhook.model.base import AccountId
    from billhook.model.invoice import InvoiceId
    from billhook_adapters.system.api_keys import EditableKeyring, KeyTaken, ListedKey, NewKey


class BackendError(ValueError):
    """The database cannot be used: one line that says why, with the remedy and without secrets."""


class ListedAccount(NamedTuple):
    """An account with its API keys and webhook endpoints; the only secrets in it are sealed."""

    account: Account
    keys: Sequence[ListedKey]
    webhook_endpoints: Sequence[WebhookEndpoint]


class Accounts(Protocol):
    """All accounts of a database, for its operator alone: no API may offer this to a caller."""

    def open(
        self,
        account: Account,
        keys: Sequence[NewKey],
        webhook_endpoint: WebhookEndpoint | None,
        now: datetime,
    ) -> Result[None, KeyTaken]:
        """Add an account with its first keys and webhook endpoint, all of it or nothing."""
        ...

    def listed(self) -> Sequence[ListedAccount]:
        """Every account, ordered by id."""
        ...

    def holders(self, invoice: InvoiceId) -> Sequence[AccountId]:
        """The accounts that have an invoice of this id, in order; deleted invoices do not count."""
        ...


class JobQueue(Protocol):
    """A queue of delivery jobs that a database holds for workers on many machines."""

    @property
    def store(self) -> Store:
        """The rows of the database; each message that is saved here puts a job into the queue."""
        ...

    def engine(
        self,
        background_jobs: BackgroundJobs,
        *,
        concurrency: int,
        handled: Callable[[AttemptResult], None],
        repaired: Callable[[int], None],
    ) -> Engine:
        """The engine that takes the jobs, `concurrency` messages at a time.

        It reports the result of each attempt to `handled`, and the number of messages whose job
        was lost to `repaired`.
        """
        ...


class Backend(Protocol):
    """One database, open: its rows, API keys, accounts and health."""

    @property
    def store(self) -> Store:
        """The rows."""
        ...

    @property
    def keyring(self) -> EditableKeyring:
        """The API keys."""
        ...

    @property
    def accounts(self) -> Accounts:
        """The accounts, for the operator."""
        ...

    @property
    def is_durable(self) -> bool:
        """Whether what was written is still there after the process ends."""
        ...

    @property
    def writer_threads(self) -> int:
        """In how many threads to decide commands; 0 where there is one writer at a time."""
        ...

    def clock(self) -> Clock:
        """The time that all processes which use this database share."""
        ...

    def job_queue(self, clock: Clock) -> JobQueue | None:
        """The queue for workers, set up if need be; None where the database cannot hold one."""
        ...

    def check(self, now: datetime) -> None:
        """Raise where the database cannot be read, or could not be written to lately."""
        ...

    def faults(self) -> Iterator[str]:
        """What is wrong with it, each in one line with the remedy and without secrets.

        Damage, a clock that differs from this machine's, and every account, invoice and message
        that cannot be read. Raises where it cannot be used at all.
        """
        ...

    def explain(self, error: Exception) -> str | None:
        """The cause and the remedy where the database raised this, in one line without secrets.

        None for every other exception.
        """
        ...

    def dispose(self) -> None:
        """Close all connections."""
        ...


class OpenBackend(Protocol):
    """What a distribution registers as an entry point of the group `billhook.backends`.

    The entry point's name is the URL scheme, up to a `+` in it.
    """

    def __call__(self, url: str, *, create: bool) -> Backend:
        """The database at this URL, migrated to the newest schema.

        With `create` it is made where there is none. Raises BackendError.
        """
        ...


@runtime_checkable
class CountsOutbox(Protocol):
    """What an `OpenBackend` may offer beside: counting an outbox without opening the database."""

    def outbox_counts(self, url: str, now: datetime, most: int) -> OutboxCounts | None:
        """The counts of the outbox at this URL; None where the database has to be opened first."""
        ...
