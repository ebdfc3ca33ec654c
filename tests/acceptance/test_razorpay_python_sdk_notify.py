"""The vendor's unmodified Python SDK notifies: each medium, taken and refused."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.contract.invoices import (
    STATUSES,
    a_payer,
    a_request,
    in_status,
    refused,
)
from acceptance.contract.sandbox import Sandbox

UNKNOWN = "The id provided does not exist"
NOT_UNPAID = [status for status in STATUSES if status not in ("issued", "partially_paid")]


def not_allowed(status: str) -> str:
    return f"Operation not allowed for Invoice in {status} status."


@pytest.mark.parametrize(("medium", "address"), [("sms", "contact"), ("email", "email")])
@pytest.mark.parametrize("status", ["issued", "partially_paid"])
def test_notify_by_sends_the_short_url_and_changes_only_that_mediums_status(
    client: Any, sandbox: Sandbox, status: str, medium: str, address: str
) -> None:
    payer = a_payer()
    invoice = in_status(sandbox, client, status, customer=payer)
    assert client.invoice.notify_by(invoice["id"], medium) == {"success": True}
    assert client.invoice.fetch(invoice["id"]) == {**invoice, f"{medium}_status": "sent"}
    (message,) = sandbox.sent(payer[address])
    assert message["medium"] == medium
    assert invoice["short_url"] in message["text"]
    other = {"contact": "email", "email": "contact"}[address]
    assert sandbox.sent(payer[other]) == []


def test_notify_by_may_be_repeated_and_each_time_sends_again(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer))
    for _ in range(3):
        assert client.invoice.notify_by(invoice["id"], "email") == {"success": True}
    assert len(sandbox.sent(payer["email"])) == 3


@pytest.mark.parametrize("medium", ["sms", "email"])
@pytest.mark.parametrize("status", NOT_UNPAID)
def test_notify_by_is_refused_unless_money_is_awaited_and_the_answer_echoes_the_status(
    client: Any, sandbox: Sandbox, status: str, medium: str
) -> None:
    payer = a_payer()
    invoice = in_status(sandbox, client, status, customer=payer)
    with refused(not_allowed(status)):
        client.invoice.notify_by(invoice["id"], medium)
    assert client.invoice.fetch(invoice["id"]) == invoice
    assert sandbox.sent(payer["email"]) + sandbox.sent(payer["contact"]) == []


@pytest.mark.parametrize("medium", ["whatsapp", "emial", "SMS", "Email", "both", "smss"])
def test_notify_by_another_medium_is_refused_and_echoes_it(client: Any, medium: str) -> None:
    invoice = client.invoice.create(a_request())
    with refused(f"{medium} is not a valid communication medium."):
        client.invoice.notify_by(invoice["id"], medium)
    assert client.invoice.fetch(invoice["id"]) == invoice


def test_notify_by_email_without_an_email_address_is_refused(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer(email=None)
    invoice = client.invoice.create(a_request(customer=payer))
    with refused("Email can not be sent since email address has not been provided."):
        client.invoice.notify_by(invoice["id"], "email")
    assert client.invoice.fetch(invoice["id"]) == invoice
    assert client.invoice.notify_by(invoice["id"], "sms") == {"success": True}


def test_notify_by_sms_without_a_contact_number_is_refused(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer(contact=None)
    invoice = client.invoice.create(a_request(customer=payer))
    with refused("SMS can not be sent since contact number has not been provided."):
        client.invoice.notify_by(invoice["id"], "sms")
    assert client.invoice.fetch(invoice["id"]) == invoice
    assert client.invoice.notify_by(invoice["id"], "email") == {"success": True}


@pytest.mark.parametrize("unknown", ["inv_00000000000000", "x", "inv_", "order_00000000000000"])
def test_notify_by_an_unknown_or_malformed_id_does_not_exist(client: Any, unknown: str) -> None:
    with refused(UNKNOWN):
        client.invoice.notify_by(unknown, "sms")


def test_the_medium_is_judged_before_the_invoice_and_the_status_before_the_address(
    client: Any,
) -> None:
    with refused("fax is not a valid communication medium."):
        client.invoice.notify_by("inv_00000000000000", "fax")
    draft = client.invoice.create(a_request(draft="1", customer=a_payer(email=None)))
    with refused(not_allowed("draft")):
        client.invoice.notify_by(draft["id"], "email")


def test_a_permanent_fault_of_the_provider_answers_success_false(
    client: Any, sandbox: Sandbox
) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer))
    sandbox.fail("sms", "permanent", payer["contact"])
    assert client.invoice.notify_by(invoice["id"], "sms") == {"success": False}
    assert sandbox.sent(payer["contact"]) == []
    assert client.invoice.fetch(invoice["id"])["sms_status"] != "sent"
    assert client.invoice.notify_by(invoice["id"], "sms") == {"success": True}
    assert client.invoice.fetch(invoice["id"])["sms_status"] == "sent"
