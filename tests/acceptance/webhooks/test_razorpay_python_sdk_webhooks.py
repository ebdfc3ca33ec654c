"""Webhooks of a sandbox, received over HTTP and verified by the vendor's Python SDK."""

from __future__ import annotations

from typing import Any

import pytest
from razorpay.errors import SignatureVerificationError

from acceptance.contract.invoices import AMOUNT, LEAD, PART, Between, a_request, id_like
from acceptance.contract.receiver import HOOK_SECRET, Received, Receiver
from acceptance.contract.sandbox import Sandbox

DAY = 24 * 60 * 60


def verify(
    client: Any, received: Received, secret: str = HOOK_SECRET, body: bytes | None = None
) -> Any:
    raw = (received.body if body is None else body).decode()
    return client.utility.verify_webhook_signature(
        raw, received.headers["x-razorpay-signature"], secret
    )


def shown(received: Received) -> dict[str, Any]:
    invoice: dict[str, Any] = received.event["payload"]["invoice"]["entity"]
    return invoice


def as_fetched(client: Any, name: str) -> dict[str, Any]:
    """The invoice as it is fetched, without what a webhook leaves out."""
    fetched = client.invoice.fetch(name)
    return {field: value for field, value in fetched.items() if field != "line_items"}


def test_a_part_payment_sends_the_payment_the_order_and_the_invoice(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    began = sandbox.now
    invoice = client.invoice.create(a_request(receipt="R-1"))
    payment = sandbox.pay(invoice["id"], PART)["id"]
    (received,) = receiver.wait(invoice["id"], 1)
    recently = Between(began, sandbox.now)
    details = invoice["customer_details"]
    absent = ("refund_status", "card_id", "bank", "wallet", "error_code", "error_description")
    event = received.event
    assert event.pop("payload") == {
        "payment": {
            "entity": {
                **dict.fromkeys(absent),
                "id": payment,
                "entity": "payment",
                "amount": PART,
                "currency": "INR",
                "status": "captured",
                "order_id": invoice["order_id"],
                "invoice_id": invoice["id"],
                "international": False,
                "method": "upi",  # the payer's, unless it chooses another one
                "vpa": "payer@upi",
                "fee": 472,
                "tax": 72,
                "amount_refunded": 0,
                "captured": True,
                "description": f"Invoice #{invoice['id']}",
                "email": details["email"],
                "contact": details["contact"],
                "notes": [],
                "created_at": recently,
            }
        },
        "order": {
            "entity": {
                "id": invoice["order_id"],
                "entity": "order",
                "amount": AMOUNT,
                "amount_paid": PART,
                "amount_due": AMOUNT - PART,
                "currency": "INR",
                "receipt": "R-1",
                "offer_id": None,
                "status": "attempted",
                "attempts": 1,
                "notes": [],
                "created_at": recently,
            }
        },
        "invoice": {"entity": as_fetched(client, invoice["id"])},
    }
    assert event == {
        "entity": "event",
        "account_id": id_like("acc"),
        "event": "invoice.partially_paid",
        "contains": ["payment", "order", "invoice"],
        "created_at": recently,
    }


def test_the_last_payment_sends_a_paid_invoice_and_a_paid_order(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    invoice = client.invoice.create(a_request())
    first = sandbox.pay(invoice["id"], PART)["id"]
    last = sandbox.pay(invoice["id"], AMOUNT - PART)["id"]
    received = {one.event["event"]: one for one in receiver.wait(invoice["id"], 2)}
    assert received.keys() == {"invoice.partially_paid", "invoice.paid"}
    payload = received["invoice.paid"].event["payload"]
    assert received["invoice.paid"].event["contains"] == ["payment", "order", "invoice"]
    assert (payload["payment"]["entity"]["id"], payload["payment"]["entity"]["amount"]) == (
        last,
        AMOUNT - PART,
    )
    order = payload["order"]["entity"]
    assert (order["status"], order["amount_paid"], order["amount_due"]) == ("paid", AMOUNT, 0)
    assert shown(received["invoice.paid"])["payment_id"] == first
    assert shown(received["invoice.paid"]) == as_fetched(client, invoice["id"])


def test_a_webhook_shows_the_invoice_at_the_time_of_its_event(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    invoice = client.invoice.create(a_request())
    sandbox.pay(invoice["id"], PART)
    part_paid = as_fetched(client, invoice["id"])
    sandbox.pay(invoice["id"], AMOUNT - PART)
    received = {one.event["event"]: one for one in receiver.wait(invoice["id"], 2)}
    assert shown(received["invoice.partially_paid"]) == part_paid


def test_the_sandbox_shows_what_the_receiver_answered(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    invoice = client.invoice.create(a_request())["id"]
    receiver.answer(invoice, 500, 0)
    sandbox.pay(invoice, AMOUNT)
    receiver.wait(invoice, 3, meanwhile=lambda: sandbox.advance(60 * 60))
    webhooks = sandbox.json_of("GET", f"/sandbox/webhooks?invoice_id={invoice}")["items"]
    shown = [(one["accepted"], one["answer_status"], one["answer_body"]) for one in webhooks]
    assert shown == [(False, 500, "status 500"), (False, None, ""), (True, 200, "status 200")]


def test_expiry_sends_the_invoice_alone(client: Any, sandbox: Sandbox, receiver: Receiver) -> None:
    invoice = client.invoice.create(a_request(expire_by=sandbox.now + LEAD + 60))
    sandbox.advance(LEAD + 120)
    (received,) = receiver.wait(invoice["id"], 1)
    assert (received.event["event"], received.event["contains"]) == ("invoice.expired", ["invoice"])
    assert received.event["payload"] == {"invoice": {"entity": as_fetched(client, invoice["id"])}}
    assert shown(received)["status"] == "expired"
    assert "line_items" not in shown(received)


def test_drafts_issuing_and_cancelling_send_no_webhook(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    silent = client.invoice.create(a_request(draft="1"))
    client.invoice.issue(silent["id"])
    client.invoice.notify_by(silent["id"], "sms")
    client.invoice.cancel(silent["id"])
    _wait_for_another_webhook(client, sandbox, receiver)
    assert receiver.about(silent["id"]) == []


def test_the_sdk_verifies_the_raw_bytes_under_the_webhooks_own_secret_and_nothing_else(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    invoice = client.invoice.create(a_request(customer={"name": "Åsa Ödegård"}))
    sandbox.pay(invoice["id"], AMOUNT)
    (received,) = receiver.wait(invoice["id"], 1)
    assert verify(client, received) is True
    assert (
        received.headers["x-razorpay-signature"] == received.headers["x-razorpay-signature"].lower()
    )
    assert received.headers["content-type"] == "application/json"
    assert received.path == "/hook"
    with pytest.raises(SignatureVerificationError):
        verify(client, received, secret="s3cret")  # the API's secret does not sign webhooks
    for other in (received.body + b"\n", received.body.replace(b"paid", b"Paid", 1)):
        with pytest.raises(SignatureVerificationError):
            verify(client, received, body=other)


def test_every_event_has_an_id_of_its_own(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    received: list[Received] = []
    for _ in range(3):
        invoice = client.invoice.create(a_request())
        sandbox.pay(invoice["id"], PART)
        sandbox.pay(invoice["id"], AMOUNT - PART)
        received += receiver.wait(invoice["id"], 2)
    assert len({one.id for one in received}) == len(received) == 6


@pytest.mark.parametrize("answer", [500, 404, 302, 0])
def test_a_failed_webhook_is_sent_again_with_the_same_id_and_bytes(
    client: Any, sandbox: Sandbox, receiver: Receiver, answer: int
) -> None:
    invoice = client.invoice.create(a_request())
    receiver.answer(invoice["id"], answer, answer, 204)
    sandbox.pay(invoice["id"], AMOUNT)
    later = receiver.wait(invoice["id"], 3, meanwhile=lambda: sandbox.advance(60))
    assert len({(one.id, one.body) for one in later}) == 1
    assert all(verify(client, one) for one in later)


def test_an_accepted_webhook_is_not_sent_again(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    invoice = client.invoice.create(a_request())
    receiver.answer(invoice["id"], 500, 200)
    sandbox.pay(invoice["id"], AMOUNT)
    receiver.wait(invoice["id"], 2, meanwhile=lambda: sandbox.advance(60))
    sandbox.advance(2 * DAY)
    _wait_for_another_webhook(client, sandbox, receiver)
    assert len(receiver.about(invoice["id"])) == 2


def test_a_webhook_that_fails_for_a_day_is_disabled_for_its_account_alone(
    client: Any, sandbox: Sandbox, receiver: Receiver
) -> None:
    failing = sandbox.client("failing")
    invoice = failing.invoice.create(a_request())
    receiver.answer(invoice["id"], *[500] * 100)
    sandbox.pay(invoice["id"], AMOUNT)
    for _ in range(26):
        sandbox.advance(60 * 60)
        _wait_for_another_webhook(client, sandbox, receiver)
    assert len(receiver.about(invoice["id"])) > 2
    skipped = failing.invoice.create(a_request())
    sandbox.pay(skipped["id"], AMOUNT)
    _wait_for_another_webhook(client, sandbox, receiver)
    assert receiver.about(skipped["id"]) == []


def _wait_for_another_webhook(client: Any, sandbox: Sandbox, receiver: Receiver) -> None:
    """Webhooks are sent one after the other: all before this one has been tried."""
    other = client.invoice.create(a_request())
    sandbox.pay(other["id"], AMOUNT)
    receiver.wait(other["id"], 1)
