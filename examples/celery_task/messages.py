"""The shop's own tables: invoices, and a row for each message, which a task sends.

A message is queued, then sending, then sent, suppressed (a rule refuses it) or failed. One whose
worker is killed while it hands over stays `sending`: no one knows whether it went out, so that it
is a person who queues it again.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from returns.pipeline import is_successful
from returns.result import Result

import billhook
from billhook import Invoice, InvoiceNotFound, RefusedError, examples, or_raise

DATABASE = "shop.db"
INVOICES = "create table invoices (id text primary key, invoice text not null)"
MESSAGES = """create table messages (id integer primary key, invoice text not null,
    medium text not null, state text not null default 'queued', reason text)"""
PUT = "insert into invoices values (?, ?)"
INVOICE = "select invoice from invoices where id = ?"
ADD = "insert into messages (invoice, medium) values (?, ?) returning id"
CLAIM = """update messages set state = 'sending' where id = ? and state = 'queued'
    returning invoice, medium"""
FINISH = "update messages set state = ?, reason = ? where id = ?"
QUEUED = "select id from messages where state = 'queued' order by id"


def clock() -> datetime:
    return datetime.now(UTC)


@contextmanager
def transaction() -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(DATABASE)) as database, database:
        database.execute("begin immediate")
        yield database


def create() -> None:
    """Create the tables, with one invoice to try."""
    with transaction() as database:
        database.execute(INVOICES)
        database.execute(MESSAGES)
        sample = examples.issued()
        database.execute(PUT, [sample.id, sample.model_dump_json()])


def decide(
    database: sqlite3.Connection, id: str, medium: str
) -> tuple[Invoice, Result[billhook.Notification, billhook.NotifyError]]:
    """The invoice, and whether its payer may be sent it now. This shop sends mails alone."""
    row = database.execute(INVOICE, [id]).fetchone()
    if row is None:
        raise RefusedError(InvoiceNotFound())
    invoice, mails = (
        Invoice.model_validate_json(row[0]),
        billhook.Deliverability(supported=medium != "sms"),
    )
    return invoice, billhook.notify(invoice, medium, now=clock(), deliverability=mails)


def add(id: str, medium: str) -> int:
    """Store a message. Raises RefusedError, and stores nothing, if a rule refuses it."""
    with transaction() as database:
        or_raise(decide(database, id, medium)[1])
        message: int = database.execute(ADD, [id, medium]).fetchone()[0]
        return message


def claim(message: int) -> tuple[Invoice, str] | None:
    """Decide again, for a message that is still queued: the invoice and the address, if it may go.

    Of two workers one gets it. What a rule refuses by now is suppressed, with the code.
    """
    with transaction() as database:
        row = database.execute(CLAIM, [message]).fetchone()
        if row is None:
            return None
        invoice, result = decide(database, *row)
        if is_successful(result):
            return invoice, result.unwrap().address
        database.execute(FINISH, ["suppressed", result.failure().code, message])
        return None


def finish(message: int, state: str, reason: str | None = None) -> None:
    with transaction() as database:
        database.execute(FINISH, [state, reason, message])


def queued() -> list[int]:
    with transaction() as database:
        return [message for (message,) in database.execute(QUEUED)]
