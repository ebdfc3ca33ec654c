"""The vendor's unmodified Python SDK keeps customers and items, and bills by their ids."""

from __future__ import annotations

from typing import Any

from acceptance.contract.invoices import (
    a_payer,
    a_request,
    id_like,
    refused,
)
from acceptance.contract.sandbox import Sandbox

UNKNOWN = "The id provided does not exist"


def test_a_customer_that_came_with_an_invoice_can_be_fetched_and_billed_again(
    client: Any,
) -> None:
    first = client.invoice.create(a_request())
    known = client.customer.fetch(first["customer_id"])
    details = first["customer_details"]
    assert {name: known[name] for name in ("name", "email", "contact", "gstin")} == {
        name: details[name] for name in ("name", "email", "contact", "gstin")
    }
    again = a_request(customer_id=first["customer_id"])
    del again["customer"]
    assert client.invoice.create(again)["customer_details"] == details


def test_a_customer_is_created_fetched_and_billed_by_its_id(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer(contact="9845012345", notes={"vip": "yes"}, gstin="29XAbbA4369J1PA")
    made = client.customer.create(payer)
    assert made["id"] == id_like("cust")
    assert {name: made[name] for name in payer} == payer
    assert made["entity"] == "customer"
    assert client.customer.fetch(made["id"]) == made
    billed = a_request(customer_id=made["id"])
    del billed["customer"]
    invoice = client.invoice.create(billed)
    assert invoice["customer_id"] == made["id"]
    assert invoice["customer_details"]["gstin"] == "29XAbbA4369J1PA"
    assert client.invoice.notify_by(invoice["id"], "email") == {"success": True}
    assert len(sandbox.sent(payer["email"])) == 1


def test_a_customer_and_a_customer_id_together_are_refused(client: Any) -> None:
    made = client.customer.create(a_payer())
    with refused("customer is/are not required and should not be sent"):
        client.invoice.create(a_request(customer_id=made["id"]))


def test_an_item_is_created_fetched_and_billed_by_its_id(client: Any) -> None:
    request = {"name": "Book", "description": "Hard", "amount": 49900, "currency": "INR"}
    item = client.item.create(request)
    assert item["id"] == id_like("item")
    assert {name: item[name] for name in request} == request
    assert item["active"] is True
    assert client.item.fetch(item["id"]) == item
    made = client.invoice.create(a_request(line_items=[{"item_id": item["id"], "quantity": 3}]))
    (line,) = made["line_items"]
    assert (line["item_id"], line["name"], line["description"]) == (item["id"], "Book", "Hard")
    assert (line["amount"], line["quantity"], made["amount"]) == (49900, 3, 149700)


def test_what_a_line_gives_overrides_its_item_on_this_invoice_only(client: Any) -> None:
    item = client.item.create({"name": "Book", "amount": 49900, "currency": "INR"})
    line = {"item_id": item["id"], "name": "Old book", "amount": 10000}
    (shown,) = client.invoice.create(a_request(line_items=[line]))["line_items"]
    assert (shown["name"], shown["amount"]) == ("Old book", 10000)
    assert client.item.fetch(item["id"]) == item


def test_another_accounts_customer_and_item_do_not_exist(client: Any, sandbox: Sandbox) -> None:
    theirs = sandbox.client("theirs")
    customer = theirs.customer.create(a_payer())["id"]
    item = theirs.item.create({"name": "Book", "amount": 100, "currency": "INR"})["id"]
    with refused(UNKNOWN):
        client.customer.fetch(customer)
    with refused(UNKNOWN):
        client.item.fetch(item)
    with refused(UNKNOWN):
        client.invoice.create(a_request(customer=None, customer_id=customer))
    with refused(UNKNOWN):
        client.invoice.create(a_request(line_items=[{"item_id": item}]))
