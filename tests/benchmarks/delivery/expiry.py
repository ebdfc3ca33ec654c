"""Recording expiry through the service, against one hand-written UPDATE of the same rows."""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median
from typing import NamedTuple

from sqlalchemy import Connection

from benchmarks.delivery.databases import Kind
from billhook.application.commands import DraftAndSend
from billhook.application.service import InvoiceService
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.connections import reading, writing
from billhook_adapters.sql.tables import invoices
from billhook_adapters.testing import NOON, a_document
from billhook_adapters.testing.running import ACCOUNT, RunningService

AT_ONCE, ROUNDS = 1000, 3
HOUR = timedelta(hours=1)
BY_HAND = """
UPDATE invoices SET status = 'expired', expired_at = expire_by, version = version + 1
WHERE status IN ('issued', 'partially_paid') AND expire_by <= {now}
"""
_MADE_UP = {"id": "'inv_' || n", "short_url": "'https://bill.example/i/' || n"}
_NUMBERS = (
    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})"
)


class Expiry(NamedTuple):
    """What a row cost each way, in microseconds; `usual` is that of the median batch."""

    rows: int
    service: float
    usual: float
    by_hand: float

    @property
    def ratio(self) -> float:
        """The service's cost over the statement's."""
        return self.service / self.by_hand


def expiry(kind: Kind, rows: int) -> Expiry:
    """What recording the expiry of so many invoices costs."""
    url = _overdue(kind, rows)
    copies = [kind.copied(url) for _ in range(ROUNDS)]
    each = _by_service(url, rows)
    # Whatever else this machine does makes a statement slower, and never quicker.
    by_hand = min(_by_hand(kind, copy, rows) for copy in copies)
    return Expiry(rows, sum(each) / rows, median(each) / AT_ONCE, by_hand)


def _overdue(kind: Kind, rows: int) -> str:
    url = kind.made()
    database = open_database(url)
    service = RunningService(SqlStore(database)).service
    draft = DraftAndSend(account=ACCOUNT, document=a_document(media=[], expire_by=NOON + HOUR))
    service.execute(draft).unwrap()
    columns = ", ".join(f'"{column.name}"' for column in invoices.c)
    values = ", ".join(_MADE_UP.get(c.name, f'"{c.name}"') for c in invoices.c)
    with writing(database) as connection:
        _take_any_time(kind, connection)
        connection.exec_driver_sql(
            f"INSERT INTO invoices ({columns}) {_NUMBERS.format(rows - 1)} "  # noqa: S608  # names of ours
            f"SELECT {values} FROM numbers, invoices"
        )
    if kind.name == "SQLite":  # what is to be copied stands in the file itself
        with reading(database) as connection:
            connection.rollback()
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with database.connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE invoices")
    database.dispose()
    return url


def _take_any_time(kind: Kind, connection: Connection) -> None:
    """Let one statement change a million rows: no request waits for it."""
    if kind.name != "SQLite":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _by_service(url: str, rows: int) -> list[float]:
    database = open_database(url)
    service = InvoiceService(SqlStore(database), SettableClock(NOON + 2 * HOUR), RandomIds())
    each: list[float] = []
    for _ in range(0, rows, AT_ONCE):
        started = time.perf_counter()
        assert service.sweep(AT_ONCE) == AT_ONCE
        each.append((time.perf_counter() - started) * 1e6)
    assert service.sweep(AT_ONCE) == 0
    database.dispose()
    return each


def _by_hand(kind: Kind, url: str, rows: int) -> float:
    database = open_database(url)
    now = (NOON + 2 * HOUR).timestamp() * 1e6
    started = time.perf_counter()
    with writing(database) as connection:
        _take_any_time(kind, connection)
        done = connection.exec_driver_sql(BY_HAND.format(now=int(now))).rowcount
    took = time.perf_counter() - started
    database.dispose()
    assert done == rows
    return took / rows * 1e6
