"""Every command by the service: what it answers is what is stored, and what its events say."""

from __future__ import annotations

from datetime import timedelta

from returns.result import Failure, Success

from billhook.application.commands import (
    Cancel,
    Delete,
    Draft,
    DraftAndSend,
    Expire,
    Issue,
    Notify,
    Pay,
    RecordPayment,
    RecordView,
    Send,
    Update,
)
from billhook.application.idempotency import SendResult
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import (
    AccountNotFound,
    AlreadyExists,
    Conflict,
    InvoiceNotFound,
    Overpayment,
    ReferenceReused,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.patch import Patch
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing.builders import NOON, a_full_document, a_payment
from billhook_adapters.testing.contracts.service_suite import ServiceSuite, events, kept, unapplied
from billhook_adapters.testing.running import ACCOUNT, drafted, issued

ID = InvoiceId("inv_1")
UNKNOWN = InvoiceId("inv_unknown")


class CommandsSuite(ServiceSuite):
    """Commands one at a time."""

    def test_draft_keeps_the_document(self, service: InvoiceService, store: Store) -> None:
        command = Draft(account=ACCOUNT, invoice=ID, document=a_full_document(), actor="Ada")
        draft = service.execute(command).unwrap()
        assert (draft.status, draft.document) == (Status.DRAFT, a_full_document())
        assert kept(store) == draft
        assert service.get(ACCOUNT, ID) == Success(draft)

    def test_draft_mints_an_id_where_none_is_given(
        self, service: InvoiceService, store: Store
    ) -> None:
        draft = service.execute(Draft(account=ACCOUNT, document=a_full_document())).unwrap()
        assert kept(store, draft.id) == draft

    def test_draft_refuses_an_id_that_is_taken(self, service: InvoiceService) -> None:
        drafted(service)
        again = service.execute(Draft(account=ACCOUNT, invoice=ID, document=a_full_document()))
        assert again == Failure(AlreadyExists())

    def test_draft_and_send_does_all_at_once(self, service: InvoiceService, store: Store) -> None:
        sent = service.execute(
            DraftAndSend(
                account=ACCOUNT, invoice=ID, document=a_full_document(), media=(Medium.SMS,)
            )
        ).unwrap()
        assert kept(store) == sent.invoice
        assert list(service.messages(ACCOUNT, ID)) == list(sent.messages)
        assert events(store) == [
            "invoice.drafted",
            "invoice.issued",
            "invoice.notification_requested",
        ]

    def test_update_sets_fields(self, service: InvoiceService, store: Store) -> None:
        drafted(service)
        patch = Patch(notes={"order": "A-1"}, terms="14 days")
        updated = service.execute(Update(account=ACCOUNT, invoice=ID, patch=patch)).unwrap()
        assert updated.document.terms == "14 days"
        assert kept(store) == updated

    def test_issue_gives_a_number_and_a_short_url(
        self, service: InvoiceService, store: Store
    ) -> None:
        first, second = issued(service, "inv_1"), issued(service, "inv_2")
        assert (first.number, second.number) == ("INV-0001", "INV-0002")
        assert first.short_url != second.short_url
        assert kept(store) == first

    def test_notify_queues_a_message_and_changes_no_version(
        self, service: InvoiceService, store: Store
    ) -> None:
        invoice = issued(service)
        message = service.execute(Notify(account=ACCOUNT, invoice=ID, medium=Medium.EMAIL)).unwrap()
        assert list(service.messages(ACCOUNT, ID)) == [message]
        assert kept(store) == invoice
        assert list(store.sendable(NOON, 10)) == [message.key]

    def test_send_issues_and_queues(self, service: InvoiceService, store: Store) -> None:
        drafted(service)
        sent = service.execute(Send(account=ACCOUNT, invoice=ID, media=tuple(Medium))).unwrap()
        assert sent == SendResult(sent.invoice, tuple(sent.messages))
        assert {message.medium for message in sent.messages} == set(Medium)
        assert kept(store) == sent.invoice
        assert {one.key: one for one in service.messages(ACCOUNT, ID)} == {
            one.key: one for one in sent.messages
        }

    def test_a_send_that_is_refused_leaves_the_draft_a_draft(
        self, service: InvoiceService, store: Store
    ) -> None:
        draft = drafted(service, customer={"name": "Ravi", "email": "ravi@example.com"})
        answer = service.execute(Send(account=ACCOUNT, invoice=ID, media=tuple(Medium)))
        assert isinstance(answer, Failure)
        assert (kept(store), list(service.messages(ACCOUNT, ID))) == (draft, [])

    def test_pay_takes_a_part_and_the_rest(self, service: InvoiceService, store: Store) -> None:
        due = issued(service).due
        part = service.execute(
            Pay(account=ACCOUNT, invoice=ID, payment=a_payment(1, "pay_1"))
        ).unwrap()
        assert (part.status, part.due) == (Status.PARTIALLY_PAID, due - 1)
        rest = service.execute(
            Pay(account=ACCOUNT, invoice=ID, payment=a_payment(due - 1, "pay_2"))
        )
        assert kept(store) == rest.unwrap()
        assert rest.unwrap().status is Status.PAID

    def test_a_payment_that_is_refused_is_not_stored(
        self, service: InvoiceService, store: Store
    ) -> None:
        due = issued(service).due
        answer = service.execute(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(due + 1)))
        assert answer == Failure(Overpayment(due + 1, due))
        assert unapplied(store) == []
        assert isinstance(
            service.execute(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(due))), Success
        )

    def test_money_that_no_invoice_takes_is_kept_whole(
        self, service: InvoiceService, store: Store
    ) -> None:
        invoice = issued(service)
        payment = a_payment(invoice.due + 1)
        answer = service.execute(RecordPayment(account=ACCOUNT, invoice=ID, payment=payment))
        assert answer == Failure(Overpayment(invoice.due + 1, invoice.due))
        assert [(one.invoice, one.payment) for one in unapplied(store)] == [(ID, payment)]
        assert kept(store) == invoice

    def test_money_for_an_unknown_invoice_is_kept_whole(
        self, service: InvoiceService, store: Store
    ) -> None:
        payment = a_payment()
        answer = service.execute(RecordPayment(account=ACCOUNT, invoice=UNKNOWN, payment=payment))
        assert answer == Failure(InvoiceNotFound())
        assert [(one.invoice, one.payment) for one in unapplied(store)] == [(UNKNOWN, payment)]

    def test_a_reference_counts_once(self, service: InvoiceService, store: Store) -> None:
        issued(service)
        command = RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(5))
        first = service.execute(command)
        assert service.execute(command) == first == Success(kept(store))
        other = RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(6))
        assert service.execute(other) == Failure(ReferenceReused())

    def test_a_reference_gets_its_first_answer_whatever_became_of_the_invoice(
        self, service: InvoiceService, store: Store, clock: SettableClock
    ) -> None:
        due = issued(service).due
        part, over, rest = (
            RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(amount, reference))
            for amount, reference in ((5, "pay_1"), (due, "pay_2"), (due - 5, "pay_3"))
        )
        first = [service.execute(part), service.execute(over)]
        clock.advance(timedelta(microseconds=1))
        update = Update(account=ACCOUNT, invoice=ID, patch=Patch(notes={"order": "A-1"}))
        view = RecordView(account=ACCOUNT, invoice=ID)
        again = service.execute_all([view, update, rest, update, part, over, rest])
        assert again[4:6] == first
        assert again[6] == again[2]
        later = service.execute_all([rest, over, part])
        assert later == [again[2], first[1], first[0]]
        now, then = kept(store), first[0].unwrap()
        assert now is not None
        assert (now.version, now.due, then.version, then.due) == (6, 0, 3, due - 5)

    def test_cancel_calls_it_off(self, service: InvoiceService, store: Store) -> None:
        issued(service)
        cancelled = service.execute(Cancel(account=ACCOUNT, invoice=ID)).unwrap()
        assert cancelled.status is Status.CANCELLED
        assert kept(store) == cancelled

    def test_expire_records_what_reads_show_already(
        self, service: InvoiceService, store: Store, clock: SettableClock
    ) -> None:
        ends = NOON + timedelta(hours=1)
        issued(service, expire_by=ends)
        clock.set(ends)
        shown = service.get(ACCOUNT, ID).unwrap()
        expired = service.execute(Expire(account=ACCOUNT, invoice=ID)).unwrap()
        assert (shown.status, expired.status) == (Status.EXPIRED, Status.EXPIRED)
        assert kept(store) == expired

    def test_delete_makes_it_unknown(self, service: InvoiceService, store: Store) -> None:
        drafted(service)
        tombstone = service.execute(Delete(account=ACCOUNT, invoice=ID)).unwrap()
        assert tombstone.deleted_at == NOON
        assert kept(store) is None
        assert service.get(ACCOUNT, ID) == Failure(InvoiceNotFound())
        assert service.execute(Issue(account=ACCOUNT, invoice=ID)) == Failure(InvoiceNotFound())

    def test_an_invoice_of_another_account_is_unknown(self, service: InvoiceService) -> None:
        theirs = drafted(service, "inv_theirs", account="acc_2")
        for name in (theirs.id, UNKNOWN):
            assert service.get(ACCOUNT, name) == Failure(InvoiceNotFound())
            assert service.execute(Cancel(account=ACCOUNT, invoice=name)) == Failure(
                InvoiceNotFound()
            )
            assert service.explain(ACCOUNT, name) == Failure(InvoiceNotFound())
            assert list(service.messages(ACCOUNT, name)) == []

    def test_an_account_that_was_never_opened_is_unknown(self, service: InvoiceService) -> None:
        stranger = AccountId("acc_9")
        answer = service.execute(Draft(account=stranger, document=a_full_document()))
        assert answer == Failure(AccountNotFound())

    def test_the_version_that_a_caller_expects_must_be_the_one(
        self, service: InvoiceService
    ) -> None:
        drafted(service)
        late = Issue(account=ACCOUNT, invoice=ID, expected_version=7)
        assert service.execute(late) == Failure(Conflict(7, 1))
        assert isinstance(
            service.execute(Issue(account=ACCOUNT, invoice=ID, expected_version=1)), Success
        )

    def test_the_actor_is_kept_with_the_event(self, service: InvoiceService, store: Store) -> None:
        invoice = drafted(service)
        service.execute(Cancel(account=ACCOUNT, invoice=ID, actor="Ada"))
        with store.snapshot() as snapshot:
            assert [stamped.actor for stamped in snapshot.events(invoice.key)] == [None, "Ada"]
