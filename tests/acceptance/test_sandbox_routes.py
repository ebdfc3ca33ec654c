"""The sandbox's own routes: the payer, time, the outbox, and providers that fail on request."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
from razorpay.errors import BadRequestError

from acceptance.contract.invoices import (
    AMOUNT,
    LEAD,
    PART,
    STATUSES,
    Between,
    a_payer,
    a_request,
    id_like,
    in_status,
)
from acceptance.contract.sandbox import Sandbox
from acceptance.contract.sandbox import sandbox as started

FAR = 32503679999  # the end of the year 2999


def payments(invoice: str) -> str:
    return f"/sandbox/invoices/{invoice}/payments"


def test_a_payment_answers_what_was_paid_and_what_is_left(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request())["id"]
    common = {"currency": "INR", "invoice_id": invoice}
    assert sandbox.pay(invoice, PART) == {
        **common,
        "id": id_like("pay"),
        "amount": PART,
        "status": "partially_paid",
        "amount_paid": PART,
        "amount_due": AMOUNT - PART,
    }
    assert sandbox.pay(invoice, AMOUNT - PART, reference="pay_1") == {
        **common,
        "id": "pay_1",
        "amount": AMOUNT - PART,
        "status": "paid",
        "amount_paid": AMOUNT,
        "amount_due": 0,
    }


def test_the_same_payment_reported_twice_is_one_payment(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request())["id"]
    first = sandbox.pay(invoice, PART, reference="pay_twice")
    assert sandbox.pay(invoice, PART, reference="pay_twice") == first
    assert client.invoice.fetch(invoice)["amount_paid"] == PART


@pytest.mark.parametrize("status", [s for s in STATUSES if s not in ("issued", "partially_paid")])
def test_only_what_awaits_money_can_be_paid(client: Any, sandbox: Sandbox, status: str) -> None:
    invoice = in_status(sandbox, client, status)
    code, answer = sandbox.ask("POST", payments(invoice["id"]), {"amount": PART})
    words = f"Operation not allowed for Invoice in {status} status."
    assert (code, answer["error"]["description"]) == (400, words)
    assert client.invoice.fetch(invoice["id"]) == invoice


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({}, AMOUNT + 1),
        ({"partial_payment": False}, PART),
        ({"first_payment_min_amount": 200}, 199),
    ],
)
def test_more_than_is_due_and_parts_that_are_not_taken_are_refused(
    client: Any, sandbox: Sandbox, fields: dict[str, Any], amount: int
) -> None:
    invoice = client.invoice.create(a_request(**fields))
    code, answer = sandbox.ask("POST", payments(invoice["id"]), {"amount": amount})
    assert (code, answer["error"]["code"]) == (400, "BAD_REQUEST_ERROR")
    assert client.invoice.fetch(invoice["id"]) == invoice


@pytest.mark.parametrize("body", [{}, {"amount": 0}, {"amount": "1"}, {"amount": 1, "x": 1}, []])
def test_an_invalid_payment_is_refused(client: Any, sandbox: Sandbox, body: object) -> None:
    invoice = client.invoice.create(a_request())
    code, answer = sandbox.ask("POST", payments(invoice["id"]), body)
    assert (code, answer["error"]["code"]) == (400, "BAD_REQUEST_ERROR")
    assert client.invoice.fetch(invoice["id"]) == invoice


def test_a_payment_for_nothing_is_not_found(sandbox: Sandbox) -> None:
    assert sandbox.ask("POST", payments("inv_00000000000000"), {"amount": 1})[0] == 404
    assert sandbox.ask("GET", "/sandbox/payments")[0] == 404


def test_the_clock_runs_and_is_moved_forward_and_set(client: Any, sandbox: Sandbox) -> None:
    before = sandbox.now
    sandbox.advance(3600)
    assert sandbox.now == Between(before + 3600, before + 3660)
    later = before + 7200
    assert sandbox.json_of("POST", "/sandbox/clock", {"now": later})["now"] == Between(
        later, later + 1
    )
    assert client.invoice.create(a_request())["created_at"] == Between(later, later + 60)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": 1, "advance_seconds": 1},
        {"advance_seconds": -1},
        {"advance_seconds": FAR},
        {"now": FAR + 1},
        {"now": "1767268800"},
        {"now": 1.5},
    ],
)
def test_an_invalid_time_is_refused_and_the_clock_is_not_changed(
    sandbox: Sandbox, body: object
) -> None:
    before = sandbox.now
    assert sandbox.ask("POST", "/sandbox/clock", body)[0] == 400
    assert sandbox.now == Between(before, before + 60)


def test_the_sandbox_works_at_the_last_time_of_its_clock() -> None:
    with started() as sandbox:
        sandbox.json_of("POST", "/sandbox/clock", {"now": FAR - 3600})
        issued = sandbox.client().invoice.create(a_request(email_notify=True))
        assert (issued["status"], issued["email_status"]) == ("issued", "sent")


def test_what_expires_by_the_moved_clock_is_expired_at_once(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request(expire_by=sandbox.now + LEAD + 60))["id"]
    sandbox.advance(LEAD)
    assert client.invoice.fetch(invoice)["status"] == "issued"
    sandbox.advance(LEAD)
    assert client.invoice.fetch(invoice)["status"] == "expired"


def test_the_outbox_has_every_message_with_its_medium_address_and_text(
    client: Any, sandbox: Sandbox
) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer, sms_notify=1, email_notify=1))
    for medium, address in (("sms", payer["contact"]), ("email", payer["email"])):
        (message,) = sandbox.sent(address)
        assert message.keys() == {
            *("id", "at", "account_id", "invoice_id"),
            *("medium", "to", "text", "subject", "html"),
        }
        assert (message["medium"], message["invoice_id"]) == (medium, invoice["id"])
        assert (message["subject"] is None) == (message["html"] is None) == (medium == "sms")
        assert invoice["short_url"] in message["text"]


@pytest.mark.parametrize("fault", ["permanent", "transient", "unknown"])
@pytest.mark.parametrize(("medium", "address"), [("sms", "contact"), ("email", "email")])
def test_a_fault_is_used_for_the_next_messages_of_its_medium_to_its_address(
    client: Any, sandbox: Sandbox, medium: str, address: str, fault: str
) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer))["id"]
    other = {"sms": "email", "email": "sms"}[medium]
    someone = client.invoice.create(a_request(customer=a_payer()))["id"]
    sandbox.fail(medium, fault, payer[address], times=2)
    assert client.invoice.notify_by(someone, medium) == {"success": True}
    assert client.invoice.notify_by(invoice, other) == {"success": True}
    for _ in range(2):
        assert client.invoice.notify_by(invoice, medium) == {"success": False}
    assert client.invoice.notify_by(invoice, medium) == {"success": True}
    assert client.invoice.fetch(invoice)[f"{medium}_status"] == "sent"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"medium": "fax", "fault": "permanent"},
        {"medium": "sms", "fault": "bad"},
        {"medium": "sms", "fault": "permanent", "times": 0},
        {"medium": "sms", "fault": "permanent", "to": ""},
    ],
)
def test_an_unknown_kind_of_fault_is_refused(client: Any, sandbox: Sandbox, body: object) -> None:
    assert sandbox.ask("POST", "/sandbox/faults", body)[0] == 400
    invoice = client.invoice.create(a_request())["id"]
    assert client.invoice.notify_by(invoice, "sms") == {"success": True}


def test_the_link_in_a_message_opens_the_page_of_the_invoice(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer, sms_notify=True))
    (message,) = sandbox.sent(payer["contact"])
    link = message["text"].rpartition(" ")[2]
    assert link == invoice["short_url"]
    assert f"₹{AMOUNT / 100:.2f}" in read(sandbox, link)
    sandbox.pay(invoice["id"], AMOUNT)
    assert "This invoice is paid. Thank you." in read(sandbox, link)


def read(sandbox: Sandbox, link: str) -> str:
    """The page behind a link, as a browser gets it."""
    with closing(HTTPConnection(sandbox.address, timeout=30)) as connection:
        connection.request("GET", link.removeprefix(sandbox.url))
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


def test_a_delivery_report_ends_a_message_and_may_suppress_its_address(
    client: Any, sandbox: Sandbox
) -> None:
    to = "+919000077701"
    client.invoice.create(a_request(customer={"contact": to}, sms_notify=1))
    (message,) = sandbox.sent(to)
    report = {"message": message["id"], "became": "bounced", "suppresses": "opted_out"}
    bounced = {"id": message["id"], "status": "bounced", "to": to}
    assert sandbox.json_of("POST", "/sandbox/delivery-reports", report) == bounced
    again = client.invoice.create(a_request(customer={"contact": to}, sms_notify=1))
    assert again["sms_status"] != "sent"
    with pytest.raises(BadRequestError):
        client.invoice.notify_by(again["id"], "sms")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message": "msg_unknown", "became": "delivered"}, 404),
        ({"message": "msg_unknown", "became": "lost"}, 400),
        ({"message": "x", "became": "delivered", "suppresses": "bounced"}, 400),
        ({"became": "delivered"}, 400),
    ],
)
def test_an_invalid_delivery_report_is_refused(sandbox: Sandbox, body: object, status: int) -> None:
    assert sandbox.ask("POST", "/sandbox/delivery-reports", body)[0] == status


def test_a_webhook_that_has_no_receiver_is_shown_with_what_it_was_signed_by(
    client: Any, sandbox: Sandbox
) -> None:
    invoice = client.invoice.create(a_request())["id"]
    sandbox.pay(invoice, AMOUNT)
    (sent,) = [
        one
        for one in sandbox.json_of("GET", "/sandbox/webhooks")["items"]
        if invoice in one["body"]
    ]
    assert sent.keys() == {
        *("number", "at", "account_id", "invoice_id", "event", "url", "body"),
        *("headers", "signature", "accepted", "refusal", "answer_status", "answer_body"),
    }
    assert (sent["url"], sent["accepted"]) == ("http://127.0.0.1/", True)
    signed = sent["headers"]["X-Razorpay-Signature"]
    assert client.utility.verify_webhook_signature(sent["body"], signed, "sandbox")


def test_a_database_that_is_kept_is_not_reset(client: Any, sandbox: Sandbox) -> None:
    invoice = client.invoice.create(a_request())["id"]
    status, answer = sandbox.ask("POST", "/sandbox/reset")
    remedy = "The database is kept; start the sandbox without --database."
    assert (status, answer["error"]["description"]) == (400, remedy)
    assert client.invoice.fetch(invoice)["id"] == invoice
