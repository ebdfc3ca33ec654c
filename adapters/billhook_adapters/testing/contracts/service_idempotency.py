"""Idempotency keys at the desk: the same question gets the same answer, and has one effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from returns.result import Failure, Success

from billhook.application.background_jobs import Handlers
from billhook.application.commands import (
    AnyCommand,
    Cancel,
    Delete,
    Draft,
    DraftAndSend,
    Issue,
    Notify,
    Pay,
    RecordPayment,
    Send,
    Update,
)
from billhook.application.ports import Store
from billhook.application.records import RequestKey
from billhook.application.service import REMEMBERED_FOR, Desk
from billhook.lifecycle.errors import KeyReused, OperationNotAllowed
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.patch import Edits
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import a_full_document, a_payment
from billhook_adapters.testing.contracts.service_suite import (
    ACCOUNT,
    DeskSuite,
    at_desk,
    drafted,
    facts,
    issued,
    kept,
)

ID, KEY = InvoiceId("inv_1"), "key_1"
NEW, DRAFT, ISSUED = None, Status.DRAFT, Status.ISSUED

COMMANDS: list[tuple[Status | None, AnyCommand]] = [
    (NEW, Draft(account=ACCOUNT, invoice=ID, document=a_full_document(), key=KEY)),
    (
        NEW,
        DraftAndSend(
            account=ACCOUNT, invoice=ID, document=a_full_document(), media=tuple(Medium), key=KEY
        ),
    ),
    (DRAFT, Update(account=ACCOUNT, invoice=ID, edits=Edits(comment="Hello"), key=KEY)),
    (DRAFT, Issue(account=ACCOUNT, invoice=ID, key=KEY)),
    (DRAFT, Send(account=ACCOUNT, invoice=ID, media=tuple(Medium), key=KEY)),
    (DRAFT, Delete(account=ACCOUNT, invoice=ID, key=KEY)),
    (DRAFT, Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS, key=KEY)),  # refused
    (ISSUED, Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS, key=KEY)),
    (ISSUED, Pay(account=ACCOUNT, invoice=ID, payment=a_payment(5), key=KEY)),
    (ISSUED, RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(5), key=KEY)),
    (ISSUED, Cancel(account=ACCOUNT, invoice=ID, key=KEY)),
]
EACH = pytest.mark.parametrize(
    ("status", "command"),
    COMMANDS,
    ids=[f"{type(command).__name__}-{status}" for status, command in COMMANDS],
)


class KeysSuite(DeskSuite):
    """Idempotency keys."""

    @EACH
    def test_the_same_request_gets_the_same_answer_and_has_one_effect(
        self,
        desk: Desk,
        store: Store,
        clock: SettableClock,
        status: Status | None,
        command: AnyCommand,
    ) -> None:
        at_desk(desk, status)
        first = desk.do(command)
        told, messages = facts(store), list(desk.messages(ACCOUNT, ID))
        clock.advance(REMEMBERED_FOR - timedelta(microseconds=1))
        restarted = Desk(store, clock, RandomIds())
        assert restarted.do(command) == first
        assert (facts(store), list(desk.messages(ACCOUNT, ID))) == (told, messages)

    @EACH
    def test_twice_in_one_batch_is_once_as_well(
        self, desk: Desk, store: Store, status: Status | None, command: AnyCommand
    ) -> None:
        at_desk(desk, status)
        before = len(facts(store))
        first, second = desk.execute((command, command))
        assert second == first
        told = facts(store)[before:]
        # No command tells one thing twice but a message by each of two media.
        assert len(told) <= len(set(told)) + 1

    def test_another_request_under_the_same_key_is_refused(self, desk: Desk, store: Store) -> None:
        draft = drafted(desk)
        desk.do(Update(account=ACCOUNT, invoice=ID, edits=Edits(comment="a"), key=KEY))
        other = desk.do(Update(account=ACCOUNT, invoice=ID, edits=Edits(comment="b"), key=KEY))
        assert other == Failure(KeyReused())
        after = kept(store)
        assert after is not None
        assert (after.version, after.document.comment) == (draft.version + 1, "a")

    def test_a_refusal_is_remembered_too(self, desk: Desk) -> None:
        drafted(desk)
        notify = Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS, key=KEY)
        refused = desk.do(notify)
        assert isinstance(refused.failure(), OperationNotAllowed)
        desk.do(Issue(account=ACCOUNT, invoice=ID))
        assert desk.do(notify) == refused

    def test_after_24_hours_the_question_is_a_new_one(
        self, desk: Desk, clock: SettableClock
    ) -> None:
        issued(desk)
        notify = Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS, key=KEY)
        first = desk.do(notify).unwrap()
        clock.advance(REMEMBERED_FOR)
        second = desk.do(notify).unwrap()
        assert list(desk.messages(ACCOUNT, ID)) == [first, second]
        assert desk.do(notify) == Success(second)

    def test_a_key_stands_in_its_own_account_alone(self, desk: Desk) -> None:
        ours = desk.do(Draft(account=ACCOUNT, document=a_full_document(), key=KEY)).unwrap()
        other = AccountId("acc_2")
        theirs = desk.do(Draft(account=other, document=a_full_document(), key=KEY)).unwrap()
        assert (ours.account, theirs.account) == (ACCOUNT, other)

    def test_the_sweep_drops_answers_whose_24_hours_are_over(
        self, desk: Desk, store: Store, clock: SettableClock
    ) -> None:
        desk.do(Draft(account=ACCOUNT, document=a_full_document(), key="old"))
        clock.advance(timedelta(microseconds=1))
        desk.do(Draft(account=ACCOUNT, document=a_full_document(), key="young"))
        clock.advance(REMEMBERED_FOR - timedelta(microseconds=1))
        Handlers(store, clock, RandomIds(), {}).sweep()
        old, young = RequestKey(ACCOUNT, "old"), RequestKey(ACCOUNT, "young")
        with store.snapshot() as view:
            assert set(view.remembered((old, young))) == {young}
