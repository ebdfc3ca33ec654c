"""What scale rests on: bytes a row, batches a second, and how evenly accounts fall on databases.

`python tests/benchmarks/scale.py`; the figures behind docs/explanation/scale.md.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from hashlib import blake2b
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the throwaway server of the tests

from delivery.databases import Kind, kinds  # beside this file

from billhook.application.command import AnyCommand
from billhook.application.commands import DraftAndSend, Pay
from billhook.model.payment import Payment
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.connections import reading
from billhook_adapters.sql.tables import metadata
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_document
from billhook_adapters.testing.running import ACCOUNT, RunningService

INVOICES, TOGETHER = 10_000, 64
ACCOUNTS, SHARDS = 100_000, (2, 4, 8, 16)


def invoices(kind: Kind) -> None:
    """The cost of so many invoices drafted, issued, sent by one message and paid."""
    url = kind.made()
    database = open_database(url)
    service = RunningService(SqlStore(database), SystemClock()).service
    acme, started = ACCOUNT, time.perf_counter()
    for first in range(0, INVOICES, TOGETHER):
        draft = DraftAndSend(account=acme, document=a_document(media=["sms"]))
        sent = [answer.unwrap().invoice for answer in service.execute_all([draft] * TOGETHER)]
        paying: list[AnyCommand] = [
            Pay(
                account=acme,
                invoice=one.id,
                payment=Payment(reference=f"pay_{first + n}", amount=one.due, currency="INR"),
            )
            for n, one in enumerate(sent)
        ]
        for answer in service.execute_all(paying):
            answer.unwrap()
    made = -(-INVOICES // TOGETHER) * TOGETHER
    took = time.perf_counter() - started
    print(f"{kind.name}: {2 * made / took:,.0f} commands a second, {TOGETHER} a transaction")
    with reading(database) as connection:
        found: Counter[str] = Counter()
        if kind.name == "PostgreSQL":
            for table in metadata.sorted_tables:
                size = connection.exec_driver_sql(
                    "SELECT pg_total_relation_size(%s::regclass)", (table.name,)
                ).scalar_one()
                found[table.name] = size
        else:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            found["the file"] = pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    for name, size in found.most_common(5):
        print(f"{kind.name}: {size / made:,.0f} bytes an invoice in {name}")
    print(f"{kind.name}: {sum(found.values()) / made:,.0f} bytes an invoice with all its rows")
    database.dispose()


def shard(account: str, shards: int) -> int:
    """The database of an account: the one of the highest hash, so that adding one moves few."""

    def height(number: int) -> bytes:
        return blake2b(f"{account}/{number}".encode(), digest_size=8).digest()

    return max(range(shards), key=height)


def shards() -> None:
    """How evenly accounts fall on databases, and how many of them another one moves."""
    drawn = random.Random(1)  # noqa: S311  # a simulation
    sizes = {f"acc_{n}": int(drawn.paretovariate(1.2)) for n in range(ACCOUNTS)}
    whole, largest = sum(sizes.values()), max(sizes.values())
    print(f"{ACCOUNTS:,} accounts, the largest with {largest / whole:.1%} of all invoices")
    for count in SHARDS:
        load: Counter[int] = Counter()
        moved = 0
        for account, size in sizes.items():
            place = shard(account, count)
            load[place] += size
            moved += place != shard(account, count + 1)
        fullest = max(load.values()) * count / whole
        print(
            f"over {count} databases the fullest holds {fullest:.2f} of its share; one more moves "
            f"{moved / ACCOUNTS:.1%} of the accounts"
        )


if __name__ == "__main__":
    with kinds() as found_kinds:
        for each in found_kinds:
            invoices(each)
    shards()
