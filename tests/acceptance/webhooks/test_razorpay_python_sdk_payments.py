"""Payments and orders by the vendor's unmodified Python SDK, in webhooks, and after a callback.

Each rule names the public report that taught it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from razorpay.errors import SignatureVerificationError

from acceptance.contract.invoices import AMOUNT, PART, a_request, refused
from acceptance.contract.receiver import HOOK_SECRET, Received, Receiver
from acceptance.contract.sandbox import SECRET, Sandbox

UNKNOWN = "The id provided does not exist"


def payment_in(received: Received) -> dict[str, Any]:
    payment: dict[str, Any] = received.event["payload"]["payment"]["entity"]
    return payment


@pytest.mark.parametrize(
    ("method", "field"),
    [("card", "card_id"), ("netbanking", "bank"), ("upi", "vpa"), ("wallet", "wallet")],
)
def test_a_captured_payment_has_the_method_of_the_payer_its_fee_and_tax(
    client: Any, sandbox: Sandbox, receiver: Receiver, method: str, field: str
) -> None:
    invoice = client.invoice.create(a_request())
    paid = sandbox.pay(invoice["id"], AMOUNT, method=method)["id"]
    (received,) = receiver.wait(invoice["id"], 1)
    payment = payment_in(received)
    assert (payment["id"], payment["method"], payment["status"]) == (paid, method, "captured")
    assert (payment["fee"], payment["tax"]) == (2355, 359)  # 2 % of 998.00, and 18 % on that
    instruments = ("card_id", "bank", "vpa", "wallet")
    assert [name for name in instruments if payment[name] is not None] == [field]
    assert client.payment.fetch(paid) == payment


def test_a_payment_without_a_method_is_one_by_upi(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request())
    shown = client.payment.fetch(sandbox.pay(invoice["id"], AMOUNT)["id"])
    assert (shown["method"], shown["vpa"]) == ("upi", "payer@upi")
    assert (shown["fee"], shown["tax"]) == (2355, 359)


def test_the_payer_says_with_what_it_pays(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request())
    paid = sandbox.pay(invoice["id"], AMOUNT, method="netbanking", source="SBIN")["id"]
    assert client.payment.fetch(paid)["bank"] == "SBIN"


@pytest.mark.parametrize(
    "fields", [{"method": "cash"}, {"source": "x"}, {"method": "upi", "reference": "UTR/1"}]
)
def test_a_wrong_method_is_refused_and_nothing_is_paid(
    client: Any, sandbox: Sandbox, fields: dict[str, Any]
) -> None:
    invoice = client.invoice.create(a_request())
    path = f"/sandbox/invoices/{invoice['id']}/payments"
    status, _ = sandbox.ask("POST", path, {"amount": AMOUNT, **fields})
    assert status == 400
    assert client.invoice.fetch(invoice["id"])["amount_paid"] == 0


def test_a_webhook_escapes_each_slash_and_nothing_else(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    # razorpay-node#96, #128, #131: JSON.stringify(body) fails for invoice.paid, whose short URL has
    # slashes. razorpay-dot-net#156: other characters come as UTF-8, in 16 of 22 deliveries.
    invoice = client.invoice.create(a_request(description="a/b ₹ മലയാളം", notes={"a/b": "\\/"}))
    sandbox.pay(invoice["id"], AMOUNT)
    (received,) = receiver.wait(invoice["id"], 1)
    assert rb'"short_url":"http:\/\/' in received.body
    assert "₹ മലയാളം".encode() in received.body
    assert rb"\u" not in received.body
    assert b"/" not in received.body.replace(rb"\/", b"")
    entity = received.event["payload"]["invoice"]["entity"]
    assert (entity["description"], entity["notes"]) == ("a/b ₹ മലയാളം", {"a/b": "\\/"})


def test_a_receiver_that_signs_its_own_form_of_the_body_fails(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    invoice = client.invoice.create(a_request(currency="USD"))  # all of it is ASCII
    sandbox.pay(invoice["id"], AMOUNT)
    (received,) = receiver.wait(invoice["id"], 1)
    signature = received.headers["x-razorpay-signature"]
    verify = client.utility.verify_webhook_signature
    assert verify(received.body.decode(), signature, HOOK_SECRET) is True
    own = json.dumps(received.event, separators=(",", ":"), ensure_ascii=False)
    assert json.loads(own) == received.event
    with pytest.raises(SignatureVerificationError):
        verify(own, signature, HOOK_SECRET)


def test_a_webhook_has_the_headers_of_the_vendor(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    # Recorded in December 2025: User-Agent, Request-Id and X-Razorpay-Event-Id, both with one id.
    invoice = client.invoice.create(a_request())
    sandbox.pay(invoice["id"], AMOUNT)
    (received,) = receiver.wait(invoice["id"], 1)
    assert received.headers["user-agent"] == "Razorpay-Webhook/v1"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["request-id"] == received.headers["x-razorpay-event-id"]


def test_payments_are_listed_from_the_newest_one(sandbox: Sandbox) -> None:
    client = sandbox.client("lists")
    invoice = client.invoice.create(a_request())
    first = sandbox.pay(invoice["id"], PART)["id"]
    sandbox.advance(60)
    second = sandbox.pay(invoice["id"], PART)["id"]
    page = client.payment.all()
    assert (page["entity"], page["count"]) == ("collection", 2)
    assert [one["id"] for one in page["items"]] == [second, first]
    assert page["items"][1] == client.payment.fetch(first)
    assert client.payment.all({"count": 1, "skip": 1})["items"] == page["items"][1:]
    since = page["items"][0]["created_at"]
    assert [one["id"] for one in client.payment.all({"from": since})["items"]] == [second]
    assert [one["id"] for one in client.payment.all({"to": since - 1})["items"]] == [first]
    assert sandbox.client("pages").payment.all() == {
        "entity": "collection",
        "count": 0,
        "items": [],
    }


def test_an_order_follows_its_invoice(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request(receipt="O-1"))
    order = client.order.fetch(invoice["order_id"])
    shown = ("entity", "amount", "amount_paid", "amount_due", "receipt", "status", "attempts")
    assert [order[name] for name in shown] == ["order", AMOUNT, 0, AMOUNT, "O-1", "created", 0]
    first = sandbox.pay(invoice["id"], PART)["id"]
    order = client.order.fetch(invoice["order_id"])
    assert (order["status"], order["attempts"], order["amount_paid"]) == ("attempted", 1, PART)
    second = sandbox.pay(invoice["id"], AMOUNT - PART)["id"]
    order = client.order.fetch(invoice["order_id"])
    assert (order["status"], order["attempts"], order["amount_due"]) == ("paid", 2, 0)
    payments = client.order.payments(invoice["order_id"])
    assert {one["id"] for one in payments["items"]} == {first, second}
    assert {one["order_id"] for one in payments["items"]} == {order["id"]}


def test_what_is_not_there_is_unknown(client: Any, sandbox: Sandbox) -> None:
    theirs = sandbox.client("theirs").invoice.create(a_request())
    paid = sandbox.pay(theirs["id"], PART)["id"]
    draft = client.invoice.create(a_request(draft="1"))["id"].replace("inv_", "order_")
    for call, names in (
        (client.payment.fetch, (paid, "pay_AAAAAAAAAAAAAA", "x")),
        (client.order.fetch, (theirs["order_id"], draft, "order_AAAAAAAAAAAAAA", "order_", "x")),
        (client.order.payments, (theirs["order_id"], draft)),
    ):
        for name in names:
            with refused(UNKNOWN):
                call(name)


@pytest.mark.parametrize(("receipt", "partial"), [("R/1 ₹", False), (None, False), ("R-2", True)])
def test_the_payer_returns_with_a_signature_of_the_api_secret(
    client: Any, sandbox: Sandbox, receipt: str | None, *, partial: bool
) -> None:
    # razorpay-node#450, razorpay-python#254, razorpay-php#147: id|receipt|status|payment_id.
    url = "https://shop.example/paid?order=17#top"
    fields = {"callback_url": url, "callback_method": "get", "partial_payment": partial}
    invoice = client.invoice.create(a_request(receipt=receipt, **fields))
    paid = sandbox.pay(invoice["id"], PART if partial else AMOUNT)
    back = urlsplit(paid["callback_url"])
    query = dict(parse_qsl(back.query, keep_blank_values=True))
    assert (back.scheme, back.netloc, back.path, back.fragment) == (
        *("https", "shop.example", "/paid", "top"),
    )
    status = "partially_paid" if partial else "paid"
    assert {name: value for name, value in query.items() if name != "razorpay_signature"} == {
        "order": "17",
        "razorpay_payment_id": paid["id"],
        "razorpay_invoice_id": invoice["id"],
        "razorpay_invoice_receipt": receipt or "",
        "razorpay_invoice_status": status,
    }
    # The SDK's check of a payment link has the same four parts in the same order.
    signed = {
        "payment_link_id": query["razorpay_invoice_id"],
        "payment_link_reference_id": query["razorpay_invoice_receipt"],
        "payment_link_status": query["razorpay_invoice_status"],
        "razorpay_payment_id": query["razorpay_payment_id"],
        "razorpay_signature": query["razorpay_signature"],
    }
    verify = client.utility.verify_payment_link_signature
    assert verify(signed) is True
    with pytest.raises(SignatureVerificationError):
        verify({**signed, "secret": f"{SECRET}x"})


def test_without_a_callback_the_payer_stays(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request())
    assert "callback_url" not in sandbox.pay(invoice["id"], PART)
