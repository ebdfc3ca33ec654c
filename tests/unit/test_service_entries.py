"""What the desk keeps and shows beside the invoices: entries, correspondence, payments, past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Success

from billhook.application.commands import Cancel, Delete, Draft, Notify, RecordPayment, SaveEntry
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
from unit.running_service import ACME, ONE, OTHER, TWO, Office

RAVI = '{"name":"Ravi"}'
FILE = SaveEntry(account=ACME, id="cust_1", body=RAVI)


def test_an_entry_is_kept_with_its_time() -> None:
    office = Office()
    assert office.service.execute(FILE) == Success(an_entry("cust_1", RAVI))
    assert office.service.entry(ACME, "cust_1") == an_entry("cust_1", RAVI, filed_at=NOON)


def test_an_id_keeps_what_was_first_filed_under_it() -> None:
    office = Office()
    first = office.service.execute(FILE)
    office.clock.advance(timedelta(hours=1))
    assert office.service.execute(FILE) == first
    other = SaveEntry(account=ACME, id="cust_1", body="{}")
    assert office.service.execute(other) == Failure(AlreadyExists())
    assert Success(office.service.entry(ACME, "cust_1")) == first


def test_one_batch_files_an_id_once() -> None:
    office = Office()
    other = SaveEntry(account=ACME, id="cust_1", body="{}")
    first, again, refused = office.service.execute_all([FILE, FILE, other])
    assert (first, again) == (Success(an_entry()), Success(an_entry()))
    assert refused == Failure(AlreadyExists())
    assert office.service.entry(ACME, "cust_1") == an_entry()


def test_entries_and_invoices_go_into_one_batch() -> None:
    office = Office()
    drafted, filed = office.service.execute_all(
        [Draft(account=ACME, invoice=ONE, document=a_document()), FILE]
    )
    assert (drafted, filed) == (Success(office.seen()), Success(an_entry()))


def test_one_id_names_an_entry_in_each_account() -> None:
    office = Office()
    office.service.execute(FILE).unwrap()
    assert office.service.entry(OTHER, "cust_1") is None
    theirs = SaveEntry(account=OTHER, id="cust_1", body="{}")
    assert office.service.execute(theirs) == Success(an_entry(body="{}", account=OTHER))
    assert office.service.entry(ACME, "cust_1") == an_entry()


def test_nothing_is_filed_for_an_account_that_nobody_knows() -> None:
    office = Office()
    stranger = SaveEntry(account=AccountId("acc_9"), id="cust_1", body="{}")
    assert office.service.execute(stranger) == Failure(AccountNotFound())
    assert office.service.entry(AccountId("acc_9"), "cust_1") is None


def test_what_was_filed_under_a_key_is_answered_again() -> None:
    office = Office()
    keyed = SaveEntry(account=ACME, id="cust_1", body=RAVI, key="once")
    first = office.service.execute(keyed)
    assert office.service.execute(keyed) == first == Success(an_entry())
    other = SaveEntry(account=ACME, id="cust_1", body="{}", key="once")
    assert office.service.execute(other) == Failure(IdempotencyKeyReused())


@pytest.mark.parametrize(
    "fields", [{"id": "two words"}, {"body": "x" * (32 * 1024 + 1)}, {"body": "\x00"}, {"more": 1}]
)
def test_an_entry_of_no_sound_shape_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        an_entry(**fields)


def test_an_entry_may_be_as_long_as_its_limit_and_is_never_printed() -> None:
    entry = an_entry(body="canary" + "x" * (32 * 1024 - 6))
    assert (entry.key, "canary" in repr(entry)) == ((ACME, "cust_1"), False)


def test_the_correspondence_of_many_invoices_comes_together() -> None:
    office = Office()
    for one in (ONE, TWO):
        office.issued(one)
    for one, medium in ((ONE, Medium.EMAIL), (TWO, Medium.SMS), (ONE, Medium.SMS)):
        office.service.execute(Notify(account=ACME, invoice=one, medium=medium)).unwrap()
        office.clock.advance(timedelta(seconds=1))
    about = office.service.correspondence(ACME, (ONE, TWO, InvoiceId("inv_none")))
    assert {one: [each.medium for each in messages] for one, messages in about.items()} == {
        ONE: [Medium.EMAIL, Medium.SMS],
        TWO: [Medium.SMS],
    }
    assert office.service.correspondence(ACME, ()) == {}
    assert office.service.correspondence(OTHER, (ONE, TWO)) == {}
    assert list(office.service.messages(ACME, ONE)) == list(about[ONE])
    assert list(office.service.messages(ACME, InvoiceId("inv_none"))) == []


def test_the_history_of_an_invoice_is_every_fact_the_oldest_first() -> None:
    office = Office()
    office.issued()
    office.service.execute(
        Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL, actor="ada")
    ).unwrap()
    office.service.execute(Cancel(account=ACME, invoice=ONE, actor="bob")).unwrap()
    told = office.service.history(ACME, ONE).unwrap()
    assert [(each.version, each.actor) for each in told] == [
        (1, None),
        (2, None),
        (None, "ada"),
        (3, "bob"),
    ]


def test_what_came_in_for_an_invoice_is_shown_applied_or_not() -> None:
    office = Office()
    office.issued(ONE)
    office.issued(TWO)
    for invoice, reference, amount in ((ONE, "p1", 1), (TWO, "p2", 2), (ONE, "p3", 99800)):
        payment = a_payment(amount, reference)
        office.service.execute(RecordPayment(account=ACME, invoice=invoice, payment=payment))
        office.clock.advance(timedelta(seconds=1))
    came = office.service.payments(ACME, ONE).unwrap()
    assert [(one.payment.reference, one.applied) for one in came] == [("p1", True), ("p3", False)]
    (left,) = office.service.unapplied(ACME)
    assert left.payment.reference == "p3"
    assert list(office.service.unapplied(OTHER)) == []


def test_an_invoice_without_payments_has_none() -> None:
    office = Office()
    office.drafted()
    assert list(office.service.payments(ACME, ONE).unwrap()) == []


@pytest.mark.parametrize("account", [ACME, OTHER])
def test_an_unknown_a_deleted_and_anothers_invoice_have_neither_past_nor_payments(
    account: AccountId,
) -> None:
    office = Office()
    if account == ACME:
        office.drafted()
        office.service.execute(Delete(account=ACME, invoice=ONE)).unwrap()
    else:
        office.issued()
    assert office.service.history(account, ONE) == Failure(InvoiceNotFound())
    assert office.service.payments(account, ONE) == Failure(InvoiceNotFound())
    assert office.service.history(account, TWO) == Failure(InvoiceNotFound())
    assert office.service.payments(account, TWO) == Failure(InvoiceNotFound())


def test_a_payment_kept_for_an_invoice_that_nobody_knows_is_unapplied() -> None:
    office = Office()
    stray = RecordPayment(account=ACME, invoice=TWO, payment=a_payment(5))
    assert isinstance(office.service.execute(stray), Failure)
    assert [one.invoice for one in office.service.unapplied(ACME)] == [TWO]
    assert office.service.payments(ACME, TWO) == Failure(InvoiceNotFound())


@pytest.mark.parametrize(
    ("id", "body"), [("two words", "{}"), ("e_1", "a" * (32 * 1024 + 1)), ("e_1", "a\x00")]
)
def test_what_no_store_could_keep_is_refused_and_its_neighbours_are_not(id: str, body: str) -> None:
    office = Office()
    kept, refused = office.service.execute_all(
        [SaveEntry(account=ACME, id="e_0", body="{}"), SaveEntry(account=ACME, id=id, body=body)]
    )
    assert kept.unwrap().id == "e_0"
    assert refused == Failure(NotStored())


def test_a_subscriber_of_an_unknown_account_is_refused() -> None:
    office = Office()
    stranger = a_webhook_endpoint(account=AccountId("acc_none"))
    before = office.rows()
    assert add_webhook_endpoint(office.service, stranger) == Failure(AccountNotFound())
    assert office.rows() == before
