"""Errors of the SQLite store: corrupt rows and invalid texts, none of which quotes a row."""

from __future__ import annotations

import re
import traceback

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from billhook.application.commands import Draft
from billhook.application.ports import StoreConflictError
from billhook.application.records import Contact, PaymentKey, PendingWrites, Search
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, InvoiceKey, Status
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
    a_webhook_endpoint,
    a_webhook_event,
    an_account,
    an_entry,
    an_invoice,
)

ACCOUNT = AccountId("acc_1")
KEY = InvoiceKey(ACCOUNT, InvoiceId("inv_1"))


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
    ("UPDATE events SET body = '{}'", "events"),
    ("UPDATE events SET version = 99", "events"),
    ("UPDATE events SET name = 'invoice.lost'", "events"),
    ("UPDATE accounts SET body = '{}'", "accounts"),
    ("UPDATE suppressions SET reason = 'whim'", "histories"),
    ("UPDATE invoices SET receipt = 'other'", "invoices"),
    ("UPDATE invoices SET customer = 'cust_9'", "invoices"),
    ("UPDATE invoices SET receipt = NULL", "search"),
    ("UPDATE messages SET event_type = 'invoice.lost'", "webhook_events"),
    ("UPDATE messages SET version = NULL", "webhook_events"),
    ("UPDATE messages SET event_type = NULL", "webhook_events"),
    ("UPDATE messages SET address = 'two words'", "webhook_events"),
    ("UPDATE messages SET medium = 'webhook'", "messages"),
    ("UPDATE webhook_endpoints SET body = '{}'", "webhook_endpoints"),
    ("UPDATE webhook_endpoints SET body = json_set(body, '$.events[0]', 'x')", "webhook_endpoints"),
    ("UPDATE entries SET body = 'a' || char(0)", "entries"),
]


@pytest.mark.parametrize(("corruption", "kind"), CORRUPTIONS)
def test_a_corrupt_row_raises_and_is_not_repaired(
    engine: Engine, store: SqlStore, corruption: str, kind: str
) -> None:
    message, contact = a_message(), Contact(ACCOUNT, Medium.EMAIL, "ravi@example.com")
    webhook_event, webhook_endpoint, entry = a_webhook_event(), a_webhook_endpoint(), an_entry()
    service = InvoiceService(store, SystemClock(), RandomIds())
    service.execute(
        Draft(account=ACCOUNT, invoice=InvoiceId("inv_2"), document=a_document())
    ).unwrap()
    with store.transaction() as transaction:
        transaction.save(
            PendingWrites(
                invoices={KEY: (None, an_invoice(receipt="R-1"))},
                messages={message.key: message, webhook_event.key: webhook_event},
                webhook_endpoints={webhook_endpoint.key: webhook_endpoint},
                entries={entry.key: entry},
                payments=[a_recorded_payment()],
                suppressed={contact: "bounced"},
            )
        )
    reads = {
        "invoices": lambda: transaction.invoices((KEY,)),
        "messages": lambda: transaction.messages((message.key,)),
        "payments": lambda: transaction.payments((PaymentKey(ACCOUNT, Reference("pay_1")),)),
        "events": lambda: transaction.events(InvoiceKey(ACCOUNT, InvoiceId("inv_2"))),
        "accounts": lambda: transaction.accounts((ACCOUNT,)),
        "histories": lambda: transaction.histories((contact,)),
        "search": lambda: transaction.search(ACCOUNT, Search(), NOON),
        "webhook_events": lambda: transaction.messages((webhook_event.key,)),
        "webhook_endpoints": lambda: transaction.webhook_endpoints((ACCOUNT,)),
        "entries": lambda: transaction.entries((entry.key,)),
    }
    with store.snapshot() as transaction:
        assert reads[kind]()
    with engine.connect() as connection:
        connection.exec_driver_sql(corruption)
    with store.snapshot() as transaction, pytest.raises(ValueError, match=r"."):
        reads[kind]()


def test_an_error_and_its_traceback_hold_nothing_of_the_row(store: SqlStore) -> None:
    invoice = an_invoice(customer={"name": "Canary", "email": "canary@example.com"})
    first = PendingWrites(
        invoices={invoice.key: (None, invoice)}, payments=[a_recorded_payment("canary-reference")]
    )
    with store.transaction() as transaction:
        transaction.save(first)
    elsewhere = an_invoice(id="inv_2").model_copy(update={"short_url": invoice.short_url})
    for outcome in (
        first,
        PendingWrites(payments=first.payments),
        PendingWrites(invoices={elsewhere.key: (None, elsewhere)}),
        PendingWrites(invoices={invoice.key: (an_invoice(Status.PARTIALLY_PAID), invoice)}),
    ):
        with pytest.raises(StoreConflictError) as refused, store.transaction() as transaction:
            transaction.save(outcome)
        traceback_text = "".join(traceback.format_exception(refused.value))
        assert re.findall(r"(?i)canary|https://\S+", traceback_text) == []


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
        lambda: a_webhook_endpoint(url=poison),
        lambda: an_entry(body=poison),
    ):
        with pytest.raises(ValidationError):
            make()


@pytest.mark.parametrize("terms", ["short", "so long that it is not cached" * 70])
@pytest.mark.parametrize("corruption", [one for one, kind in CORRUPTIONS if kind == "invoices"])
def test_a_cached_row_is_read_again_once_it_is_corrupt(
    engine: Engine, store: SqlStore, corruption: str, terms: str
) -> None:
    invoice = an_invoice(terms=terms)
    with store.transaction() as transaction:
        transaction.save(PendingWrites(invoices={KEY: (None, invoice)}))
    for _ in range(2):
        with store.snapshot() as snapshot:
            assert snapshot.invoices((KEY,)) == {KEY: invoice}
    with engine.connect() as connection:
        connection.exec_driver_sql(corruption)
    with store.snapshot() as snapshot, pytest.raises(ValueError, match=r"."):
        snapshot.invoices((KEY,))


@pytest.mark.parametrize("equal", [1.0, True])
def test_a_value_that_equals_a_cached_row_is_not_taken_for_it(equal: object) -> None:
    row = invoice_row(an_invoice(Status.DRAFT), None)
    columns = [column.name for column in tables.invoices.c]
    assert row["version"] == equal
    assert invoice_of([row[name] for name in columns]).version == 1
    with pytest.raises(ValidationError):
        invoice_of([{**row, "version": equal}[name] for name in columns])
