"""The vendor's unmodified Python SDK issues, cancels, deletes and pays; strangers see nothing."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.contract.invoices import (
    AMOUNT,
    STATUSES,
    a_request,
    in_status,
    refused,
)
from acceptance.contract.sandbox import SECRET, Sandbox

UNKNOWN = "The id provided does not exist"


def not_allowed(status: str) -> str:
    return f"Operation not allowed for Invoice in {status} status."


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "draft"])
def test_only_a_draft_can_be_issued(client: Any, sandbox: Sandbox, status: str) -> None:
    invoice = in_status(sandbox, client, status)
    with refused(not_allowed(status)):
        client.invoice.issue(invoice["id"])
    assert client.invoice.fetch(invoice["id"]) == invoice


@pytest.mark.parametrize("status", ["draft", "issued"])
def test_what_is_unpaid_can_be_cancelled(client: Any, sandbox: Sandbox, status: str) -> None:
    invoice = in_status(sandbox, client, status)
    cancelled = client.invoice.cancel(invoice["id"])
    assert cancelled["status"] == "cancelled"
    assert cancelled == client.invoice.fetch(invoice["id"])


@pytest.mark.parametrize("status", ["partially_paid", "paid", "expired", "cancelled"])
def test_what_is_paid_expired_or_cancelled_cannot_be_cancelled(
    client: Any, sandbox: Sandbox, status: str
) -> None:
    invoice = in_status(sandbox, client, status)
    with refused(not_allowed(status)):
        client.invoice.cancel(invoice["id"])
    assert client.invoice.fetch(invoice["id"]) == invoice


def test_a_deleted_draft_answers_an_empty_list_and_is_unknown_from_then_on(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1", receipt="to be deleted"))
    assert client.invoice.delete(draft["id"]) == []
    invoice = client.invoice
    for gone in (invoice.fetch, invoice.issue, invoice.cancel, invoice.delete):
        with refused(UNKNOWN):
            gone(draft["id"])
    with refused(UNKNOWN):
        client.invoice.notify_by(draft["id"], "sms")
    with refused(UNKNOWN):
        client.invoice.edit(draft["id"], {"notes": {}})
    assert client.invoice.all({"receipt": "to be deleted"})["items"] == []


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "draft"])
def test_only_a_draft_can_be_deleted(client: Any, sandbox: Sandbox, status: str) -> None:
    invoice = in_status(sandbox, client, status)
    with refused(not_allowed(status)):
        client.invoice.delete(invoice["id"])
    assert client.invoice.fetch(invoice["id"]) == invoice


def test_another_accounts_invoice_does_not_exist_for_any_call(
    client: Any, sandbox: Sandbox
) -> None:
    invoice = sandbox.client("theirs").invoice.create(a_request(draft="1"))["id"]
    ours = client.invoice
    for call in (ours.fetch, ours.issue, ours.cancel, ours.delete):
        with refused(UNKNOWN):
            call(invoice)
    for medium in ("sms", "email"):
        with refused(UNKNOWN):
            ours.notify_by(invoice, medium)
    with refused(UNKNOWN):
        ours.edit(invoice, {"notes": {"a": "b"}})
    assert sandbox.client("theirs").invoice.fetch(invoice)["status"] == "draft"


@pytest.mark.parametrize(
    "auth", [("ours", "wrong"), ("unknown", SECRET), ("", ""), ("ours", ""), (SECRET, "ours")]
)
def test_a_wrong_key_and_a_wrong_secret_are_refused_alike(
    sandbox: Sandbox, auth: tuple[str, str]
) -> None:
    stranger = sandbox.client(*auth)
    with refused("Authentication failed"):
        stranger.invoice.notify_by("inv_00000000000000", "sms")
    with refused("Authentication failed"):
        stranger.invoice.create(a_request())


def test_an_issued_invoice_can_be_paid_in_one_go_only_where_parts_are_not_taken(
    client: Any, sandbox: Sandbox
) -> None:
    invoice = client.invoice.create(a_request(partial_payment=False))
    path = f"/sandbox/invoices/{invoice['id']}/payments"
    status, answer = sandbox.ask("POST", path, {"amount": 100})
    assert (status, answer["error"]["code"]) == (400, "BAD_REQUEST_ERROR")
    assert client.invoice.fetch(invoice["id"]) == invoice
    sandbox.pay(invoice["id"], AMOUNT)
    assert client.invoice.fetch(invoice["id"])["status"] == "paid"
