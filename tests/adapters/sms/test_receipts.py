"""Receipts over HTTP: each provider in its words, signed, and one answer to all who are not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from billhook.application.commands import Notify
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import Mount, Mounted, MountTable
from billhook_adapters.http.delivery_callbacks.api import DeliveryCallbacksApi
from billhook_adapters.sms.callbacks import Callbacks
from unit.running_service import ACME, ONE, InMemoryService

BASE, TOKEN = "https://bill.example/delivery-callbacks/", "t" * 32
CALLBACKS = Callbacks(BASE, "k" * 22)
MOUNT = Mount(prefix="/delivery-callbacks")


class Told(InMemoryService):
    """An office whose payer was sent an SMS, and the URLs for its receipt."""

    def __init__(self) -> None:
        super().__init__()
        self.issued()
        told = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
        self.message = self.service.execute(told).unwrap()
        self.background_jobs.deliver(self.message.key)
        api = DeliveryCallbacksApi(BatchedService(self.service), CALLBACKS, TOKEN)
        self.api = MountTable([Mounted("callbacks", MOUNT, api, api.routes, owns_mount=True)])

    def ask(self, url: str, method: str = "GET", **given: Any) -> httpx.Response:
        """The answer to a provider."""

        async def asked() -> httpx.Response:
            transport: Any = httpx.ASGITransport(app=self.api)  # type: ignore[arg-type]  # ours is ASGI too
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.request(method, url, **given)

        return asyncio.run(asked())

    @property
    def now(self) -> Message:
        """The message as it stands."""
        found = self.service.message(self.message.key)
        assert isinstance(found, Message)
        return found


@pytest.fixture
def told() -> Told:
    return Told()


def test_kannels_report_confirms_its_message(told: Told) -> None:
    url = CALLBACKS.url("kannel", told.message.key)
    before = told.invoice()
    assert told.ask(f"{url}?status=8&reply=ACK").status_code == 204
    assert told.now.status is DeliveryStatus.SENT
    assert told.ask(f"{url}?status=1&reply=id%3A7+stat%3ADELIVRD").status_code == 204
    assert told.now.status is DeliveryStatus.DELIVERED
    assert told.invoice() == before


def test_twilios_callback_is_taken_with_its_own_signature_only(told: Told) -> None:
    url = CALLBACKS.url("twilio", told.message.key)
    fields = {"MessageStatus": "undelivered", "ErrorCode": "30005", "MessageSid": "SM1"}
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    for headers in ({}, {"X-Twilio-Signature": "x"}, {"X-Twilio-Signature": signature[::-1]}):
        assert told.ask(url, "POST", data=fields, headers=headers).status_code == 404
    assert told.now.status is DeliveryStatus.SENT
    signed = {"X-Twilio-Signature": signature}
    assert told.ask(url, "POST", data=fields, headers=signed).status_code == 204
    assert (told.now.status, told.now.reason) == (
        DeliveryStatus.BOUNCED,
        "undelivered, error 30005",
    )
    again = told.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS))
    assert again.failure().code == "address_suppressed"


@pytest.mark.parametrize("shape", ["json", "form"])
def test_msg91s_report_names_its_messages_itself(told: Told, shape: str) -> None:
    report = {"requestId": "37", "CRQID": f"{ACME}/{told.message.id}", "status": "1"}
    given = {"json": report} if shape == "json" else {"data": {"data": json.dumps([report])}}
    url = CALLBACKS.url_of_all("msg91")
    assert told.ask(url, "POST", **given).status_code == 204
    assert told.now.status is DeliveryStatus.DELIVERED


def test_whoever_guesses_is_told_the_same_as_whoever_is_late(told: Told) -> None:
    url = CALLBACKS.url("kannel", told.message.key)
    stranger = CALLBACKS.url("kannel", (ACME, "msg_unknown"))
    guesses = [
        f"{url[:-1]}{'0' if url[-1] != '0' else '1'}?status=1",
        f"{url}/x?status=1",
        url.replace("/kannel/", "/twilio/"),
        url.replace(told.message.id, "msg_other"),
        BASE,
        BASE + "msg91/" + "0" * 32,
        BASE + "é" * 32,
        f"{stranger}?status=1",
        CALLBACKS.url_of_all("kannel"),
    ]
    answers = [told.ask(guess) for guess in guesses]
    answers += [told.ask(url, "DELETE"), told.ask(CALLBACKS.url("msg91", told.message.key), "POST")]
    answers.append(told.ask(CALLBACKS.url_of_all("msg91"), "POST", content=b"{", headers={
        "content-type": "application/json"}))  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert told.now.status is DeliveryStatus.SENT


def test_a_body_that_is_too_large_is_not_worth_sending_again(told: Told) -> None:
    large = told.ask(CALLBACKS.url_of_all("msg91"), "POST", content=b"x" * (1024 * 1024 + 1))
    assert large.status_code == 413
    assert "retry-after" not in large.headers


def test_another_secret_key_signs_otherwise() -> None:
    other = Callbacks(BASE, "z" * 22)
    assert other.url("kannel", ("a", "b")) != CALLBACKS.url("kannel", ("a", "b"))
    assert other.named(tuple(CALLBACKS.url_of_all("msg91").removeprefix(BASE).split("/"))) is None
