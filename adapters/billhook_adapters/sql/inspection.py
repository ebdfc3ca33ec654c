"""What is wrong with a database: damage, another time than this machine's, unreadable rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, Table, bindparam, func, select, tuple_

from billhook.application.ports import UnreadableRowError
from billhook.application.records import EntryKey, PaymentKey
from billhook.messaging.delivery import MessageKey
from billhook.model.invoice import InvoiceKey
from billhook_adapters.sql import tables as t
from billhook_adapters.sql.clock import TOLERATED, postgresql_time
from billhook_adapters.sql.connections import reading
from billhook_adapters.sql.transaction import SqlTransaction
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.instants import at, some

PAGE = 500
"""How many rows are read together."""

USED_UP_BUDGETS = (
    select(
        t.sms_budgets_used_up.c.account,
        func.count(),
        func.max(t.sms_budgets_used_up.c.until),
    )
    .where(t.sms_budgets_used_up.c.until > bindparam("now"))
    .group_by(t.sms_budgets_used_up.c.account)
    .order_by(t.sms_budgets_used_up.c.account)
    .limit(100)
)
"""The accounts with SMS budgets that are used up: how many, and until when the last one is."""

Read = Callable[[SqlTransaction, Collection[Any]], object]
"""Reads the rows of these keys."""


def _read_events(snapshot: SqlTransaction, keys: Collection[InvoiceKey]) -> object:
    return [snapshot.events(key) for key in keys]


_TABLES: Sequence[tuple[Table, Callable[..., Any], Read]] = (
    (t.accounts, str, SqlTransaction.accounts),
    (t.accounts, str, SqlTransaction.webhook_endpoints),
    (t.invoices, InvoiceKey, SqlTransaction.invoices),
    (t.invoices, InvoiceKey, _read_events),
    (t.payments, PaymentKey, SqlTransaction.payments),
    (t.messages, MessageKey, SqlTransaction.messages),
    (t.entries, EntryKey, SqlTransaction.entries),
)
"""The rows that are read: keys of a table, and what is read by them."""


def faults(engine: Engine) -> Iterator[str]:
    """Each thing that is wrong, in one line with its remedy."""
    if engine.dialect.name == "sqlite":
        yield from _damage(engine)
    else:
        yield from _clock(engine)
    for error in unreadable_rows(engine):
        yield f"{error}; restore it from a backup"
    yield from _used_up(engine)


def unreadable_rows(engine: Engine) -> Iterator[UnreadableRowError]:
    """Each row with a document of its own that cannot be read; they are read in pages."""
    for table, key, read in _TABLES:
        for page in _pages(engine, table):
            keys = [key(*one) for one in page]
            with reading(engine) as connection:
                snapshot = SqlTransaction(connection)
                if _error(snapshot, read, keys) is not None:
                    errors = (_error(snapshot, read, (one,)) for one in keys)
                    yield from [error for error in errors if error is not None]


def _error(
    snapshot: SqlTransaction, read: Read, keys: Collection[Any]
) -> UnreadableRowError | None:
    try:
        read(snapshot, keys)
    except UnreadableRowError as error:
        return error
    return None


def _pages(engine: Engine, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    columns = tuple(table.primary_key)
    wanted = select(*columns).order_by(*columns).limit(PAGE)
    after = wanted
    while True:
        with reading(engine) as connection:
            page = connection.execute(after).all()
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = wanted.where(tuple_(*columns) > tuple_(*page[-1]))


def _damage(engine: Engine) -> Iterator[str]:
    with reading(engine) as connection:
        if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
            yield "the file is damaged (integrity_check); restore it from a backup"


def _clock(engine: Engine) -> Iterator[str]:
    before, now, after = SystemClock().now(), postgresql_time(engine)(), SystemClock().now()
    off = max(before - now, now - after)
    if off > TOLERATED:
        seconds = round(off.total_seconds())
        yield f"the clocks of this host and of the server are {seconds} s apart; set both by NTP"


def _used_up(engine: Engine) -> Iterator[str]:
    with reading(engine) as connection:
        found = connection.execute(USED_UP_BUDGETS, {"now": some(SystemClock().now())}).all()
    for account, count, until in found:
        which = f"the SMS budget of {account} is"
        if count > 1:
            which = f"{count} SMS budgets of {account} are"
        yield (
            f"{which} used up until {at(until):%Y-%m-%dT%H:%M:%SZ}; if that is SMS "
            f"pumping, `billhook account set {account} --sms off` stops it"
        )
