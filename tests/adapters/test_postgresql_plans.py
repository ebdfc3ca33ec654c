"""The statements of the PostgreSQL store: there is an index for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Executable, text

from billhook.application.records import Listing, Page, PendingWrites, Search
from billhook.model.base import AccountId
from billhook_adapters.sql import SqlStore, open_database, paging
from billhook_adapters.sql import queries as q
from billhook_adapters.sql.connections import writing
from billhook_adapters.sql.key_join import wanted
from billhook_adapters.sql.searching import counting, searching
from billhook_adapters.sql.tables import invoices
from billhook_adapters.testing import NOON, an_account, an_invoice
from postgresql import Databases

STATEMENTS = {
    name: statement
    for name, statement in vars(q).items()
    if name.isupper() and isinstance(statement, Executable)
}
BINDS = {
    **wanted([("acc_1", "email", "x")]),
    "now": 1,
    "most": 10,
    "queue": "sms/acc_1/",
    "after": "sms/",
    "end": "sms0",
    "account": "acc_1",
    "prefix": "",
    "short_url": "x",
    "invoice": "inv_1",
}


@pytest.fixture(scope="module")
def untouched(postgresql_databases: Databases) -> Iterator[Engine]:
    """Tables that never had a row: what rows leave behind would change how plans are judged."""
    with postgresql_databases.migrated() as engine:
        yield engine


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_can_reach_its_rows_without_reading_a_whole_table(
    untouched: Engine, name: str
) -> None:
    scans = _scans(untouched, STATEMENTS[name])
    assert [scan for scan in scans if scan["Node Type"] == "Seq Scan"] == []


# Of two indexes that begin with the account, a table without rows has no better one: which of them
# is used depends on statistics, and is not tested.
@pytest.mark.parametrize(
    ("name", "index", "by"),
    [
        ("OVERDUE", "invoices_overdue", "expire_by"),
        ("SENDABLE", "messages_due", "due_at"),
        ("SENDABLE_IN", "messages_of_queue", "due_at"),
        ("LIVE_QUEUES", "messages_of_queue", "queue"),
        ("REMINDABLE", "reminders_due", "due_at"),
        ("REMINDERS", "reminders_pkey", "invoice"),
        ("DELETE_EXPIRED_RECORDS", "idempotency_records_until", "until"),
        ("WEBHOOK_ENDPOINTS", "webhook_endpoints_pkey", "account"),
    ],
)
def test_each_index_is_there_for_a_statement(
    untouched: Engine, name: str, index: str, by: str
) -> None:
    scans = _scans(untouched, STATEMENTS[name])
    used = [scan for scan in scans if scan.get("Index Name") == index]
    assert used
    assert all(by in scan["Index Cond"] for scan in used)


GROWING = {
    "payments_unapplied": paging.UNAPPLIED.page(Page(10, (NOON, "x"))),
    "payments_in_order": paging.PAYMENTS_OF.listing(Listing(10)),
    "entries_in_order": paging.entries("item_", Listing(10)),
    "payments_of_invoice": paging.PAYMENTS_FOR.page(Page(10, (NOON, "x"))),
    "messages_of_invoice": paging.MESSAGES_OF.page(Page(10, (NOON, "x"))),
    "events_pkey": paging.events(Page(10, 100)),
}


@pytest.mark.parametrize(("index", "statement"), GROWING.items(), ids=GROWING)
def test_a_page_of_what_grows_is_read_in_the_order_of_its_index(
    untouched: Engine, index: str, statement: Any
) -> None:
    nodes = [*_nodes(_plan(untouched, statement))]
    assert [node["Index Name"] for node in nodes if "Index Name" in node] == [index]
    assert [node for node in nodes if node["Node Type"] == "Sort"] == []


@pytest.mark.parametrize("search", [Search(), Search(created_from=NOON, created_to=NOON)], ids=str)
def test_a_page_of_a_list_is_read_in_the_order_of_its_index(
    untouched: Engine, search: Search
) -> None:
    statement = searching(AccountId("acc_1"), search, NOON)
    nodes = [*_nodes(_plan(untouched, statement))]
    assert [node["Index Name"] for node in nodes if "Index Name" in node] == ["invoices_by_age"]
    assert [node for node in nodes if node["Node Type"] == "Sort"] == []


def test_a_text_is_searched_in_the_index_that_the_documentation_adds(
    postgresql_url: str,  # a database of its own: the index would stay in the one that tests share
) -> None:
    engine = open_database(postgresql_url)
    page = (Path(__file__).parents[2] / "docs/explanation/scale.md").read_text()
    (sql,) = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    store = SqlStore(engine)
    one = an_invoice()
    with store.transaction() as transaction:
        accounts = {one.account: an_account()}
        transaction.save(PendingWrites(accounts=accounts, invoices={one.key: (None, one)}))
    names = ", ".join(column.name for column in invoices.c)
    values = names.replace("id", "id || n", 1).replace("short_url", "short_url || n")
    values = values.replace("search_text", "search_text || md5(n::text)")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO invoices ({names}) SELECT {values} FROM invoices, "  # noqa: S608  # names of this package
            "generate_series(1, 5000) n"
        )
        for statement in (*sql.split(";")[:-1], "ANALYZE invoices"):
            connection.exec_driver_sql(statement)
    search = Search(text='100 % "a_b" OR *')
    plan = _plan(engine, counting(one.account, search, NOON), "seqscan")
    used = [node["Index Name"] for node in _nodes(plan) if "Index Name" in node]
    assert used == ["invoices_by_text"]
    with store.snapshot() as snapshot:
        assert snapshot.count(one.account, search, NOON) == 0
        assert snapshot.count(one.account, Search(text="RAVI"), NOON) == 5001
    engine.dispose()


def test_reading_a_whole_table_would_be_noticed(untouched: Engine) -> None:
    (scan,) = _scans(untouched, text("SELECT * FROM invoices WHERE document = 'x'"))
    assert scan["Node Type"] == "Seq Scan"


def _scans(engine: Engine, statement: Any) -> list[dict[str, Any]]:
    """The nodes of its plan that read rows of a table."""
    return [
        node
        for node in _nodes(_plan(engine, statement))
        if "Relation Name" in node or "Index Name" in node
    ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _plan(engine: Engine, statement: Any, *without: str) -> dict[str, Any]:
    compiled = statement.compile(engine)
    sent = compiled.construct_expanded_state({**compiled.params, **BINDS})
    with writing(engine) as connection:
        # Tables without rows would be read whole; the test is whether that can be avoided.
        for way in without or ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        explained = f"EXPLAIN (FORMAT JSON) {sent.statement}"
        (found,) = connection.exec_driver_sql(explained, sent.parameters).scalars()
        plan: dict[str, Any] = found[0]["Plan"]
        return plan
