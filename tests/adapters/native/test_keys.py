"""Idempotency keys: the same request gets the same answer, and has no second effect."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from adapters.native.api_client import DOCUMENT, ApiClient

KEY = {"Idempotency-Key": "order 1 ~"}


@pytest.mark.parametrize(
    ("below", "body"),
    [
        ("/issue", {}),
        ("/cancel", {}),
        ("/send", {"media": ["sms"]}),
        ("/payments", {"amount": 5, "currency": "INR"}),
        ("/payments", {"amount": 5, "currency": "INR", "report": True}),
    ],
)
def test_a_repeat_under_its_key_gets_the_same_answer(api: ApiClient, below: str, body: Any) -> None:
    invoice = api.drafted() if below in ("/issue", "/send") else api.issued()
    first = api.request("POST", f"/invoices/{invoice}{below}", json=body, headers=KEY)
    before = api.json_of("GET", f"/invoices/{invoice}/events")
    again = api.request("POST", f"/invoices/{invoice}{below}", json=body, headers=KEY)
    assert first.is_success
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert api.json_of("GET", f"/invoices/{invoice}/events") == before


def test_a_repeated_creation_makes_one_invoice(api: ApiClient) -> None:
    for send in (None, {"media": ["sms"]}):
        headers = {"Idempotency-Key": f"key {send is None}"}
        body = {**DOCUMENT, "send": send}
        first = api.request("POST", "/invoices", json=body, headers=headers)
        assert api.request("POST", "/invoices", json=body, headers=headers).text == first.text
    assert len(api.json_of("GET", "/invoices")["invoices"]) == 2


def test_a_repeated_notify_queues_one_message(api: ApiClient) -> None:
    path = f"/invoices/{api.issued()}"
    for _ in range(2):
        api.json_of("POST", f"{path}/notify", 202, json={"medium": "sms"}, headers=KEY)
    assert len(api.json_of("GET", f"{path}/messages")["messages"]) == 1


def test_another_request_under_a_known_key_is_refused(api: ApiClient) -> None:
    api.json_of("POST", "/invoices", 201, json=DOCUMENT, headers=KEY)
    other = {**DOCUMENT, "comment": "another"}
    assert (
        api.json_of("POST", "/invoices", 409, json=other, headers=KEY)["code"]
        == "idempotency_key_reused"
    )


def test_without_a_key_every_payment_gets_a_reference_of_its_own(api: ApiClient) -> None:
    path = f"/invoices/{api.issued()}/payments"
    paid = {"amount": 5, "currency": "INR"}
    references = {api.json_of("POST", path, 201, json=paid)["reference"] for _ in range(3)}
    assert len(references) == 3


@pytest.mark.parametrize("key", [b"", b"k" * 256, b"\xe9", b"a\x7f"])
def test_a_key_of_another_shape_is_refused(api: ApiClient, key: bytes) -> None:
    problem = api.json_of("POST", "/invoices", 422, json=DOCUMENT, headers={"Idempotency-Key": key})
    (error,) = problem["errors"]
    assert (error["place"], error["field"]) == ("header", "Idempotency-Key")
    assert "1 to 255" in error["detail"]


def test_a_key_of_255_characters_is_taken(api: ApiClient) -> None:
    api.json_of("POST", "/invoices", 201, json=DOCUMENT, headers={"Idempotency-Key": "k" * 255})


def test_requests_of_the_same_time_under_one_key_get_one_answer(api: ApiClient) -> None:
    async def at_once() -> list[httpx.Response]:
        requests = (
            api.request_async("POST", "/invoices", json=DOCUMENT, headers=KEY) for _ in range(8)
        )
        return await asyncio.gather(*requests)

    answers = asyncio.run(at_once())
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
