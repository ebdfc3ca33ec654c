"""What every API does alike: a body that the HTTP parser dropped, that is too large, or a bug."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.ports import WebhookSender
from billhook.application.service import InvoiceService
from billhook_adapters.composition.apis import OURS
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.bodies import LARGEST_BODY
from billhook_adapters.http.core.request import IdempotencyKeyError, read_request
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.memory import InMemoryKeyring, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.sandbox.api import SandboxApi
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.moves import Moves
from billhook_adapters.sandbox.payments import Payer
from billhook_adapters.sandbox.request_log import RequestLog
from billhook_adapters.sandbox.routes import Served
from billhook_adapters.sandbox.state import Recorded
from billhook_adapters.sandbox.webhooks import CapturingWebhookSender
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.sender import Posts

LOST = {b"upgrade": b"h2c", b"content-length": b"15"}
LARGE = {b"content-length": str(LARGEST_BODY + 1).encode()}
BASIC = {b"authorization": b"Basic a2V5XzE6c2VjcmV0"}  # key_1:secret


def _no_sender(_: Posts) -> WebhookSender:
    raise AssertionError("nothing is posted")


class Apis:
    """Each API over one service, its mount stripped, and the path of a request with a body."""

    def __init__(self) -> None:
        store, clock = InMemoryStore(), SettableClock(NOON)
        self.service = InvoiceService(store, clock, RandomIds())
        open_account(self.service, an_account())
        keys = InMemoryKeyring(store)
        keys.add(an_account().id, "key_1", "secret")
        token = token_key("token", "loc_1")
        keys.add(an_account().id, token.id, token.secret, location="loc_1")
        batched = BatchedService(self.service)
        context = ApiContext(batched, keys, clock)
        self.apps: dict[str, App] = {api.name: api.application(context) for api in OURS}
        jobs = BackgroundJobs(store, clock, RandomIds(), {})
        movable, recorded = MovableClock(clock), Recorded()
        self.apps["sandbox"] = SandboxApi(
            Served(
                batched,
                jobs,
                [],
                movable,
                recorded,
                Moves(movable, jobs, recorded),
                Payer(batched, [], {}, RandomIds()),
                CapturingWebhookSender(Poster(), movable, _no_sender, recorded.webhooks),
                RequestLog(movable, lambda _: True),
                None,
                None,
                OURS[0].error_response,
            )
        )

    def post(self, name: str, headers: dict[bytes, bytes]) -> tuple[int, Any]:
        """The status and the JSON of a POST whose body, if any, is lost or not read."""
        path, own = {
            "razorpay": ("/v1/invoices", BASIC),
            "native": ("/invoices", BASIC),
            "highlevel": (
                "/invoices",
                {b"authorization": b"Bearer token", b"version": b"2021-07-28"},
            ),
            "sandbox": ("/clock", {}),
        }[name]
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(event: Any) -> None:
            sent.append(event)

        asyncio.run(self.apps[name](scope(path, {**own, **headers}), receive, send))
        body = b"".join(event.get("body", b"") for event in sent[1:])
        return sent[0]["status"], json.loads(body)


def scope(path: str, headers: dict[bytes, bytes]) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [*headers.items()],
        "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }


NAMES = ["razorpay", "highlevel", "native", "sandbox"]


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_was_lost_to_an_upgrade_is_refused_with_the_remedy(name: str) -> None:
    status, said = Apis().post(name, LOST)
    assert status == 400
    assert "send it without Upgrade" in json.dumps(said)


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_is_too_large_is_refused_unread(name: str) -> None:
    assert Apis().post(name, LARGE)[0] == 413


@pytest.mark.parametrize("name", NAMES)
def test_a_bug_is_an_error_of_the_api_and_its_text_stays_inside(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError("hush")

    monkeypatch.setattr("billhook_adapters.http.core.request.Request.body", broken)
    status, said = Apis().post(name, {})
    assert status == 500
    assert "hush" not in json.dumps(said) + caplog.text
    assert "a request failed: ZeroDivisionError" in caplog.text


def test_a_body_is_read_once_and_kept() -> None:
    events = iter(
        [
            {"type": "http.request", "body": b"ab", "more_body": True},
            {"type": "http.request", "body": b"c"},
        ]
    )

    async def receive() -> Any:
        return next(events)

    request = read_request(scope("/", {}), receive)
    assert [asyncio.run(request.body()) for _ in range(2)] == [b"abc", b"abc"]


@pytest.mark.parametrize(
    ("path", "root", "segments"),
    [
        ("/api/invoices", "", ("api", "invoices")),
        ("/api/invoices", "/api", ("invoices",)),
        ("/a/b/c%2Fd/", "/a/b", ("c/d", "")),
        ("/a", "/a", ()),
    ],
)
def test_a_path_is_the_segments_below_the_mount(
    path: str, root: str, segments: tuple[str, ...]
) -> None:
    async def receive() -> Any:
        raise NotImplementedError

    assert read_request({**scope(path, {}), "root_path": root}, receive).path == segments


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_a_key_of_another_form_is_refused(key: str) -> None:
    async def receive() -> Any:
        raise NotImplementedError

    headers = {b"idempotency-key": key.encode("latin-1")}
    with pytest.raises(IdempotencyKeyError):
        _ = read_request(scope("/", headers), receive).key
