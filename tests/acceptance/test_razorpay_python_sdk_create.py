"""The vendor's unmodified Python SDK makes invoices: what a create takes, answers and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from razorpay.errors import BadRequestError

from acceptance.contract.invoices import (
    LEAD,
    a_payer,
    a_request,
    refused,
)
from acceptance.contract.sandbox import Sandbox

UNKNOWN = "The id provided does not exist"


def test_a_draft_is_created_with_the_text_1_and_an_invoice_is_issued_at_once_without_it(
    client: Any,
) -> None:
    assert client.invoice.create(a_request(draft="1"))["status"] == "draft"
    assert client.invoice.create(a_request(draft="0"))["status"] == "issued"
    assert client.invoice.create(a_request())["status"] == "issued"


def test_every_field_of_a_create_is_in_the_response(client: Any, sandbox: Sandbox) -> None:
    fields = {
        "description": "Two books",
        "receipt": "R-1",
        "currency": "INR",
        "expire_by": sandbox.now + 86400,
        "date": sandbox.now - 86400,
        "partial_payment": True,
        "first_payment_min_amount": 10000,
        "terms": "30 days",
        "comment": "Thank you",
        "notes": {"order": "17", "shelf": "b"},
    }
    made = client.invoice.create(a_request(**fields))
    assert {name: made[name] for name in fields} == fields
    assert made == client.invoice.fetch(made["id"])


def test_the_receipt_and_the_invoice_number_are_two_names_for_one_field(client: Any) -> None:
    for name in ("receipt", "invoice_number"):
        made = client.invoice.create(a_request(**{name: "N-1"}))
        assert (made["receipt"], made["invoice_number"]) == ("N-1", "N-1")


def test_an_absent_type_is_an_invoice(client: Any) -> None:
    request = a_request()
    del request["type"]
    assert client.invoice.create(request)["type"] == "invoice"


@pytest.mark.parametrize("flag", ["partial_payment", "sms_notify", "email_notify"])
@pytest.mark.parametrize(
    ("given", "meant"), [(1, True), (0, False), (True, True), (False, False), ("1", True)]
)
def test_a_flag_is_taken_as_a_number_and_as_a_boolean(
    client: Any, flag: str, given: object, meant: bool
) -> None:
    made = client.invoice.create(a_request(**{flag: given}))
    shown = made["partial_payment"] if flag == "partial_payment" else None
    medium_status = None if flag == "partial_payment" else made[flag.replace("notify", "status")]
    assert (shown, medium_status) == (
        (meant, None) if flag == "partial_payment" else (None, "sent" if meant else None)
    )


def test_both_media_are_used_unless_the_flags_say_otherwise(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer()
    request = a_request(customer=payer)
    del request["sms_notify"], request["email_notify"]
    made = client.invoice.create(request)
    assert (made["sms_status"], made["email_status"]) == ("sent", "sent")
    for address in (payer["email"], payer["contact"]):
        (message,) = sandbox.sent(address)
        assert made["short_url"] in message["text"]


def test_a_draft_is_sent_when_it_is_issued_by_the_flags_of_its_creation(
    client: Any, sandbox: Sandbox
) -> None:
    payer = a_payer()
    draft = client.invoice.create(a_request(draft="1", customer=payer, sms_notify=1))
    assert (draft["sms_status"], draft["email_status"]) == (None, None)
    assert sandbox.sent(payer["contact"]) == []
    issued = client.invoice.issue(draft["id"])
    assert (issued["sms_status"], issued["email_status"]) == ("sent", None)
    assert len(sandbox.sent(payer["contact"])) == 1
    assert sandbox.sent(payer["email"]) == []


def test_the_amount_is_the_sum_of_amount_times_quantity(client: Any) -> None:
    lines = [{"name": "Book", "amount": 49900, "quantity": 3}, {"name": "Pen", "amount": 1099}]
    made = client.invoice.create(a_request(line_items=lines))
    assert [line["net_amount"] for line in made["line_items"]] == [149700, 1099]
    assert (made["amount"], made["amount_due"]) == (150799, 150799)


@pytest.mark.parametrize(
    ("currency", "symbol"), [("INR", "₹"), ("USD", "$"), ("JPY", "¥"), ("KWD", "KWD")]
)
def test_a_currency_is_shown_with_its_symbol(client: Any, currency: str, symbol: str) -> None:
    made = client.invoice.create(a_request(currency=currency))
    assert (made["currency"], made["currency_symbol"]) == (currency, symbol)
    assert made["line_items"][0]["currency"] == currency


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"customer": None}, "customer is required."),
        ({"line_items": []}, "line_items is required."),
        ({"type": "bill"}, "Not a valid type: bill"),
        ({"type": "link"}, "Not a valid type: link"),
        ({"draft": 1}, "The selected draft is invalid."),
        ({"draft": "2"}, "The selected draft is invalid."),
        ({"colour": "red"}, "colour is/are not required and should not be sent"),
        ({"line_items": [{"name": "x", "amount": 1.5}]}, "The amount must be an integer."),
        ({"line_items": [{"name": "x", "amount": 99}]}, "The amount must be at least INR 1.00."),
        (
            {"line_items": [{"name": "x", "amount": 100, "quantity": 0}]},
            "The quantity must be at least 1.",
        ),
        (
            {"line_items": [{"name": "x"}]},
            "The amount field is required when item id is not present.",
        ),
        (
            {"line_items": [{"amount": 100}]},
            "The name field is required when item id is not present.",
        ),
        (
            {"line_items": [{"name": "x", "amount": 100, "currency": "USD"}]},
            "Currency of all items should be the same as of the invoice.",
        ),
        (
            {"customer": {"name": "Ravi", "email": "x"}},
            "The email must be a valid email address.",
        ),
        (
            {"customer": {"name": "Ravi", "contact": "12ab"}},
            "Contact number contains invalid characters, only digits and + symbol are allowed.",
        ),
        ({"currency": "XAU"}, "Currency is not supported."),
        ({"partial_payment": "maybe"}, "The partial payment field must be true or false."),
        ({"customer_id": "cust_00000000000000", "customer": None}, UNKNOWN),
        ({"line_items": [{"item_id": "item_00000000000000"}]}, UNKNOWN),
        (
            {"line_items": [{"name": "x", "amount": 2**53 - 1, "quantity": 10**6}]},
            "Invoice amount exceeds maximum payment amount allowed.",
        ),
    ],
)
def test_a_create_that_is_refused_says_why_and_creates_nothing(
    client: Any, fields: dict[str, Any], words: str
) -> None:
    newest = client.invoice.all({"count": 1})["items"]
    with refused(words):
        client.invoice.create(a_request(**fields))
    assert client.invoice.all({"count": 1})["items"] == newest


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"description": "x" * 2049}, "description"),
        ({"terms": "x" * 2049}, "terms"),
        ({"comment": "x" * 2049}, "comment"),
        ({"receipt": "x" * 41}, "receipt"),
        ({"customer": {"name": "Al"}}, "name"),
        ({"customer": {"name": "x" * 51}}, "name"),
        ({"customer": {"name": "Ravi", "email": "x" * 60 + "@x.in"}}, "email"),
        ({"customer": {"name": "Ravi", "contact": "1" * 16}}, "Contact"),
        ({"line_items": [{"name": "x", "amount": 100}] * 51}, "line_items"),
        ({"notes": {str(n): "x" for n in range(16)}}, "notes"),
        ({"notes": {"a": "x" * 257}}, "notes"),
        ({"customer": {"name": "Ravi", "billing_address": {"line1": "1 Road"}}}, "city"),
    ],
)
def test_a_field_over_its_limit_is_refused_by_name(
    client: Any, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadRequestError, match=named):
        client.invoice.create(a_request(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "x" * 2048, "terms": "x" * 2048, "comment": "x" * 2048},
        {"receipt": "x" * 40},
        {"line_items": [{"name": "x", "amount": 100}] * 50},
        {"notes": {str(n): "x" * 256 for n in range(15)}},
    ],
)
def test_a_field_at_its_limit_is_taken(client: Any, fields: dict[str, Any]) -> None:
    made = client.invoice.create(a_request(**fields))
    for name in fields.keys() - {"line_items"}:
        assert made[name] == fields[name]


def test_an_invoice_expires_fifteen_minutes_ahead_at_least(client: Any, sandbox: Sandbox) -> None:
    with refused("expire_by should be at least 15 minutes after current time."):
        client.invoice.create(a_request(expire_by=sandbox.now + LEAD - 60))
    by = sandbox.now + LEAD + 60
    assert client.invoice.create(a_request(expire_by=by))["expire_by"] == by


def test_a_draft_may_lack_what_an_invoice_needs_but_issuing_it_then_says_what(client: Any) -> None:
    without_payer = client.invoice.create(a_request(draft="1", customer=None))
    assert without_payer["customer_id"] is None
    with refused("customer is required."):
        client.invoice.issue(without_payer["id"])
    without_lines = client.invoice.create(a_request(draft="1", line_items=[]))
    with refused("line_items is required."):
        client.invoice.issue(without_lines["id"])
