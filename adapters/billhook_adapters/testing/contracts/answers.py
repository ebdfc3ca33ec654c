"""Answers remembered under idempotency keys, and how they are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from billhook.application.ports import Store
from billhook.application.records import IdempotencyKey, IdempotencyRecord
from billhook.model.base import AccountId
from billhook_adapters.testing.builders import NOON
from billhook_adapters.testing.contracts.store_suite import StoreSuite, save

SECOND = timedelta(seconds=1)


class AnswersSuite(StoreSuite):
    """Remembered answers of a store."""

    def test_an_idempotency_record_is_read_back_equal(self, opened: Store) -> None:
        answer = an_answer("Schlüssel-1", NOON + timedelta(microseconds=1))
        save(opened, idempotency_records=[answer])
        assert known(opened, answer) == [answer]

    def test_an_unknown_key_is_absent(self, opened: Store) -> None:
        assert known(opened, an_answer("key_1")) == []

    def test_an_answer_remembered_again_replaces_itself(self, opened: Store) -> None:
        before = an_answer("key_1")
        after = IdempotencyRecord(before.request, "f" * 64, b'{"n":2}', NOON + SECOND)
        save(opened, idempotency_records=[before])
        save(opened, idempotency_records=[after, an_answer("key_2")])
        assert known(opened, before) == [after]

    def test_answers_whose_time_is_over_are_forgotten(self, opened: Store) -> None:
        over, at_its_end, deliverability = (
            an_answer("over", NOON - SECOND),
            an_answer("at its end", NOON),
            an_answer("standing", NOON + timedelta(microseconds=1)),
        )
        save(opened, idempotency_records=[deliverability, at_its_end, over])
        assert opened.delete_expired_records(NOON, 10) == 2
        assert known(opened, over, at_its_end, deliverability) == [deliverability]
        assert opened.delete_expired_records(NOON, 10) == 0

    def test_the_oldest_are_deleted_first_and_no_more_than_the_limit(self, opened: Store) -> None:
        answers = [an_answer(f"key_{n}", NOON - n * SECOND) for n in range(5)]
        save(opened, idempotency_records=answers)
        assert opened.delete_expired_records(NOON, 3) == 3
        assert known(opened, *answers) == answers[:2]


def an_answer(key: str, until: datetime = NOON, account: str = "acc_1") -> IdempotencyRecord:
    """An answer remembered under a key."""
    return IdempotencyRecord(
        IdempotencyKey(AccountId(account), key), "0" * 64, b'{"n":"\xe2\x9c\x93"}', until
    )


def known(store: Store, *answers: IdempotencyRecord) -> list[IdempotencyRecord]:
    """What the store remembers under these answers' keys, in this order."""
    with store.snapshot() as snapshot:
        found = snapshot.idempotency_records([answer.request for answer in answers])
    return [found[answer.request] for answer in answers if answer.request in found]
