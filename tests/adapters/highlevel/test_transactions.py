"""Transactions and orders of HighLevel's API: the payments and invoices of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from billhook.application.commands import ApplyPayment, RecordPayment
from billhook.model.invoice import InvoiceId
from billhook.model.payment import Payment
from billhook_adapters.testing.running import ACCOUNT
from cases.highlevel import CONTACT, INVOICE
from properties.three_apis import QUERY, ThreeApis


class Payments(ThreeApis):
    """HighLevel's transactions and orders."""

    def sent(self, **fields: Any) -> str:
        """The id of an invoice of 5 dollars that was sent by hand."""
        body = {**INVOICE, **fields}
        made: str = self.highlevel("POST", "", **body).body["_id"]
        self.highlevel(
            "POST", f"/{made}/send", action="send_manually", userId="u", liveMode=body["liveMode"]
        )
        return made

    def pay(self, invoice: str, amount: float, **fields: Any) -> None:
        """Record a payment, and let a minute pass."""
        paid = {"mode": "cash", "notes": "", "amount": amount, **fields}
        assert self.highlevel("POST", f"/{invoice}/record-payment", **paid).status == 200
        self.running.clock.advance(timedelta(minutes=1))

    def list(self, kind: str, query: str = "") -> tuple[list[dict[str, Any]], int]:
        """The rows of a page, and the number of all."""
        answer = self("highlevel", "GET", f"/payments/{kind}?{QUERY}{query}")
        assert answer.status == 200, answer.body
        return answer.body["data"], answer.body["totalCount"]

    def amounts(self, query: str = "") -> list[float]:
        """The amounts of the transactions of a page."""
        return [one["amount"] for one in self.list("transactions", query)[0]]


@pytest.fixture
def apis() -> Iterator[Payments]:
    payments = Payments()
    yield payments
    payments.close()


def test_every_recorded_payment_is_a_transaction_of_its_invoice(apis: Payments) -> None:
    invoice = apis.sent(name="Order")
    apis.pay(invoice, 2, mode="card", fulfilledAt="2025-12-31T10:00:00.000Z")
    (shown,), total = apis.list("transactions")
    assert total == 1
    expected = {
        "amount": 2,
        "currency": "USD",
        "status": "succeeded",
        "liveMode": True,
        "entityType": "invoice",
        "entityId": invoice,
        "entitySourceType": "invoice",
        "entitySourceName": "Order",
        "contactId": CONTACT["id"],
        "contactName": CONTACT["name"],
        "contactEmail": CONTACT["email"],
        "paymentMethod": "card",
        "fulfilledAt": "2025-12-31T10:00:00.000Z",
        "createdAt": "2026-01-01T12:00:00.000Z",
        "amountRefunded": 0,
    }
    assert {name: shown[name] for name in expected} == expected
    one = apis("highlevel", "GET", f"/payments/transactions/{shown['_id']}?{QUERY}")
    assert (one.status, one.body) == (200, shown)


def test_a_payment_of_any_api_is_a_transaction(apis: Payments) -> None:
    invoice = apis.sent()
    body = {"amount": 500, "currency": "USD", "reference": "bank 1"}
    assert apis.native("POST", f"/{invoice}/payments", **body).status == 201
    (shown,), _ = apis.list("transactions")
    assert (shown["_id"], shown["amount"], shown["paymentMethod"]) == ("bank 1", 5, "other")
    one = apis("highlevel", "GET", f"/payments/transactions/bank%201?{QUERY}")
    assert one.body == shown


def test_the_transactions_of_money_that_was_applied_later_add_up_to_it(apis: Payments) -> None:
    invoice = InvoiceId(apis.sent())
    money = Payment(reference="pay_1", amount=700, currency="USD")
    record = RecordPayment(account=ACCOUNT, invoice=invoice, payment=money)
    apis.running.service.execute(record)
    assert apis.amounts() == [7]
    apply = ApplyPayment(account=ACCOUNT, invoice=invoice, payment=money.reference, amount=500)
    apis.running.service.execute(apply).unwrap()
    assert sorted(apis.amounts()) == [2, 5]


def test_a_payment_whose_invoice_is_unknown_is_shown_without_a_contact(apis: Payments) -> None:
    money = Payment(reference="pay_1", amount=700, currency="USD")
    apis.running.service.execute(
        RecordPayment(account=ACCOUNT, invoice=InvoiceId("inv_none"), payment=money)
    )
    (shown,), total = apis.list("transactions")
    assert (shown["entityId"], shown["amount"], total) == ("inv_none", 7, 1)
    assert "contactId" not in shown


def test_transactions_are_filtered_and_paged(apis: Payments) -> None:
    first = apis.sent(name="Tea")
    apis.pay(first, 1)
    apis.pay(first, 2)
    other = {**CONTACT, "id": "c_2", "name": "Asha", "email": "asha@example.com"}
    second = apis.sent(name="Books", contactDetails=other, liveMode=False)
    apis.running.clock.advance(timedelta(days=1))
    apis.pay(second, 3)
    assert apis.amounts() == [3, 2, 1]
    assert apis.amounts("&limit=1&offset=1") == [2]
    assert apis.list("transactions", "&limit=1&offset=1")[1] == 3
    assert apis.amounts(f"&entityId={first}") == [2, 1]
    assert apis.amounts(f"&entityId={first}&limit=1&offset=1") == [1]
    assert apis.amounts("&contactId=c_2") == [3]
    assert apis.amounts(f"&contactId=c_2&entityId={first}") == []
    assert apis.amounts("&search=books") == [3]
    assert apis.amounts("&paymentMode=live") == [2, 1]
    assert apis.amounts("&paymentMode=test") == [3]
    assert apis.amounts("&startAt=2026-01-02") == [3]
    assert apis.list("transactions", "&endAt=2026-01-01") == (apis.list("transactions")[0][1:], 2)
    assert apis.amounts(f"&entityId={first}&startAt=2026-01-02") == []
    assert apis.amounts("&entitySourceType=invoice") == [3, 2, 1]
    for nothing in ("entitySourceType=funnel", "subscriptionId=s", "entityId=a%20b"):
        assert apis.list("transactions", f"&{nothing}") == ([], 0)


def test_an_invoice_that_was_sent_is_an_order(apis: Payments) -> None:
    apis.highlevel("POST", "", **INVOICE)  # a draft is none
    invoice = apis.sent(name="Tea")
    (order,), total = apis.list("orders")
    assert (total, order["status"], order["amount"], order["amountDue"]) == (1, "pending", 5, 5)
    assert (order["sourceType"], order["sourceId"], order["sourceName"]) == (
        "invoice",
        invoice,
        "Tea",
    )
    assert order["amountSummary"] == {"subtotal": 5, "discount": 0, "tax": 0}
    assert [item["name"] for item in order["items"]] == ["Tea"]
    assert order["_id"] == apis("razorpay", "GET", f"/v1/invoices/{invoice}").body["order_id"]
    one = apis("highlevel", "GET", f"/payments/orders/{order['_id']}?{QUERY}")
    assert (one.status, one.body) == (200, order)
    apis.pay(invoice, 2)
    assert apis.list("orders")[0][0]["status"] == "partially_paid"
    apis.pay(invoice, 3)
    assert apis.list("orders")[0][0]["status"] == "completed"


def test_orders_are_filtered_and_paged(apis: Payments) -> None:
    paid, void = apis.sent(name="Paid"), apis.sent(name="Void")
    apis.running.clock.advance(timedelta(days=1))
    other = {**CONTACT, "id": "c_2"}
    test = apis.sent(name="Test", contactDetails=other, liveMode=False)
    apis.pay(paid, 5)
    apis.highlevel("POST", f"/{void}/void")

    def found(query: str) -> list[str]:
        rows, total = apis.list("orders", query)
        assert total >= len(rows)
        return sorted(one["sourceName"] for one in rows)

    assert found("") == ["Paid", "Test", "Void"]
    assert found("&limit=2&offset=2") == ["Paid"] or found("&limit=2&offset=2") == ["Void"]
    assert found("&status=completed") == found("&paymentStatus=paid") == ["Paid"]
    assert found("&status=cancelled") == ["Void"]
    assert found("&status=pending&paymentStatus=unpaid") == ["Test"]
    assert found("&contactId=c_2") == found("&paymentMode=test") == ["Test"]
    assert found("&startAt=2026-01-02") == ["Test"]
    assert found("&endAt=2026-01-01&search=pai") == ["Paid"]
    assert found(f"&sourceId={test}") == ["Test"]
    for nothing in ("status=refunded", "paymentStatus=x", "funnelProductIds=a", "sourceId=inv_x"):
        assert found(f"&{nothing}") == []


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("transactions/pay_x", "Transaction not found"),
        (f"transactions/{'x' * 200}", "Transaction not found"),
        ("transactions/%00", "Transaction not found"),
        ("orders/order_x", "Order not found"),
        ("orders/x", "Order not found"),
    ],
)
def test_what_is_unknown_is_said_as_the_vendor_says_it(
    apis: Payments, target: str, message: str
) -> None:
    answer = apis("highlevel", "GET", f"/payments/{target}?{QUERY}")
    assert (answer.status, answer.body["message"]) == (400, message)


def test_a_draft_has_no_order(apis: Payments) -> None:
    draft = apis.highlevel("POST", "", **INVOICE).body["_id"]
    name = draft.replace("inv_", "order_")
    answer = apis("highlevel", "GET", f"/payments/orders/{name}?{QUERY}")
    assert (answer.status, answer.body["message"]) == (400, "Order not found")


@pytest.mark.parametrize("kind", ["transactions", "orders", "transactions/x", "orders/x"])
@pytest.mark.parametrize("name", ["altId", "locationId"])
def test_another_location_is_refused(apis: Payments, kind: str, name: str) -> None:
    answer = apis("highlevel", "GET", f"/payments/{kind}?{name}=loc_2")
    assert answer.status == 403
    lacking = apis("highlevel", "GET", f"/payments/{kind}?altType=location")
    assert (lacking.status, lacking.body["message"]) == (422, ["altId should not be empty"])


@pytest.mark.parametrize("target", ["", "/subscriptions", "/coupon/list", "/orders/x/fulfillments"])
def test_what_is_not_served_is_the_vendors_404(apis: Payments, target: str) -> None:
    answer = apis("highlevel", "GET", f"/payments{target}?{QUERY}")
    assert (answer.status, answer.body["message"]) == (404, f"Cannot GET /payments{target}")
