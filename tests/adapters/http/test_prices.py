"""Every API shows the price of one as it was given, and the same totals: rounded once a line."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.money import EXPONENTS
from billhook_adapters.documents.invoice_view import sheet
from cases.prices import PRICES, TOO_FINE
from properties.three_apis import Answer, ThreeApis

CASES = [price[:5] for price in PRICES]

BODY: dict[str, Any] = {
    "name": "Order",
    "businessDetails": {},
    "contactDetails": {"id": "c_1", "name": "Ravi", "phoneNo": "", "email": "ravi@example.com"},
    "discount": {"type": "fixed", "value": 0},
    "issueDate": "2026-01-01",
    "sentTo": {"email": []},
    "liveMode": True,
}


@pytest.fixture(scope="module")
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


def in_smallest_units(price: str, currency: str) -> int | str:
    """A price as our own API takes it: a number where it is whole, else text."""
    exact = Decimal(price).scaleb(EXPONENTS[currency])
    return int(exact) if exact == exact.to_integral_value() else f"{exact.normalize():f}"


def billed(apis: ThreeApis, currency: str, **line: Any) -> Answer:
    """The answer of our own API to a draft with one line."""
    return apis.native("POST", "", currency=currency, lines=[{"name": "Tea", **line}])


def highlevel_billed(apis: ThreeApis, currency: str, amount: Any, qty: Any = 1) -> Answer:
    """The answer of HighLevel's API to a draft with one item."""
    item = {"name": "Tea", "currency": currency, "amount": amount, "qty": qty}
    return apis.highlevel("POST", "", **{**BODY, "currency": currency, "items": [item]})


def number(text: str) -> int | float:
    """The JSON number of a decimal."""
    return int(text) if "." not in text else float(text)


@pytest.mark.parametrize(("price", "currency", "quantity", "total", "shown"), CASES)
def test_what_our_own_api_took_is_shown_by_all(
    apis: ThreeApis, price: str, currency: str, quantity: str, total: int, shown: str
) -> None:
    unit_amount = in_smallest_units(price, currency)
    made = billed(apis, currency, unit_amount=unit_amount, quantity=quantity)
    assert made.status == 201, made
    line = made.body["invoice"]["lines"][0]
    assert (line["unit_amount"], type(line["unit_amount"])) == (unit_amount, type(unit_amount))
    assert line["total"] == made.body["invoice"]["amount"] == total
    check_others(apis, made.body["invoice"]["id"], price, currency, total)
    invoice = apis.running.invoice(made.body["invoice"]["id"])
    assert [_plain(row.price) for row in sheet(HostedInvoice(invoice, "Acme")).items] == [shown]


@pytest.mark.parametrize(("price", "currency", "quantity", "total", "shown"), CASES)
def test_what_highlevels_api_took_is_shown_by_all(
    apis: ThreeApis, price: str, currency: str, quantity: str, total: int, shown: str
) -> None:
    made = highlevel_billed(apis, currency, number(price), number(quantity))
    assert made.status == 200, made
    invoice = made.body["_id"]
    ours = apis.native("GET", f"/{invoice}").body
    assert (ours["lines"][0]["unit_amount"], ours["amount"]) == (
        in_smallest_units(price, currency),
        total,
    )
    check_others(apis, invoice, price, currency, total)
    before = apis.running.invoice(invoice)
    assert _plain(sheet(HostedInvoice(before, "Acme")).items[0].price) == shown
    put = apis.highlevel("PUT", f"/{invoice}", **apis.highlevel("GET", f"/{invoice}").body)
    assert (put.status, apis.running.invoice(invoice)) == (200, before)


def check_others(apis: ThreeApis, invoice: str, price: str, currency: str, total: int) -> None:
    """The vendors' APIs show this price, and these totals."""
    ours, theirs = (
        apis.highlevel("GET", f"/{invoice}").body,
        apis.razorpay("GET", f"/{invoice}").body,
    )
    assert Decimal(str(ours["invoiceItems"][0]["amount"])) == Decimal(price)
    for name in ("total", "invoiceTotal", "amountDue"):
        assert Decimal(str(ours[name])) == Decimal(total).scaleb(-EXPONENTS[currency])
    (item,) = theirs["line_items"]
    nearest = (Decimal(price).scaleb(EXPONENTS[currency]) + Decimal("0.5")) // 1
    assert (item["amount"], item["unit_amount"]) == (nearest, nearest)
    assert item["gross_amount"] == item["net_amount"] == theirs["amount"] == total
    assert all(type(item[name]) is int for name in ("amount", "unit_amount", "net_amount"))


@pytest.mark.parametrize(("price", "currency"), [price[:2] for price in TOO_FINE])
def test_a_price_of_too_many_places_is_refused_with_a_remedy(
    apis: ThreeApis, price: str, currency: str
) -> None:
    places = EXPONENTS[currency] + 12
    refused = highlevel_billed(apis, currency, float(price))
    assert (refused.status, refused.body["message"]) == (
        422,
        [f"items.0.amount has more than {places} decimal places; round it"],
    )
    own = billed(apis, currency, unit_amount=in_smallest_units(price, currency))
    assert (own.status, own.body["errors"][0]["field"], own.body["errors"][0]["detail"]) == (
        422,
        "lines.0.unit_amount",
        "must have at most 12 decimal places",
    )


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        (-0.001, "must not be less than 0"),
        (90071992547409.92, "must not be greater than 90071992547409.91"),
        (1e-21, "must be a number conforming to the specified constraints"),
        (1e21, "must be a number conforming to the specified constraints"),
        ("0.5", "must be a number conforming to the specified constraints"),
    ],
)
def test_highlevel_refuses_what_is_no_price(apis: ThreeApis, amount: Any, sentence: str) -> None:
    refused = highlevel_billed(apis, "USD", amount)
    assert (refused.status, refused.body["message"]) == (422, [f"items.0.amount {sentence}"])


def test_highlevel_names_a_currency_that_does_not_exist(apis: ThreeApis) -> None:
    refused = highlevel_billed(apis, "ABC", 1)
    assert (refused.status, refused.body["message"]) == (
        422,
        ["currency must be an ISO 4217 currency code in capitals, such as INR"],
    )


@pytest.mark.parametrize("amount", [100.5, "100.5", 4.2, "0.42"])
def test_razorpay_takes_whole_amounts_only(apis: ThreeApis, amount: Any) -> None:
    refused = apis.razorpay("POST", "", draft="1", line_items=[{"name": "Tea", "amount": amount}])
    assert (refused.status, refused.body["error"]["description"]) == (
        400,
        "The amount must be an integer.",
    )


def test_razorpay_keeps_a_price_that_is_put_back_as_it_was_shown(apis: ThreeApis) -> None:
    made = billed(apis, "INR", unit_amount="4250.5", quantity=2)
    invoice = made.body["invoice"]["id"]
    (item,) = apis.razorpay("GET", f"/{invoice}").body["line_items"]
    assert item["amount"] == 4251
    again = {"id": item["id"], "name": "Ink", "amount": 4251, "quantity": 3}
    assert apis.razorpay("PATCH", f"/{invoice}", line_items=[again]).body["amount"] == 12752
    assert apis.running.invoice(invoice).document.lines[0].unit_amount == Decimal("4250.5")
    other = {**again, "amount": 4252}
    assert apis.razorpay("PATCH", f"/{invoice}", line_items=[other]).body["amount"] == 12756


def test_razorpay_changes_a_line_whose_price_is_below_its_smallest(apis: ThreeApis) -> None:
    invoice = billed(apis, "INR", unit_amount="0.42", quantity=1000).body["invoice"]["id"]
    (item,) = apis.razorpay("GET", f"/{invoice}").body["line_items"]
    longer = apis.razorpay(
        "PATCH", f"/{invoice}", line_items=[{"id": item["id"], "quantity": 2000}]
    )
    assert (longer.status, longer.body["amount"]) == (200, 840)
    cheaper = apis.razorpay("PATCH", f"/{invoice}", line_items=[{"id": item["id"], "amount": 1}])
    assert (cheaper.status, cheaper.body["error"]["field"]) == (400, "amount")


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")
