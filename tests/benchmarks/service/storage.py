"""Bytes of the database that one invoice's life takes: draft, issue, one SMS queued, paid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from benchmarks.service import seed
from benchmarks.service.notifying import Filled
from billhook.application.command import Command
from billhook.application.commands import Draft, Issue, Notify, Pay
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.customer import Customer, Medium
from billhook.model.invoice import Invoice
from billhook.model.payment import Payment
from billhook_adapters.composition.service import build_application
from billhook_adapters.sql.connections import reading
from billhook_adapters.sql.database import open_database
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import a_customer, a_document, a_payment

MEASURED, WARM_UP = 2000, 500
"""Invoices that are measured, after some that fill the pages which a database begins with."""

TOGETHER = 25
"""Invoices whose commands of one kind are one transaction, as a loaded server's are."""

ACCOUNT = AccountId(seed.ACCOUNT)


def bytes_a_life(filled: Filled) -> float:
    """By how much a database grows with each life, once the log is in it and dead rows are free."""
    url = filled.copy()
    _run(url, range(WARM_UP))
    before = _size(url)
    for first in range(WARM_UP, WARM_UP + MEASURED, WARM_UP):
        _run(url, range(first, first + WARM_UP))
        _size(url)  # PostgreSQL frees dead rows on the way, as its autovacuum would
    return (_size(url) - before) / MEASURED


def _run(url: str, payers: range) -> None:
    application = build_application(url, ids=RandomIds(), senders={})
    for start in range(payers.start, payers.stop, TOGETHER):
        _together(application.service, range(start, start + TOGETHER))
    application.backend.dispose()


def _together(service: InvoiceService, payers: range) -> None:
    drafts = [
        Draft(account=ACCOUNT, document=a_document(customer=_payer(number))) for number in payers
    ]
    invoices = [answer.unwrap() for answer in service.execute_all(drafts)]
    then: list[list[Command[Any, Any]]] = [
        [Issue(account=ACCOUNT, invoice=one.id) for one in invoices],
        [Notify(account=ACCOUNT, invoice=one.id, medium=Medium.SMS) for one in invoices],
        [Pay(account=ACCOUNT, invoice=one.id, payment=_all_of(one)) for one in invoices],
    ]
    for commands in then:
        for answer in service.execute_all(commands):
            answer.unwrap()


def _payer(number: int) -> Customer:
    """A payer who has no invoice yet."""
    email, contact = seed.payer(50_000_000 + number)
    return a_customer(email=email, contact=contact)


def _all_of(invoice: Invoice) -> Payment:
    return a_payment(invoice.due, reference=f"pay_{invoice.id}")


def _size(url: str) -> int:
    if url.startswith("sqlite"):
        engine = open_database(url)
        with reading(engine) as connection:
            connection.rollback()
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return Path(url.removeprefix("sqlite:///")).stat().st_size
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM")
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])
