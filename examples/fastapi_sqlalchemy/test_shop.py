"""The shop over HTTP, each test with a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.orm import Session

from billhook import Invoice
from fastapi_sqlalchemy.shop import app, clock, sessions
from fastapi_sqlalchemy.tables import InvoiceRow, MessageRow, PaymentRow, Table

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BOOKS = {
    "currency": "INR",
    "customer": {"name": "Ravi", "email": "ravi@example.com"},
    "lines": [{"name": "Book", "unit_amount": 49900, "currency": "INR", "quantity": 2}],
    "due_by": "2026-01-15T00:00:00Z",
    "expire_by": "2026-02-01T00:00:00Z",
    "partial_payment": True,
}
PART = {"reference": "pay_1", "amount": 30000, "currency": "INR"}


class Client:
    """Calls the application without a server."""

    def get(self, path: str) -> httpx.Response:
        return self.call("GET", path, None)

    def post(self, path: str, json: object = None) -> httpx.Response:
        return self.call("POST", path, json)

    def call(self, method: str, path: str, json: object) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.request(method, path, json=json)

        return asyncio.run(send())


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")
    Table.metadata.create_all(engine)
    sessions.configure(bind=engine)
    app.dependency_overrides[clock] = lambda: NOON
    yield Client()
    engine.dispose()


@pytest.fixture
def invoice(client: Client) -> str:
    created = client.post("/invoices", json=BOOKS)
    assert created.status_code == 201, created.text
    name: str = created.json()["id"]
    return name


def counted(table: type[Table]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_invoice_is_issued_sent_and_paid(client: Client, invoice: str) -> None:
    assert client.post(f"/invoices/{invoice}/notify/email").json() == "ravi@example.com"
    part = client.post(f"/invoices/{invoice}/payments", json=PART)
    rest = {"reference": "pay_2", "amount": 69800, "currency": "INR"}
    paid = client.post(f"/invoices/{invoice}/payments", json=rest)
    assert [part.json()["status"], paid.json()["status"]] == ["partially_paid", "paid"]
    assert client.get(f"/invoices/{invoice}").json() == paid.json()


def test_the_columns_say_what_the_json_says(client: Client, invoice: str) -> None:
    """A changed JSON value is written: each version is a new value, never a changed one."""
    client.post(f"/invoices/{invoice}/payments", json=PART)
    with sessions() as session:
        row = session.get_one(InvoiceRow, invoice)
        stored = row.as_invoice()
    assert (row.version, row.status, row.due) == (stored.version, stored.status, stored.due)
    assert (row.version, row.due) == (3, 69800)
    assert Invoice.model_validate(stored.model_dump(mode="json")) == stored


def test_an_invoice_is_read_as_expired_before_anyone_has_recorded_it(
    client: Client, invoice: str
) -> None:
    app.dependency_overrides[clock] = lambda: NOON + timedelta(days=60)
    assert client.get(f"/invoices/{invoice}").json()["status"] == "expired"
    refused = client.post(f"/invoices/{invoice}/notify/email")
    assert (refused.status_code, refused.json()["detail"]["status"]) == (409, "expired")


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("inv_x/payments", PART, 404, "invoice_not_found", None),
        ("inv_x/notify/email", {}, 404, "invoice_not_found", None),
        ("{id}/notify/fax", {}, 422, "unknown_medium", "medium"),
        ("{id}/notify/sms", {}, 422, "missing_contact", "customer.contact"),
        ("{id}/payments", PART | {"amount": 99801}, 422, "overpayment", None),
        ("{id}/payments", PART | {"currency": "USD"}, 422, "currency_mismatch", "currency"),
        (
            "{id}/payments",
            PART | {"instalments": ["i"]},
            422,
            "instalment_not_found",
            "instalments",
        ),
        ("{id}/payments", PART | {"amount": "30,000"}, 422, "invalid", "amount"),
        ("{id}/payments", PART | {"amount": 0}, 422, "invalid", "amount"),
        ("{id}/payments", {}, 422, "invalid", "reference"),
    ],
)
def test_a_refusal_has_a_code_a_remedy_and_a_field(
    client: Client,
    invoice: str,
    path: str,
    body: Any,
    status: int,
    code: str,
    field: str | None,
) -> None:
    answer = client.post(f"/invoices/{path.format(id=invoice)}", json=body)
    detail = answer.json()["detail"]
    assert (answer.status_code, detail["code"], detail.get("field")) == (status, code, field)
    assert detail["remedy"]
    assert (counted(PaymentRow), counted(MessageRow)) == (0, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("due_by", "tomorrow"),
        ("due_by", "2026-01-15T00:00:00"),
        ("currency", "Rupees"),
        ("colour", 1),
    ],
)
def test_a_document_that_is_wrong_names_its_field(
    client: Client, field: str, value: object
) -> None:
    answer = client.post("/invoices", json=BOOKS | {field: value})
    assert (answer.status_code, answer.json()["detail"]["field"]) == (422, field)
    assert counted(InvoiceRow) == 0


def test_a_document_without_lines_is_not_issued(client: Client) -> None:
    answer = client.post("/invoices", json=BOOKS | {"lines": []})
    assert (answer.status_code, answer.json()["detail"]["code"]) == (422, "nothing_to_bill")
    assert counted(InvoiceRow) == 0


def test_of_two_payments_at_the_same_time_one_is_refused(client: Client, invoice: str) -> None:
    """Both have read version 2 when the first one commits."""
    answers: list[httpx.Response] = []

    @event.listens_for(Session, "before_flush", once=True)
    def another_first(*_: object) -> None:
        second = PART | {"reference": "pay_2"}
        answers.append(client.post(f"/invoices/{invoice}/payments", json=second))

    answers.append(client.post(f"/invoices/{invoice}/payments", json=PART))
    assert [answer.status_code for answer in answers] == [200, 409]
    detail = answers[1].json()["detail"]
    assert (detail["code"], detail["expected"], detail["actual"]) == ("conflict", 2, 3)
    assert client.get(f"/invoices/{invoice}").json()["paid"] == 30000
    assert counted(PaymentRow) == 1
    again = client.post(f"/invoices/{invoice}/payments", json=PART)
    assert (again.status_code, again.json()["paid"]) == (200, 60000)


@pytest.mark.parametrize("connections", [1, 5])
def test_what_is_paid_is_what_was_answered_however_many_pay_at_once(
    client: Client, invoice: str, connections: int
) -> None:
    """No request waits for a connection that another one holds while it waits for it."""
    url = sessions().get_bind().engine.url
    engine = create_engine(url, pool_size=connections, max_overflow=0)
    sessions.configure(bind=engine)
    payments = [PART | {"reference": f"pay_{number}", "amount": 1000} for number in range(10)]

    async def all_at_once() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as shop:
            sent = (shop.post(f"/invoices/{invoice}/payments", json=one) for one in payments)
            return await asyncio.gather(*sent)

    statuses = [answer.status_code for answer in asyncio.run(all_at_once())]
    accepted = statuses.count(200)
    assert accepted >= 1
    assert set(statuses) <= {200, 409}
    assert client.get(f"/invoices/{invoice}").json()["paid"] == 1000 * accepted
    assert counted(PaymentRow) == accepted
    engine.dispose()


def test_a_payment_that_is_reported_again_is_not_counted_twice(
    client: Client, invoice: str
) -> None:
    client.post(f"/invoices/{invoice}/payments", json=PART)
    again = client.post(f"/invoices/{invoice}/payments", json=PART)
    assert (again.status_code, again.json()["detail"]["code"]) == (409, "reference_reused")
    assert client.get(f"/invoices/{invoice}").json()["paid"] == 30000


def test_a_message_that_is_requested_again_is_the_same_message(
    client: Client, invoice: str
) -> None:
    answers = [client.post(f"/invoices/{invoice}/notify/email") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert counted(MessageRow) == 1


def test_a_process_that_is_killed_before_it_commits_leaves_nothing(
    client: Client, invoice: str
) -> None:
    before = client.get(f"/invoices/{invoice}").json()

    class KilledError(BaseException):
        """No `except Exception` sees the end of a process."""

    @event.listens_for(Session, "after_flush", once=True)
    def killed(*_: object) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        client.post(f"/invoices/{invoice}/payments", json=PART)
    assert client.get(f"/invoices/{invoice}").json() == before
    assert counted(PaymentRow) == 0
