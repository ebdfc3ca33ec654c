"""A clock that is set back by hours: every command works, and no message is lost or sent twice."""

from __future__ import annotations

from datetime import timedelta

from returns.result import Success

from billhook.application.commands import Cancel, Draft, Issue, Notify, RecordPayment, Update
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.patch import Patch
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import CapturedSender
from billhook_adapters.testing import NOON, a_document, a_payment
from billhook_adapters.testing.running import ACCOUNT, RunningService

BACK = timedelta(hours=-3)


def test_every_command_works_on_what_was_made_before() -> None:
    running = RunningService()
    part = running.issued("inv_1", partial_payment=True, expire_by=NOON + timedelta(days=1)).id
    other, draft = running.issued("inv_2").id, running.drafted("inv_3").id
    running.clock.advance(BACK)
    made = running.service.execute_all(
        [
            Issue(account=ACCOUNT, invoice=draft),
            RecordPayment(account=ACCOUNT, invoice=part, payment=a_payment(10)),
            Cancel(account=ACCOUNT, invoice=other),
            Draft(account=ACCOUNT, document=a_document()),
        ]
    )
    assert [type(one) for one in made] == [Success] * 4
    patch = Patch(notes={"a": "b"})
    assert (
        running.service.execute(Update(account=ACCOUNT, invoice=part, patch=patch)).unwrap().status
        == Status.PARTIALLY_PAID
    )
    assert [event.version for event in running.events("inv_1")] == [1, 2, 3, 4]


def test_a_message_waits_for_its_time_and_later_ones_do_not() -> None:
    sender = CapturedSender()
    running = RunningService(sender=sender)
    invoice = running.issued("inv_1").id
    running.service.execute(Notify(account=ACCOUNT, invoice=invoice, medium=Medium.EMAIL)).unwrap()
    running.clock.advance(BACK)
    running.service.execute(Notify(account=ACCOUNT, invoice=invoice, medium=Medium.SMS)).unwrap()
    engine = EmbeddedEngine(running.background_jobs)
    engine.drain()
    assert [one.to for one in sender.delivered] == ["+919876543210"]
    running.clock.advance(-BACK)
    engine.drain()
    assert [one.to for one in sender.delivered][1:] == ["ravi@example.com"]
