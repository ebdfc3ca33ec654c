"""A finance script: it reads a quarter's invoices and payments, matches them, and writes a CSV.

Written in the manner of public scripts over the vendor's SDK. Their reports name what goes wrong:
only the last ten come unless a page is requested (razorpay/razorpay-java 59), and what a time range
holds is found by `from` and `to` (razorpay/razorpay-python 59).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest
import razorpay

from acceptance.contract.sandbox import running
from billhook_adapters.testing import Sandbox

DAY = timedelta(days=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4)]
INVOICES = 60
KINDS = ("invoice", "payment")
PAGE = 7  # divides neither the invoices nor the payments of a month


@dataclass(frozen=True)
class Quarter:
    """What the script finds; amounts in paise."""

    invoices: list[Mapping[str, Any]]
    payments: list[Mapping[str, Any]]
    unpaid: list[str]
    """The orders with something due."""
    unknown: list[str]
    """The payments of no order."""
    table: str
    """A CSV with a line for each month, and one for the quarter."""


class Script:
    """The script. It knows the vendor's SDK, and that notes name the order of an invoice."""

    def __init__(self, client: Any, page: int = PAGE) -> None:
        self._client, self._page = client, page

    def all(self, kind: str, first: datetime, end: datetime) -> Iterator[Mapping[str, Any]]:
        """What was made from an instant on and before another one, page by page."""
        within = {"from": int(first.timestamp()), "to": int(end.timestamp()) - 1}
        skip = 0
        while True:
            query = {**within, "count": self._page, "skip": skip}
            items = getattr(self._client, kind).all(query)["items"]
            yield from items
            if len(items) < self._page:
                return
            skip += len(items)

    def reconcile(self) -> Quarter:
        """Match the payments of a quarter with its invoices."""
        ends = list(pairwise(MONTHS))
        invoices = [*self.all("invoice", MONTHS[0], MONTHS[-1])]
        by_month = [[*self.all("payment", *month)] for month in ends]
        payments = [one for month in by_month for one in month]
        by_id = {one["id"]: one for one in invoices}
        taken: dict[str, int] = defaultdict(int)
        unknown: list[str] = []
        for payment in payments:
            invoice = by_id[payment["invoice_id"]]
            taken[invoice["id"]] += payment["amount"]
            if "order" not in invoice["notes"]:
                unknown.append(payment["id"])
        for invoice in invoices:
            assert taken[invoice["id"]] == invoice["amount_paid"]
        unpaid = sorted(
            one["notes"]["order"] for one in invoices if one["amount_due"] and one["notes"]
        )
        rows = [
            (f"{first:%Y-%m}", *_sums(month))
            for (first, _), month in zip(ends, by_month, strict=True)
        ]
        rows.append(("quarter", *_sums(payments)))
        return Quarter(invoices, payments, unpaid, unknown, _csv(rows))


def _sums(payments: list[Mapping[str, Any]]) -> tuple[int, int, int, int, int]:
    amount, fee, tax = (sum(one[name] for one in payments) for name in ("amount", "fee", "tax"))
    return len(payments), amount, fee, tax, amount - fee


def _csv(rows: list[tuple[Any, ...]]) -> str:
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(("month", "payments", "amount", "fee", "tax", "settled"))
    lines.writerows(rows)
    return written.getvalue()


def amount_of(number: int) -> int:
    """The amount of an order: no two are alike, and few are whole rupees."""
    return 100000 + number * 3701


def keep_books(sandbox: Sandbox, client: Any, factor: int = 1) -> None:
    """Sixty invoices in three months, two on each third day.

    Of four, one is paid at once, one in two parts, one in part, and one not at all. One payment is
    of an invoice that someone made by hand, without an order.
    """
    for number in range(INVOICES):
        if number % 2 == 0:
            sandbox.advance(to=FIRST + (number // 2) * 3 * DAY)
        amount = amount_of(number) * factor
        made = client.invoice.create(an_invoice(number, amount))["id"]
        if number % 4 == 0:
            sandbox.pay(made, amount, method="card")
        elif number % 4 == 1:
            sandbox.pay(made, amount // 3)
            sandbox.pay(made, amount - amount // 3, method="netbanking")
        elif number % 4 == 2:
            sandbox.pay(made, 50000)
    by_hand = client.invoice.create({**an_invoice(99, 77700), "notes": {}})["id"]
    sandbox.pay(by_hand, 77700, reference="pay_by_hand")


def an_invoice(number: int, amount: int) -> dict[str, Any]:
    return {
        "type": "invoice",
        "customer": {"name": "Meera", "email": f"meera{number}@example.com"},
        "line_items": [{"name": "Consulting", "amount": amount}],
        "partial_payment": True,
        "sms_notify": 0,
        "email_notify": 0,
        "receipt": f"F-{number}",
        "notes": {"order": f"O-{number:02}"},
    }


def fee_of(amount: int) -> tuple[int, int]:
    """The fee of a payment and the tax in it, as the page of the sandbox says: 2 %, and 18 %."""
    without_tax = round_half_up(amount * 2)
    tax = round_half_up(without_tax * 18)
    return without_tax + tax, tax


def round_half_up(hundredths: int) -> int:
    return (hundredths + 50) // 100


def parts_of(number: int, factor: int = 1) -> list[int]:
    amount = amount_of(number) * factor
    return [[amount], [amount // 3, amount - amount // 3], [50000], []][number % 4]


def expected_line(name: str, parts: list[int]) -> str:
    fees = [fee_of(part) for part in parts]
    fee, tax = sum(one for one, _ in fees), sum(one for _, one in fees)
    return f"{name},{len(parts)},{sum(parts)},{fee},{tax},{sum(parts) - fee}"


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    with running("--seed", "7", "--now", "2026-01-01T00:00:00Z") as url:
        yield Sandbox(url.rstrip("/"))


@pytest.fixture(scope="module")
def with_books(started: Sandbox) -> Sandbox:
    """The sandbox after the quarter, kept as the snapshot `quarter`."""
    client: Any = razorpay.Client(auth=(started.key_id, started.key_secret), base_url=started.url)
    keep_books(started, client)
    client.session.close()
    started.save("quarter")
    return started


@pytest.fixture
def books(with_books: Sandbox) -> Iterator[Sandbox]:
    yield with_books
    with_books.restore("quarter")


@pytest.fixture
def client(books: Sandbox, connect: Callable[[Sandbox], Any]) -> Any:
    return connect(books)


def test_every_invoice_and_payment_of_the_quarter_is_read_once(client: Any) -> None:
    quarter = Script(client).reconcile()
    receipts = sorted(one["receipt"] for one in quarter.invoices)
    assert receipts == sorted(f"F-{number}" for number in [*range(INVOICES), 99])
    names = [one["id"] for one in quarter.payments]
    assert len(set(names)) == len(names)
    assert sorted(one["amount"] for one in quarter.payments) == sorted(
        [77700, *(part for number in range(INVOICES) for part in parts_of(number))]
    )


@pytest.mark.parametrize("page", [1, 10, 100])
def test_the_size_of_a_page_changes_nothing(client: Any, page: int) -> None:
    def read(page: int) -> list[Mapping[str, Any]]:
        return [*Script(client, page).all("payment", MONTHS[0], MONTHS[-1])]

    assert read(page) == read(PAGE)


def test_the_totals_of_each_month_are_exact(client: Any) -> None:
    parts: dict[str, list[int]] = {f"{month:%Y-%m}": [] for month in MONTHS[:3]}
    for number in range(INVOICES):
        parts[f"{FIRST + number // 2 * 3 * DAY:%Y-%m}"] += parts_of(number)
    parts["2026-03"].append(77700)
    all_parts = [part for month in parts.values() for part in month]
    assert Script(client).reconcile().table.splitlines() == [
        "month,payments,amount,fee,tax,settled",
        *(expected_line(month, given) for month, given in parts.items()),
        expected_line("quarter", all_parts),
    ]


def test_what_is_due_and_what_belongs_to_no_order_is_found(client: Any) -> None:
    quarter = Script(client).reconcile()
    assert quarter.unpaid == [f"O-{number:02}" for number in range(INVOICES) if number % 4 > 1]
    assert quarter.unknown == ["pay_by_hand"]
    found = client.invoice.all({"payment_id": "pay_by_hand"})["items"]
    assert [one["receipt"] for one in found] == ["F-99"]


def test_pages_have_no_gap_while_new_invoices_and_payments_come(
    books: Sandbox, client: Any
) -> None:
    before = {kind: [*Script(client).all(kind, MONTHS[0], MONTHS[-1])] for kind in KINDS}
    books.advance(to=MONTHS[-1])
    numbers = count(200)
    for kind in KINDS:
        read: list[Mapping[str, Any]] = []
        for one in Script(client).all(kind, MONTHS[0], MONTHS[-1]):
            if len(read) % PAGE == 0:
                new = client.invoice.create(an_invoice(next(numbers), 100))["id"]
                books.pay(new, 100)
            read.append(one)
        assert [one["id"] for one in read] == [one["id"] for one in before[kind]]


def test_without_an_end_new_invoices_move_the_pages(books: Sandbox, client: Any) -> None:
    """Why the script gives one."""
    first = client.invoice.all({"count": PAGE})["items"]
    books.advance(seconds=1)
    client.invoice.create(an_invoice(300, 100))
    second = client.invoice.all({"count": PAGE, "skip": PAGE})["items"]
    assert second[0] == first[-1]


def test_a_second_belongs_to_one_month_alone(books: Sandbox, client: Any) -> None:
    books.advance(to=MONTHS[-1] - timedelta(seconds=1))
    for second in range(2):
        client.invoice.create(an_invoice(400 + second, 100))
        books.advance(seconds=1)
    march = {one["receipt"] for one in Script(client).all("invoice", *MONTHS[2:])}
    april = [one["receipt"] for one in Script(client).all("invoice", MONTHS[-1], MONTHS[-1] + DAY)]
    assert ("F-400" in march, "F-401" in march, april) == (True, False, ["F-401"])


def test_a_snapshot_gives_the_same_result_to_the_byte(books: Sandbox, client: Any) -> None:
    first = Script(client).reconcile()
    for invoice in first.invoices:
        if invoice["amount_due"]:
            books.pay(invoice["id"], invoice["amount_due"])
    assert Script(client).reconcile().unpaid == []
    books.restore("quarter")
    assert Script(client).reconcile() == first


def test_the_same_books_again_have_the_same_ids(
    books: Sandbox, client: Any, connect: Callable[[Sandbox], Any]
) -> None:
    first = Script(client).reconcile()
    books.reset()
    keep_books(books, connect(books))
    assert Script(client).reconcile() == first


def test_two_workspaces_are_reconciled_at_once(
    books: Sandbox, client: Any, connect: Callable[[Sandbox], Any]
) -> None:
    ours = Script(client).reconcile()
    with books.workspace("north") as north, books.workspace("south") as south:

        def quarter(one: Sandbox, factor: int) -> Quarter:
            client = connect(one)
            keep_books(one, client, factor)
            return Script(client).reconcile()

        with ThreadPoolExecutor(2) as threads:
            found = [*threads.map(quarter, (north, south), (1, 3))]
    for one, factor in zip(found, (1, 3), strict=True):
        parts = [part for number in range(INVOICES) for part in parts_of(number, factor)]
        assert one.table.splitlines()[-1] == expected_line("quarter", [*parts, 77700])
    assert found[0].table == ours.table
    assert Script(client).reconcile() == ours
