"""A database of the first release comes to the newest schema, and loses nothing on its way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine

import billhook_adapters.sql.database as opening
from billhook.application.background_jobs import Handlers
from billhook.application.claiming import Delivered
from billhook.application.commands import Cancel, Issue
from billhook.application.records import Contact, History, RequestKey, Search
from billhook.application.service import Desk
from billhook.lifecycle.apply import replay
from billhook.lifecycle.events import NotificationRequested
from billhook.messaging.delivery import Delivery, MessageId, MessageKey
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, Key, Status
from billhook_adapters.memory import CapturedSender, RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import NOON, a_subscriber

MIGRATIONS = Path(opening.__file__).parent / "migrations"
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
AT = (NOON - EPOCH) // timedelta(microseconds=1)
ACCOUNT = AccountId("acc_1")
RECEIPTS = {"inv_1": "R-0001/26", "inv_2": None, "inv_3": 'Grüße "✓"', "inv_4": "gone"}
NUMBERED = {"inv_1": "INV-0001", "inv_2": "INV-0002"}
URL = "https://bill.example/i/"
MESSAGE = MessageKey(ACCOUNT, MessageId("msg_1"))


def _document(receipt: str | None) -> dict[str, Any]:
    """A document as the first release wrote it: customers and lines had no ids."""
    return {
        "comment": None,
        "currency": "INR",
        "customer": {
            "billing_address": None,
            "contact": "+919876543210",
            "email": "ravi@example.com",
            "name": "Ravi",
            "shipping_address": None,
        },
        "date": None,
        "description": "Two books",
        "expire_by": None,
        "extras": {},
        "first_payment_min_amount": None,
        "lines": [
            {
                "currency": "INR",
                "description": None,
                "name": "Book",
                "quantity": "2",
                "unit_amount": 49900,
            }
        ],
        "media": [],
        "notes": {"order": "A-1"},
        "partial_payment": True,
        "receipt": receipt,
        "rounding": "per_line",
        "terms": None,
    }


def _insert(database: sqlite3.Connection, table: str, **row: Any) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # names of this file
    database.execute(statement, tuple(row.values()))


def _fact(database: sqlite3.Connection, invoice: str, version: int | None, **fact: Any) -> None:
    name = fact.pop("name")
    told = json.dumps({"at": "2026-01-01T12:00:00.000000Z", **fact}, ensure_ascii=False)
    _insert(
        database,
        "facts",
        account=ACCOUNT,
        invoice=invoice,
        invoice_version=version,
        name=name,
        version=1,
        actor="ada",
        body=told,
    )


def _invoice(database: sqlite3.Connection, id: str, *, deleted: bool = False) -> None:
    document, number = _document(RECEIPTS[id]), NUMBERED.get(id)
    issued = number is not None
    _insert(
        database,
        "invoices",
        account=ACCOUNT,
        id=id,
        version=2 if issued or deleted else 1,
        status="issued" if issued else "draft",
        amount=99800,
        paid=0,
        created_at=AT,
        issued_at=AT if issued else None,
        deleted_at=AT if deleted else None,
        number=number,
        short_url=URL + id if issued else None,
        document=json.dumps(document, ensure_ascii=False),
    )
    _fact(database, id, 1, name="invoice.drafted", account=ACCOUNT, id=id, document=document)
    if issued:
        _fact(database, id, 2, name="invoice.issued", short_url=URL + id, number=number)
    elif deleted:
        _fact(database, id, 2, name="invoice.deleted")


@pytest.fixture
def path(tmp_path: Path, url: str) -> Path:
    """A database of the first release, with rows of every kind."""
    path = tmp_path / "billhook.sqlite3"
    _first_release(url)
    with closing(sqlite3.connect(path)) as database, database:
        _insert(database, "accounts", id=ACCOUNT, body='{"id":"acc_1","name":"Acme"}')
        _insert(database, "api_keys", id="key_1", account=ACCOUNT, secret_sha256="0" * 64)
        for name in RECEIPTS:
            _invoice(database, name, deleted=name == "inv_4")
        _fact(
            database,
            "inv_1",
            None,
            name="invoice.notification_requested",
            message="msg_1",
            medium="email",
        )
        _insert(
            database,
            "messages",
            account=ACCOUNT,
            id="msg_1",
            invoice="inv_1",
            medium="email",
            address="ravi@example.com",
            status="queued",
            requested_at=AT,
            due_at=AT,
            attempts=0,
        )
        _insert(
            database,
            "payments",
            account=ACCOUNT,
            reference="pay_1",
            invoice="inv_2",
            amount=1,
            currency="INR",
            at=AT,
            applied=0,
            answer="{}",
        )
        _insert(
            database,
            "remembered",
            account=ACCOUNT,
            key="once",
            fingerprint="f",
            answer="{}",
            until=AT + 1,
        )
        _insert(
            database,
            "suppressed",
            account=ACCOUNT,
            medium="sms",
            address="+919876543210",
            reason="opted_out",
        )
        _insert(database, "series", account=ACCOUNT, prefix="INV-", last=2)
    return path


@pytest.fixture
def engine(path: Path, url: str) -> Iterator[Engine]:
    """That database as it is opened today."""
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return SqlStore(engine)


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return Desk(store, SettableClock(NOON), RandomIds())


def _first_release(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()


def _dumped(path: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            table: [dict(row) for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608  # a table's own name
            for (table,) in tables.fetchall()
            if table != "alembic_version"
        }


def test_every_row_is_kept_as_it_was(path: Path, url: str) -> None:
    before = _dumped(path)
    assert [table for table, rows in before.items() if not rows] == []
    open_database(url).dispose()
    after = _dumped(path)
    for table, rows in before.items():
        for was, now in zip(rows, after[table], strict=True):
            assert {name: now[name] for name in was} == was
    assert set(after) - set(before) == {
        "subscribers",
        "entries",
        "paces",
        "reminders",
        "repairs",
    }
    found_by = {row["id"]: (row["receipt"], row["customer"]) for row in after["invoices"]}
    assert found_by == {
        "inv_1": ("R-0001/26", None),
        "inv_2": ("INV-0002", None),
        "inv_3": ('Grüße "✓"', None),
        "inv_4": ("gone", None),
    }
    (key,) = after["api_keys"]
    assert (key["created_at"], key["revoked_at"]) == (0, None)


def test_every_invoice_reads_as_its_facts_tell(store: SqlStore) -> None:
    with store.snapshot() as view:
        for name in ("inv_1", "inv_2", "inv_3"):
            key = Key(ACCOUNT, InvoiceId(name))
            facts = [stamped.fact for stamped in view.facts(key)]
            changes = [fact for fact in facts if not isinstance(fact, NotificationRequested)]
            invoice = view.invoices((key,))[key]
            assert replay(changes) == invoice
            assert (invoice.created_at, invoice.amount) == (NOON, 99800)
            assert invoice.document.receipt == RECEIPTS[name]
        gone = Key(ACCOUNT, InvoiceId("inv_4"))
        assert view.invoices((gone,)) == {}


def test_every_invoice_is_found_by_its_words_and_its_date(desk: Desk, path: Path) -> None:
    rows = {row["id"]: row for row in _dumped(path)["invoices"]}
    for invoice in desk.search(ACCOUNT, Search()):
        row = rows[invoice.id]
        assert (row["words"], row["live"], row["dated_at"]) == (invoice.words, 1, AT)
    assert [one.id for one in desk.search(ACCOUNT, Search(text="GRÜSSE"))] == ["inv_3"]


def test_what_stood_beside_the_invoices_reads_as_before(store: SqlStore) -> None:
    opted_out = Contact(ACCOUNT, Medium.SMS, "+919876543210")
    told = Contact(ACCOUNT, Medium.EMAIL, "ravi@example.com")
    with store.snapshot() as view:
        assert view.accounts((ACCOUNT,))[ACCOUNT].name == "Acme"
        message = view.messages((MESSAGE,))[MESSAGE]
        assert [message] == list(view.messages_about((message.invoice_key,))[message.invoice_key])
        assert [one.payment.reference for one in view.unapplied(ACCOUNT)] == ["pay_1"]
        assert view.histories((opted_out, told)) == {
            opted_out: History("opted_out"),
            told: History(None, NOON),
        }
        assert view.remembered((RequestKey(ACCOUNT, "once"),))
        assert view.subscribers((ACCOUNT,)) == {}
    assert list(store.sendable(NOON, 10)) == [MESSAGE]


def test_every_invoice_is_found_by_its_receipt_or_else_its_number(desk: Desk) -> None:
    def found(**conditions: Any) -> list[Invoice]:
        return list(desk.search(ACCOUNT, Search(**conditions)))

    by_receipt = {
        receipt: [invoice.id for invoice in found(receipt=receipt)]
        for receipt in ("R-0001/26", "INV-0001", "INV-0002", 'Grüße "✓"', "gone")
    }
    assert by_receipt == {
        "R-0001/26": ["inv_1"],
        "INV-0001": [],
        "INV-0002": ["inv_2"],
        'Grüße "✓"': ["inv_3"],
        "gone": [],
    }
    assert [invoice.id for invoice in found()] == ["inv_3", "inv_2", "inv_1"]
    drafts = found(statuses=frozenset({Status.DRAFT}))
    assert [invoice.id for invoice in drafts] == ["inv_3"]


def test_life_goes_on(desk: Desk, store: SqlStore) -> None:
    sender = CapturedSender()
    handlers = Handlers(store, SettableClock(NOON), RandomIds(), {Medium.EMAIL: sender})
    desk.subscribe(a_subscriber())
    assert handlers.deliver(MESSAGE) is Delivered.HANDED_OVER
    desk.do(Cancel(account=ACCOUNT, invoice=InvoiceId("inv_1"))).unwrap()
    issued = desk.do(Issue(account=ACCOUNT, invoice=InvoiceId("inv_3"))).unwrap()
    assert list(desk.search(ACCOUNT, Search(receipt='Grüße "✓"'))) == [issued]
    (message,) = desk.messages(ACCOUNT, InvoiceId("inv_1"))
    assert message.status is Delivery.SENT
    assert len(store.sendable(NOON, 10)) == 2  # the announcements of what was done today
