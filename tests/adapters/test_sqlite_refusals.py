"""What the SQLite store refuses: corrupt rows, texts that cannot be kept, and to quote a row."""

from __future__ import annotations

import re
import traceback

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from billhook.application.commands import Draft
from billhook.application.ports import StoreRefused
from billhook.application.records import Contact, Outcome, PaymentKey, Search
from billhook.application.service import Desk
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Key, Status
from billhook.model.payment import Reference
from billhook_adapters.memory import RandomIds
from billhook_adapters.sql import SqlStore, tables
from billhook_adapters.sql.rows import invoice_of, invoice_row
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_message,
    a_recorded_payment,
    a_subscriber,
    an_account,
    an_announcement,
    an_entry,
    an_invoice,
)

ACCOUNT = AccountId("acc_1")
KEY = Key(ACCOUNT, InvoiceId("inv_1"))


CORRUPTIONS = [
    ("UPDATE invoices SET document = '{'", "invoices"),
    ("UPDATE invoices SET document = json_remove(document, '$.currency')", "invoices"),
    ("UPDATE invoices SET amount = amount + 1", "invoices"),
    ("UPDATE invoices SET paid = 1.5", "invoices"),
    ("UPDATE invoices SET status = 'lost'", "invoices"),
    ("UPDATE invoices SET status = 'paid'", "invoices"),
    ("UPDATE invoices SET short_url = NULL", "invoices"),
    ("UPDATE invoices SET expire_by = 1", "invoices"),
    ("UPDATE messages SET medium = 'pigeon'", "messages"),
    ("UPDATE messages SET attempts = -1", "messages"),
    ("UPDATE payments SET amount = 0", "payments"),
    ("UPDATE payments SET currency = 'XXX'", "payments"),
    ("UPDATE facts SET body = '{}'", "facts"),
    ("UPDATE facts SET version = 99", "facts"),
    ("UPDATE facts SET name = 'invoice.lost'", "facts"),
    ("UPDATE accounts SET body = '{}'", "accounts"),
    ("UPDATE suppressed SET reason = 'whim'", "histories"),
    ("UPDATE invoices SET receipt = 'other'", "invoices"),
    ("UPDATE invoices SET customer = 'cust_9'", "invoices"),
    ("UPDATE invoices SET receipt = NULL", "search"),
    ("UPDATE messages SET event = 'invoice.lost'", "announcements"),
    ("UPDATE messages SET version = NULL", "announcements"),
    ("UPDATE messages SET event = NULL", "announcements"),
    ("UPDATE messages SET address = 'two words'", "announcements"),
    ("UPDATE messages SET medium = 'webhook'", "messages"),
    ("UPDATE subscribers SET body = '{}'", "subscribers"),
    ("UPDATE subscribers SET body = json_set(body, '$.events[0]', 'x')", "subscribers"),
    ("UPDATE entries SET body = 'a' || char(0)", "entries"),
]


@pytest.mark.parametrize(("corruption", "kind"), CORRUPTIONS)
def test_a_corrupt_row_raises_and_is_not_repaired(
    engine: Engine, store: SqlStore, corruption: str, kind: str
) -> None:
    message, contact = a_message(), Contact(ACCOUNT, Medium.EMAIL, "ravi@example.com")
    announcement, subscriber, entry = an_announcement(), a_subscriber(), an_entry()
    desk = Desk(store, SystemClock(), RandomIds())
    desk.do(Draft(account=ACCOUNT, invoice=InvoiceId("inv_2"), document=a_document())).unwrap()
    with store.transaction() as work:
        work.save(
            Outcome(
                invoices={KEY: (None, an_invoice(receipt="R-1"))},
                messages={message.key: message, announcement.key: announcement},
                subscribers={subscriber.key: subscriber},
                entries={entry.key: entry},
                payments=[a_recorded_payment()],
                suppressed={contact: "bounced"},
            )
        )
    reads = {
        "invoices": lambda: work.invoices((KEY,)),
        "messages": lambda: work.messages((message.key,)),
        "payments": lambda: work.payments((PaymentKey(ACCOUNT, Reference("pay_1")),)),
        "facts": lambda: work.facts(Key(ACCOUNT, InvoiceId("inv_2"))),
        "accounts": lambda: work.accounts((ACCOUNT,)),
        "histories": lambda: work.histories((contact,)),
        "search": lambda: work.search(ACCOUNT, Search(), NOON),
        "announcements": lambda: work.messages((announcement.key,)),
        "subscribers": lambda: work.subscribers((ACCOUNT,)),
        "entries": lambda: work.entries((entry.key,)),
    }
    with store.snapshot() as work:
        assert reads[kind]()
    with engine.connect() as connection:
        connection.exec_driver_sql(corruption)
    with store.snapshot() as work, pytest.raises(ValueError, match=r"."):
        reads[kind]()


def test_a_refusal_and_its_traceback_hold_nothing_of_the_row(store: SqlStore) -> None:
    invoice = an_invoice(customer={"name": "Canary", "email": "canary@example.com"})
    first = Outcome(
        invoices={invoice.key: (None, invoice)}, payments=[a_recorded_payment("canary-reference")]
    )
    with store.transaction() as work:
        work.save(first)
    elsewhere = an_invoice(id="inv_2").model_copy(update={"short_url": invoice.short_url})
    for outcome in (
        first,
        Outcome(payments=first.payments),
        Outcome(invoices={elsewhere.key: (None, elsewhere)}),
        Outcome(invoices={invoice.key: (an_invoice(Status.PARTIALLY_PAID), invoice)}),
    ):
        with pytest.raises(StoreRefused) as refused, store.transaction() as work:
            work.save(outcome)
        told = "".join(traceback.format_exception(refused.value))
        assert re.findall(r"(?i)canary|https://\S+", told) == []


def test_no_error_of_the_database_quotes_its_parameters(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(OperationalError) as broken:
        connection.execute(text("SELECT * FROM nowhere WHERE x = :x"), {"x": "canary"})
    assert "canary" not in str(broken.value)


@pytest.mark.parametrize("poison", ["\x00", "a\x00b", "\ud800x"])
def test_nul_and_surrogates_are_refused_before_they_reach_the_database(poison: str) -> None:
    for make in (
        lambda: an_account(name=f"Acme{poison}"),
        lambda: an_account(number_prefix=poison),
        lambda: a_document(notes={poison: "x"}),
        lambda: a_document(description=poison),
        lambda: a_message(reason=poison),
        lambda: a_recorded_payment(poison),
        lambda: a_subscriber(url=poison),
        lambda: an_entry(body=poison),
    ):
        with pytest.raises(ValidationError):
            make()


@pytest.mark.parametrize("notes", ["short", "so long that nobody keeps it" * 100])
@pytest.mark.parametrize("corruption", [one for one, kind in CORRUPTIONS if kind == "invoices"])
def test_a_row_that_was_read_before_is_read_anew_once_it_is_corrupt(
    engine: Engine, store: SqlStore, corruption: str, notes: str
) -> None:
    invoice = an_invoice(notes={"note": notes})
    with store.transaction() as work:
        work.save(Outcome(invoices={KEY: (None, invoice)}))
    for _ in range(2):
        with store.snapshot() as view:
            assert view.invoices((KEY,)) == {KEY: invoice}
    with engine.connect() as connection:
        connection.exec_driver_sql(corruption)
    with store.snapshot() as view, pytest.raises(ValueError, match=r"."):
        view.invoices((KEY,))


@pytest.mark.parametrize("equal", [1.0, True])
def test_what_only_equals_a_row_that_was_read_is_not_taken_for_it(equal: object) -> None:
    row = invoice_row(an_invoice(Status.DRAFT), None)
    columns = [column.name for column in tables.invoices.c]
    assert row["version"] == equal
    assert invoice_of([row[name] for name in columns]).version == 1
    with pytest.raises(ValidationError):
        invoice_of([{**row, "version": equal}[name] for name in columns])
