"""A hundred identical notifications at once, with one Idempotency-Key, with two, and with none."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPResponse
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from acceptance.contract.invoices import a_payer, a_request
from acceptance.contract.sandbox import Sandbox
from acceptance.contract.wire import Answered, exchange, request

MANY = 100
REUSED = "The idempotency key was used for a different request."

_keys = count(1)


@pytest.fixture
def key() -> str:
    return f"notify-{next(_keys)}"


@pytest.fixture
def payer() -> dict[str, Any]:
    return a_payer()


@pytest.fixture
def invoice(client: Any, payer: dict[str, Any]) -> str:
    name: str = client.invoice.create(a_request(customer=payer))["id"]
    return name


def notifying(sandbox: Sandbox, invoice: str, key: str | None, medium: str = "sms") -> bytes:
    path = f"/v1/invoices/{invoice}/notify_by/{medium}"
    named = {} if key is None else {"Idempotency_Key": key}
    return request(sandbox, "POST", path, key="ours", **named)


def at_once(sandbox: Sandbox, requests: Sequence[bytes]) -> list[Answered]:
    """Send each request on a connection of its own, all of them open before the first is sent."""
    host, _, port = sandbox.address.partition(":")
    together = Barrier(len(requests))

    def send(raw: bytes) -> Answered:
        with closing(socket.create_connection((host, int(port)), timeout=60)) as line:
            together.wait(timeout=60)
            line.sendall(raw)
            with closing(HTTPResponse(line)) as answer:
                answer.begin()
                return Answered(answer.status, dict(answer.getheaders()), answer.read())

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def test_a_hundred_with_one_key_send_one_message_and_are_all_answered_alike(
    sandbox: Sandbox, invoice: str, payer: dict[str, Any], key: str
) -> None:
    answers = at_once(sandbox, [notifying(sandbox, invoice, key)] * MANY)
    assert {(one.status, one.body) for one in answers} == {(200, b'{"success":true}')}
    assert len(sandbox.sent(payer["contact"])) == 1


def test_a_repeat_later_is_answered_alike_and_sends_nothing(
    sandbox: Sandbox, invoice: str, payer: dict[str, Any], key: str
) -> None:
    raw = notifying(sandbox, invoice, key)
    answers = [exchange(sandbox.address, raw) for _ in range(3)]
    assert {(one.status, one.body) for one in answers} == {(200, b'{"success":true}')}
    assert len(sandbox.sent(payer["contact"])) == 1


def test_a_hundred_without_a_key_send_a_message_each(
    sandbox: Sandbox, invoice: str, payer: dict[str, Any]
) -> None:
    answers = at_once(sandbox, [notifying(sandbox, invoice, None)] * MANY)
    assert {(one.status, one.body) for one in answers} == {(200, b'{"success":true}')}
    sent = sandbox.sent(payer["contact"])
    assert len({message["id"] for message in sent}) == len(sent) == MANY


def test_keys_are_apart_a_message_for_each(
    sandbox: Sandbox, invoice: str, payer: dict[str, Any], key: str
) -> None:
    raw = [notifying(sandbox, invoice, f"{key}-{number % 4}") for number in range(MANY)]
    answers = at_once(sandbox, raw)
    assert {(one.status, one.body) for one in answers} == {(200, b'{"success":true}')}
    assert len(sandbox.sent(payer["contact"])) == 4


def test_the_same_key_with_another_medium_or_another_invoice_is_refused_and_sends_nothing(
    client: Any, sandbox: Sandbox, invoice: str, payer: dict[str, Any], key: str
) -> None:
    assert exchange(sandbox.address, notifying(sandbox, invoice, key)).status == 200
    other_payer = a_payer()
    other = client.invoice.create(a_request(customer=other_payer))["id"]
    for raw in (notifying(sandbox, invoice, key, "email"), notifying(sandbox, other, key)):
        refused = exchange(sandbox.address, raw)
        assert (refused.status, refused.json["error"]["description"]) == (400, REUSED)
    assert sandbox.sent(payer["email"]) + sandbox.sent(other_payer["contact"]) == []


def test_two_requests_that_race_for_one_key_send_one_message_and_one_of_them_is_refused(
    sandbox: Sandbox, invoice: str, payer: dict[str, Any], key: str
) -> None:
    media = ["sms", "email"] * (MANY // 2)
    answers = at_once(sandbox, [notifying(sandbox, invoice, key, medium) for medium in media])
    by_medium = [
        {
            (one.status, one.body)
            for one, sent_medium in zip(answers, media, strict=True)
            if sent_medium == medium
        }
        for medium in ("sms", "email")
    ]
    assert sorted(len(seen) for seen in by_medium) == [1, 1]
    assert sorted(status for seen in by_medium for status, _ in seen) == [200, 400]
    assert len(sandbox.sent(payer["contact"]) + sandbox.sent(payer["email"])) == 1


def test_a_refusal_is_stored_under_its_key_too(
    client: Any, sandbox: Sandbox, payer: dict[str, Any], key: str
) -> None:
    draft = client.invoice.create(a_request(draft="1", customer=payer))["id"]
    raw = notifying(sandbox, draft, key)
    first = exchange(sandbox.address, raw)
    assert first.status == 400
    client.invoice.issue(draft)
    assert exchange(sandbox.address, raw).body == first.body
    assert exchange(sandbox.address, notifying(sandbox, draft, f"{key}-b")).status == 200
    assert len(sandbox.sent(payer["contact"])) == 1


def test_another_accounts_same_key_is_another_key(
    client: Any, sandbox: Sandbox, invoice: str, payer: dict[str, Any], key: str
) -> None:
    assert exchange(sandbox.address, notifying(sandbox, invoice, key)).status == 200
    their_payer = a_payer()
    theirs = sandbox.client("theirs").invoice.create(a_request(customer=their_payer))["id"]
    path = f"/v1/invoices/{theirs}/notify_by/sms"
    answer = exchange(
        sandbox.address, request(sandbox, "POST", path, key="theirs", Idempotency_Key=key)
    )
    assert (answer.status, answer.body) == (200, b'{"success":true}')
    assert len(sandbox.sent(their_payer["contact"])) == 1


def test_a_failure_of_the_provider_is_the_same_response_to_all_requests_with_its_key(
    sandbox: Sandbox, invoice: str, payer: dict[str, Any], key: str
) -> None:
    sandbox.fail("sms", "permanent", payer["contact"])
    answers = at_once(sandbox, [notifying(sandbox, invoice, key)] * 20)
    assert {(one.status, one.body) for one in answers} == {(200, b'{"success":false}')}
    assert sandbox.sent(payer["contact"]) == []
