"""How long lists, counts and searches of one large account take in SQLite.

`python tests/benchmarks/lists.py [INVOICES]`; the figures behind docs/explanation/performance.md.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from billhook.application.records import PendingWrites, Search
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, Status
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import NOON, a_customer, an_account, an_invoice

ACCOUNT = AccountId("acc_1")
TOGETHER, ROUNDS = 1000, 5


def invoice(number: int) -> Invoice:
    """One of many invoices: seven payers, four statuses, one a second."""
    name = ("Ravi Kumar", "Asha Rao", "Li Wei", "José Ortega", "रवि", "Ada King", "Noor")[
        number % 7
    ]
    made = an_invoice(
        (Status.ISSUED, Status.PAID, Status.PARTIALLY_PAID, Status.DRAFT)[number % 4],
        id=f"inv_{number:08}",
        receipt=f"R-{number}",
        title=f"Consulting, part {number}",
        customer=a_customer(
            id=f"cust_{number % 5000}", name=name, email=f"payer{number % 5000}@example.com"
        ),
        description="Work as agreed. " * 20,
    )
    return made.model_copy(update={"created_at": NOON + timedelta(seconds=number)})


def main(count: int) -> None:
    """Fill a file and print the milliseconds of each query, the least of several rounds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "billhook.sqlite3"
        database = open_database(f"sqlite:///{file}")
        store = SqlStore(database)
        with store.transaction() as transaction:
            transaction.save(PendingWrites(accounts={ACCOUNT: an_account()}))
        spent = 0.0
        for first in range(0, count, TOGETHER):
            new = [invoice(number) for number in range(first, min(first + TOGETHER, count))]
            started = time.perf_counter()
            with store.transaction() as transaction:
                transaction.save(PendingWrites(invoices={one.key: (None, one) for one in new}))
            spent += time.perf_counter() - started
        print(f"{1e6 * spent / count:8.1f} µs to store an invoice")
        print(f"{file.stat().st_size / count:8.0f} bytes of the file for an invoice")
        paid, text = frozenset({Status.PAID}), {"text": "part 4711"}
        searches = {
            "the first page": Search(by_date=True),
            "a page after half of the invoices": Search(by_date=True, skip=count // 2),
            "the same of one status": Search(by_date=True, skip=count // 8, statuses=paid),
            "a page by creation after half": Search(skip=count // 2),
            "a text that few invoices have": Search.model_validate(text),
            "a text that every invoice has": Search(text="@example.com"),
            "a text that no invoice has": Search(text="nowhere"),
            "a text of two characters that none has": Search(text="%_"),
        }
        for name, search in searches.items():
            with store.snapshot() as snapshot:
                page = _milliseconds(partial(snapshot.search, ACCOUNT, search, NOON))
                total = _milliseconds(partial(snapshot.count, ACCOUNT, search, NOON))
            print(f"{page:8.1f} ms, and {total:8.1f} ms to count: {name}")
        database.dispose()


def _milliseconds(query: Callable[[], object]) -> float:
    least = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        query()
        least = min(least, time.perf_counter() - started)
    return 1000 * least


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 60_000)
