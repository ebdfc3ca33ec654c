"""A sender that dies after the commit, or while it sends: the payer gets the message once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Cancel
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import DeliveryStatus, MessageId, MessageKey
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory import CapturedSender, RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import NOON, an_invoice

ACCOUNT, INVOICE = AccountId("acc_1"), InvoiceId("inv_1")
MOMENT = timedelta(microseconds=1)

CHILD = """
import sys
from billhook import AccountId, DraftAndSend, InvoiceId, Medium
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import a_document
from billhook_adapters.testing.running import RunningService

class NeverAnswers:
    def send(self, message, invoice, seller):
        print("sending", message.id, flush=True)
        sys.stdin.read()

running = RunningService(SqlStore(open_database(sys.argv[1])), sender=NeverAnswers())
(message,) = running.service.execute(
    DraftAndSend(
        account=AccountId("acc_1"),
        invoice=InvoiceId("inv_1"),
        document=a_document(),
        media=(Medium.EMAIL,),
    )
).unwrap().messages
print("committed", message.id, flush=True)
if sys.argv[2] == "sending":
    running.background_jobs.deliver(message.key)
sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'billhook.sqlite3'}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """The database as the restarted process finds it."""
    engine = open_database(url)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOON)


@pytest.fixture
def receiver() -> CapturedSender:
    """A provider that honours the id of a message: it shows each one once."""
    return CapturedSender()


@pytest.fixture
def background_jobs(
    store: SqlStore, clock: SettableClock, receiver: CapturedSender
) -> BackgroundJobs:
    return BackgroundJobs(store, clock, RandomIds(), {Medium.EMAIL: receiver})


@pytest.fixture
def service(store: SqlStore, clock: SettableClock) -> InvoiceService:
    return InvoiceService(store, clock, RandomIds())


def test_a_message_that_was_committed_and_not_sent_is_sent_after_the_restart(
    url: str, background_jobs: BackgroundJobs, receiver: CapturedSender, service: InvoiceService
) -> None:
    key = _killed_while("committed", url)
    assert list(background_jobs.store.sendable(NOON, 10)) == [key]
    assert background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert background_jobs.deliver(key) is AttemptResult.NOTHING
    assert [one.id for one in receiver.delivered] == [key.message]
    (message,) = service.messages(ACCOUNT, INVOICE)
    assert (message.status, message.attempts) == (DeliveryStatus.SENT, 1)


def test_a_message_whose_sender_died_is_sent_once_its_lease_is_over(
    url: str,
    background_jobs: BackgroundJobs,
    receiver: CapturedSender,
    service: InvoiceService,
    clock: SettableClock,
) -> None:
    key = _killed_while("sending", url)
    clock.set(NOON + LEASE - MOMENT)
    assert list(background_jobs.store.sendable(clock.now(), 10)) == []
    assert background_jobs.deliver(key) is AttemptResult.NOTHING

    clock.advance(MOMENT)
    assert list(background_jobs.store.sendable(clock.now(), 10)) == [key]
    assert background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert [one.id for one in receiver.delivered] == [key.message]
    (message,) = service.messages(ACCOUNT, INVOICE)
    assert (message.status, message.attempts) == (DeliveryStatus.SENT, 2)


def test_a_receiver_that_had_it_already_shows_it_once(
    url: str,
    background_jobs: BackgroundJobs,
    receiver: CapturedSender,
    service: InvoiceService,
    clock: SettableClock,
) -> None:
    key = _killed_while("sending", url)
    (message,) = service.messages(ACCOUNT, INVOICE)
    receiver.send(message, an_invoice(), "Acme")  # what the dead sender had handed over
    clock.set(NOON + LEASE)
    assert background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert [one.id for one in receiver.delivered] == [key.message]


def test_an_invoice_cancelled_after_its_sender_died_is_not_sent(
    url: str,
    background_jobs: BackgroundJobs,
    receiver: CapturedSender,
    service: InvoiceService,
    clock: SettableClock,
) -> None:
    key = _killed_while("sending", url)
    service.execute(Cancel(account=ACCOUNT, invoice=INVOICE)).unwrap()
    clock.set(NOON + LEASE)
    assert background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert receiver.delivered == []
    (message,) = service.messages(ACCOUNT, INVOICE)
    assert (message.status, message.reason) == (DeliveryStatus.SUPPRESSED, "operation_not_allowed")


def _killed_while(doing: str, url: str) -> MessageKey:
    """Kill a child with SIGKILL at the moment it says that it is doing this; its message."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, url, doing],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            said, message = line.split()
            if said == doing:
                child.kill()
                break
        else:
            pytest.fail(f"the child ended before it was {doing}")
    assert child.returncode == -9
    return MessageKey(ACCOUNT, MessageId(message))
