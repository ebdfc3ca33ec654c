"""Events over a store: told from its own rows, again under one id, and the same each time."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import LEASE, Handlers
from billhook.application.claiming import Delivered
from billhook.application.commands import Cancel, Notify, Pay
from billhook.application.ports import Occasion, Store
from billhook.application.service import Desk
from billhook.messaging.delivery import (
    Accepted,
    Delivery,
    MessageKey,
    Permanent,
    SendError,
    Unknown,
)
from billhook.messaging.webhooks import Announcement, Event
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import NOON, TOMORROW, a_payment, a_subscriber
from billhook_adapters.testing.contracts.service_suite import ACCOUNT, DeskSuite, issued

FAR = NOON + timedelta(days=365)
ID = InvoiceId("inv_1")


class Listening:
    """An announcer that keeps what it tells, and then answers, fails or breaks as it is told."""

    def __init__(self) -> None:
        self.told: list[Occasion] = []
        self.answers: deque[SendError | BaseException] = deque()

    def announce(self, occasion: Occasion) -> Result[Accepted, SendError]:
        """Keep it, then do what comes next."""
        self.told.append(occasion)
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        return Success(Accepted("200")) if answer is None else Failure(answer)


class AnnouncingSuite(DeskSuite):
    """Announcements of the desk, delivered by its handlers."""

    @pytest.fixture
    def listening(self) -> Listening:
        """Whoever is told."""
        return Listening()

    @pytest.fixture
    def handlers(self, store: Store, clock: SettableClock, listening: Listening) -> Handlers:
        """What wakes up when an announcement falls due."""
        return Handlers(store, clock, RandomIds(), {}, listening)

    def test_every_event_is_told_once_to_each_subscriber_as_of_its_version(
        self, desk: Desk, store: Store, handlers: Handlers, listening: Listening
    ) -> None:
        desk.subscribe(a_subscriber("sub_1"))
        desk.subscribe(a_subscriber("sub_2", events=(Event.PAID,)))
        desk.subscribe(a_subscriber("sub_3", account="acc_2"))
        first = issued(desk)
        desk.do(Notify(account=ACCOUNT, invoice=ID, medium=Medium.EMAIL)).unwrap()
        second = desk.do(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(1))).unwrap()
        rest = a_payment(second.due, "pay_2")
        third = desk.do(Pay(account=ACCOUNT, invoice=ID, payment=rest)).unwrap()
        outbox = announcements(store)
        assert [handlers.deliver(one.key) for one in outbox * 2] == [
            *[Delivered.HANDED_OVER] * 4,
            *[Delivered.NOTHING] * 4,
        ]
        told = {
            (one.subscriber.id, one.announcement.event, one.invoice.version): one.invoice
            for one in listening.told
        }
        assert told == {
            ("sub_1", Event.ISSUED, 2): first,
            ("sub_1", Event.PARTIALLY_PAID, 3): second,
            ("sub_1", Event.PAID, 4): third,
            ("sub_2", Event.PAID, 4): third,
        }
        assert len({one.announcement.id for one in listening.told}) == 4
        assert all(one.facts[-1].version == one.invoice.version for one in listening.told)

    def test_a_retry_tells_the_same_under_the_same_id_though_the_invoice_moved_on(
        self,
        desk: Desk,
        store: Store,
        handlers: Handlers,
        listening: Listening,
        clock: SettableClock,
    ) -> None:
        desk.subscribe(a_subscriber())
        issued(desk)
        (announcement,) = announcements(store)
        listening.answers.append(Unknown("timed out"))
        handlers.deliver(announcement.key)
        desk.do(Cancel(account=ACCOUNT, invoice=ID)).unwrap()
        clock.advance(timedelta(minutes=1))
        assert handlers.deliver(announcement.key) is Delivered.HANDED_OVER
        before, after = listening.told
        assert before.invoice == after.invoice
        assert list(before.facts) == list(after.facts)
        assert before.announcement.id == after.announcement.id == announcement.id

    def test_whoever_died_while_telling_is_followed_under_the_same_id(
        self,
        desk: Desk,
        store: Store,
        handlers: Handlers,
        listening: Listening,
        clock: SettableClock,
    ) -> None:
        desk.subscribe(a_subscriber())
        issued(desk)
        (announcement,) = announcements(store)
        listening.answers.append(InterruptedByDeath())
        with pytest.raises(InterruptedByDeath):
            handlers.deliver(announcement.key)
        assert handlers.deliver(announcement.key) is Delivered.NOTHING
        clock.advance(LEASE)
        assert list(store.sendable(clock.now(), 10)) == [announcement.key]
        assert handlers.deliver(announcement.key) is Delivered.HANDED_OVER
        before, after = listening.told
        assert (before.announcement.id, before.invoice) == (after.announcement.id, after.invoice)
        assert list(before.facts) == list(after.facts)
        assert announcements(store) == []

    def test_a_final_failure_silences_its_subscriber(
        self, desk: Desk, store: Store, handlers: Handlers, listening: Listening
    ) -> None:
        desk.subscribe(a_subscriber())
        issued(desk)
        desk.do(Cancel(account=ACCOUNT, invoice=ID)).unwrap()
        first, second = announcements(store)
        listening.answers.append(Permanent("410 Gone"))
        assert handlers.deliver(first.key) is Delivered.HANDED_OVER
        assert handlers.deliver(second.key) is Delivered.SUPPRESSED
        issued(desk, "inv_2")
        assert announcements(store) == []
        keys = (first.key, second.key)
        with store.snapshot() as view:
            ended = view.messages(keys)
            assert list(view.subscribers((ACCOUNT,))[ACCOUNT]) == [a_subscriber(silenced=True)]
        assert [(ended[key].status, ended[key].reason) for key in keys] == [
            (Delivery.FAILED, "410 Gone"),
            (Delivery.SUPPRESSED, "unsubscribed"),
        ]

    def test_the_sweep_announces_an_expiry_once(
        self, desk: Desk, store: Store, handlers: Handlers, clock: SettableClock
    ) -> None:
        issued(desk, expire_by=TOMORROW)
        desk.subscribe(a_subscriber())
        clock.set(TOMORROW)
        assert [handlers.sweep(), handlers.sweep()] == [1, 0]
        (expired,) = announcements(store)
        assert (expired.event, expired.version) == (Event.EXPIRED, 3)

    def test_a_replayed_command_announces_once(self, desk: Desk, store: Store) -> None:
        issued(desk)
        desk.subscribe(a_subscriber())
        cancel = Cancel(account=ACCOUNT, invoice=ID, key="once")
        desk.execute([cancel, cancel])
        desk.do(cancel).unwrap()
        assert [one.event for one in announcements(store)] == [Event.CANCELLED]


class InterruptedByDeath(BaseException):
    """Ends a process in the middle of telling; no handler may catch it."""


def announcements(store: Store) -> list[Announcement]:
    """The announcements that are still to be told, by invoice and version."""
    keys: list[MessageKey] = list(store.sendable(FAR, 100))
    with store.snapshot() as view:
        outbox = view.messages(keys).values()
    live = [one for one in outbox if isinstance(one, Announcement)]
    return sorted(live, key=lambda one: (one.invoice, one.version, one.subscriber))
