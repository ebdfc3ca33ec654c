"""Updates by the vendor's Python SDK: what each status lets change, and how a refusal names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from acceptance.contract.invoices import (
    LEAD,
    STATUSES,
    a_payer,
    a_request,
    id_like,
    in_status,
    refused,
)
from acceptance.contract.sandbox import Sandbox

UNKNOWN = "The id provided does not exist"

PLAIN: Mapping[str, Any] = {
    "partial_payment": False,
    "receipt": "R-2",
    "comment": "Changed",
    "terms": "60 days",
    "notes": {"changed": "yes"},
}
"""What an issued invoice too lets change, and shows as it was sent; `expire_by` beside it."""

DRAFTS_OWN: Mapping[str, Any] = {
    "description": "Changed",
    "draft": "1",
    "customer": {"name": "Mira Devi", "email": "mira@example.com"},
    "line_items": [{"name": "Pen", "amount": 1000}],
    "currency": "INR",
    "sms_notify": True,
    "email_notify": True,
    "first_payment_min_amount": 100,
    "date": 1767268800,
}
"""What only a draft lets change."""

SETTLED = [status for status in STATUSES if status not in ("draft", "issued")]


def unwanted(*fields: str) -> str:
    return f"{', '.join(fields)} is/are not required and should not be sent"


@pytest.mark.parametrize("status", ["draft", "issued"])
@pytest.mark.parametrize("field", PLAIN)
def test_a_draft_and_an_issued_invoice_let_these_change_and_nothing_else_moves(
    client: Any, sandbox: Sandbox, status: str, field: str
) -> None:
    before = in_status(sandbox, client, status)
    after = client.invoice.edit(before["id"], {field: PLAIN[field]})
    expected = {**before, field: PLAIN[field]}
    if field == "receipt":
        expected["invoice_number"] = PLAIN[field]
    assert after == expected
    assert client.invoice.fetch(before["id"]) == expected


@pytest.mark.parametrize("status", ["draft", "issued"])
def test_a_draft_and_an_issued_invoice_let_their_expiry_change_by_fifteen_minutes_ahead_at_least(
    client: Any, sandbox: Sandbox, status: str
) -> None:
    before = in_status(sandbox, client, status)
    by = sandbox.now + LEAD + 60
    assert client.invoice.edit(before["id"], {"expire_by": by}) == {**before, "expire_by": by}
    with refused("expire_by should be at least 15 minutes after current time."):
        client.invoice.edit(before["id"], {"expire_by": sandbox.now + LEAD - 60})


def test_all_of_them_change_in_one_update(client: Any, sandbox: Sandbox) -> None:
    before = in_status(sandbox, client, "issued")
    after = client.invoice.edit(before["id"], dict(PLAIN))
    assert after == {**before, **PLAIN, "invoice_number": PLAIN["receipt"]}


def test_a_draft_lets_its_description_date_and_least_part_change(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    fields = {"description": "Changed", "date": 1767268800, "first_payment_min_amount": 100}
    assert client.invoice.edit(draft["id"], fields) == {**draft, **fields}


def test_a_draft_lets_its_customer_change(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    payer = a_payer(name="Mira Devi")
    after = client.invoice.edit(draft["id"], {"customer": payer})
    assert after["customer_details"]["name"] == "Mira Devi"
    assert after["customer_id"] != draft["customer_id"]
    known = client.customer.create(a_payer())["id"]
    assert client.invoice.edit(draft["id"], {"customer_id": known})["customer_id"] == known


def test_a_draft_lets_its_flags_change_and_issuing_obeys_them(
    client: Any, sandbox: Sandbox
) -> None:
    payer = a_payer()
    draft = client.invoice.create(a_request(draft="1", customer=payer, sms_notify=True))
    client.invoice.edit(draft["id"], {"sms_notify": 0, "email_notify": 1})
    issued = client.invoice.issue(draft["id"])
    assert (issued["sms_status"], issued["email_status"]) == (None, "sent")
    assert sandbox.sent(payer["contact"]) == []


def test_a_line_of_a_draft_is_changed_by_its_id_and_keeps_what_is_not_sent(client: Any) -> None:
    line = {"name": "Book", "description": "Hard", "amount": 49900, "quantity": 2}
    draft = client.invoice.create(a_request(draft="1", line_items=[line]))
    (old,) = draft["line_items"]
    after = client.invoice.edit(draft["id"], {"line_items": [{"id": old["id"], "amount": 10000}]})
    money = {"amount": 10000, "unit_amount": 10000}
    sums = dict.fromkeys(("gross_amount", "taxable_amount", "net_amount"), 20000)
    assert after["line_items"] == [{**old, **money, **sums}]
    assert after["amount"] == 20000


def test_a_line_without_an_id_is_added_to_a_draft(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    (old,) = draft["line_items"]
    patch = {"line_items": [{"id": old["id"]}, {"name": "Pen", "amount": 1000}]}
    first, second = client.invoice.edit(draft["id"], patch)["line_items"]
    assert first == old
    assert (second["id"], second["name"], second["amount"]) == (id_like("li"), "Pen", 1000)
    assert client.invoice.fetch(draft["id"])["amount"] == draft["amount"] + 1000


def test_a_line_of_another_invoice_is_an_unknown_one(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    other = client.invoice.create(a_request(draft="1"))["line_items"][0]["id"]
    with refused(UNKNOWN):
        client.invoice.edit(draft["id"], {"line_items": [{"id": other, "amount": 100}]})
    assert client.invoice.fetch(draft["id"]) == draft


def test_a_line_in_another_currency_is_refused_in_an_update_too(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    line = {"name": "Pen", "amount": 1000, "currency": "USD"}
    with refused("Currency of all items should be the same as of the invoice."):
        client.invoice.edit(draft["id"], {"line_items": [line]})


@pytest.mark.parametrize("field", DRAFTS_OWN)
@pytest.mark.parametrize("status", [status for status in STATUSES if status != "draft"])
def test_what_only_a_draft_lets_change_is_refused_by_name_later(
    client: Any, sandbox: Sandbox, status: str, field: str
) -> None:
    invoice = in_status(sandbox, client, status)
    with refused(unwanted(field)):
        client.invoice.edit(invoice["id"], {field: DRAFTS_OWN[field]})
    assert client.invoice.fetch(invoice["id"]) == invoice


@pytest.mark.parametrize("field", [*PLAIN, "expire_by"])
@pytest.mark.parametrize("status", SETTLED)
def test_once_money_came_or_the_invoice_ended_only_the_notes_change(
    client: Any, sandbox: Sandbox, status: str, field: str
) -> None:
    invoice = in_status(sandbox, client, status)
    patch = {field: {**PLAIN, "expire_by": sandbox.now + 86400}[field]}
    if field == "notes":
        assert client.invoice.edit(invoice["id"], patch) == {**invoice, **patch}
    else:
        with refused(unwanted(field)):
            client.invoice.edit(invoice["id"], patch)
        assert client.invoice.fetch(invoice["id"]) == invoice


def test_every_field_that_is_refused_is_named_in_one_sentence_and_none_is_changed(
    client: Any, sandbox: Sandbox
) -> None:
    invoice = in_status(sandbox, client, "issued")
    patch = {
        "customer": a_payer(),
        "line_items": [{"name": "Pen", "amount": 1000}],
        "sms_notify": 1,
        "email_notify": 1,
        "draft": "1",
        "date": 1767268800,
        "comment": "allowed alone",
    }
    with pytest.raises(Exception, match="not required and should not be sent") as raised:
        client.invoice.edit(invoice["id"], patch)
    named = str(raised.value).removesuffix(" is/are not required and should not be sent")
    assert set(named.split(", ")) == patch.keys() - {"comment"}
    assert client.invoice.fetch(invoice["id"]) == invoice


def test_an_unknown_field_is_refused_by_name_in_every_status(client: Any, sandbox: Sandbox) -> None:
    for status in STATUSES:
        invoice = in_status(sandbox, client, status)
        with refused(unwanted("colour")):
            client.invoice.edit(invoice["id"], {"colour": "red"})


def test_an_update_that_is_worth_nothing_is_refused_by_its_field(client: Any) -> None:
    draft = client.invoice.create(a_request(draft="1"))
    with refused("The partial payment field must be true or false."):
        client.invoice.edit(draft["id"], {"partial_payment": "maybe"})
    with refused("The amount must be an integer."):
        client.invoice.edit(draft["id"], {"line_items": [{"name": "x", "amount": 1.5}]})
    assert client.invoice.fetch(draft["id"]) == draft


def test_new_notes_replace_the_old_ones_and_none_are_an_empty_list(client: Any) -> None:
    made = client.invoice.create(a_request(notes={"a": "b"}))
    assert client.invoice.edit(made["id"], {"notes": {"c": "d"}})["notes"] == {"c": "d"}
    assert client.invoice.edit(made["id"], {"notes": {}})["notes"] == []
