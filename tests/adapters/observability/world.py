"""A service in memory whose every personal word is a canary, and how to ask it."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any

from billhook.application.service import InvoiceService
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.razorpay.api import RazorpayApi
from billhook_adapters.memory import InMemoryKeyring, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.observability import Metrics, observed
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account

MAIL, PHONE, NAME = "canary.mail@canary.example", "+919812345678", "Canary Kumari"
SECRET, TOKEN, KEY = "cAnary-secret-0f-this-test", "canaryTokenOfAShortUrl", "canary-key"
CANARIES = (MAIL, "canary.mail", PHONE, PHONE[1:], NAME, "Kumari", SECRET, TOKEN, KEY)
ROUTES = frozenset({"/v1/invoices", "/v1/invoices/*", "/v1/invoices/*/notify_by/*", "/v1/items"})


def heard(told: str) -> list[str]:
    """The canaries that can be read in a text."""
    return [canary for canary in (*CANARIES, basic()) if canary in told]


def basic(secret: str = SECRET) -> str:
    return "Basic " + b64encode(f"key_1:{secret}".encode()).decode()


async def asked(
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


def ask(app: App, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    return asyncio.run(asked(app, method, path, body, **headers))


class CanaryIds(RandomIds):
    """Short URLs that can be found again."""

    def short_url(self) -> str:
        return f"https://bill.example/i/{TOKEN}"


class BreakableDesk(InvoiceService):
    """Raises, with everything in its words, once `broken` is set."""

    broken = False

    def execute_all(self, commands: Any) -> list[Any]:
        if self.broken:
            raise ValueError(f"{MAIL} {PHONE} {NAME} {SECRET} {TOKEN} {KEY}")
        return super().execute_all(commands)


def a_service(metrics: Metrics) -> tuple[App, BreakableDesk, InMemoryStore]:
    store = InMemoryStore()
    service = BreakableDesk(store, SettableClock(NOON), CanaryIds())
    keys = InMemoryKeyring(store)
    open_account(service, an_account())
    keys.add(an_account().id, "key_1", SECRET)
    batched = BatchedService(service, decided=metrics.gathered)
    app = RazorpayApi(batched, Callers(keys, batched))
    return observed(app, metrics, ROUTES), service, store


DOCUMENT: dict[str, Any] = {
    "customer": {"name": NAME, "email": MAIL, "contact": PHONE},
    "line_items": [{"name": "Book", "amount": 50000}],
    "notes": {"about": MAIL},
}


def walk(app: App, service: BreakableDesk) -> list[int]:
    """Requests that succeed, that are refused in every way, and that find a bug; their statuses."""
    created = json.dumps(DOCUMENT).encode()
    wrong = json.dumps({**DOCUMENT, "expire_by": MAIL, NAME: 1}).encode()

    async def all_of_it() -> list[int]:
        statuses: list[int] = []

        async def one(method: str, path: str, sent: bytes, who: str) -> Any:
            status, _, body = await asked(
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
        service.broken = True
        await one("POST", "/v1/invoices", created, basic())
        return statuses

    return asyncio.run(all_of_it())


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
