"""The outbox as operators see it: what was not sent, and how much there is of everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from billhook.application.ports import Store
from billhook.messaging.delivery import LIVE, DeliveryStatus, MessageId, MessageKey, Unsent
from billhook.messaging.outbox import OutboxPosition, OutboxSearch
from billhook.messaging.outbox_counts import SUPPRESSED_WITHIN, OutboxCounts
from billhook.model.base import AccountId
from billhook_adapters.testing.builders import NOON, a_message, a_webhook_event, an_invoice
from billhook_adapters.testing.contracts.store_suite import StoreSuite, add, save

MICROSECOND, HOUR = timedelta(microseconds=1), timedelta(hours=1)
UNSENT: Sequence[Unsent] = (
    DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.FAILED, DeliveryStatus.SUPPRESSED,
)  # fmt: skip
MOST = 1000


class OutboxSuite(StoreSuite):
    """Lists and counts of an outbox."""

    @pytest.mark.parametrize("status", UNSENT)
    def test_messages_and_webhook_events_of_a_status_are_listed_and_no_others(
        self, opened: Store, status: Unsent
    ) -> None:
        _put(
            opened,
            *(_a("msg", one) for one in DeliveryStatus),
            a_webhook_event(**_at(status, NOON)),
        )
        wanted = opened.unsent(OutboxSearch(status))
        assert {place.key.message for place in wanted} == {f"msg_{status}", "evt_1"}
        assert {place.at for place in wanted} == {NOON}

    @pytest.mark.parametrize("status", UNSENT)
    def test_dead_ones_come_the_latest_first_and_live_ones_the_longest_due_first(
        self, opened: Store, status: Unsent
    ) -> None:
        order = _spread(opened, status)
        assert list(opened.unsent(OutboxSearch(status))) == order

    @pytest.mark.parametrize("status", UNSENT)
    def test_pages_meet_every_message_once(self, opened: Store, status: Unsent) -> None:
        order = _spread(opened, status)
        met: list[OutboxPosition] = []
        while page := opened.unsent(OutboxSearch(status, after=met[-1] if met else None, limit=2)):
            assert len(page) <= 2
            met.extend(page)
        assert met == order

    @pytest.mark.parametrize("status", UNSENT)
    def test_those_of_one_account_are_listed_alone(self, opened: Store, status: Unsent) -> None:
        order = [place for place in _spread(opened, status) if place.key.account == "acc_2"]
        wanted = OutboxSearch(status, AccountId("acc_2"))
        assert list(opened.unsent(wanted)) == order
        rest = OutboxSearch(status, AccountId("acc_2"), after=order[0])
        assert list(opened.unsent(rest)) == order[1:]
        assert list(opened.unsent(OutboxSearch(status, AccountId("acc_9")))) == []

    def test_an_empty_outbox_has_no_counts(self, opened: Store) -> None:
        assert opened.outbox_counts(NOON, MOST) == OutboxCounts()

    def test_live_messages_are_counted_by_who_may_take_them(self, opened: Store) -> None:
        due = [a_message(f"due_{n}", due_at=NOON - n * HOUR) for n in range(3)]
        later = [a_message(f"later_{n}", due_at=NOON + MICROSECOND) for n in range(2)]
        sending = DeliveryStatus.SENDING
        held = [a_webhook_event("evt_held", status=sending, due_at=NOON + MICROSECOND)]
        left = [a_message(f"left_{n}", status=sending, due_at=NOON - HOUR) for n in range(4)]
        ended = [_a("msg", one) for one in DeliveryStatus if one not in LIVE]
        _put(opened, *due, *later, *held, *left, *ended)
        outbox_counts = opened.outbox_counts(NOON, MOST)
        assert (
            outbox_counts.due,
            outbox_counts.later,
            outbox_counts.sending,
            outbox_counts.abandoned,
        ) == (3, 2, 1, 4)
        assert outbox_counts.oldest_due == NOON - 2 * HOUR

    def test_an_abandoned_message_waits_like_any_other(self, opened: Store) -> None:
        _put(
            opened,
            a_message("msg_1", due_at=NOON - HOUR),
            a_message("msg_2", status=DeliveryStatus.SENDING, due_at=NOON - 2 * HOUR),
        )
        assert opened.outbox_counts(NOON, MOST).oldest_due == NOON - 2 * HOUR

    def test_what_is_only_due_later_does_not_wait(self, opened: Store) -> None:
        _put(opened, a_message(due_at=NOON + MICROSECOND))
        assert opened.outbox_counts(NOON, MOST).oldest_due is None

    def test_dead_letters_are_counted_by_their_reasons(self, opened: Store) -> None:
        reasons = (
            "lease expired after the last attempt",
            "refused with SMTP 550",
            "refused with SMTP 550",
            None,
        )
        for n, reason in enumerate(reasons):
            _put(
                opened,
                _a(f"msg_{n}", DeliveryStatus.FAILED, account=f"acc_{n % 2 + 1}", reason=reason),
            )
        dead = opened.outbox_counts(NOON, MOST).dead
        assert dead == {
            "lease expired after the last attempt": 1,
            "refused with SMTP 550": 2,
            "": 1,
        }

    def test_a_long_reason_is_counted_by_how_it_begins(self, opened: Store) -> None:
        for n in range(2):
            reason = "später " * 100 + str(n)
            _put(opened, _a(f"msg_{n}", DeliveryStatus.FAILED, reason=reason))
        ((reason, count),) = opened.outbox_counts(NOON, MOST).dead.items()
        assert count == 2
        assert len(reason) == 128
        assert ("später " * 100).startswith(reason)

    def test_what_was_suppressed_of_late_is_counted_by_its_reasons(self, opened: Store) -> None:
        before = NOON - SUPPRESSED_WITHIN
        for n, ended_at in enumerate((NOON, before + MICROSECOND, before)):
            message = _a(f"msg_{n}", DeliveryStatus.SUPPRESSED, reason="unsubscribed")
            _put(opened, message.model_copy(update={"ended_at": ended_at}))
        assert opened.outbox_counts(NOON, MOST).suppressed == {"unsubscribed": 2}

    def test_overdue_invoices_are_counted(self, opened: Store) -> None:
        for n, expire_by in enumerate((HOUR - MICROSECOND, HOUR, HOUR + MICROSECOND)):
            add(opened, an_invoice(id=f"inv_{n}", expire_by=NOON + expire_by))
        assert opened.outbox_counts(NOON + HOUR, MOST).overdue == 2

    def test_counting_ends_at_the_limit(self, opened: Store) -> None:
        for n in range(4):
            due = a_message(f"due_{n}", due_at=NOON + n * HOUR)
            dead = _a(f"dead_{n}", DeliveryStatus.FAILED, reason="x")
            gone = _a(f"gone_{n}", DeliveryStatus.SUPPRESSED, reason="y")
            _put(opened, due, dead, gone)
            add(opened, an_invoice(id=f"inv_{n}", expire_by=NOON + HOUR))
        outbox_counts = opened.outbox_counts(NOON + HOUR, 3)
        assert (outbox_counts.due, outbox_counts.later) == (
            2,
            1,
        )  # the longest due are counted first
        assert (outbox_counts.dead, outbox_counts.suppressed, outbox_counts.overdue) == (
            {"x": 3},
            {"y": 3},
            3,
        )

    def test_repairs_add_up(self, opened: Store) -> None:
        opened.record_repairs(3, NOON)
        opened.record_repairs(4, NOON + HOUR)
        outbox_counts = opened.outbox_counts(NOON, MOST)
        assert (outbox_counts.repairs, outbox_counts.repaired_at) == (7, NOON + HOUR)


def _at(status: DeliveryStatus, at: Any) -> dict[str, Any]:
    live = status in LIVE
    return {"status": status, "due_at": at if live else None, "ended_at": None if live else at}


def _a(id: str, status: DeliveryStatus, **fields: Any) -> Any:
    name = f"{id}_{status}" if id == "msg" else id
    return a_message(name, **_at(status, NOON), **fields)


def _put(store: Store, *messages: Any) -> None:
    save(store, messages={message.key: message for message in messages})


def _spread(store: Store, status: DeliveryStatus) -> list[OutboxPosition]:
    """Messages of two accounts, some of one instant; their places in the order of the list."""
    places = [
        OutboxPosition(
            NOON + instant * HOUR, MessageKey(AccountId(account), MessageId(f"msg_{instant}{n}"))
        )
        for instant in (0, 2, 1)
        for account in ("acc_2", "acc_1")
        for n in (1, 0)
    ]
    for place in places:
        account, name = place.key
        _put(store, a_message(name, account=account, **_at(status, place.at)))
    return sorted(places, reverse=status not in LIVE)
