"""Payment links through /invoices, as client programs of the vendor's first API for them make them.

Each rule names the public report or program that taught it.
"""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest
from razorpay.errors import BadRequestError

from acceptance.contract.invoices import (
    LEAD,
    PART,
    a_payer,
    a_request,
    id_like,
    refused,
)
from acceptance.contract.sandbox import Sandbox

LINK_AMOUNT = 250000


def a_link(**fields: Any) -> dict[str, Any]:
    """What the programs send: no line items."""
    return {
        "type": "link",
        "amount": LINK_AMOUNT,
        "currency": "INR",
        "description": "Fee for October",
        "customer": a_payer(),
        "sms_notify": False,
        "email_notify": False,
        **fields,
    }


def test_a_link_is_issued_with_its_amount_and_without_line_items(client: Any) -> None:
    # A live answer that a program kept (inv_GLVSx..., 2021): `line_items` is empty, `gross_amount`
    # is the amount, `taxable_amount` is 0.
    made = client.invoice.create(a_link(receipt="L-1"))
    wanted = {
        "id": id_like("inv"),
        "entity": "invoice",
        "type": "link",
        "status": "issued",
        "line_items": [],
        "amount": LINK_AMOUNT,
        "amount_due": LINK_AMOUNT,
        "amount_paid": 0,
        "gross_amount": LINK_AMOUNT,
        "tax_amount": 0,
        "taxable_amount": 0,
        "description": "Fee for October",
        "receipt": "L-1",
        "order_id": id_like("order"),
        "view_less": True,
    }
    assert {name: made[name] for name in wanted} == wanted
    assert client.invoice.fetch(made["id"]) == made


def test_a_link_is_sent_and_its_page_shows_what_it_is_for(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer()
    request = a_link(customer=payer, expire_by=sandbox.now + 2 * LEAD)
    del request["sms_notify"], request["email_notify"]
    made = client.invoice.create(request)
    assert (made["sms_status"], made["email_status"]) == ("sent", "sent")
    (message,) = sandbox.sent(payer["email"])
    assert made["short_url"] in message["text"]
    assert client.invoice.notify_by(made["id"], "sms") == {"success": True}
    with urllib.request.urlopen(made["short_url"]) as page:  # noqa: S310  # the sandbox's own page
        shown = page.read().decode()
    assert "Fee for October" in shown
    assert "2,500.00" in shown


def test_a_link_is_paid_in_parts_and_in_full(client: Any, sandbox: Sandbox) -> None:
    made = client.invoice.create(a_link(partial_payment=True))
    first = sandbox.pay(made["id"], PART)["id"]
    assert client.invoice.fetch(made["id"])["status"] == "partially_paid"
    sandbox.pay(made["id"], LINK_AMOUNT - PART)
    paid = client.invoice.fetch(made["id"])
    assert (paid["status"], paid["amount_paid"], paid["payment_id"]) == ("paid", LINK_AMOUNT, first)


def test_a_link_is_cancelled_and_expires_like_an_invoice(client: Any, sandbox: Sandbox) -> None:
    cancelled = client.invoice.cancel(client.invoice.create(a_link())["id"])
    assert (cancelled["type"], cancelled["status"]) == ("link", "cancelled")
    expiring = client.invoice.create(a_link(expire_by=sandbox.now + LEAD + 60))
    sandbox.advance(LEAD + 120)
    assert client.invoice.fetch(expiring["id"])["status"] == "expired"
    with refused("Operation not allowed for Invoice in expired status."):
        client.invoice.notify_by(expiring["id"], "email")


def test_the_draft_of_a_link_is_updated_issued_and_deleted(client: Any) -> None:
    draft = client.invoice.create(a_link(draft="1"))
    assert (draft["type"], draft["status"], draft["amount_due"]) == ("link", "draft", None)
    changed = client.invoice.edit(draft["id"], {"amount": 100000, "description": "November"})
    assert (changed["amount"], changed["description"]) == (100000, "November")
    assert (changed["type"], changed["line_items"]) == ("link", [])
    other = a_payer()
    assert client.invoice.edit(draft["id"], {"customer": other})["type"] == "link"
    issued = client.invoice.issue(draft["id"])
    assert (issued["status"], issued["amount_due"], issued["type"]) == ("issued", 100000, "link")
    assert client.invoice.delete(client.invoice.create(a_link(draft="1"))["id"]) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": 1}, "amount is/are not required and should not be sent"),
        ({"description": "x"}, "description is/are not required and should not be sent"),
        ({"line_items": [{"name": "a", "amount": 100}]}, "line_items is/are not required and"),
    ],
)
def test_what_an_issued_link_is_for_cannot_be_changed(
    client: Any, fields: dict[str, Any], words: str
) -> None:
    made = client.invoice.create(a_link())
    with pytest.raises(BadRequestError, match=words):
        client.invoice.edit(made["id"], fields)
    assert client.invoice.fetch(made["id"]) == made


def test_the_amount_of_an_invoice_follows_its_items_alone(client: Any) -> None:
    words = "amount is/are not required and should not be sent"
    with refused(words):
        client.invoice.create(a_request(amount=100))
    draft = client.invoice.create(a_request(draft="1"))
    with refused(words):
        client.invoice.edit(draft["id"], {"amount": 100})


@pytest.mark.parametrize(
    "customer",
    [
        {"email": "link@example.com", "contact": "9845012399"},  # a kiosk's program: no name
        {"email": "test@test.test"},
        {"contact": "9845012398"},
    ],
)
def test_a_link_needs_one_address_of_its_customer(client: Any, customer: dict[str, Any]) -> None:
    details = client.invoice.create(a_link(customer=customer))["customer_details"]
    assert details["email"] == customer.get("email")
    assert details["contact"] == customer.get("contact")


def test_a_link_may_have_no_customer(client: Any) -> None:
    # A program sends type, amount, description and receipt, and shows the short URL itself.
    request = a_link(receipt="1700000000", sms_notify=1, email_notify=1)
    del request["customer"]
    made = client.invoice.create(request)
    assert (made["status"], made["customer_id"]) == ("issued", None)
    assert set(made["customer_details"].values()) == {None}
    assert (made["sms_status"], made["email_status"]) == (None, None)
    with refused("Email can not be sent since email address has not been provided."):
        client.invoice.notify_by(made["id"], "email")


def test_a_link_takes_what_the_programs_send_with_it(client: Any, sandbox: Sandbox) -> None:
    # Amounts as text, `view_less`, `reminder_enable`, `options` and a callback.
    made = client.invoice.create(
        a_link(
            amount=str(LINK_AMOUNT),
            view_less=1,
            reminder_enable=True,
            options={"checkout": {"name": "Shop"}},
            callback_url="https://shop.example/paid?order=17",
            callback_method="get",
            expire_by=sandbox.now + 86400,
            notes={"order": "17"},
        )
    )
    assert (made["amount"], made["notes"]) == (LINK_AMOUNT, {"order": "17"})
    assert "callback_url" not in made  # "would not be available in API response as of now"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": None}, "The amount field is required."),
        ({"amount": 99}, "The amount must be at least INR 1.00."),
        ({"amount": "ten"}, "The amount must be an integer."),
        ({"amount": 100.5}, "The amount must be an integer."),
        ({"currency": "XYZ"}, "Currency is not supported."),
        ({"line_items": [{"name": "a", "amount": 1}]}, "line_items is/are not required and"),
        ({"callback_url": "javascript:alert(1)"}, "The callback url"),
        ({"callback_url": "shop.example"}, "The callback url"),
        ({"callback_method": "post"}, "The selected callback method is invalid."),
        ({"type": "ecod"}, "Not a valid type: ecod"),
    ],
)
def test_a_wrong_link_is_refused(client: Any, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequestError, match=words):
        client.invoice.create(a_link(**fields))


def test_links_and_invoices_are_listed_apart(sandbox: Sandbox) -> None:
    client = sandbox.client("failing")
    link = client.invoice.create(a_link())["id"]
    invoice = client.invoice.create(a_request())["id"]

    def listed(**query: Any) -> list[str]:
        return [one["id"] for one in client.invoice.all(query)["items"]]

    assert listed(type="link", count=1) == [link]
    assert listed(type="invoice", count=1) == [invoice]
    assert set(listed(count=2)) == {link, invoice}
    assert listed(type="ecod") == []
