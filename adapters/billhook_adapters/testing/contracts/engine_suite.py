"""What the suites of engines share: a store, engines over it, and a provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Lock

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import DraftAndSend
from billhook.application.ports import Engine, Store
from billhook.messaging.delivery import Accepted, MessageId, SendError
from billhook.messaging.message import Message
from billhook.model.account import AccountPolicy
from billhook.model.invoice import Invoice
from billhook.model.rate_limits import UNLIMITED, RateLimits
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing.builders import NOON, a_document, an_account, open_account
from billhook_adapters.testing.running import ACCOUNT, RunningService

MakeEngine = Callable[[BackgroundJobs, int, Callable[[timedelta], None]], Engine]
"""An engine over background jobs, with a concurrency, and a function that waits."""


class Receiver:
    """A provider that keeps every message it is given, and honours keys.

    `answer` says what it answers to a message at its nth attempt.
    """

    def __init__(self) -> None:
        self.raw: list[MessageId] = []
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
        return self.answer(message.attempts)

    def refuse(self, error: SendError, times: int = 1) -> None:
        """Answer so for the first attempts at each message."""
        self.answer = lambda attempt: Failure(error) if attempt <= times else Success(Accepted())


@dataclass
class EngineSetup:
    """A service, its store at noon, and engines that deliver what it queues."""

    store: Store
    clock: SettableClock
    make: MakeEngine
    lose_wake_ups: Callable[[], None] = lambda: None
    """Forget every job; the rows stay."""
    receiver: Receiver = field(default_factory=Receiver)

    def __post_init__(self) -> None:
        self._running = RunningService(self.store, self.clock, sender=self.receiver)
        self.service = self._running.service

    def open(self, policy: AccountPolicy) -> None:
        """Give the account this policy."""
        open_account(self.service, an_account("acc_1", "Acme", **dict(policy)))

    def engine(self, *, concurrency: int = 1, rate_limits: RateLimits = UNLIMITED) -> Engine:
        """An engine over the store; waiting for a turn lets the clock go on."""
        background_jobs = replace(self._running.background_jobs, rate_limits=rate_limits)
        return self.make(background_jobs, concurrency, self.clock.advance)

    def queued(self, count: int = 1, **document: object) -> list[Message]:
        """Messages by SMS, each about an invoice of its own."""
        send = DraftAndSend(account=ACCOUNT, document=a_document(media=["sms"], **document))
        answers = self.service.execute_all([send] * count)
        return [answer.unwrap().messages[0] for answer in answers]

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
