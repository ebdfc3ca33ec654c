"""What the console shows, and what its buttons act on: the parts of one sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple
from urllib.parse import urlsplit

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import MessageKey
from billhook.messaging.message import Message
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.memory.outbox import CapturedMessage
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.moves import Moves
from billhook_adapters.sandbox.payments import Payer
from billhook_adapters.sandbox.request_log import RequestLog
from billhook_adapters.sandbox.state import Recorded
from billhook_adapters.sandbox.webhooks import CapturedWebhook

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


class AccountAccess(NamedTuple):
    """An account of the sandbox, and the credentials that open it."""

    id: AccountId
    key_id: str | None = None
    secret: str | None = None
    token: str | None = None
    location: str | None = None


class Sources(NamedTuple):
    """The parts of one sandbox. `webhook_secret` is what signs its webhooks; with
    `has_key_pair` it is a private key.

    `base_url` is what short URLs begin with. `root` is the path below which the whole sandbox is
    served, without a slash at its end; every link and form of the console begins with it.
    """

    batched: BatchedService
    background_jobs: BackgroundJobs
    accounts: Sequence[AccountAccess]
    clock: MovableClock
    recorded: Recorded
    moves: Moves
    log: RequestLog
    resend: Callable[[CapturedWebhook], CapturedWebhook]
    payer: Payer
    webhook_secret: str
    has_key_pair: bool
    base_url: str
    root: str = ""

    @property
    def sent(self) -> Sequence[CapturedMessage]:
        """Every message that was sent, the oldest first."""
        return self.recorded.messages

    @property
    def webhooks(self) -> Sequence[CapturedWebhook]:
        """Every webhook that was posted, the oldest first."""
        return self.recorded.webhooks

    def now(self) -> datetime:
        """The present instant of the sandbox."""
        return self.clock.now()

    def zone(self, account: Account) -> tzinfo:
        """The time zone of an account."""
        return self.clock.zone(account.policy.time_zone)

    def opened(self, service: InvoiceService) -> Mapping[AccountId, Account]:
        """The accounts of the sandbox by their ids, in their order."""
        found = (service.account(one.id) for one in self.accounts)
        return {account.id: account for account in found if account is not None}

    def messages(self, keys: Sequence[MessageKey]) -> Mapping[MessageKey, Message]:
        """The stored messages of these keys."""
        with self.background_jobs.store.snapshot() as snapshot:
            found = snapshot.messages(keys)
        return {key: one for key, one in found.items() if isinstance(one, Message)}

    def url(self, host: str | None) -> str:
        """The URL of the sandbox for a client that reaches it by a host, without a slash at its
        end.

        A host that is none is not repeated.
        """
        known = urlsplit(self.base_url)
        reached = host if host is not None and _HOST.fullmatch(host) else known.netloc
        return f"{known.scheme}://{reached}{self.root}"
