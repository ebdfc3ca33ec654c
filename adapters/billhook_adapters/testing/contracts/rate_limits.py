"""Turns of a rate: kept for each account and medium, and for the whole service."""

from __future__ import annotations

from datetime import timedelta

from billhook.application.ports import Store
from billhook.application.records import Outcome, PaceKey
from billhook.messaging.rate_limits import Turns
from billhook.model.customer import Medium
from billhook_adapters.testing.builders import NOON
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER, StoreSuite, broken_off, save

OURS, THEIRS = PaceKey(ONE.id, Medium.SMS), PaceKey(OTHER.id, Medium.SMS)
EVERYBODYS, MAIL = PaceKey(None, Medium.SMS), PaceKey(None, Medium.EMAIL)
TICK = timedelta(microseconds=1)


class TurnsSuite(StoreSuite):
    """The turns that a store keeps."""

    def test_a_rate_that_nobody_used_has_no_turns(self, opened: Store) -> None:
        with opened.transaction() as work:
            assert work.turns([OURS, EVERYBODYS]) == {}

    def test_turns_are_kept_for_each_rate(self, opened: Store) -> None:
        kept = {
            pace: Turns(NOON + n * TICK, NOON + 2 * n * TICK)
            for n, pace in enumerate((OURS, THEIRS, EVERYBODYS))
        }
        save(opened, turns=kept)
        with opened.transaction() as work:
            assert work.turns([OURS, THEIRS, EVERYBODYS, MAIL]) == kept

    def test_the_last_turns_stand(self, opened: Store) -> None:
        for n in range(3):
            save(opened, turns={EVERYBODYS: Turns(NOON, NOON + n * TICK)})
        with opened.transaction() as work:
            assert work.turns([EVERYBODYS]) == {EVERYBODYS: Turns(NOON, NOON + 2 * TICK)}

    def test_turns_of_a_transaction_that_breaks_off_are_not_taken(self, opened: Store) -> None:
        with broken_off(opened) as work:
            work.save(Outcome(turns={EVERYBODYS: Turns(NOON, NOON)}))
        with opened.transaction() as work:
            assert work.turns([EVERYBODYS]) == {}

    def test_nobody_takes_a_turn_that_another_is_taking(self, opened: Store) -> None:
        def taken() -> None:
            with opened.transaction() as work:
                before = work.turns([EVERYBODYS]).get(EVERYBODYS, Turns(NOON, NOON))
                after = Turns(before.free_at + TICK, NOON)
                work.save(Outcome(turns={EVERYBODYS: after}))

        at_once(*[taken] * 8)
        with opened.transaction() as work:
            assert work.turns([EVERYBODYS])[EVERYBODYS].free_at == NOON + 8 * TICK
