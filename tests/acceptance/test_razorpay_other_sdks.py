"""The bytes that the vendor's PHP, Ruby, Java, Go and Node SDKs send, written to a raw socket.

Each is taken for what it means, and where an SDK looks at the bytes of the answer, so does this.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

import pytest

from acceptance.contract.invoices import a_request
from acceptance.contract.sandbox import SECRET, Sandbox
from acceptance.contract.wire import Answered, exchange, request

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Sdk(NamedTuple):
    """How an SDK sends what has no fields of its own: issue, cancel, notify and delete."""

    name: str
    headers: Mapping[str, str]
    empty: bytes
    deleting: bytes = b""


PHP = {"User-Agent": "Razorpay/v1 PHPSDK/2.9.2 PHP/8.3", "Razorpay-API": "1"}
PHP_HEADERS = {**PHP, "Content-Type": FORM}
SDKS = (
    Sdk("PHP", PHP_HEADERS, b""),
    Sdk("Ruby", {"User-Agent": "Razorpay-Ruby/3.2.4; Ruby/3.3", "Content-Type": FORM}, b""),
    Sdk(
        "Java",
        {"User-Agent": "Razorpay/v1 JAVASDK/1.4.8", "Content-Type": f"{JSON}; charset=utf-8"},
        b"",
    ),
    Sdk("Go", {"User-Agent": "Razorpay-Go/1.3.4", "Content-Type": JSON}, b"null"),
    Sdk("Node", {"User-Agent": "razorpay-node@2.9.8", "Content-Type": FORM}, b""),
    Sdk("Python", {"User-Agent": "Razorpay-Python/2.0.1", "Content-type": JSON}, b"{}", b"{}"),
    Sdk("CLI", {"User-Agent": "razorpay-cli/1.0"}, b""),
)

every_sdk = pytest.mark.parametrize("sdk", SDKS, ids=[sdk.name for sdk in SDKS])


@pytest.fixture(scope="module")
def forms(sandbox: Sandbox) -> Any:
    return sandbox.client("forms")


def send(
    sandbox: Sandbox, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}
) -> Answered:
    return exchange(sandbox.address, request(sandbox, method, path, body, **headers))


def form(*pairs: tuple[str, str]) -> bytes:
    """Pairs as the PHP SDK writes them: brackets are escaped, and a space is a plus."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()


# --- what has no fields


@every_sdk
def test_a_draft_is_issued_notified_and_cancelled(forms: Any, sandbox: Sandbox, sdk: Sdk) -> None:
    name = forms.invoice.create(a_request(draft="1"))["id"]
    issued = send(sandbox, "POST", f"/v1/invoices/{name}/issue", sdk.empty, sdk.headers)
    assert (issued.status, issued.json["status"]) == (200, "issued")
    for medium in ("sms", "email"):
        path = f"/v1/invoices/{name}/notify_by/{medium}"
        response = send(sandbox, "POST", path, sdk.empty, sdk.headers)
        assert (response.status, response.body) == (200, b'{"success":true}')
    cancelled = send(sandbox, "POST", f"/v1/invoices/{name}/cancel", sdk.empty, sdk.headers)
    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")


@every_sdk
def test_a_deleted_draft_is_answered_with_exactly_two_bytes(
    forms: Any, sandbox: Sandbox, sdk: Sdk
) -> None:
    name = forms.invoice.create(a_request(draft="1"))["id"]
    path = f"/v1/invoices/{name}"
    deleted = send(sandbox, "DELETE", path, sdk.deleting, sdk.headers)
    assert (deleted.status, deleted.body) == (200, b"[]")
    assert deleted.headers["content-length"] == "2"
    assert deleted.headers["content-type"] == "application/json"
    again = send(sandbox, "DELETE", path, sdk.deleting, sdk.headers)
    assert (again.status, again.json["error"]["description"]) == (
        400,
        "The id provided does not exist",
    )


@every_sdk
def test_a_refusal_is_an_object_whose_code_and_description_are_texts(
    forms: Any, sandbox: Sandbox, sdk: Sdk
) -> None:
    name = forms.invoice.create(a_request(draft="1"))["id"]
    path = f"/v1/invoices/{name}/notify_by/sms"
    refused = send(sandbox, "POST", path, sdk.empty, sdk.headers)
    assert refused.status == 400
    assert refused.headers["content-type"] == "application/json"
    assert refused.json == {
        "error": {
            "code": "BAD_REQUEST_ERROR",
            "description": "Operation not allowed for Invoice in draft status.",
            "source": "business",
            "step": None,
            "reason": "input_validation_failed",
            "metadata": {},
        }
    }


# --- PHP: nested keys, 1 and 0, trailing slashes

PHP_CREATE = (
    ("type", "invoice"),
    ("description", "Café ₹ & co"),
    ("draft", "1"),
    ("partial_payment", "1"),
    ("sms_notify", "0"),
    ("email_notify", "1"),
    ("receipt", "17"),
    ("customer[name]", "Ravi Kumar"),
    ("customer[contact]", "9876543210"),
    ("customer[email]", "ravi@example.com"),
    ("customer[billing_address][line1]", "1 Road"),
    ("customer[billing_address][zipcode]", "560068"),
    ("customer[billing_address][city]", "Bengaluru"),
    ("customer[billing_address][state]", "Karnataka"),
    ("customer[billing_address][country]", "in"),
    ("line_items[0][name]", "Book"),
    ("line_items[0][amount]", "49900"),
    ("line_items[0][currency]", "INR"),
    ("line_items[0][quantity]", "2"),
    ("line_items[1][name]", "Pen"),
    ("line_items[1][amount]", "1099"),
    ("notes[order]", "17"),
)


def test_php_creates_by_a_form_with_nested_keys_at_a_path_that_ends_in_a_slash(
    forms: Any, sandbox: Sandbox
) -> None:
    made = send(sandbox, "POST", "/v1/invoices/", form(*PHP_CREATE), PHP_HEADERS)
    assert made.status == 200
    response = made.json
    assert (response["status"], response["description"]) == ("draft", "Café ₹ & co")
    assert (response["partial_payment"], response["receipt"], response["amount"]) == (
        True,
        "17",
        100899,
    )
    assert [line["name"] for line in response["line_items"]] == ["Book", "Pen"]
    assert response["customer_details"]["billing_address"]["zipcode"] == "560068"
    assert response["notes"] == {"order": "17"}
    issued = forms.invoice.issue(response["id"])
    assert (issued["sms_status"], issued["email_status"]) == (None, "sent")


def test_php_lists_at_a_path_that_ends_in_a_slash_without_being_redirected(
    forms: Any, sandbox: Sandbox
) -> None:
    newest = forms.invoice.create(a_request())
    listed = send(sandbox, "GET", "/v1/invoices/?count=1&skip=0", headers=PHP)
    assert listed.status == 200
    assert listed.json == {"entity": "collection", "count": 1, "items": [newest]}
    assert "location" not in listed.headers


def test_php_updates_by_a_form(forms: Any, sandbox: Sandbox) -> None:
    draft = forms.invoice.create(a_request(draft="1"))
    line = draft["line_items"][0]["id"]
    body = form(
        ("line_items[0][id]", line),
        ("line_items[0][quantity]", "5"),
        ("line_items[1][name]", "Pen"),
        ("line_items[1][amount]", "1000"),
        ("notes[a]", "b"),
        ("partial_payment", "0"),
    )
    path = f"/v1/invoices/{draft['id']}"
    after = send(sandbox, "PATCH", path, body, PHP_HEADERS).json
    assert [line["quantity"] for line in after["line_items"]] == [5, 1]
    assert after["line_items"][0]["id"] == line
    assert (after["amount"], after["notes"]) == (5 * 49900 + 1000, {"a": "b"})
    assert after["partial_payment"] is False


# --- Ruby: indexed keys that are not escaped, true and false, nothing for nil

RUBY_HEADERS = SDKS[1].headers


def ruby_form(*pairs: tuple[str, str]) -> bytes:
    """Pairs as the Ruby SDK writes them: only values are escaped."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs).encode()


def test_ruby_creates_by_a_form_with_true_and_false_and_nothing_for_nil(sandbox: Sandbox) -> None:
    body = ruby_form(
        ("type", "invoice"),
        ("description", "Café ₹ & co"),
        ("receipt", ""),
        ("partial_payment", "true"),
        ("sms_notify", "false"),
        ("email_notify", "true"),
        ("customer[name]", "Ravi Kumar"),
        ("customer[email]", "ravi@example.com"),
        ("line_items[0][name]", "Book"),
        ("line_items[0][amount]", "49900"),
        ("line_items[0][quantity]", "2"),
    )
    made = send(sandbox, "POST", "/v1/invoices", body, RUBY_HEADERS).json
    assert (made["partial_payment"], made["receipt"]) == (True, None)
    assert (made["sms_status"], made["email_status"]) == (None, "sent")
    assert (made["description"], made["amount"]) == ("Café ₹ & co", 99800)


def test_ruby_updates_by_a_form(forms: Any, sandbox: Sandbox) -> None:
    invoice = forms.invoice.create(a_request())
    body = ruby_form(("notes[a]", "b c"), ("partial_payment", "false"))
    after = send(sandbox, "PATCH", f"/v1/invoices/{invoice['id']}", body, RUBY_HEADERS).json
    assert after == {**invoice, "notes": {"a": "b c"}, "partial_payment": False}


def test_a_form_means_the_same_however_it_is_escaped(sandbox: Sandbox) -> None:
    answers = [
        send(sandbox, "POST", "/v1/invoices", body, RUBY_HEADERS).json
        for body in (form(*PHP_CREATE), ruby_form(*PHP_CREATE))
    ]
    fields = ("status", "amount", "description", "notes", "customer_id")
    first, second = ([response[name] for name in fields] for response in answers)
    assert first == second


def test_lines_keep_their_order_by_number_in_a_form(sandbox: Sandbox) -> None:
    pairs = [("type", "invoice"), ("draft", "1")]
    for number in (10, 2, 0, 1):
        pairs += [(f"line_items[{number}][name]", f"n{number}")]
        pairs += [(f"line_items[{number}][amount]", "100")]
    made = send(sandbox, "POST", "/v1/invoices", ruby_form(*pairs), RUBY_HEADERS).json
    assert [line["name"] for line in made["line_items"]] == ["n0", "n1", "n2", "n10"]


# --- Java, Go and who else sends JSON

JSON_HEADERS = {"Content-Type": JSON}


def a_body(**fields: Any) -> bytes:
    return json.dumps({**a_request(), **fields}).encode()


def test_go_sends_the_lines_as_an_object_of_their_positions(sandbox: Sandbox) -> None:
    lines = {
        "1": {"name": "Pen", "amount": 1099, "currency": "INR", "quantity": 1},
        "0": {"name": "Book", "amount": 49900, "currency": "INR", "quantity": 2},
    }
    made = send(sandbox, "POST", "/v1/invoices", a_body(line_items=lines), JSON_HEADERS)
    assert made.status == 200
    assert [line["name"] for line in made.json["line_items"]] == ["Book", "Pen"]


@pytest.mark.parametrize("body", [b"null", b"{}", b""])
def test_no_fields_are_no_fields_whether_null_an_empty_object_or_nothing(
    forms: Any, sandbox: Sandbox, body: bytes
) -> None:
    created = send(sandbox, "POST", "/v1/invoices", body, JSON_HEADERS)
    assert (created.status, created.json["error"]["description"]) == (400, "customer is required.")
    invoice = forms.invoice.create(a_request())
    path = f"/v1/invoices/{invoice['id']}"
    assert send(sandbox, "PATCH", path, body, JSON_HEADERS).json == invoice


def test_numbers_may_come_as_texts(sandbox: Sandbox) -> None:
    by = sandbox.now + 86400
    body = a_body(
        line_items=[{"name": "Book", "amount": "49900", "quantity": "2"}],
        expire_by=str(by),
        date="1767268800",
        first_payment_min_amount="100",
        partial_payment="1",
        sms_notify="0",
        email_notify="false",
    )
    made = send(sandbox, "POST", "/v1/invoices", body, JSON_HEADERS).json
    assert (made["amount"], made["expire_by"], made["date"]) == (99800, by, 1767268800)
    assert (made["first_payment_min_amount"], made["partial_payment"]) == (100, True)
    assert (made["sms_status"], made["email_status"]) == (None, None)


def test_a_postal_code_and_a_contact_may_come_as_numbers(sandbox: Sandbox) -> None:
    address = {"line1": "1 Road", "city": "Pune", "zipcode": 411001, "state": "MH", "country": "IN"}
    customer = {"name": "Ravi", "contact": 919876543210, "billing_address": address}
    made = send(sandbox, "POST", "/v1/invoices", a_body(customer=customer), JSON_HEADERS).json
    assert made["customer_details"]["contact"] == "919876543210"
    assert made["customer_details"]["billing_address"]["zipcode"] == "411001"
    assert made["customer_details"]["billing_address"]["country"] == "in"


def test_a_draft_that_is_the_number_1_is_refused(sandbox: Sandbox) -> None:
    refused = send(sandbox, "POST", "/v1/invoices", a_body(draft=1), JSON_HEADERS)
    assert (refused.status, refused.json["error"]["description"]) == (
        400,
        "The selected draft is invalid.",
    )


def test_node_lists_with_fractions_of_seconds(forms: Any, sandbox: Sandbox) -> None:
    made = forms.invoice.create(a_request(receipt="fraction"))
    at = made["created_at"]
    query = f"receipt=fraction&from={at - 1}.5&to={at}.999&count=10&skip=0"
    listed = send(sandbox, "GET", f"/v1/invoices?{query}")
    assert [one["id"] for one in listed.json["items"]] == [made["id"]]
    later = send(sandbox, "GET", f"/v1/invoices?receipt=fraction&from={at}.5&count=10&skip=0")
    assert later.body == b'{"entity":"collection","count":0,"items":[]}'


# --- what all of them get


@pytest.mark.parametrize(
    "authorization",
    [None, "Basic", "Basic !", "Bearer abc", f"basic {SECRET}", "Basic Zm9ybXM6d3Jvbmc="],
)
def test_every_failure_of_credentials_is_one_401(
    sandbox: Sandbox, authorization: str | None
) -> None:
    raw = f"GET /v1/invoices HTTP/1.1\r\nHost: {sandbox.address}\r\nConnection: close\r\n"
    raw += "" if authorization is None else f"Authorization: {authorization}\r\n"
    answer = exchange(sandbox.address, f"{raw}\r\n".encode())
    assert answer.status == 401
    assert answer.json["error"]["description"] == "Authentication failed"
    assert answer.json["error"]["code"] == "BAD_REQUEST_ERROR"


def test_every_success_is_a_200_in_json(forms: Any, sandbox: Sandbox) -> None:
    made = send(sandbox, "POST", "/v1/invoices", a_body(draft="1"), JSON_HEADERS)
    name = made.json["id"]
    answers = [
        made,
        send(sandbox, "GET", f"/v1/invoices/{name}"),
        send(sandbox, "GET", "/v1/invoices"),
        send(sandbox, "PATCH", f"/v1/invoices/{name}", b'{"comment":"x"}', JSON_HEADERS),
        send(sandbox, "POST", f"/v1/invoices/{name}/issue"),
        send(sandbox, "POST", f"/v1/invoices/{name}/notify_by/sms"),
        send(sandbox, "POST", f"/v1/invoices/{name}/cancel"),
    ]
    assert {(one.status, one.headers["content-type"]) for one in answers} == {
        (200, "application/json")
    }
    assert all(one.headers["content-length"] == str(len(one.body)) for one in answers)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/v1/invoices"), ("POST", "/v1/invoices/x/notify_by"), ("GET", "/v1/orders")],
)
def test_an_unknown_route_is_a_refusal_that_every_sdk_can_read(
    sandbox: Sandbox, method: str, path: str
) -> None:
    answer = send(sandbox, method, path)
    assert answer.status == 400
    assert answer.json["error"]["description"] == "The requested URL was not found on the server."


def test_another_accounts_invoice_answers_byte_for_byte_as_an_unknown_one(
    sandbox: Sandbox,
) -> None:
    theirs = sandbox.client("theirs").invoice.create(a_request(draft="1"))["id"]
    for method, path in (
        ("GET", "/v1/invoices/{}"),
        ("PATCH", "/v1/invoices/{}"),
        ("DELETE", "/v1/invoices/{}"),
        ("POST", "/v1/invoices/{}/issue"),
        ("POST", "/v1/invoices/{}/cancel"),
        ("POST", "/v1/invoices/{}/notify_by/sms"),
        ("POST", "/v1/invoices/{}/notify_by/email"),
    ):
        answers = {
            (one.status, one.body)
            for one in (
                send(sandbox, method, path.format(name), b"{}", JSON_HEADERS)
                for name in (theirs, "inv_00000000000000", "x")
            )
        }
        assert len(answers) == 1
        (status, body) = answers.pop()
        assert status == 400
        assert json.loads(body)["error"]["description"] == "The id provided does not exist"


def test_a_path_of_no_vendor_is_a_neutral_problem(sandbox: Sandbox) -> None:
    answer = send(sandbox, "GET", "/v2/invoices")
    assert (answer.status, answer.json["status"]) == (404, 404)
    assert answer.headers["content-type"] == "application/problem+json"
