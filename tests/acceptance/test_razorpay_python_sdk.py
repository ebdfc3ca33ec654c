"""The vendor's unmodified Python SDK against a running sandbox: each call, taken and refused."""

from __future__ import annotations

from typing import Any

import pytest
from razorpay.errors import BadRequestError

from acceptance.contract.invoices import (
    AMOUNT,
    LEAD,
    STATUSES,
    a_payer,
    a_request,
    id_like,
    in_status,
    refused,
)
from acceptance.contract.sandbox import SECRET, Sandbox

UNKNOWN = "The id provided does not exist"
NOT_UNPAID = [status for status in STATUSES if status not in ("issued", "partially_paid")]


def not_allowed(status: str) -> str:
    return f"Operation not allowed for Invoice in {status} status."


# --- create


def test_a_draft_is_created_with_the_text_1_and_an_invoice_is_issued_at_once_without_it(
    client: Any,
) -> None:
    assert client.invoice.create(a_request(draft="1"))["status"] == "draft"
    assert client.invoice.create(a_request(draft="0"))["status"] == "issued"
    assert client.invoice.create(a_request())["status"] == "issued"


def test_every_field_of_a_create_is_answered_as_it_was_asked(client: Any, sandbox: Sandbox) -> None:
    told = {
        "description": "Two books",
        "receipt": "R-1",
        "currency": "INR",
        "expire_by": sandbox.now + 86400,
        "date": sandbox.now - 86400,
        "partial_payment": True,
        "first_payment_min_amount": 10000,
        "terms": "30 days",
        "comment": "Thank you",
        "notes": {"order": "17", "shelf": "b"},
    }
    made = client.invoice.create(a_request(**told))
    assert {name: made[name] for name in told} == told
    assert made == client.invoice.fetch(made["id"])


def test_the_receipt_and_the_invoice_number_are_two_names_for_one_field(client: Any) -> None:
    for name in ("receipt", "invoice_number"):
        made = client.invoice.create(a_request(**{name: "N-1"}))
        assert (made["receipt"], made["invoice_number"]) == ("N-1", "N-1")


def test_an_absent_type_is_an_invoice(client: Any) -> None:
    asked = a_request()
    del asked["type"]
    assert client.invoice.create(asked)["type"] == "invoice"


@pytest.mark.parametrize("flag", ["partial_payment", "sms_notify", "email_notify"])
@pytest.mark.parametrize(
    ("given", "meant"), [(1, True), (0, False), (True, True), (False, False), ("1", True)]
)
def test_a_flag_is_taken_as_a_number_and_as_a_boolean(
    client: Any, flag: str, given: object, meant: bool
) -> None:
    made = client.invoice.create(a_request(**{flag: given}))
    shown = made["partial_payment"] if flag == "partial_payment" else None
    told = None if flag == "partial_payment" else made[flag.replace("notify", "status")]
    assert (shown, told) == (
        (meant, None) if flag == "partial_payment" else (None, "sent" if meant else None)
    )


def test_both_media_are_told_unless_the_flags_say_otherwise(client: Any, sandbox: Sandbox) -> None:
    payer = a_payer()
    asked = a_request(customer=payer)
    del asked["sms_notify"], asked["email_notify"]
    made = client.invoice.create(asked)
    assert (made["sms_status"], made["email_status"]) == ("sent", "sent")
    for address in (payer["email"], payer["contact"]):
        (message,) = sandbox.sent(address)
        assert made["short_url"] in message["text"]


def test_a_draft_tells_nobody_until_it_is_issued_and_then_by_the_flags_it_was_created_with(
    client: Any, sandbox: Sandbox
) -> None:
    payer = a_payer()
    draft = client.invoice.create(a_request(draft="1", customer=payer, sms_notify=1))
    assert (draft["sms_status"], draft["email_status"]) == (None, None)
    assert sandbox.sent(payer["contact"]) == []
    issued = client.invoice.issue(draft["id"])
    assert (issued["sms_status"], issued["email_status"]) == ("sent", None)
    assert len(sandbox.sent(payer["contact"])) == 1
    assert sandbox.sent(payer["email"]) == []


def test_the_amount_is_the_sum_of_amount_times_quantity(client: Any) -> None:
    lines = [{"name": "Book", "amount": 49900, "quantity": 3}, {"name": "Pen", "amount": 1099}]
    made = client.invoice.create(a_request(line_items=lines))
    assert [line["net_amount"] for line in made["line_items"]] == [149700, 1099]
    assert (made["amount"], made["amount_due"]) == (150799, 150799)


@pytest.mark.parametrize(
    ("currency", "symbol"), [("INR", "₹"), ("USD", "$"), ("JPY", "¥"), ("KWD", "KWD")]
)
def test_a_currency_is_shown_with_its_symbol(client: Any, currency: str, symbol: str) -> None:
    made = client.invoice.create(a_request(currency=currency))
    assert (made["currency"], made["currency_symbol"]) == (currency, symbol)
    assert made["line_items"][0]["currency"] == currency


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"customer": None}, "customer is required."),
        ({"line_items": []}, "line_items is required."),
        ({"type": "bill"}, "Not a valid type: bill"),
        ({"type": "link"}, "Not a valid type: link"),
        ({"draft": 1}, "The selected draft is invalid."),
        ({"draft": "2"}, "The selected draft is invalid."),
        ({"colour": "red"}, "colour is/are not required and should not be sent"),
        ({"line_items": [{"name": "x", "amount": 1.5}]}, "The amount must be an integer."),
        ({"line_items": [{"name": "x", "amount": 99}]}, "The amount must be at least INR 1.00."),
        (
            {"line_items": [{"name": "x", "amount": 100, "quantity": 0}]},
            "The quantity must be at least 1.",
        ),
        (
            {"line_items": [{"name": "x"}]},
            "The amount field is required when item id is not present.",
        ),
        (
            {"line_items": [{"amount": 100}]},
            "The name field is required when item id is not present.",
        ),
        (
            {"line_items": [{"name": "x", "amount": 100, "currency": "USD"}]},
            "Currency of all items should be the same as of the invoice.",
        ),
        (
            {"customer": {"name": "Ravi", "email": "x"}},
            "The email must be a valid email address.",
        ),
        (
            {"customer": {"name": "Ravi", "contact": "12ab"}},
            "Contact number contains invalid characters, only digits and + symbol are allowed.",
        ),
        ({"currency": "XAU"}, "Currency is not supported."),
        ({"partial_payment": "maybe"}, "The partial payment field must be true or false."),
        ({"customer_id": "cust_00000000000000", "customer": None}, UNKNOWN),
        ({"line_items": [{"item_id": "item_00000000000000"}]}, UNKNOWN),
        (
            {"line_items": [{"name": "x", "amount": 2**53 - 1, "quantity": 10**6}]},
            "Invoice amount exceeds maximum payment amount allowed.",
        ),
    ],
)
def test_a_create_that_is_refused_says_why_and_creates_nothing(
    client: Any, fields: dict[str, Any], words: str
) -> None:
    newest = client.invoice.all({"count": 1})["items"]
    with refused(words):
        client.invoice.create(a_request(**fields))
    assert client.invoice.all({"count": 1})["items"] == newest


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"description": "x" * 2049}, "description"),
        ({"terms": "x" * 2049}, "terms"),
        ({"comment": "x" * 2049}, "comment"),
        ({"receipt": "x" * 41}, "receipt"),
        ({"customer": {"name": "Al"}}, "name"),
        ({"customer": {"name": "x" * 51}}, "name"),
        ({"customer": {"name": "Ravi", "email": "x" * 60 + "@x.in"}}, "email"),
        ({"customer": {"name": "Ravi", "contact": "1" * 16}}, "Contact"),
        ({"line_items": [{"name": "x", "amount": 100}] * 51}, "line_items"),
        ({"notes": {str(n): "x" for n in range(16)}}, "notes"),
        ({"notes": {"a": "x" * 257}}, "notes"),
        ({"customer": {"name": "Ravi", "billing_address": {"line1": "1 Road"}}}, "city"),
    ],
)
def test_a_field_over_its_limit_is_refused_by_name(
    client: Any, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadRequestError, match=named):
        client.invoice.create(a_request(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "x" * 2048, "terms": "x" * 2048, "comment": "x" * 2048},
        {"receipt": "x" * 40},
        {"line_items": [{"name": "x", "amount": 100}] * 50},
        {"notes": {str(n): "x" * 256 for n in range(15)}},
    ],
)
def test_a_field_at_its_limit_is_taken(client: Any, fields: dict[str, Any]) -> None:
    made = client.invoice.create(a_request(**fields))
    for name in fields.keys() - {"line_items"}:
        assert made[name] == fields[name]


def test_an_invoice_expires_fifteen_minutes_ahead_at_least(client: Any, sandbox: Sandbox) -> None:
    with refused("expire_by should be at least 15 minutes after current time."):
        client.invoice.create(a_request(expire_by=sandbox.now + LEAD - 60))
    by = sandbox.now + LEAD + 60
    assert client.invoice.create(a_request(expire_by=by))["expire_by"] == by


def test_a_draft_may_lack_what_an_invoice_needs_but_issuing_it_then_says_what(client: Any) -> None:
    without_payer = client.invoice.create(a_request(draft="1", customer=None))
    assert without_payer["customer_id"] is None
    with refused("customer is required."):
        client.invoice.issue(without_payer["id"])
    without_lines = client.invoice.create(a_request(draft="1", line_items=[]))
    with refused("line_items is required."):
        client.invoice.issue(without_lines["id"])


# --- customers and items


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
    asked = {"name": "Book", "description": "Hard", "amount": 49900, "currency": "INR"}
    item = client.item.create(asked)
    assert item["id"] == id_like("item")
    assert {name: item[name] for name in asked} == asked
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


# --- issue, cancel, delete


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


# --- notify_by


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


@pytest.mark.parametrize(
    "auth", [("ours", "wrong"), ("nobody", SECRET), ("", ""), ("ours", ""), (SECRET, "ours")]
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
