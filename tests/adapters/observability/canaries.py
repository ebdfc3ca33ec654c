"""A service in memory whose every personal value is a canary, and requests to it."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.razorpay.application import RazorpayApi
from billhook_adapters.memory import InMemoryKeyring, InMemoryStore, RandomIds
from billhook_adapters.memory.transaction import InMemoryTransaction
from billhook_adapters.observability import Metrics, observed
from billhook_adapters.testing.running import ACCOUNT, RunningService

MAIL, PHONE, NAME = "canary.mail@canary.example", "+919812345678", "Canary Kumari"
SECRET, TOKEN, KEY = "cAnary-secret-0f-this-test", "canaryTokenOfAShortUrl", "canary-key"
CANARIES = (MAIL, "canary.mail", PHONE, PHONE[1:], NAME, "Kumari", SECRET, TOKEN, KEY)
ROUTES = frozenset({"/v1/invoices", "/v1/invoices/*", "/v1/invoices/*/notify_by/*", "/v1/items"})


def canaries_in(text: str) -> list[str]:
    """The canaries that can be read in a text."""
    return [canary for canary in (*CANARIES, basic()) if canary in text]


def basic(secret: str = SECRET) -> str:
    return "Basic " + b64encode(f"key_1:{secret}".encode()).decode()


async def request_async(
    app: App, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request, without a server."""
    sent: list[Any] = []
    given = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": f"email={MAIL}".encode(),
        "headers": given,
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(event: Any) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def request(app: App, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    return asyncio.run(request_async(app, method, path, body, **headers))


class CanaryIds(RandomIds):
    """Short URLs that can be found again."""

    def short_url(self) -> str:
        return f"https://bill.example/i/{TOKEN}"


class BreakableStore(InMemoryStore):
    """Raises an exception whose message holds every canary, once `broken` is set."""

    broken = False

    def transaction(self) -> AbstractContextManager[InMemoryTransaction]:
        if self.broken:
            raise ValueError(f"{MAIL} {PHONE} {NAME} {SECRET} {TOKEN} {KEY}")
        return super().transaction()


class CanaryService(RunningService):
    """A running service whose store can break, and Razorpay's API over it."""

    store: BreakableStore

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(BreakableStore(), ids=CanaryIds())
        keys = InMemoryKeyring(self.store)
        keys.add(ACCOUNT, "key_1", SECRET)
        batched = BatchedService(self.service, decided=metrics.batch_decided)
        self.app = observed(
            RazorpayApi(batched, Callers(keys, batched), RandomIds()), metrics, ROUTES
        )


def an_app() -> App:
    """The API of a service whose metrics are not read."""
    return CanaryService(Metrics()).app


DOCUMENT: dict[str, Any] = {
    "customer": {"name": NAME, "email": MAIL, "contact": PHONE},
    "line_items": [{"name": "Book", "amount": 50000}],
    "notes": {"about": MAIL},
}


def exercise(app: App, store: BreakableStore) -> list[int]:
    """Requests that succeed, that are refused in every way, and that find a bug; their statuses."""
    created = json.dumps(DOCUMENT).encode()
    wrong = json.dumps({**DOCUMENT, "expire_by": MAIL, NAME: 1}).encode()

    async def run_all() -> list[int]:
        statuses: list[int] = []

        async def one(method: str, path: str, sent: bytes, who: str) -> Any:
            status, _, body = await request_async(
                app, method, path, sent, authorization=who, idempotency_key=f"{KEY}-{len(statuses)}"
            )
            statuses.append(status)
            return json.loads(body)

        invoice = (await one("POST", "/v1/invoices", created, basic()))["id"]
        await one("POST", f"/v1/invoices/{invoice}/notify_by/email", b"", basic())
        await one("POST", "/v1/invoices", wrong, basic())
        await one("POST", "/v1/invoices", b"{" + MAIL.encode(), basic())
        await one("POST", "/v1/invoices", created, basic("wrong"))
        await one("POST", f"/v1/invoices/{TOKEN}/notify_by/sms", b"", basic())
        await one("GET", f"/{MAIL}", b"", basic())
        store.broken = True
        await one("POST", "/v1/invoices", created, basic())
        store.broken = False
        return statuses

    return asyncio.run(run_all())


def answering(
    events: Iterable[dict[str, Any]] = (), *, also: Callable[[], None] = lambda: None
) -> App:
    """An application that sends these events, and then does this."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for event in events:
            await send(event)
        also()

    return app


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail
