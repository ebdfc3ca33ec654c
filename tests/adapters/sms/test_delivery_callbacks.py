"""Delivery reports over HTTP: each provider in its own form and signed; all else gets a 404."""

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


class CallbackService(InMemoryService):
    """A service that has sent an SMS, and the API that takes its delivery reports."""

    def __init__(self) -> None:
        super().__init__()
        self.issued()
        notify = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
        self.message = self.service.execute(notify).unwrap()
        self.background_jobs.deliver(self.message.key)
        api = DeliveryCallbacksApi(BatchedService(self.service), CALLBACKS, TOKEN)
        self.app = MountTable([Mounted("callbacks", MOUNT, api, api.routes, owns_mount=True)])

    def request(self, url: str, method: str = "GET", **given: Any) -> httpx.Response:
        """The response to a provider."""

        async def respond() -> httpx.Response:
            transport: Any = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]  # ours is ASGI too
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.request(method, url, **given)

        return asyncio.run(respond())

    @property
    def current(self) -> Message:
        """The message as it is stored now."""
        found = self.service.message(self.message.key)
        assert isinstance(found, Message)
        return found


@pytest.fixture
def running() -> CallbackService:
    return CallbackService()


def test_a_report_of_kannel_confirms_its_message(running: CallbackService) -> None:
    url = CALLBACKS.url("kannel", running.message.key)
    before = running.invoice()
    assert running.request(f"{url}?status=8&reply=ACK").status_code == 204
    assert running.current.status is DeliveryStatus.SENT
    assert running.request(f"{url}?status=1&reply=id%3A7+stat%3ADELIVRD").status_code == 204
    assert running.current.status is DeliveryStatus.DELIVERED
    assert running.invoice() == before


def test_a_callback_of_twilio_needs_its_signature(running: CallbackService) -> None:
    url = CALLBACKS.url("twilio", running.message.key)
    fields = {"MessageStatus": "undelivered", "ErrorCode": "30005", "MessageSid": "SM1"}
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    for headers in ({}, {"X-Twilio-Signature": "x"}, {"X-Twilio-Signature": signature[::-1]}):
        assert running.request(url, "POST", data=fields, headers=headers).status_code == 404
    assert running.current.status is DeliveryStatus.SENT
    signed = {"X-Twilio-Signature": signature}
    assert running.request(url, "POST", data=fields, headers=signed).status_code == 204
    assert (running.current.status, running.current.reason) == (
        DeliveryStatus.BOUNCED,
        "undelivered, error 30005",
    )
    again = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS))
    assert again.failure().code == "address_suppressed"


@pytest.mark.parametrize("shape", ["json", "form"])
def test_a_report_of_msg91_names_its_messages(running: CallbackService, shape: str) -> None:
    report = {"requestId": "37", "CRQID": f"{ACME}/{running.message.id}", "status": "1"}
    given = {"json": report} if shape == "json" else {"data": {"data": json.dumps([report])}}
    url = CALLBACKS.url_of_all("msg91")
    assert running.request(url, "POST", **given).status_code == 204
    assert running.current.status is DeliveryStatus.DELIVERED


def test_wrong_urls_and_unknown_messages_get_the_same_response(running: CallbackService) -> None:
    url = CALLBACKS.url("kannel", running.message.key)
    unknown = CALLBACKS.url("kannel", (ACME, "msg_unknown"))
    wrong_urls = [
        f"{url[:-1]}{'0' if url[-1] != '0' else '1'}?status=1",
        f"{url}/x?status=1",
        url.replace("/kannel/", "/twilio/"),
        url.replace(running.message.id, "msg_other"),
        BASE,
        BASE + "msg91/" + "0" * 32,
        BASE + "é" * 32,
        f"{unknown}?status=1",
        CALLBACKS.url_of_all("kannel"),
    ]
    responses = [running.request(wrong) for wrong in wrong_urls]
    responses += [
        running.request(url, "DELETE"),
        running.request(CALLBACKS.url("msg91", running.message.key), "POST"),
    ]
    json_type = {"content-type": "application/json"}
    url_of_all = CALLBACKS.url_of_all("msg91")
    responses.append(running.request(url_of_all, "POST", content=b"{", headers=json_type))
    assert {one.status_code for one in responses} == {404}
    assert len({one.content for one in responses}) == 1
    assert running.current.status is DeliveryStatus.SENT


def test_a_body_that_is_too_large_is_not_worth_sending_again(running: CallbackService) -> None:
    large = running.request(CALLBACKS.url_of_all("msg91"), "POST", content=b"x" * (1024 * 1024 + 1))
    assert large.status_code == 413
    assert "retry-after" not in large.headers


def test_another_secret_key_makes_another_signature() -> None:
    other = Callbacks(BASE, "z" * 22)
    assert other.url("kannel", ("a", "b")) != CALLBACKS.url("kannel", ("a", "b"))
    assert other.named(tuple(CALLBACKS.url_of_all("msg91").removeprefix(BASE).split("/"))) is None
