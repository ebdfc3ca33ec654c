"""SMS budgets, in a store: what was requested in a period is counted, by account and by prefix."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from billhook.application.ports import Store
from billhook.application.records import PendingWrites
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.messaging.sms_limits import SmsBudgetKey, SmsCount, SmsPeriod
from billhook.model.customer import Medium
from billhook_adapters.testing.builders import NOON, a_message, a_webhook_event
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER, StoreSuite, broken_off, save

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
OURS, INDIAN = SmsBudgetKey(ONE.id, None), SmsBudgetKey(ONE.id, "+919876")
AMERICAN = SmsBudgetKey(ONE.id, "+12145")
SMS: dict[str, Any] = {"medium": Medium.SMS, "address": "+919876543210"}


class SmsBudgetsSuite(StoreSuite):
    """The SMS budgets of a store."""

    def test_without_sms_nothing_is_counted(self, opened: Store) -> None:
        _put(opened, a_message("msg_mail"))
        save(opened, messages={(hook := a_webhook_event()).key: hook})
        assert _count(opened, OURS) == SmsCount()
        assert _count(opened, INDIAN) == SmsCount()

    def test_sms_are_counted_by_account_and_by_prefix(self, opened: Store) -> None:
        _put(
            opened,
            a_message("msg_1", **SMS),
            a_message("msg_2", **{**SMS, "address": "+919876000001"}),
            a_message("msg_3", **{**SMS, "address": "+12145596993"}),
            a_message("msg_4", account=OTHER.id, **SMS),
        )
        assert [_count(opened, budget).accepted for budget in (OURS, INDIAN, AMERICAN)] == [3, 2, 1]

    def test_sms_count_whatever_became_of_them(self, opened: Store) -> None:
        _put(
            opened,
            *(a_message(f"msg_{status}", status=status, **SMS) for status in DeliveryStatus),
        )
        assert _count(opened, OURS).accepted == len(DeliveryStatus)

    def test_a_period_begins_after_its_instant(self, opened: Store) -> None:
        times = (NOON, NOON + TICK, NOON + HOUR)
        _put(
            opened,
            *(a_message(f"msg_{n}", requested_at=at, **SMS) for n, at in enumerate(times)),
        )
        assert _count(opened, OURS, since=NOON) == SmsCount(2, NOON + TICK)
        assert _count(opened, INDIAN, since=NOON - TICK) == SmsCount(3, NOON)

    def test_the_latest_are_counted_up_to_a_number(self, opened: Store) -> None:
        _put(
            opened,
            *(a_message(f"msg_{n}", requested_at=NOON + n * HOUR, **SMS) for n in range(5)),
        )
        assert _count(opened, OURS, most=2) == SmsCount(2, NOON + 3 * HOUR)

    def test_several_periods_are_counted_in_one_call(self, opened: Store) -> None:
        _put(opened, a_message("msg_1", **SMS), a_message("msg_2", requested_at=NOON + HOUR, **SMS))
        periods = [
            SmsPeriod(budget, since, 10)
            for budget in (OURS, INDIAN, AMERICAN)
            for since in (NOON - TICK, NOON)
        ]
        with opened.snapshot() as snapshot:
            counts = snapshot.sms_counts(periods)
            assert snapshot.sms_counts([]) == {}
        assert [counts[period].accepted for period in periods] == [2, 1, 2, 1, 0, 0]

    def test_a_budget_that_is_used_up_is_counted_until_its_time(self, opened: Store) -> None:
        save(opened, sms_budgets_used_up={OURS: NOON + HOUR, INDIAN: NOON + 2 * HOUR})
        assert opened.outbox_counts(NOON, 10).sms_budgets_used_up == 2
        assert opened.outbox_counts(NOON, 1).sms_budgets_used_up == 1
        assert opened.outbox_counts(NOON + HOUR, 10).sms_budgets_used_up == 1
        save(opened, sms_budgets_used_up={OURS: NOON + 3 * HOUR})
        assert opened.outbox_counts(NOON + HOUR, 10).sms_budgets_used_up == 2

    def test_budgets_that_are_not_used_up_any_more_are_deleted(self, opened: Store) -> None:
        save(opened, sms_budgets_used_up={OURS: NOON, INDIAN: NOON + HOUR})
        assert opened.delete_expired_records(NOON, 10) == 0
        assert opened.outbox_counts(NOON - TICK, 10).sms_budgets_used_up == 1

    def test_a_budget_that_is_used_up_is_rolled_back(self, opened: Store) -> None:
        with broken_off(opened) as transaction:
            transaction.save(PendingWrites(sms_budgets_used_up={OURS: NOON + HOUR}))
        assert opened.outbox_counts(NOON, 10).sms_budgets_used_up == 0

    def test_budgets_are_used_by_one_transaction_at_a_time(self, opened: Store) -> None:
        def accepted(name: str) -> None:
            with opened.transaction() as transaction:
                transaction.lock_sms_budgets([ONE.id])
                period = SmsPeriod(OURS, NOON - HOUR, 10)
                if transaction.sms_counts([period])[period].accepted < 3:
                    message = a_message(name, **SMS)
                    transaction.save(PendingWrites(messages={message.key: message}))

        at_once(*(lambda name=f"msg_{n}": accepted(name) for n in range(8)))
        assert _count(opened, OURS).accepted == 3


def _put(store: Store, *messages: Message) -> None:
    save(store, messages={message.key: message for message in messages})


def _count(
    store: Store, budget: SmsBudgetKey, *, since: datetime = NOON - HOUR, most: int = 100
) -> SmsCount:
    period = SmsPeriod(budget, since, most)
    with store.snapshot() as snapshot:
        return snapshot.sms_counts([period])[period]
