"""Claims: a message is sent only by the worker that still holds it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billhook.application.background_jobs import LEASE
from billhook.application.claiming import AttemptResult
from billhook.application.commands import DraftAndSend
from billhook.application.delivery_attempts import DeliveryJob
from billhook.application.records import DeliveryQueue, queue_of
from billhook.messaging.delivery import DeliveryStatus
from billhook_adapters.testing import NOON, a_document
from unit.running_service import ACME, InMemoryService


class Stopped:
    """A worker that has claimed a message and was stopped right after it, and another one."""

    def __init__(self) -> None:
        self.running = InMemoryService()
        self.sender, self.jobs = self.running.sender, self.running.background_jobs
        command = DraftAndSend(account=ACME, document=a_document(media=["sms"]))
        (self.message,) = self.running.service.execute(command).unwrap().messages
        (job,) = self.jobs.claim((self.message.key,))
        assert isinstance(job, DeliveryJob)
        self.job = job

    def passes(self, time: timedelta) -> None:
        self.running.clock.advance(time)

    @property
    def status(self) -> DeliveryStatus:
        (now,) = self.running.messages(self.message.invoice)
        return now.status


@pytest.mark.parametrize("stopped_for", [LEASE, 10 * LEASE])
def test_a_worker_that_continues_after_its_lease_sends_nothing(stopped_for: timedelta) -> None:
    stopped = Stopped()
    stopped.passes(stopped_for)
    assert stopped.jobs.held((stopped.job,)) == [None]
    assert stopped.jobs.attempt(stopped.job).result is None
    assert stopped.sender.delivered == []


def test_a_worker_that_continues_sends_nothing_that_another_one_has_claimed() -> None:
    stopped = Stopped()
    stopped.passes(LEASE)
    assert stopped.jobs.deliver(stopped.message.key) is AttemptResult.ATTEMPTED
    stopped.passes(-LEASE)  # a clock that was set back must not make the claim good again
    assert stopped.jobs.held((stopped.job,)) == [None]
    assert len(stopped.sender.delivered) == 1


def test_a_lease_that_is_half_over_is_renewed_before_the_hand_over() -> None:
    stopped = Stopped()
    stopped.passes(LEASE / 2 + timedelta(seconds=1))
    (held,) = stopped.jobs.held((stopped.job,))
    assert held is not None
    stopped.passes(LEASE - timedelta(seconds=1))
    assert stopped.jobs.deliver(stopped.message.key) is AttemptResult.NOTHING
    stopped.jobs.conclude((stopped.jobs.attempt(held),))
    assert stopped.status is DeliveryStatus.SENT
    assert held.dispatch.attempts == 1


def test_a_fresh_lease_is_checked_without_a_write() -> None:
    stopped = Stopped()
    before = stopped.running.store._rows  # replaced by every transaction
    assert stopped.jobs.held((stopped.job,)) == [stopped.job]
    assert stopped.running.store._rows is before


def test_a_released_message_counts_no_attempt_and_is_claimed_later() -> None:
    stopped = Stopped()
    later = NOON + timedelta(minutes=10)
    assert stopped.jobs.release(stopped.job, later) is AttemptResult.POSTPONED
    assert stopped.jobs.release(stopped.job, later) is AttemptResult.NOTHING
    (now,) = stopped.running.messages(stopped.message.invoice)
    assert (now.status, now.attempts, now.due_at) == (DeliveryStatus.QUEUED, 0, later)


def take_over(stopped: Stopped, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Let another worker send the message right before the store is used in this way again."""
    used = getattr(stopped.running.store, before)

    def late() -> object:
        monkeypatch.undo()
        stopped.passes(LEASE)
        assert stopped.jobs.deliver(stopped.message.key) is AttemptResult.ATTEMPTED
        return used()

    monkeypatch.setattr(stopped.running.store, before, late)


def test_a_claim_that_another_worker_took_over_meanwhile_is_not_renewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped = Stopped()
    stopped.passes(LEASE / 2 + timedelta(seconds=1))
    take_over(stopped, monkeypatch, "transaction")
    assert stopped.jobs.held((stopped.job,)) == [None]
    assert len(stopped.sender.delivered) == 1


def test_a_delivery_whose_claim_was_taken_over_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped = Stopped()
    stopped.passes(LEASE)
    take_over(stopped, monkeypatch, "snapshot")
    assert stopped.jobs.deliver(stopped.message.key) is AttemptResult.NOTHING
    assert len(stopped.sender.delivered) == 1


def test_messages_queue_by_account_and_medium_and_webhook_events_by_endpoint() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint("sub_1")
    command = DraftAndSend(account=ACME, document=a_document(media=["sms"]))
    (message,) = running.service.execute(command).unwrap().messages
    assert queue_of(message) == DeliveryQueue("sms", ACME)
    (event, *_) = running.webhook_events()
    assert queue_of(event) == DeliveryQueue("webhook", ACME, "sub_1")
