"""Faults of the APIs themselves, and of a proxy before them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.sandbox.in_process import INVOICE, KEY, SandboxClient
from billhook_adapters.sandbox import faults

HIGHLEVEL = {"authorization": "Bearer sandbox_token", "version": "2021-07-28"}
LIST = "/invoices/?altId=sandbox_location&altType=location&limit=10&offset=0"


def fail(sandbox: SandboxClient, fault: str, **fields: Any) -> Any:
    return sandbox.json_of("POST", "/sandbox/faults", {"fault": fault, **fields})


def count(sandbox: SandboxClient) -> int:
    found: int = sandbox.json_of("GET", "/v1/invoices", key=KEY)["count"]
    return found


def test_a_rate_limit_is_worded_by_each_api_and_says_when_to_try_again(
    sandbox: SandboxClient,
) -> None:
    fail(sandbox, "rate_limited", times=3, seconds=7)
    razorpay = sandbox.ask("POST", "/v1/invoices", INVOICE, key=KEY)
    highlevel = sandbox.ask("GET", LIST, headers=HIGHLEVEL)
    native = sandbox.ask("GET", "/api/invoices", key=KEY)
    answers = (razorpay, highlevel, native)
    assert [(one.status, one.headers["retry-after"]) for one in answers] == [(429, "7")] * 3
    assert razorpay.json["error"]["code"] == "BAD_REQUEST_ERROR"
    assert highlevel.json["statusCode"] == 429
    assert native.json["code"] == "rate_limited"
    assert count(sandbox) == 0


@pytest.mark.parametrize(
    ("fault", "status", "media_type"),
    [
        ("server_error", 500, "application/json"),
        ("bad_gateway", 502, "text/html"),
        ("gateway_timeout", 504, "text/html"),
    ],
)
def test_a_request_that_fails_does_nothing(
    sandbox: SandboxClient, fault: str, status: int, media_type: str
) -> None:
    fail(sandbox, fault)
    answer = sandbox.ask("POST", "/v1/invoices", INVOICE, key=KEY)
    assert (answer.status, answer.headers["content-type"]) == (status, media_type)
    assert count(sandbox) == 0
    assert sandbox.items("faults") == []


def test_an_answer_that_is_lost_leaves_its_effect(sandbox: SandboxClient) -> None:
    fail(sandbox, "answer_lost")
    headers = {"idempotency-key": "one"}
    lost = sandbox.ask("POST", "/api/invoices", NATIVE, key=KEY, headers=headers)
    assert (lost.status, lost.headers["content-type"]) == (504, "text/html")
    again = sandbox.ask("POST", "/api/invoices", NATIVE, key=KEY, headers=headers)
    assert again.status == 201
    assert count(sandbox) == 1


NATIVE = {
    "customer": {"name": "Asha Rao"},
    "currency": "INR",
    "lines": [{"name": "Book", "unit_amount": 50000}],
}


def test_an_answer_that_is_late_is_the_answer(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    fail(sandbox, "slow", seconds=20)
    assert sandbox.create()["status"] == "issued"
    assert waited == [20]


def test_where_nothing_is_answered_nothing_is_done_and_the_client_is_waited_for(
    sandbox: SandboxClient,
) -> None:
    fail(sandbox, "no_answer")
    events = [{"type": "http.request", "body": b"{}"}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def served() -> None:
        async def receive() -> Any:
            return events.pop(0)

        async def send(event: Any) -> None:
            assert events == []
            sent.append(event)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/invoices",
            "raw_path": None,
            "query_string": b"",
            "headers": [(b"content-length", b"2")],
            "client": None,
        }
        await sandbox.workspaces.app(scope, receive, send)

    sandbox.runner.run(asyncio.wait_for(served(), 30))
    assert sent[0]["status"] == 504
    assert count(sandbox) == 0


def test_a_fault_meets_its_method_and_path_alone(sandbox: SandboxClient) -> None:
    invoice = sandbox.create()["id"]
    fail(sandbox, "server_error", method="POST", path="/v1/invoices/*/notify_by")
    assert sandbox.ask("GET", "/v1/invoices", key=KEY).status == 200
    assert sandbox.ask("POST", "/v1/invoices", INVOICE, key=KEY).status == 200
    path = f"/v1/invoices/{invoice}/notify_by/sms"
    assert [sandbox.ask("POST", path, key=KEY).status for _ in range(2)] == [500, 200]


def test_a_fault_at_a_rate_meets_the_same_requests_each_time(sandbox: SandboxClient) -> None:
    def statuses() -> list[int]:
        sandbox.json_of("POST", "/sandbox/reset")
        fail(sandbox, "server_error", rate=0.3)
        return [sandbox.ask("GET", "/v1/invoices", key=KEY).status for _ in range(40)]

    first = statuses()
    assert 4 < first.count(500) < 25
    assert first == statuses()


def test_the_sandbox_itself_its_pages_and_probes_never_fail(sandbox: SandboxClient) -> None:
    page = sandbox.create()["short_url"]
    fail(sandbox, "server_error", rate=1)
    for path in ("/sandbox/clock", page, "/healthz"):
        assert sandbox.ask("GET", path).status == 200
    sandbox.json_of("DELETE", "/sandbox/faults")
    assert count(sandbox) == 1


def test_a_fault_that_the_sandbox_shows_can_be_set_again(sandbox: SandboxClient) -> None:
    first = sandbox.json_of("POST", "/sandbox/faults", {"medium": "sms", "fault": "unknown"})
    assert (first["fault"]["times"], first["left"]) == (None, 1)
    again = sandbox.json_of("POST", "/sandbox/faults", first["fault"])
    assert (again["fault"], again["left"]) == (first["fault"], 1)


def test_one_fault_is_removed_by_its_id(sandbox: SandboxClient) -> None:
    kept, removed = fail(sandbox, "slow"), fail(sandbox, "server_error")
    sandbox.json_of("DELETE", f"/sandbox/faults/{removed['id']}")
    assert sandbox.items("faults") == [kept]
    for unknown in (removed["id"], "x", "9" * 30, "²"):
        assert sandbox.ask("DELETE", f"/sandbox/faults/{unknown}").status == 404


def test_there_are_so_many_at_most(sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MOST_FAULTS", 1)
    fail(sandbox, "slow")
    assert sandbox.ask("POST", "/sandbox/faults", {"fault": "slow"}).status == 400


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"fault": "permanent"}, "medium"),
        ({"fault": "server_error", "medium": "sms"}, "medium"),
        ({"fault": "slow", "times": 1, "rate": 0.5}, "times"),
        ({"fault": "slow", "to": "+919000090000"}, "to"),
        ({"fault": "permanent", "medium": "sms", "path": "/v1"}, "path"),
        ({"fault": "slow", "rate": 0}, "rate"),
        ({"fault": "slow", "rate": 1.1}, "rate"),
        ({"fault": "slow", "seconds": 61}, "seconds"),
        ({"fault": "slow", "times": 0}, "times"),
        ({"fault": "slow", "path": "v1"}, "path"),
        ({"fault": "slow", "method": "post"}, "method"),
        ({"fault": "fast"}, "fault"),
        ({}, "fault"),
    ],
)
def test_a_fault_that_cannot_happen_is_refused(
    sandbox: SandboxClient, body: Any, named: str
) -> None:
    answer = sandbox.ask("POST", "/sandbox/faults", body)
    assert answer.status == 400
    assert named in answer.json["error"]["description"]
    assert sandbox.items("faults") == []
