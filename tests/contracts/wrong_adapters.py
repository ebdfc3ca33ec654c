"""Adapters of every port that are wrong in one way each, and the contracts that must say so.

`test_wrong_adapters.py` runs this module; the rule that each breaks is in its docstring.
Of the store's contract each inherits the suite that has this rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.delivery_attempts import Attempt, DeliveryJob
from billhook.application.ports import WebhookContext
from billhook.application.records import PendingWrites
from billhook.messaging.delivery import Accepted, MessageKey, Permanent, SendError, Transient
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import (
    CapturedSender,
    InMemoryKeyring,
    InMemoryStore,
    RandomIds,
    SettableClock,
)
from billhook_adapters.memory.transaction import InMemoryTransaction
from billhook_adapters.system.api_keys import KeyNotFound
from billhook_adapters.testing import NOON
from billhook_adapters.testing.contracts import (
    ClockContract,
    EngineContract,
    EngineSetup,
    IdsContract,
    KeyringContract,
    OnceSenderContract,
    SenderErrorsContract,
    WebhookSenderContract,
)
from billhook_adapters.testing.contracts.payments import PaymentsSuite
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER, save
from billhook_adapters.testing.contracts.tenants import TenantsSuite
from billhook_adapters.testing.contracts.transactions import TransactionsSuite


class WrongStore(InMemoryStore):
    """A store in memory whose transactions are of another kind."""

    kind = InMemoryTransaction

    @contextmanager
    def transaction(self) -> Generator[InMemoryTransaction]:
        with self._lock:
            transaction = self.kind(self._rows.copied())
            yield transaction
            self._rows = transaction.rows

    @contextmanager
    def snapshot(self) -> Generator[InMemoryTransaction]:
        yield self.kind(self._rows)


class LosesPayments(InMemoryTransaction):
    def save(self, outcome: PendingWrites) -> None:
        super().save(replace(outcome, payments=()))


class ShowsOthersRows(InMemoryTransaction):
    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        wanted = {key.invoice: key for key in keys}
        rows = self.rows.invoices.items()
        return {wanted[key.invoice]: row for key, row in rows if key.invoice in wanted}


class LetsTwoWritersWin(InMemoryTransaction):
    def save(self, outcome: PendingWrites) -> None:
        rows = self.rows.invoices
        unread = {key: (rows.get(key), after) for key, (_, after) in outcome.invoices.items()}
        super().save(replace(outcome, invoices=unread))


class NeverRollsBack(InMemoryStore):
    @contextmanager
    def transaction(self) -> Generator[InMemoryTransaction]:
        with self._lock:
            yield InMemoryTransaction(self._rows)


class NeverWaits(InMemoryStore):
    @contextmanager
    def transaction(self) -> Generator[InMemoryTransaction]:
        transaction = InMemoryTransaction(self._rows.copied())
        yield transaction
        self._rows = transaction.rows


class TestLosesAWrite(PaymentsSuite):
    """test_a_payment_is_read_back_equal"""

    @pytest.fixture
    def store(self) -> WrongStore:
        store = WrongStore()
        store.kind = LosesPayments
        return store


class TestShowsOthersRows(TenantsSuite):
    """test_an_invoice_of_another_account_is_absent"""

    @pytest.fixture
    def store(self) -> WrongStore:
        store = WrongStore()
        store.kind = ShowsOthersRows
        return store


class TestLetsTwoWritersWin(TransactionsSuite):
    """test_of_two_changes_to_one_version_exactly_one_is_kept"""

    @pytest.fixture
    def store(self) -> WrongStore:
        store = WrongStore()
        store.kind = LetsTwoWritersWin
        return store


class TestNeverRollsBack(TransactionsSuite):
    """test_what_raises_leaves_nothing"""

    @pytest.fixture
    def store(self) -> NeverRollsBack:
        return NeverRollsBack()


class TestNeverWaits(TransactionsSuite):
    """test_transactions_wait_for_one_another"""

    @pytest.fixture
    def store(self) -> NeverWaits:
        return NeverWaits()


class RunsTwice(BackgroundJobs):
    __slots__ = ()

    def attempt(self, job: DeliveryJob) -> Attempt:
        BackgroundJobs.attempt(self, job)
        return BackgroundJobs.attempt(self, job)


class ForgetsOne(BackgroundJobs):
    __slots__ = ()
    forgotten: ClassVar[set[MessageKey]] = set()

    def claim(
        self, keys: Collection[MessageKey], patience: timedelta = timedelta(0)
    ) -> list[DeliveryJob | AttemptResult]:
        self.forgotten.update(sorted(keys)[1:2])  # of two or more, always the same
        return [
            AttemptResult.NOTHING
            if key in self.forgotten
            else BackgroundJobs.claim(self, (key,), patience)[0]
            for key in keys
        ]


def engine_of(
    kind: type[BackgroundJobs],
) -> Callable[[BackgroundJobs, int, Callable[[timedelta], None]], EmbeddedEngine]:
    def engine(
        jobs: BackgroundJobs, concurrency: int, pause: Callable[[timedelta], None]
    ) -> EmbeddedEngine:
        wrong = kind(**{one.name: getattr(jobs, one.name) for one in fields(jobs)})
        return EmbeddedEngine(wrong, concurrency=concurrency, pause=pause, poll_seconds=0.001)

    return engine


class WithoutThreads:
    """The rules of an engine that need no thread: a wrong engine may stop the others for ever."""

    test_once = EngineContract.test_what_is_queued_is_delivered_once
    test_refused = EngineContract.test_what_is_refused_for_good_is_a_dead_letter_at_once


class TestRunsAJobTwice(WithoutThreads):
    """test_once"""

    @pytest.fixture
    def setup(self) -> EngineSetup:
        return EngineSetup(InMemoryStore(), SettableClock(NOON), engine_of(RunsTwice))


class TestForgetsAJob(WithoutThreads):
    """test_once"""

    @pytest.fixture
    def setup(self) -> EngineSetup:
        return EngineSetup(InMemoryStore(), SettableClock(NOON), engine_of(ForgetsOne))


class Provider:
    """What a provider does with a message, and all that recipients have seen."""

    def __init__(self, mode: str = "takes") -> None:
        self.mode, self.seen = mode, dict[str, str]()

    def take(self, message: Message) -> None:
        if self.mode == "out of reach":
            raise ConnectionError
        if self.mode == "refuses":
            raise ValueError("no such number")
        self.seen[message.id] = message.address
        if self.mode == "silent":
            raise TimeoutError


class MixesUp:
    """Takes a connection that broke after the message for a refusal."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        try:
            self._provider.take(message)
        except ConnectionError:
            return Failure(Transient("out of reach"))
        except (TimeoutError, ValueError):
            return Failure(Permanent("refused"))
        return Success(Accepted())


class Raises(MixesUp):
    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self._provider.take(message)
        return Success(Accepted())


class AcceptsTooEarly(MixesUp):
    def __init__(self, provider: Provider) -> None:
        super().__init__(provider)
        self.waiting: list[Message] = []

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.waiting.append(message)
        return Success(Accepted())


class SendersSuite:
    """Makes a sender of `kind` for each behaviour of its provider."""

    kind = MixesUp

    @pytest.fixture
    def sender(self) -> MixesUp:
        return self.kind(Provider())

    @pytest.fixture
    def broken_sender(self) -> MixesUp:
        return self.kind(Provider("out of reach"))

    @pytest.fixture
    def refused_sender(self) -> MixesUp:
        return self.kind(Provider("refuses"))

    @pytest.fixture
    def unanswered_sender(self) -> MixesUp:
        return self.kind(Provider("silent"))


class TestMixesUpUnknownAndPermanent(SendersSuite, SenderErrorsContract):
    """test_a_message_that_may_have_gone_out_is_unknown"""


class TestRaises(SendersSuite, SenderErrorsContract):
    """test_a_provider_out_of_reach_is_an_error_and_no_exception"""

    kind = Raises


class TestAcceptsBeforeItHandsOver(SendersSuite, OnceSenderContract):
    """test_every_message_is_seen"""

    kind = AcceptsTooEarly

    @pytest.fixture
    def provider(self) -> Provider:
        return Provider()

    @pytest.fixture
    def sender(self, provider: Provider) -> MixesUp:
        return self.kind(provider)

    @pytest.fixture
    def received(self, provider: Provider) -> Callable[[], Sequence[object]]:
        return lambda: [*provider.seen]


class SendsCopies(CapturedSender):
    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        copy = message.model_copy(update={"id": f"{message.id}_{len(self.delivered)}"})
        return super().send(copy, invoice, seller)


class TestSendsCopies(OnceSenderContract):
    """test_a_message_sent_again_is_seen_once"""

    @pytest.fixture
    def sender(self) -> SendsCopies:
        return SendsCopies()

    @pytest.fixture
    def broken_sender(self, sender: SendsCopies) -> SendsCopies:
        sender.faults.append(Transient("out of reach"))
        return sender

    @pytest.fixture
    def received(self, sender: SendsCopies) -> Callable[[], Sequence[object]]:
        return lambda: sender.delivered


class Changes:
    """Sends other bytes each time."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        self.bodies.append(f"{context.webhook_event.id} {len(self.bodies)}".encode())
        return Success(Accepted())


class TestChangesAWebhook(WebhookSenderContract):
    """test_equal_contexts_are_sent_as_equal_bytes"""

    @pytest.fixture
    def sender(self) -> Changes:
        return Changes()

    @pytest.fixture
    def broken_sender(self, sender: Changes) -> Changes:
        return sender

    @pytest.fixture
    def received(self, sender: Changes) -> Callable[[], Sequence[bytes]]:
        return lambda: sender.bodies


class NaiveClock(SettableClock):
    def now(self) -> datetime:
        return super().now().replace(tzinfo=None)


class TestNaiveClock(ClockContract):
    """test_the_time_is_in_utc"""

    @pytest.fixture
    def clock(self) -> NaiveClock:
        return NaiveClock(NOON)


class RepeatingIds(RandomIds):
    def invoice(self) -> InvoiceId:
        return InvoiceId("inv_00000000000000")


class TestRepeatsIds(IdsContract):
    """test_no_id_is_given_twice"""

    @pytest.fixture
    def ids(self) -> RepeatingIds:
        return RepeatingIds("https://bill.example/i/")


class NeverRevokes(InMemoryKeyring):
    def revoke(self, account: AccountId, key_id: str, now: datetime) -> Result[None, KeyNotFound]:
        return Success(None)


class TestNeverRevokesAKey(KeyringContract):
    """test_a_revoked_key_is_not_found"""

    @pytest.fixture
    def keyring(self) -> NeverRevokes:
        store = InMemoryStore()
        save(store, accounts={account.id: account for account in (ONE, OTHER)})
        return NeverRevokes(store)
