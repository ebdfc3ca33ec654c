"""Turns of a rate: kept for each account and medium, and for the whole service."""

from __future__ import annotations

from datetime import timedelta

from billhook.application.ports import Store
from billhook.application.records import PendingWrites, RateLimitKey
from billhook.messaging.rate_limits import RateLimitState
from billhook.model.customer import Medium
from billhook_adapters.testing.builders import NOON
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER, StoreSuite, broken_off, save

OURS, THEIRS = RateLimitKey(ONE.id, Medium.SMS), RateLimitKey(OTHER.id, Medium.SMS)
EVERYBODYS, MAIL = RateLimitKey(None, Medium.SMS), RateLimitKey(None, Medium.EMAIL)
TICK = timedelta(microseconds=1)


class RateLimitsSuite(StoreSuite):
    """The turns that a store keeps."""

    def test_a_rate_limit_without_use_has_no_state(self, opened: Store) -> None:
        with opened.transaction() as transaction:
            assert transaction.rate_limit_states([OURS, EVERYBODYS]) == {}

    def test_the_state_of_each_rate_limit_is_stored(self, opened: Store) -> None:
        kept = {
            pace: RateLimitState(NOON + n * TICK, NOON + 2 * n * TICK)
            for n, pace in enumerate((OURS, THEIRS, EVERYBODYS))
        }
        save(opened, rate_limit_states=kept)
        with opened.transaction() as transaction:
            assert transaction.rate_limit_states([OURS, THEIRS, EVERYBODYS, MAIL]) == kept

    def test_the_last_state_of_a_rate_limit_is_stored(self, opened: Store) -> None:
        for n in range(3):
            save(opened, rate_limit_states={EVERYBODYS: RateLimitState(NOON, NOON + n * TICK)})
        with opened.transaction() as transaction:
            assert transaction.rate_limit_states([EVERYBODYS]) == {
                EVERYBODYS: RateLimitState(NOON, NOON + 2 * TICK)
            }

    def test_the_state_of_a_rate_limit_is_rolled_back(self, opened: Store) -> None:
        with broken_off(opened) as transaction:
            transaction.save(
                PendingWrites(rate_limit_states={EVERYBODYS: RateLimitState(NOON, NOON)})
            )
        with opened.transaction() as transaction:
            assert transaction.rate_limit_states([EVERYBODYS]) == {}

    def test_a_rate_limit_is_used_by_one_transaction_at_a_time(self, opened: Store) -> None:
        def taken() -> None:
            with opened.transaction() as transaction:
                before = transaction.rate_limit_states([EVERYBODYS]).get(
                    EVERYBODYS, RateLimitState(NOON, NOON)
                )
                after = RateLimitState(before.next_free_at + TICK, NOON)
                transaction.save(PendingWrites(rate_limit_states={EVERYBODYS: after}))

        at_once(*[taken] * 8)
        with opened.transaction() as transaction:
            assert (
                transaction.rate_limit_states([EVERYBODYS])[EVERYBODYS].next_free_at
                == NOON + 8 * TICK
            )
