"""What the service stores and shows beside invoices: entries, messages, payments, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.commands import Cancel, Delete, Draft, Notify, RecordPayment, SaveEntry
from billhook.application.records import EntryKey, Listing, Page
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import (
    AccountNotFound,
    AlreadyExists,
    IdempotencyKeyReused,
    InvoiceNotFound,
    NotStored,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.testing import NOON, a_document, a_payment, a_webhook_endpoint, an_entry
from billhook_adapters.testing.builders import add_webhook_endpoint
from unit.running_service import ACME, ONE, OTHER, TWO, InMemoryService

RAVI = '{"name":"Ravi"}'
SAVE = SaveEntry(account=ACME, id="cust_1", body=RAVI)


def test_an_entry_is_kept_with_its_time() -> None:
    running = InMemoryService()
    assert running.service.execute(SAVE) == Success(an_entry("cust_1", RAVI))
    assert running.service.entry(ACME, "cust_1") == an_entry("cust_1", RAVI, filed_at=NOON)


def test_an_id_keeps_the_entry_that_was_saved_first() -> None:
    running = InMemoryService()
    first = running.service.execute(SAVE)
    running.clock.advance(timedelta(hours=1))
    assert running.service.execute(SAVE) == first
    other = SaveEntry(account=ACME, id="cust_1", body="{}")
    assert running.service.execute(other) == Failure(AlreadyExists())
    assert Success(running.service.entry(ACME, "cust_1")) == first


def test_one_batch_saves_an_id_once() -> None:
    running = InMemoryService()
    other = SaveEntry(account=ACME, id="cust_1", body="{}")
    first, again, refused = running.service.execute_all([SAVE, SAVE, other])
    assert (first, again) == (Success(an_entry()), Success(an_entry()))
    assert refused == Failure(AlreadyExists())
    assert running.service.entry(ACME, "cust_1") == an_entry()


def test_entries_and_invoices_go_into_one_batch() -> None:
    running = InMemoryService()
    drafted, saved = running.service.execute_all(
        [Draft(account=ACME, invoice=ONE, document=a_document()), SAVE]
    )
    assert (drafted, saved) == (Success(running.invoice()), Success(an_entry()))


def test_one_id_names_an_entry_in_each_account() -> None:
    running = InMemoryService()
    running.service.execute(SAVE).unwrap()
    assert running.service.entry(OTHER, "cust_1") is None
    theirs = SaveEntry(account=OTHER, id="cust_1", body="{}")
    assert running.service.execute(theirs) == Success(an_entry(body="{}", account=OTHER))
    assert running.service.entry(ACME, "cust_1") == an_entry()


def test_no_entry_is_saved_for_an_unknown_account() -> None:
    running = InMemoryService()
    stranger = SaveEntry(account=AccountId("acc_9"), id="cust_1", body="{}")
    assert running.service.execute(stranger) == Failure(AccountNotFound())
    assert running.service.entry(AccountId("acc_9"), "cust_1") is None


def test_an_entry_saved_under_an_idempotency_key_gets_the_same_answer_again() -> None:
    running = InMemoryService()
    keyed = SaveEntry(account=ACME, id="cust_1", body=RAVI, key="once")
    first = running.service.execute(keyed)
    assert running.service.execute(keyed) == first == Success(an_entry())
    other = SaveEntry(account=ACME, id="cust_1", body="{}", key="once")
    assert running.service.execute(other) == Failure(IdempotencyKeyReused())


@pytest.mark.parametrize(
    "fields", [{"id": "two words"}, {"body": "x" * (32 * 1024 + 1)}, {"body": "\x00"}, {"more": 1}]
)
def test_an_invalid_entry_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        an_entry(**fields)


def test_an_entry_may_be_as_long_as_its_limit_and_is_never_printed() -> None:
    entry = an_entry(body="canary" + "x" * (32 * 1024 - 6))
    assert (entry.key, "canary" in repr(entry)) == ((ACME, "cust_1"), False)


def test_the_messages_of_many_invoices_are_read_together() -> None:
    running = InMemoryService()
    for one in (ONE, TWO):
        running.issued(one)
    for one, medium in ((ONE, Medium.EMAIL), (TWO, Medium.SMS), (ONE, Medium.SMS)):
        running.service.execute(Notify(account=ACME, invoice=one, medium=medium)).unwrap()
        running.clock.advance(timedelta(seconds=1))
    about = running.service.messages_of(ACME, (ONE, TWO, InvoiceId("inv_none")))
    assert {one: [each.medium for each in messages] for one, messages in about.items()} == {
        ONE: [Medium.EMAIL, Medium.SMS],
        TWO: [Medium.SMS],
    }
    assert running.service.messages_of(ACME, ()) == {}
    assert running.service.messages_of(OTHER, (ONE, TWO)) == {}
    assert list(running.service.messages(ACME, ONE)) == list(about[ONE])
    behind = Page(limit=1, after=(about[ONE][0].requested_at, about[ONE][0].id))
    assert list(running.service.messages(ACME, ONE, behind)) == list(about[ONE][1:])
    assert list(running.service.messages(ACME, InvoiceId("inv_none"))) == []


def test_the_history_of_an_invoice_is_every_event_the_oldest_first() -> None:
    running = InMemoryService()
    running.issued()
    running.service.execute(
        Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL, actor="ada")
    ).unwrap()
    running.service.execute(Cancel(account=ACME, invoice=ONE, actor="bob")).unwrap()
    history = running.service.history(ACME, ONE).unwrap()
    assert [(each.version, each.actor) for each in history] == [
        (1, None),
        (2, None),
        (None, "ada"),
        (3, "bob"),
    ]
    page = running.service.history(ACME, ONE, Page(limit=2, after=1)).unwrap()
    assert list(page) == list(history[1:3])


def test_the_payments_of_an_invoice_are_shown_applied_or_not() -> None:
    running = InMemoryService()
    running.issued(ONE)
    running.issued(TWO)
    for invoice, reference, amount in ((ONE, "p1", 1), (TWO, "p2", 2), (ONE, "p3", 99800)):
        payment = a_payment(amount, reference)
        running.service.execute(RecordPayment(account=ACME, invoice=invoice, payment=payment))
        running.clock.advance(timedelta(seconds=1))
    paid = running.service.payments(ACME, ONE).unwrap()
    assert [(one.payment.reference, one.applied) for one in paid] == [("p1", True), ("p3", False)]
    behind_all = Page(limit=1, after=(paid[1].at, paid[1].payment.reference))
    for page, expected in ((Page(limit=1), [paid[0]]), (Page(after=(NOON, "p2")), [paid[1]])):
        assert list(running.service.payments(ACME, ONE, page).unwrap()) == expected
    assert list(running.service.payments(ACME, ONE, behind_all).unwrap()) == []
    assert list(running.service.unapplied(ACME, behind_all)) == []
    (left,) = running.service.unapplied(ACME)
    assert left.payment.reference == "p3"
    assert list(running.service.unapplied(OTHER)) == []


def test_an_invoice_without_payments_has_none() -> None:
    running = InMemoryService()
    running.drafted()
    assert list(running.service.payments(ACME, ONE).unwrap()) == []


@pytest.mark.parametrize("account", [ACME, OTHER])
def test_an_unknown_a_deleted_and_a_foreign_invoice_have_no_history_and_no_payments(
    account: AccountId,
) -> None:
    running = InMemoryService()
    if account == ACME:
        running.drafted()
        running.service.execute(Delete(account=ACME, invoice=ONE)).unwrap()
    else:
        running.issued()
    assert running.service.history(account, ONE) == Failure(InvoiceNotFound())
    assert running.service.payments(account, ONE) == Failure(InvoiceNotFound())
    assert running.service.history(account, TWO) == Failure(InvoiceNotFound())
    assert running.service.payments(account, TWO) == Failure(InvoiceNotFound())


def test_a_payment_for_an_unknown_invoice_is_unapplied() -> None:
    running = InMemoryService()
    stray = RecordPayment(account=ACME, invoice=TWO, payment=a_payment(5))
    assert isinstance(running.service.execute(stray), Failure)
    assert [one.invoice for one in running.service.unapplied(ACME)] == [TWO]
    assert running.service.payments(ACME, TWO) == Failure(InvoiceNotFound())


@pytest.mark.parametrize(
    ("id", "body"), [("two words", "{}"), ("e_1", "a" * (32 * 1024 + 1)), ("e_1", "a\x00")]
)
def test_an_entry_that_no_store_can_keep_is_refused_and_the_others_are_saved(
    id: str, body: str
) -> None:
    running = InMemoryService()
    kept, refused = running.service.execute_all(
        [SaveEntry(account=ACME, id="e_0", body="{}"), SaveEntry(account=ACME, id=id, body=body)]
    )
    assert kept.unwrap().id == "e_0"
    assert refused == Failure(NotStored())


def test_a_webhook_endpoint_of_an_unknown_account_is_refused() -> None:
    running = InMemoryService()
    stranger = a_webhook_endpoint(account=AccountId("acc_none"))
    before = running.rows()
    assert add_webhook_endpoint(running.service, stranger) == Failure(AccountNotFound())
    assert running.rows() == before


def test_entries_and_payments_are_listed_from_the_newest_one() -> None:
    running = InMemoryService()
    running.service.execute(SAVE).unwrap()
    running.clock.advance(timedelta(hours=1))
    running.service.execute(SaveEntry(account=ACME, id="cust_2", body="{}")).unwrap()
    listed = running.service.entries_of(ACME, "cust_", Listing(limit=9))
    assert [entry.id for entry in listed] == ["cust_2", "cust_1"]
    for reference in ("pay_1", "pay_2"):
        payment = a_payment(7, reference)
        running.service.execute(RecordPayment(account=ACME, invoice=TWO, payment=payment))
        running.clock.advance(timedelta(hours=1))
    listing = Listing(limit=1, skip=1)
    (older,) = running.service.payments_of(ACME, listing)
    assert older.payment.reference == "pay_1"
    assert running.service.payment(ACME, older.payment.reference) == older
    assert running.service.payment(OTHER, older.payment.reference) is None
    assert running.service.payments_of(OTHER, listing) == []


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteEntry(Command[None, NotStored]):
    """A vendor API's own command that deletes a record of it."""

    kind: ClassVar = "delete_entry"
    id: str

    def decide(self, context: CommandContext) -> Result[None, NotStored]:
        context.delete_entry(EntryKey(self.account, self.id))
        return Success(None)


def test_an_entry_deleted_in_a_batch_is_unknown_to_the_next_command() -> None:
    running = InMemoryService()
    running.service.execute(SAVE).unwrap()
    other = SaveEntry(account=ACME, id="cust_1", body="{}")
    results = running.service.execute_all([DeleteEntry(account=ACME, id="cust_1"), other])
    assert results == [Success(None), Success(an_entry(body="{}"))]
    assert running.service.execute(DeleteEntry(account=ACME, id="cust_1")) == Success(None)
    assert running.service.entry(ACME, "cust_1") is None
