"""Idempotency keys by the service: the same question gets the same answer, and has one effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from returns.result import Failure, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.command import AnyCommand
from billhook.application.commands import (
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
from billhook.application.idempotency import KEPT_FOR
from billhook.application.ports import Store
from billhook.application.records import IdempotencyKey
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import IdempotencyKeyReused, OperationNotAllowed
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.patch import Patch
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import a_full_document, a_payment
from billhook_adapters.testing.contracts.service_suite import ServiceSuite, events, kept, prepare
from billhook_adapters.testing.running import ACCOUNT, drafted, issued

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
    (DRAFT, Update(account=ACCOUNT, invoice=ID, patch=Patch(comment="Hello"), key=KEY)),
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


class KeysSuite(ServiceSuite):
    """Idempotency keys."""

    @EACH
    def test_the_same_request_gets_the_same_answer_and_has_one_effect(
        self,
        service: InvoiceService,
        store: Store,
        clock: SettableClock,
        status: Status | None,
        command: AnyCommand,
    ) -> None:
        prepare(service, status)
        first = service.execute(command)
        recorded, messages = events(store), list(service.messages(ACCOUNT, ID))
        clock.advance(KEPT_FOR - timedelta(microseconds=1))
        restarted = InvoiceService(store, clock, RandomIds())
        assert restarted.execute(command) == first
        assert (events(store), list(service.messages(ACCOUNT, ID))) == (recorded, messages)

    @EACH
    def test_twice_in_one_batch_is_once_as_well(
        self, service: InvoiceService, store: Store, status: Status | None, command: AnyCommand
    ) -> None:
        prepare(service, status)
        before = len(events(store))
        first, second = service.execute_all((command, command))
        assert second == first
        recorded = events(store)[before:]
        # No command records one event twice but a message by each of two media.
        assert len(recorded) <= len(set(recorded)) + 1

    def test_another_request_under_the_same_key_is_refused(
        self, service: InvoiceService, store: Store
    ) -> None:
        draft = drafted(service)
        service.execute(Update(account=ACCOUNT, invoice=ID, patch=Patch(comment="a"), key=KEY))
        other = service.execute(
            Update(account=ACCOUNT, invoice=ID, patch=Patch(comment="b"), key=KEY)
        )
        assert other == Failure(IdempotencyKeyReused())
        after = kept(store)
        assert after is not None
        assert (after.version, after.document.comment) == (draft.version + 1, "a")

    def test_a_refusal_is_remembered_too(self, service: InvoiceService) -> None:
        drafted(service)
        notify = Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS, key=KEY)
        refused = service.execute(notify)
        assert isinstance(refused.failure(), OperationNotAllowed)
        service.execute(Issue(account=ACCOUNT, invoice=ID))
        assert service.execute(notify) == refused

    def test_after_24_hours_the_question_is_a_new_one(
        self, service: InvoiceService, clock: SettableClock
    ) -> None:
        issued(service)
        notify = Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS, key=KEY)
        first = service.execute(notify).unwrap()
        clock.advance(KEPT_FOR)
        second = service.execute(notify).unwrap()
        assert list(service.messages(ACCOUNT, ID)) == [first, second]
        assert service.execute(notify) == Success(second)

    def test_a_key_stands_in_its_own_account_alone(self, service: InvoiceService) -> None:
        ours = service.execute(Draft(account=ACCOUNT, document=a_full_document(), key=KEY)).unwrap()
        other = AccountId("acc_2")
        theirs = service.execute(Draft(account=other, document=a_full_document(), key=KEY)).unwrap()
        assert (ours.account, theirs.account) == (ACCOUNT, other)

    def test_the_sweep_drops_answers_whose_24_hours_are_over(
        self, service: InvoiceService, store: Store, clock: SettableClock
    ) -> None:
        service.execute(Draft(account=ACCOUNT, document=a_full_document(), key="old"))
        clock.advance(timedelta(microseconds=1))
        service.execute(Draft(account=ACCOUNT, document=a_full_document(), key="young"))
        clock.advance(KEPT_FOR - timedelta(microseconds=1))
        BackgroundJobs(store, clock, RandomIds(), {}).sweep()
        old, young = IdempotencyKey(ACCOUNT, "old"), IdempotencyKey(ACCOUNT, "young")
        with store.snapshot() as snapshot:
            assert set(snapshot.idempotency_records((old, young))) == {young}
