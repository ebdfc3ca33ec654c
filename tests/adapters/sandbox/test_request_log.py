"""The log of requests: what an integrator sent, and what was answered."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime

import pytest

from adapters.sandbox.in_process import INVOICE, KEY, SandboxClient
from billhook_adapters.sandbox import request_log
from billhook_adapters.sandbox.request_log import HIDDEN, LoggedRequest


def test_a_request_is_kept_with_its_answer(sandbox: SandboxClient) -> None:
    headers = {"idempotency-key": "one"}
    created = sandbox.ask("POST", "/v1/invoices?a=1", INVOICE, key=KEY, headers=headers)
    (kept,) = sandbox.items("requests")
    assert (kept["number"], kept["method"], kept["path"]) == (1, "POST", "/v1/invoices?a=1")
    assert json.loads(kept["body"]) == INVOICE
    assert (kept["status"], json.loads(kept["answer"])) == (created.status, created.json)
    assert (kept["idempotency_key"], kept["fault"]) == ("one", None)
    assert kept["milliseconds"] > 0


def test_the_sandbox_its_pages_and_probes_are_not_in_it(sandbox: SandboxClient) -> None:
    page = sandbox.create()["short_url"]
    for path in ("/sandbox/outbox", "/healthz", page):
        assert sandbox.ask("GET", path).status == 200
    assert len(sandbox.items("requests")) == 1


def test_a_path_that_no_api_has_is_in_it(sandbox: SandboxClient) -> None:
    assert sandbox.ask("GET", "/v2/invoices").status == 404
    assert [(one["path"], one["status"]) for one in sandbox.items("requests")] == [
        ("/v2/invoices", 404)
    ]


@pytest.mark.parametrize("key", [("rzp_live_1", "real secret"), ("key_sandbox", "wrong")])
def test_credentials_of_others_are_not_kept(sandbox: SandboxClient, key: tuple[str, str]) -> None:
    assert sandbox.ask("GET", "/v1/invoices", key=key).status == 401
    (kept,) = sandbox.items("requests")
    assert ["authorization", HIDDEN] in kept["headers"]


def test_it_names_the_fault_that_a_request_met(sandbox: SandboxClient) -> None:
    sandbox.json_of("POST", "/sandbox/faults", {"fault": "answer_lost"})
    sandbox.ask("GET", "/v1/invoices", key=KEY)
    (kept,) = sandbox.items("requests")
    assert (kept["fault"], kept["status"]) == ("answer_lost", 504)


def test_the_oldest_are_dropped(sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "MOST_REQUESTS", 2)
    sandbox.json_of("POST", "/sandbox/reset")
    for path in ("/a", "/b", "/c"):
        sandbox.ask("GET", path)
    assert [(one["number"], one["path"]) for one in sandbox.items("requests")] == [
        (2, "/b"),
        (3, "/c"),
    ]


def test_of_a_long_body_the_beginning_is_kept(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "LONGEST_BODY", 20)
    sandbox.ask("POST", "/v1/invoices", INVOICE, key=KEY)
    (kept,) = sandbox.items("requests")
    assert (len(kept["body"]), len(kept["answer"])) == (20, 20)


def test_a_command_of_curl_repeats_a_request_whatever_it_holds() -> None:
    body = '{"name": "O\'Brien $(rm) `x` \\n"}'
    request = LoggedRequest(
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
        "PATCH",
        "/v1/invoices/inv_1?a=b&c=d",
        [
            ("host", "sandbox.test"),
            ("authorization", "Basic a2V5X3NhbmRib3g6c2FuZGJveA=="),
            ("content-type", "application/json"),
            ("content-length", "9"),
        ],
        body.encode(),
        200,
        [],
        b"",
        1.0,
        None,
    )
    assert shlex.split(request.curl("http://127.0.0.1:8080")) == [
        *("curl", "-g", "-X", "PATCH", "-u", "key_sandbox:sandbox"),
        *("-H", "content-type: application/json", "--data-raw", body),
        "http://127.0.0.1:8080/v1/invoices/inv_1?a=b&c=d",
    ]


@pytest.mark.parametrize(
    ("method", "body", "words"),
    [
        ("GET", b"", []),
        ("HEAD", b"", ["-I"]),
        ("POST", b"", ["-X", "POST"]),
        ("POST", b"@/etc/hostname", ["--data-raw", "@/etc/hostname"]),
        ("GET", b"{}", ["-X", "GET", "--data-raw", "{}"]),
    ],
)
def test_the_method_and_the_body_are_those_of_the_request(
    method: str, body: bytes, words: list[str]
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    request = LoggedRequest(1, at, method, "/v1/items", [], body, 200, [], b"", 1.0, None)
    assert shlex.split(request.curl("")) == ["curl", "-g", *words, "/v1/items"]


@pytest.mark.parametrize(("secret", "is_kept"), [("sandbox_token", True), ("a-real-secret", False)])
def test_a_real_secret_of_oauth_is_not_kept(
    sandbox: SandboxClient, secret: str, *, is_kept: bool
) -> None:
    sandbox.ask("POST", "/oauth/token", {"client_id": "a", "client_secret": secret})
    (kept,) = sandbox.items("requests")
    assert (secret in kept["body"]) is is_kept
    assert (kept["body"] == HIDDEN) is not is_kept


def test_the_oldest_are_dropped_where_their_bodies_take_too_much(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "MOST_BYTES", 3000)
    for _ in range(5):
        sandbox.create()
    kept = sandbox.items("requests")
    assert 0 < len(kept) < 5
    assert kept[-1]["number"] == 5
