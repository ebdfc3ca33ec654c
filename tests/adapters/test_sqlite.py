"""SQLite as it is opened, migrated and asked: settings, tables, indexes, and what it never says."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import ValidationError
from sqlalchemy import Engine, Executable, event, text
from sqlalchemy.exc import OperationalError

from billhook.account import AccountId, Series
from billhook.desk.commands import Draft
from billhook.desk.desk import Desk
from billhook.invoice import InvoiceId, Key, Status
from billhook.party import Medium
from billhook.payment import Reference
from billhook.ports import Contact, Outcome, PaymentKey, RequestKey, StoreRefused
from billhook_adapters.memory import RandomIds
from billhook_adapters.memory.clock import SystemClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql import queries as q
from billhook_adapters.sql.tables import metadata
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_message,
    a_recorded_payment,
    an_account,
    an_invoice,
)

ACCOUNT = AccountId("acc_1")
KEY = Key(ACCOUNT, InvoiceId("inv_1"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'billhook.sqlite3'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    store = SqlStore(engine)
    with store.transaction() as work:
        work.save(Outcome(accounts={ACCOUNT: an_account()}))
    return store


def test_every_connection_is_durable_and_holds_foreign_keys(engine: Engine) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    full, on = 2, 1
    first, second = engine.connect(), engine.connect()
    with first, second:
        for connection in (first, second):
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
            assert found == ["wal", full, on, 30_000]


def test_the_migrations_make_exactly_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_missing_index_would_be_noticed(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP INDEX invoices_overdue")
        (difference,) = compare_metadata(MigrationContext.configure(connection), metadata)
    assert difference[0] == "add_index"


def test_the_migrated_schema_is_the_declared_one_to_the_letter(
    engine: Engine, tmp_path: Path
) -> None:
    # Alembic does not compare everything, such as the conditions of partial indexes.
    declared = open_database(f"sqlite:///{tmp_path / 'declared.sqlite3'}")
    metadata.drop_all(declared)
    metadata.create_all(declared)
    schemas = [_schema(engine), _schema(declared)]
    declared.dispose()
    assert schemas[0] == schemas[1]


def test_opening_a_database_again_changes_nothing(
    engine: Engine, store: SqlStore, url: str
) -> None:
    before = _dump(engine)
    again = open_database(url)
    again.dispose()
    assert _dump(engine) == before


def test_many_may_open_one_new_database_at_the_same_moment(url: str) -> None:
    program = f"from billhook_adapters.sql import open_database; open_database({url!r}).dispose()"
    openers = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [(opener.communicate()[1], opener.returncode) for opener in openers] == [("", 0)] * 3
    with ThreadPoolExecutor(4) as threads:
        for engine in threads.map(open_database, [url] * 4):
            engine.dispose()


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/billhook", "mysql://u:s3cret@h/db", "sqlite://", "", "x"]
)
def test_a_database_without_a_store_is_refused_with_a_remedy(url: str) -> None:
    with pytest.raises(ValueError, match=r"give a URL such as sqlite:///billhook\.sqlite3") as no:
        open_database(url)
    assert "s3cret" not in str(no.value)


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
]


@pytest.mark.parametrize(("corruption", "kind"), CORRUPTIONS)
def test_a_corrupt_row_raises_and_is_not_repaired(
    engine: Engine, store: SqlStore, corruption: str, kind: str
) -> None:
    message, contact = a_message(), Contact(ACCOUNT, Medium.EMAIL, "ravi@example.com")
    desk = Desk(store, SystemClock(), RandomIds())
    desk.do(Draft(account=ACCOUNT, invoice=InvoiceId("inv_2"), document=a_document())).unwrap()
    with store.transaction() as work:
        work.save(
            Outcome(
                invoices={KEY: (None, an_invoice())},
                messages={message.key: message},
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
    }
    with store.snapshot() as work:
        assert reads[kind]()
    with engine.connect() as connection:
        connection.exec_driver_sql(corruption)
    with store.snapshot() as work, pytest.raises(ValueError, match=r"."):
        reads[kind]()


STATEMENTS = {
    name: statement
    for name, statement in vars(q).items()
    if name.isupper() and isinstance(statement, Executable)
}
BINDS = {**q.wanted([("acc_1", "email", "x")]), "now": 1, "most": 10}


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_reaches_its_rows_through_an_index(engine: Engine, name: str) -> None:
    steps = _plan(engine, STATEMENTS[name])
    scans = [step for step in steps if step.startswith("SCAN") and "wanted" not in step]
    assert scans == []


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("OVERDUE", "invoices_overdue (expire_by<?)"),
        ("SENDABLE", "messages_due (due_at<?)"),
        ("UNAPPLIED", "payments_unapplied (account=?)"),
        ("FORGET", "remembered_until (until<?)"),
        ("HISTORIES", "messages_of_address (account=? AND medium=? AND address=?)"),
        ("MESSAGES_ABOUT", "messages_of_invoice (account=? AND invoice=?)"),
        ("FACTS", "facts_of_invoice (account=? AND invoice=?)"),
    ],
)
def test_each_index_is_there_for_a_statement(engine: Engine, name: str, index: str) -> None:
    assert [step for step in _plan(engine, STATEMENTS[name]) if step.endswith(index)]


def test_a_scan_would_be_noticed(engine: Engine) -> None:
    (step,) = _plan(engine, text("SELECT * FROM invoices WHERE document = 'x'"))
    assert step == "SCAN invoices"


def test_a_batch_takes_as_many_statements_as_a_single_one(engine: Engine, store: SqlStore) -> None:
    def statements(count: int) -> int:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        Desk(store, SystemClock(), RandomIds()).execute(
            [
                Draft(account=ACCOUNT, document=a_document(), key=f"{count}-{n}")
                for n in range(count)
            ]
        )
        event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    assert statements(1) == statements(50)


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
    ):
        with pytest.raises(ValidationError):
            make()


WRITER = """
import sys
from billhook.account import AccountId, Series
from billhook_adapters.sql import SqlStore, open_database

engine = open_database(sys.argv[1])
store = SqlStore(engine)
for _ in range(60):
    with store.transaction() as work:
        print(*work.next_numbers({Series(AccountId("acc_1"), "INV-"): 1}).popitem()[1])
engine.dispose()
"""


def test_writers_in_processes_and_threads_wait_for_one_another(store: SqlStore, url: str) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    def draw(_: int) -> int:
        with store.transaction() as work:
            (drawn,) = work.next_numbers({Series(ACCOUNT, "INV-"): 1}).values()
        return drawn[0]

    with ThreadPoolExecutor(4) as threads:
        numbers = list(threads.map(draw, range(60)))
    for writer in writers:
        printed, complaints = writer.communicate()
        assert complaints == ""
        numbers.extend(map(int, printed.split()))
    assert sorted(numbers) == [*range(1, 181)]


def test_a_reader_is_not_held_up_by_a_writer(store: SqlStore) -> None:
    with store.transaction() as work:
        work.save(Outcome(invoices={KEY: (None, an_invoice())}))
        with store.snapshot() as view:
            assert view.invoices((KEY,)) == {}
            assert view.remembered((RequestKey(ACCOUNT, "x"),)) == {}
        assert store.overdue(NOON, 1) == []


def _plan(engine: Engine, statement: Any) -> list[str]:
    compiled = statement.compile(engine)
    sent = compiled.construct_expanded_state({**compiled.params, **BINDS})
    with engine.connect() as connection:
        explained = f"EXPLAIN QUERY PLAN {sent.statement}"
        found = connection.exec_driver_sql(explained, tuple(sent.positional_parameters))
        return [step for *_, step in found]


def _schema(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
        )
        return sorted(re.sub(r"\s+", " ", sql).replace(" ,", ",") for (sql,) in found)


def _dump(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return list(raw.iterdump())
