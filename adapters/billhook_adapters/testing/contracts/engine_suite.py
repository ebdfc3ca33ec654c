"""What the suites of engines share: a store, engines over it, and a provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Lock

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import Draft, DraftAndSend, Issue
from billhook.application.ports import Engine, Store, WebhookContext
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.messaging.delivery import Accepted, MessageId, SendError
from billhook.messaging.message import Message
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice
from billhook.model.rate_limits import UNLIMITED, RateLimits
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing.builders import (
    NOON,
    a_document,
    a_webhook_endpoint,
    add_webhook_endpoint,
    an_account,
    open_account,
)
from billhook_adapters.testing.running import ACCOUNT, RunningService

MakeEngine = Callable[[BackgroundJobs, int, Callable[[timedelta], None]], Engine]
"""An engine over background jobs, with a concurrency, and a function that waits."""


class Receiver:
    """A provider that keeps every message it is given, and honours keys.

    `answer` says what it answers to a message at its nth attempt; `hold` may wait before that.
    """

    def __init__(self) -> None:
        self.raw: list[MessageId] = []
        self.hold: Callable[[Message], None] = lambda _: None
        self.seconds: list[float] = []
        self.clock: SettableClock | None = None
        self.answer: Callable[[int], Result[Accepted, SendError]] = lambda _: Success(Accepted())
        self._lock = Lock()

    def send(
        self,
        message: Message,
        invoice: Invoice,  # noqa: ARG002  # the port's
        seller: str,  # noqa: ARG002  # the port's
    ) -> Result[Accepted, SendError]:
        """Keep it, whatever is answered: a provider may have sent what it never confirmed."""
        with self._lock:
            self.raw.append(message.id)
            if self.clock is not None:
                self.seconds.append((self.clock.now() - NOON).total_seconds())
        self.hold(message)
        return self.answer(message.attempts)

    def refuse(self, error: SendError, times: int = 1) -> None:
        """Answer so for the first attempts at each message."""
        self.answer = lambda attempt: Failure(error) if attempt <= times else Success(Accepted())


class WebhookReceiver:
    """All webhook endpoints: keeps the event that each URL was sent.

    `answer` says what a URL answers, and may wait before that.
    """

    def __init__(self) -> None:
        self.raw: list[tuple[str, MessageId]] = []
        self.answer: Callable[[str], Result[Accepted, SendError]] = lambda _: Success(Accepted())
        self._lock = Lock()

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        """Keep the event, whatever is answered."""
        url = context.webhook_endpoint.url
        with self._lock:
            self.raw.append((url, context.webhook_event.id))
        return self.answer(url)

    def count(self, url: str) -> int:
        """How often this URL was sent an event."""
        return sum(one == url for one, _ in self.raw)


@dataclass
class EngineSetup:
    """A service, its store at noon, and engines that deliver what it queues."""

    store: Store
    clock: SettableClock
    make: MakeEngine
    lose_wake_ups: Callable[[], None] = lambda: None
    """Forget every job; the rows stay."""
    receiver: Receiver = field(default_factory=Receiver)
    webhooks: WebhookReceiver = field(default_factory=WebhookReceiver)

    def __post_init__(self) -> None:
        self._running = RunningService(
            self.store, self.clock, sender=self.receiver, webhook_sender=self.webhooks
        )
        self.service = self._running.service

    def open(self, policy: AccountPolicy) -> None:
        """Give the account this policy."""
        open_account(self.service, an_account("acc_1", "Acme", **dict(policy)))

    def engine(
        self,
        *,
        concurrency: int = 1,
        rate_limits: RateLimits = UNLIMITED,
        guards: GuardsOf = no_guards,
    ) -> Engine:
        """An engine over the store; waiting for a turn lets the clock go on."""
        background_jobs = replace(
            self._running.background_jobs, rate_limits=rate_limits, guards=guards
        )
        return self.make(background_jobs, concurrency, self.clock.advance)

    def queued(
        self, count: int = 1, *, account: str = ACCOUNT, medium: str = "sms", **document: object
    ) -> list[Message]:
        """Messages by one medium, each about an invoice of its own."""
        content = a_document(media=[medium], **document)
        send = DraftAndSend(account=AccountId(account), document=content)
        answers = self.service.execute_all([send] * count)
        return [answer.unwrap().messages[0] for answer in answers]

    def endpoint(self, account: str, url: str, id: str = "sub_1") -> None:
        """Send the events of an account to this URL."""
        add_webhook_endpoint(self.service, a_webhook_endpoint(id, account=account, url=url))

    def events(self, count: int, account: str) -> None:
        """Queue an event about so many invoices for each endpoint of an account."""
        drafts = [Draft(account=AccountId(account), document=a_document()) for _ in range(count)]
        made = [one.unwrap() for one in self.service.execute_all(drafts)]
        issues = [Issue(account=one.account, invoice=one.id) for one in made]
        assert all(isinstance(one, Success) for one in self.service.execute_all(issues))

    def now(self, message: Message) -> Message:
        """The message as it stands."""
        with self.store.snapshot() as snapshot:
            found = snapshot.messages((message.key,))[message.key]
        assert isinstance(found, Message)
        return found


class EngineSuite:
    """Provide `setup`: an `EngineSetup` over a store without any rows."""

    @pytest.fixture
    def setup(self) -> EngineSetup:
        raise NotImplementedError("give the suite a fixture `setup`, new and empty")
