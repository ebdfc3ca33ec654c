"""The log of requests on the console: what it lists, what it filters, and one request."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from adapters.console.conftest import HOST, Console, rows
from billhook_adapters.sandbox.console.fields import PAGE
from billhook_adapters.sandbox.faults import Fault, FaultKind

BODY = {
    "type": "invoice",
    "customer": {"name": "<b>Ravi", "email": "ravi@example.com"},
    "line_items": [{"name": "Book", "amount": 49900}],
}


def ask(console: Console, method: str, path: str, **more: Any) -> Any:
    """The JSON of a request with the first key."""
    return console.request(method, path, auth=("key_1", "secret"), **more).json()


def test_requests_to_the_apis_are_listed_the_newest_first_and_those_to_the_console_are_not(
    console: Console,
) -> None:
    invoice = ask(console, "POST", "/v1/invoices", json=BODY)["id"]
    console.page("/console/invoices")
    console.request("GET", "/sandbox/clock")
    ask(console, "GET", f"/v1/invoices/{invoice}x")
    listed = [line.split()[:4] for line in rows(console.page("/console/requests"))]
    assert listed == [
        ["2", "GET", f"/v1/invoices/{invoice}x", "400"],
        ["1", "POST", "/v1/invoices", "200"],
    ]
    assert "POST /v1/invoices" in console.page("/").text


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["4", "3", "2", "1"]),
        ("?method=POST", ["2", "1"]),
        ("?status=2xx", ["4", "1"]),
        ("?status=400", ["3", "2"]),
        ("?path=ITEMS", ["4"]),
        ("?path=count%3D1", ["4"]),
        ("?method=GET&status=4xx&path=/v1/invoices", ["3"]),
        ("?method=PUT", []),
    ],
)
def test_requests_are_filtered_by_method_path_and_status(
    console: Console, query: str, numbers: list[str]
) -> None:
    ask(console, "POST", "/v1/invoices", json=BODY)
    ask(console, "POST", "/v1/invoices", json={"type": "x"})
    ask(console, "GET", "/v1/invoices/inv_unknown")
    ask(console, "GET", "/v1/items?count=1")
    page = console.page(f"/console/requests{query}")
    assert [line.split()[0] for line in rows(page)] == numbers
    assert ("No request matches." in page.texts) == (not numbers)


def test_a_request_is_shown_with_both_bodies_its_headers_and_as_curl(console: Console) -> None:
    key = {"idempotency-key": "k-1"}
    answer = ask(console, "POST", "/v1/invoices", json=BODY, headers=key)
    page = console.page("/console/requests/1")
    assert json.dumps(BODY, indent=2) in page.texts
    assert json.dumps(answer, indent=2, ensure_ascii=False) in page.texts
    assert page.texts[page.texts.index("Idempotency key") + 1] == "k-1"
    words = shlex.split(next(one for one in page.texts if one.startswith("curl ")))
    assert words[words.index("-u") + 1] == "key_1:secret"
    assert words[-1] == f"http://{HOST}/v1/invoices"
    assert json.loads(words[words.index("--data-raw") + 1]) == BODY
    assert "idempotency-key k-1" in rows(page)


def test_the_fault_that_a_request_met_is_shown(console: Console) -> None:
    console.sandbox.recorded.faults.add(Fault(fault=FaultKind.RATE_LIMITED))
    console.request("GET", "/v1/items", auth=("key_1", "secret"))
    (line,) = rows(console.page("/console/requests"))
    assert line.split()[3] == "429"
    assert line.endswith("rate limited")
    page = console.page("/console/requests/1")
    assert page.texts[page.texts.index("Fault") + 1] == "rate limited"


@pytest.mark.parametrize("number", ["0", "2", "x", "99999999999"])
def test_a_request_that_is_not_kept_is_not_found(console: Console, number: str) -> None:
    ask(console, "GET", "/v1/items")
    assert console.request("GET", f"/console/requests/{number}").status_code == 404


def test_a_long_log_has_pages_that_keep_the_filter(console: Console) -> None:
    for _ in range(PAGE + 1):
        ask(console, "GET", "/v1/items")
    page = console.page("/console/requests?method=GET")
    (older,) = [one for one in page.links if "page=2" in one]
    (line,) = rows(console.page(older))
    assert line.startswith("1 GET /v1/items")
    assert "method=GET" in older
