"""Every command at the desk: what it answers is what is stored, and what its facts tell."""

from __future__ import annotations

from datetime import timedelta

from returns.result import Failure, Success

from billhook.application.answers import Sent
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
    Send,
    Update,
)
from billhook.application.ports import Store
from billhook.application.service import Desk
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
from billhook.model.patch import Edits
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing.builders import NOON, a_full_document, a_payment
from billhook_adapters.testing.contracts.service_suite import (
    ACCOUNT,
    DeskSuite,
    drafted,
    facts,
    issued,
    kept,
    unapplied,
)

ID = InvoiceId("inv_1")
UNKNOWN = InvoiceId("inv_unknown")


class CommandsSuite(DeskSuite):
    """Commands one at a time."""

    def test_draft_keeps_the_document(self, desk: Desk, store: Store) -> None:
        command = Draft(account=ACCOUNT, invoice=ID, document=a_full_document(), actor="Ada")
        draft = desk.do(command).unwrap()
        assert (draft.status, draft.document) == (Status.DRAFT, a_full_document())
        assert kept(store) == draft
        assert desk.get(ACCOUNT, ID) == Success(draft)

    def test_draft_mints_an_id_where_none_is_given(self, desk: Desk, store: Store) -> None:
        draft = desk.do(Draft(account=ACCOUNT, document=a_full_document())).unwrap()
        assert kept(store, draft.id) == draft

    def test_draft_refuses_an_id_that_is_taken(self, desk: Desk) -> None:
        drafted(desk)
        again = desk.do(Draft(account=ACCOUNT, invoice=ID, document=a_full_document()))
        assert again == Failure(AlreadyExists())

    def test_draft_and_send_does_all_at_once(self, desk: Desk, store: Store) -> None:
        sent = desk.do(
            DraftAndSend(
                account=ACCOUNT, invoice=ID, document=a_full_document(), media=(Medium.SMS,)
            )
        ).unwrap()
        assert kept(store) == sent.invoice
        assert list(desk.messages(ACCOUNT, ID)) == list(sent.messages)
        assert facts(store) == [
            "invoice.drafted",
            "invoice.issued",
            "invoice.notification_requested",
        ]

    def test_update_sets_fields(self, desk: Desk, store: Store) -> None:
        drafted(desk)
        edits = Edits(notes={"order": "A-1"}, terms="14 days")
        updated = desk.do(Update(account=ACCOUNT, invoice=ID, edits=edits)).unwrap()
        assert updated.document.terms == "14 days"
        assert kept(store) == updated

    def test_issue_gives_a_number_and_a_short_url(self, desk: Desk, store: Store) -> None:
        first, second = issued(desk, "inv_1"), issued(desk, "inv_2")
        assert (first.number, second.number) == ("INV-0001", "INV-0002")
        assert first.short_url != second.short_url
        assert kept(store) == first

    def test_notify_queues_a_message_and_changes_no_version(self, desk: Desk, store: Store) -> None:
        invoice = issued(desk)
        message = desk.do(Notify(account=ACCOUNT, invoice=ID, medium=Medium.EMAIL)).unwrap()
        assert list(desk.messages(ACCOUNT, ID)) == [message]
        assert kept(store) == invoice
        assert list(store.sendable(NOON, 10)) == [message.key]

    def test_send_issues_and_queues(self, desk: Desk, store: Store) -> None:
        drafted(desk)
        sent = desk.do(Send(account=ACCOUNT, invoice=ID, media=tuple(Medium))).unwrap()
        assert sent == Sent(sent.invoice, tuple(sent.messages))
        assert {message.medium for message in sent.messages} == set(Medium)
        assert kept(store) == sent.invoice
        assert {one.key: one for one in desk.messages(ACCOUNT, ID)} == {
            one.key: one for one in sent.messages
        }

    def test_a_send_that_is_refused_leaves_the_draft_a_draft(
        self, desk: Desk, store: Store
    ) -> None:
        draft = drafted(desk, customer={"name": "Ravi", "email": "ravi@example.com"})
        answer = desk.do(Send(account=ACCOUNT, invoice=ID, media=tuple(Medium)))
        assert isinstance(answer, Failure)
        assert (kept(store), list(desk.messages(ACCOUNT, ID))) == (draft, [])

    def test_pay_takes_a_part_and_the_rest(self, desk: Desk, store: Store) -> None:
        due = issued(desk).due
        part = desk.do(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(1, "pay_1"))).unwrap()
        assert (part.status, part.due) == (Status.PARTIALLY_PAID, due - 1)
        rest = desk.do(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(due - 1, "pay_2")))
        assert kept(store) == rest.unwrap()
        assert rest.unwrap().status is Status.PAID

    def test_a_payment_that_is_refused_is_not_stored(self, desk: Desk, store: Store) -> None:
        due = issued(desk).due
        answer = desk.do(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(due + 1)))
        assert answer == Failure(Overpayment(due + 1, due))
        assert unapplied(store) == []
        assert isinstance(
            desk.do(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(due))), Success
        )

    def test_money_that_no_invoice_takes_is_kept_whole(self, desk: Desk, store: Store) -> None:
        invoice = issued(desk)
        payment = a_payment(invoice.due + 1)
        answer = desk.do(RecordPayment(account=ACCOUNT, invoice=ID, payment=payment))
        assert answer == Failure(Overpayment(invoice.due + 1, invoice.due))
        assert [(one.invoice, one.payment) for one in unapplied(store)] == [(ID, payment)]
        assert kept(store) == invoice

    def test_money_for_an_unknown_invoice_is_kept_whole(self, desk: Desk, store: Store) -> None:
        payment = a_payment()
        answer = desk.do(RecordPayment(account=ACCOUNT, invoice=UNKNOWN, payment=payment))
        assert answer == Failure(InvoiceNotFound())
        assert [(one.invoice, one.payment) for one in unapplied(store)] == [(UNKNOWN, payment)]

    def test_a_reference_counts_once(self, desk: Desk, store: Store) -> None:
        issued(desk)
        command = RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(5))
        first = desk.do(command)
        assert desk.do(command) == first == Success(kept(store))
        other = RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(6))
        assert desk.do(other) == Failure(ReferenceReused())

    def test_cancel_calls_it_off(self, desk: Desk, store: Store) -> None:
        issued(desk)
        cancelled = desk.do(Cancel(account=ACCOUNT, invoice=ID)).unwrap()
        assert cancelled.status is Status.CANCELLED
        assert kept(store) == cancelled

    def test_expire_records_what_reads_show_already(
        self, desk: Desk, store: Store, clock: SettableClock
    ) -> None:
        ends = NOON + timedelta(hours=1)
        issued(desk, expire_by=ends)
        clock.set(ends)
        shown = desk.get(ACCOUNT, ID).unwrap()
        expired = desk.do(Expire(account=ACCOUNT, invoice=ID)).unwrap()
        assert (shown.status, expired.status) == (Status.EXPIRED, Status.EXPIRED)
        assert kept(store) == expired

    def test_delete_makes_it_unknown(self, desk: Desk, store: Store) -> None:
        drafted(desk)
        tombstone = desk.do(Delete(account=ACCOUNT, invoice=ID)).unwrap()
        assert tombstone.deleted_at == NOON
        assert kept(store) is None
        assert desk.get(ACCOUNT, ID) == Failure(InvoiceNotFound())
        assert desk.do(Issue(account=ACCOUNT, invoice=ID)) == Failure(InvoiceNotFound())

    def test_an_invoice_of_another_account_is_unknown(self, desk: Desk) -> None:
        theirs = drafted(desk, "inv_theirs", account="acc_2")
        for name in (theirs.id, UNKNOWN):
            assert desk.get(ACCOUNT, name) == Failure(InvoiceNotFound())
            assert desk.do(Cancel(account=ACCOUNT, invoice=name)) == Failure(InvoiceNotFound())
            assert desk.explain(ACCOUNT, name) == Failure(InvoiceNotFound())
            assert list(desk.messages(ACCOUNT, name)) == []

    def test_an_account_that_was_never_opened_is_unknown(self, desk: Desk) -> None:
        stranger = AccountId("acc_9")
        answer = desk.do(Draft(account=stranger, document=a_full_document()))
        assert answer == Failure(AccountNotFound())

    def test_the_version_that_a_caller_expects_must_be_the_one(self, desk: Desk) -> None:
        drafted(desk)
        late = Issue(account=ACCOUNT, invoice=ID, expected_version=7)
        assert desk.do(late) == Failure(Conflict(7, 1))
        assert isinstance(desk.do(Issue(account=ACCOUNT, invoice=ID, expected_version=1)), Success)

    def test_who_asked_is_kept_with_the_fact(self, desk: Desk, store: Store) -> None:
        invoice = drafted(desk)
        desk.do(Cancel(account=ACCOUNT, invoice=ID, actor="Ada"))
        with store.snapshot() as view:
            assert [stamped.actor for stamped in view.facts(invoice.key)] == [None, "Ada"]
