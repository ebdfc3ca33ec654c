"""The vendor's unmodified Python SDK against a running server, on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import razorpay

from billhook_adapters.demo.world import OURS, SECRET, THEIRS, World, small_world

RAVI = {"name": "Ravi Kumar", "email": "ravi@example.com", "contact": "9876543210"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with small_world() as started:
        yield started


@pytest.fixture(scope="module")
def client(world: World) -> Any:
    return razorpay.Client(auth=(f"key_{OURS}", SECRET), base_url=world.url)


def a_request(**fields: Any) -> dict[str, Any]:
    return {
        "type": "invoice",
        "customer": RAVI,
        "line_items": [{"name": "Book", "amount": 49900, "quantity": 2}],
        "sms_notify": 0,
        "email_notify": 0,
        **fields,
    }


def test_a_draft_has_no_times_no_money_and_no_url_yet(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1", receipt="R-1", notes={"a": "b"}))
    assert draft["status"] == "draft"
    later = ("issued_at", "short_url", "order_id", "amount_paid", "amount_due", "sms_status")
    assert {draft[name] for name in later} == {None}
    assert (draft["receipt"], draft["invoice_number"]) == ("R-1", "R-1")
    assert draft["notes"] == {"a": "b"}
    assert draft["amount"] == 99800
    assert client.invoice.fetch(draft["id"]) == draft


def test_issuing_sets_what_the_draft_lacked(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    issued = client.invoice.issue(draft["id"])
    assert (issued["status"], issued["amount_paid"], issued["amount_due"]) == ("issued", 0, 99800)
    assert issued["short_url"].startswith("https://bill.example/i/")
    assert issued["order_id"].startswith("order_")
    assert issued["notes"] == []
    with pytest.raises(razorpay.errors.BadRequestError, match="in issued status"):
        client.invoice.issue(draft["id"])


def test_the_flags_of_the_request_send_at_issue_where_an_address_is_known(
    client: Any, world: World
) -> None:
    customer = {**RAVI, "contact": None}
    issued = client.invoice.create(a_request(customer=customer, sms_notify=1, email_notify=True))
    assert (issued["sms_status"], issued["email_status"]) == (None, "pending")
    world.service.engine.drain()
    fetched = client.invoice.fetch(issued["id"])
    assert (fetched["sms_status"], fetched["email_status"]) == (None, "sent")


def test_notify_by_changes_only_that_mediums_status(client: Any, world: World) -> None:
    invoice = client.invoice.create(a_request())
    assert (invoice["sms_status"], invoice["email_status"]) == (None, None)
    assert client.invoice.notify_by(invoice["id"], "sms") == {"success": True}
    world.service.engine.drain()
    fetched = client.invoice.fetch(invoice["id"])
    assert fetched == {**invoice, "sms_status": "sent"}


def test_a_phone_number_is_echoed_as_it_was_given_and_reached_in_e164(
    client: Any, world: World
) -> None:
    invoice = client.invoice.create(a_request())
    assert invoice["customer_details"]["contact"] == "9876543210"
    client.invoice.notify_by(invoice["id"], "sms")
    world.service.engine.drain()
    assert world.texts.delivered[-1].to == "+919876543210"


@pytest.mark.parametrize("medium", ["whatsapp", "SMS", "e-mail", "smss"])
def test_another_medium_is_refused_and_echoed(client: Any, medium: str) -> None:
    invoice = client.invoice.create(a_request())
    with pytest.raises(razorpay.errors.BadRequestError) as refused:
        client.invoice.notify_by(invoice["id"], medium)
    assert str(refused.value) == f"{medium} is not a valid communication medium."


def test_the_medium_is_judged_before_the_invoice(client: Any) -> None:
    with pytest.raises(razorpay.errors.BadRequestError, match="not a valid communication medium"):
        client.invoice.notify_by("inv_unknown", "fax")


def test_a_foreign_invoice_answers_as_an_unknown_one(client: Any, world: World) -> None:
    invoice = client.invoice.create(a_request())
    other = razorpay.Client(auth=(f"key_{THEIRS}", SECRET), base_url=world.url)
    answers = set[str]()
    for unknown in (invoice["id"], "inv_00000000000000", "x", "inv%00"):
        with pytest.raises(razorpay.errors.BadRequestError) as refused:
            other.invoice.notify_by(unknown, "sms")
        answers.add(str(refused.value))
    assert answers == {"The id provided does not exist"}


@pytest.mark.parametrize(
    "auth", [(f"key_{OURS}", "wrong"), ("nobody", SECRET), ("", ""), (f"key_{THEIRS}", "")]
)
def test_every_wrong_credential_answers_alike(world: World, auth: tuple[str, str]) -> None:
    client = razorpay.Client(auth=auth, base_url=world.url)
    with pytest.raises(razorpay.errors.BadRequestError) as refused:
        client.invoice.fetch("inv_1")
    assert str(refused.value) == "Authentication failed"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"customer": None}, "customer is required."),
        ({"line_items": []}, "line_items is required."),
        ({"type": "bill"}, "Not a valid type: bill"),
        ({"draft": 1}, "The selected draft is invalid"),
        ({"colour": "red"}, "colour is/are not required and should not be sent"),
        ({"line_items": [{"name": "x", "amount": 1.5}]}, "The amount must be an integer."),
        ({"line_items": [{"name": "x"}]}, "The amount field is required when item id is not"),
        ({"line_items": [{"amount": 100}]}, "The name field is required when item id is not"),
        ({"customer": {"name": "Ravi", "email": "x"}}, "The email must be a valid email address."),
        ({"currency": "XAU"}, "Currency is not supported."),
        ({"expire_by": 1}, "expire_by should be at least 15 minutes after current time."),
        ({"partial_payment": "maybe"}, "The partial payment field must be true or false."),
        ({"description": "a\0b"}, "The description is invalid"),
    ],
)
def test_a_bad_request_names_what_is_wrong_and_stores_nothing(
    client: Any, world: World, fields: dict[str, Any], words: str
) -> None:
    before = world.service.database.raw_connection()
    count = "select (select count(*) from invoices) + (select count(*) from facts)"
    rows = before.cursor().execute(count).fetchone()
    with pytest.raises(razorpay.errors.BadRequestError) as refused:
        client.invoice.create(a_request(**fields))
    assert str(refused.value).startswith(words)
    assert before.cursor().execute(count).fetchone() == rows
    before.close()
