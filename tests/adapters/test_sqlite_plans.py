"""The statements of the SQLite store: each uses an index, one serves a whole batch."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, Executable, text

from billhook.application.commands import Draft
from billhook.application.records import Listing, Page, Search
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.invoice import Status
from billhook_adapters.memory import RandomIds
from billhook_adapters.sql import SqlStore, paging
from billhook_adapters.sql import queries as q
from billhook_adapters.sql import saving as s
from billhook_adapters.sql import tables as t
from billhook_adapters.sql.key_join import wanted
from billhook_adapters.sql.searching import counting, searching
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import NOON, a_document

ACCOUNT = AccountId("acc_1")


STATEMENTS = {
    name: statement
    for name, statement in vars(q).items()
    if name.isupper() and isinstance(statement, Executable)
} | {
    name: saving.each
    for name, saving in vars(s).items()
    if name.isupper() and isinstance(saving, s.Saving)
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


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_reaches_its_rows_through_an_index(engine: Engine, name: str) -> None:
    steps = _plan(engine, STATEMENTS[name])
    # What is scanned is the keys themselves, or the page, the queues or the SMS just found.
    found = ("SCAN wanted", "SCAN over", "SCAN steps", "SCAN counted", "SCAN CONSTANT ROW")
    assert [step for step in steps if step.startswith("SCAN") and not step.startswith(found)] == []


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("OVERDUE", "invoices_overdue (expire_by<?)"),
        ("SENDABLE", "messages_due (due_at<?)"),
        ("SENDABLE_IN", "messages_of_queue (queue=? AND due_at<?)"),
        ("LIVE_QUEUES", "messages_of_queue (queue>? AND queue<?)"),
        ("REMINDABLE", "reminders_due (due_at<?)"),
        ("SMS_OF_ACCOUNT", "messages_by_sms (account=? AND requested_at>?)"),
        (
            "SMS_OF_PREFIX",
            "messages_of_sms_prefix (account=? AND sms_prefix=? AND requested_at>?)",
        ),
        ("DELETE_USED_UP", "sms_budgets_used_up_until (until<?)"),
        ("REMINDERS", "sqlite_autoindex_reminders_1 (account=? AND invoice=?)"),
        ("DELETE_EXPIRED_RECORDS", "idempotency_records_until (until<?)"),
        ("HISTORIES", "messages_of_address (account=? AND medium=? AND normal_address=?)"),
        ("WEBHOOK_ENDPOINTS", "sqlite_autoindex_webhook_endpoints_1 (account=?)"),
        ("ENTRIES", "sqlite_autoindex_entries_1 (account=? AND id=?)"),
        ("MESSAGES_ABOUT", "messages_of_invoice (account=? AND invoice=?)"),
        ("TAKEN_AS", "messages_of_provider (medium=? AND provider_id=?)"),
    ],
)
def test_each_index_is_there_for_a_statement(engine: Engine, name: str, index: str) -> None:
    assert [step for step in _plan(engine, STATEMENTS[name]) if step.endswith(index)]


PLACE = (NOON, "x")
GROWING = {
    "payments_unapplied (account=?)": paging.UNAPPLIED.page(Page(10)),
    "payments_unapplied (account=? AND (at,reference)>(?,?))": paging.UNAPPLIED.page(
        Page(10, PLACE)
    ),
    "payments_in_order (account=?)": paging.PAYMENTS_OF.listing(Listing(10)),
    "payments_in_order (account=? AND at>? AND at<?)": paging.PAYMENTS_OF.listing(
        Listing(10, 0, NOON, NOON)
    ),
    "entries_in_order (account=?)": paging.entries("item_", Listing(10)),
    "payments_of_invoice (account=? AND invoice=?)": paging.PAYMENTS_FOR.page(Page(10)),
    "payments_of_invoice (account=? AND invoice=? AND (at,reference)>(?,?))": (
        paging.PAYMENTS_FOR.page(Page(10, PLACE))
    ),
    "messages_of_invoice (account=? AND invoice=?)": paging.MESSAGES_OF.page(Page(10)),
    "messages_of_invoice (account=? AND invoice=? AND (requested_at,id)>(?,?))": (
        paging.MESSAGES_OF.page(Page(10, PLACE))
    ),
    "PRIMARY KEY (account=? AND invoice=?)": paging.events(Page(10, 100)),
}


@pytest.mark.parametrize(("index", "statement"), GROWING.items(), ids=GROWING)
def test_a_page_of_what_grows_is_read_in_the_order_of_its_index(
    engine: Engine, index: str, statement: Any
) -> None:
    (step,) = _plan(engine, statement)
    assert step.endswith((f"USING INDEX {index}", f"USING {index}"))


# Counted without a look at any invoice, and also what is filtered away.
COUNTED: dict[str, dict[str, Any]] = {
    "all": {},
    "of statuses": {"statuses": frozenset({Status.PAID, Status.EXPIRED})},
    "live": {"live": True},
    "with a text": {"text": "ravi"},
    "with a text of marks": {"text": '%_"*', "statuses": frozenset({Status.PAID}), "live": False},
    "with a text and dates": {"dated_from": NOON, "dated_to": NOON, "text": "ravi"},
    "from a time": {"created_from": NOON},
}


@pytest.mark.parametrize("conditions", COUNTED.values(), ids=COUNTED)
def test_a_count_reads_an_index_and_no_invoice(engine: Engine, conditions: dict[str, Any]) -> None:
    (step,) = _plan(engine, counting(ACCOUNT, Search(**conditions), NOON))
    assert step.startswith("SEARCH invoices USING COVERING INDEX invoices_by_")


@pytest.mark.parametrize("by_date", [False, True])
def test_a_search_for_a_text_reads_no_invoice_that_is_not_on_its_page(
    engine: Engine,
    by_date: bool,  # pytest gives it by name
) -> None:
    search = Search(text="nowhere", statuses=frozenset({Status.DRAFT}), by_date=by_date)
    found = searching(ACCOUNT, search, NOON).with_only_columns(t.invoices.c.id)
    (step,) = _plan(engine, found)
    index = "invoices_by_date" if by_date else "invoices_by_age"
    assert step == f"SEARCH invoices USING COVERING INDEX {index} (account=?)"


WANTED: dict[str, dict[str, Any]] = {
    "invoices_by_age (account=?)": {},
    "invoices_by_age (account=? AND created_at>?)": {"created_from": NOON},
    "invoices_by_age (account=? AND created_at<?)": {"created_to": NOON},
    "invoices_by_age (account=? AND created_at>? AND created_at<?)": {
        "created_from": NOON,
        "created_to": NOON,
    },
    "invoices_by_age (account=? AND (created_at,id)<(?,?))": {"after": (NOON, "inv_1")},
    "invoices_by_age (account=? AND (created_at,id)>(?,?))": {
        "after": (NOON, "inv_1"),
        "oldest_first": True,
    },
    "invoices_by_receipt (account=? AND receipt=?)": {"receipt": "R-1"},
    "invoices_of_customer (account=? AND customer=?)": {"customer": "cust_1"},
}


@pytest.mark.parametrize(("index", "conditions"), WANTED.items())
def test_a_search_reaches_its_invoices_through_the_index_for_it(
    engine: Engine, index: str, conditions: dict[str, Any]
) -> None:
    steps = _plan(engine, searching(ACCOUNT, Search(**conditions), NOON))
    assert steps[0] == f"SEARCH invoices USING INDEX {index}"


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("statuses", [None, frozenset({Status.ISSUED, Status.EXPIRED})])
def test_a_page_of_a_list_is_read_in_its_order_and_sorted_by_nothing(
    engine: Engine, oldest_first: bool, statuses: frozenset[Status] | None
) -> None:
    page = Search(statuses=statuses, after=(NOON, "inv_1"), oldest_first=oldest_first)
    (step,) = _plan(engine, searching(ACCOUNT, page, NOON))
    assert step.startswith("SEARCH invoices USING INDEX invoices_by_age (")


def test_a_search_by_payment_looks_the_payment_up_by_its_key(engine: Engine) -> None:
    steps = _plan(engine, searching(ACCOUNT, Search(payment="pay_1"), NOON))
    assert [step for step in steps if "payments" in step and "(account=? AND reference=?)" in step]
    assert [step for step in steps if step.startswith("SCAN")] == []


def test_a_scan_would_be_noticed(engine: Engine) -> None:
    (step,) = _plan(engine, text("SELECT * FROM invoices WHERE document = 'x'"))
    assert step == "SCAN invoices"


def test_a_batch_takes_as_many_statements_as_a_single_one(engine: Engine, store: SqlStore) -> None:
    def statements(count: int) -> int:
        sent: list[str] = []
        with engine.connect() as connection:  # the one of the pool
            driver: Any = connection.connection.driver_connection
            driver.set_trace_callback(lambda text: sent.append(text.partition("VALUES")[0]))
        InvoiceService(store, SystemClock(), RandomIds()).execute_all(
            [
                Draft(account=ACCOUNT, document=a_document(), key=f"{count}-{n}")
                for n in range(count)
            ]
        )
        return len(set(sent))

    assert statements(1) == statements(50)


def _plan(engine: Engine, statement: Any) -> list[str]:
    compiled = statement.compile(engine)
    sent = compiled.construct_expanded_state({**compiled.params, **BINDS})
    with engine.connect() as connection:
        explained = f"EXPLAIN QUERY PLAN {sent.statement}"
        found = connection.exec_driver_sql(explained, tuple(sent.positional_parameters))
        return [step for *_, step in found]
