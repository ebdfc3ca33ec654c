"""Customers and items by the vendor's unmodified Python SDK: unique, listed, edited, deleted.

Each rule names the public report that taught it.
"""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.contract.invoices import a_payer, a_request, id_like, refused
from acceptance.contract.sandbox import Sandbox

EXISTS = "Customer already exists for the merchant"
UNKNOWN = "The id provided does not exist"


@pytest.mark.parametrize("fields", [{}, {"fail_existing": "1"}, {"fail_existing": 1}])
def test_a_second_identical_customer_is_refused(client: Any, fields: dict[str, Any]) -> None:
    # razorpay-php#354: the same name and e-mail address again.
    payer = a_payer()
    client.customer.create({**payer, **fields})
    with refused(EXISTS):
        client.customer.create({**payer, **fields})


def test_the_text_0_answers_the_first_customer(client: Any) -> None:
    # The vendor's staff in razorpay-php#354: "Pass fail_existing with value "0" as string".
    payer = a_payer(notes={"order": "17"}, fail_existing="0")
    first = client.customer.create(payer)
    assert client.customer.create({**payer, "notes": {}}) == first
    assert client.customer.fetch(first["id"]) == first


@pytest.mark.parametrize("zero", [0, False])
def test_the_number_0_is_as_if_nothing_was_sent(client: Any, zero: object) -> None:
    # razorpay-node#377, #381, #463: an error with the number, none with the text.
    payer = a_payer(fail_existing=zero)
    assert client.customer.create(payer)["id"] == id_like("cust")
    with refused(EXISTS):
        client.customer.create(payer)


def test_the_name_is_not_what_makes_a_customer_unique(client: Any) -> None:
    # The vendor's staff in razorpay-php#43: the pair of e-mail and contact is unique, not the name.
    payer = a_payer()
    first = client.customer.create(payer)
    with refused(EXISTS):
        client.customer.create({**payer, "name": "Another Name"})
    again = client.customer.create({**payer, "name": "Another Name", "fail_existing": "0"})
    assert again == first
    assert client.customer.create(a_payer(email=payer["email"]))["id"] != first["id"]
    assert client.customer.create(a_payer(contact=payer["contact"]))["id"] != first["id"]


def test_one_address_in_two_spellings_is_one_customer(client: Any) -> None:
    payer = a_payer(contact="9845098450")
    client.customer.create(payer)
    for other in ({"contact": "+919845098450"}, {"email": payer["email"].upper()}):
        with refused(EXISTS):
            client.customer.create({**payer, **other})


def test_a_customer_that_came_with_an_invoice_exists(client: Any) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer))
    with refused(EXISTS):
        client.customer.create(payer)
    again = client.customer.create({**payer, "fail_existing": "0"})
    assert again["id"] == invoice["customer_id"]
    assert client.invoice.create(a_request(customer=payer))["customer_id"] == again["id"]


def test_an_empty_name_with_a_contact_is_a_customer(client: Any) -> None:
    # razorpay-node#377: `name: ""` with a contact is created.
    contact = a_payer()["contact"]
    made = client.customer.create({"name": "", "contact": contact, "fail_existing": "0"})
    assert (made["name"], made["contact"]) == (None, contact)
    invoice = client.invoice.create(a_request(customer={"contact": contact}))
    assert invoice["customer_id"] == made["id"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "", "email": "", "contact": ""}])
def test_a_customer_without_anything_is_refused(client: Any, body: dict[str, Any]) -> None:
    with refused("The name field is required."):
        client.customer.create(body)


def test_customers_are_listed_from_the_newest_one(sandbox: Sandbox) -> None:
    # Client programs look for the customer in the list after the error: there it must be.
    client = sandbox.client("lists")
    alone = client.customer.create(a_payer())
    billed = client.invoice.create(a_request())["customer_id"]
    page = client.customer.all({"count": 2})
    assert {one["id"] for one in page["items"]} == {alone["id"], billed}
    assert (page["entity"], page["count"]) == ("collection", 2)
    rest = client.customer.all({"count": 2, "skip": 1})["items"]
    assert page["items"][1] == rest[0]


def test_a_customer_is_edited_and_invoices_keep_what_they_were_made_with(client: Any) -> None:
    payer = a_payer()
    invoice = client.invoice.create(a_request(customer=payer))
    changed = a_payer(name="Ravi K.", notes={"vip": "yes"})
    edited = client.customer.edit(invoice["customer_id"], changed)
    assert {name: edited[name] for name in changed} == changed
    assert client.customer.fetch(edited["id"]) == edited
    details = client.invoice.fetch(invoice["id"])["customer_details"]
    assert (details["name"], details["email"]) == (payer["name"], payer["email"])
    assert client.customer.create(payer)["id"] != edited["id"]  # its old addresses are free
    with refused(EXISTS):
        client.customer.create(changed)


def test_the_name_alone_can_always_be_edited(client: Any) -> None:
    # razorpay-php#43: `edit` with a name alone answered "Customer already exists".
    made = client.customer.create(a_payer())
    edited = client.customer.edit(made["id"], {"name": "Rohit updated"})
    assert edited == {**made, "name": "Rohit updated"}


def test_an_edit_that_makes_two_customers_alike_is_refused(client: Any) -> None:
    # razorpay-php#43: the edit "resulted in the customer becoming identical to a different" one.
    first, second = a_payer(), a_payer()
    client.customer.create(first)
    other = client.customer.create(second)
    with refused(EXISTS):
        client.customer.edit(other["id"], {"email": first["email"], "contact": first["contact"]})
    assert client.customer.fetch(other["id"]) == other


def test_an_unknown_customer_cannot_be_edited(client: Any, sandbox: Sandbox) -> None:
    theirs = sandbox.client("theirs").customer.create(a_payer())
    for unknown in (theirs["id"], "cust_AAAAAAAAAAAAAA", "x"):
        with refused(UNKNOWN):
            client.customer.edit(unknown, {"name": "Ravi"})


def test_items_are_listed_edited_and_deleted(sandbox: Sandbox) -> None:
    client = sandbox.client("pages")
    pen = client.item.create({"name": "Pen", "amount": 1099, "currency": "INR"})
    book = client.item.create({"name": "Book", "amount": 49900, "currency": "INR"})
    page = client.item.all({"count": 2})
    assert (page["entity"], page["count"]) == ("collection", 2)
    assert sorted(one["id"] for one in page["items"]) == sorted([pen["id"], book["id"]])
    edited = client.item.edit(pen["id"], {"amount": 1199, "description": "Blue"})
    assert edited == {**pen, "amount": 1199, "unit_amount": 1199, "description": "Blue"}
    assert client.item.fetch(pen["id"]) == edited
    assert client.item.delete(pen["id"]) == []
    assert [one["id"] for one in client.item.all({"count": 1})["items"]] == [book["id"]]
    for call in (client.item.fetch, client.item.delete):
        with refused(UNKNOWN):
            call(pen["id"])


def test_an_invoice_keeps_the_item_that_was_deleted(client: Any) -> None:
    item = client.item.create({"name": "Pen", "amount": 1099, "currency": "INR"})
    invoice = client.invoice.create(a_request(line_items=[{"item_id": item["id"]}]))
    client.item.delete(item["id"])
    (line,) = client.invoice.fetch(invoice["id"])["line_items"]
    assert (line["item_id"], line["name"], line["amount"]) == (item["id"], "Pen", 1099)
    with refused(UNKNOWN):
        client.invoice.create(a_request(line_items=[{"item_id": item["id"]}]))


def test_an_inactive_item_cannot_be_billed(client: Any) -> None:
    item = client.item.create({"name": "Pen", "amount": 1099, "currency": "INR"})
    assert client.item.edit(item["id"], {"active": False})["active"] is False
    with refused("Item cannot be used as it is inactive."):
        client.invoice.create(a_request(line_items=[{"item_id": item["id"]}]))


def test_a_name_alone_is_not_unique(client: Any) -> None:
    # The vendor's staff in razorpay-php#43: "name is not required to be unique".
    first, second = (client.customer.create({"name": "Ravi Kumar"}) for _ in range(2))
    assert first["id"] != second["id"]
    payer = a_payer()
    edited = client.customer.edit(first["id"], {"email": payer["email"]})
    with refused(EXISTS):
        client.customer.edit(second["id"], {"email": payer["email"]})
    assert client.customer.edit(edited["id"], {"email": None})["email"] is None
    assert client.customer.edit(second["id"], {"email": payer["email"]})["id"] == second["id"]
