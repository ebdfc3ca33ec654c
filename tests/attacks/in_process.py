"""Every part of the service in one application, with a client that counts what is read of it."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from billhook.application.ports import WebhookSender
from billhook_adapters.composition.apis import OURS, ServedApi
from billhook_adapters.composition.parts import ApplicationParts, own_parts
from billhook_adapters.composition.service import build_application
from billhook_adapters.http.core.mounts import Mount, Mounted
from billhook_adapters.http.delivery_callbacks.api import DeliveryCallbacksApi
from billhook_adapters.sandbox.api import SandboxApi
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.moves import Moves
from billhook_adapters.sandbox.payments import Payer
from billhook_adapters.sandbox.request_log import RequestLog
from billhook_adapters.sandbox.routes import Served
from billhook_adapters.sandbox.state import Recorded
from billhook_adapters.sandbox.webhooks import CapturingWebhookSender
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import an_account
from billhook_adapters.testing.builders import open_account
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.sender import Posts

BASE_URL = "http://127.0.0.1/i/"
CALLBACKS = Callbacks("http://127.0.0.1/delivery-callbacks/", "k" * 22)
TOKEN, LOCATION = "pit-attacks", "loc_attacks"
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
BEARER = [(b"authorization", b"Bearer " + TOKEN.encode()), (b"version", b"2021-07-28")]


def basic(key_id: str, secret: str) -> list[tuple[bytes, bytes]]:
    """The credentials of an API key."""
    return [(b"authorization", b"Basic " + b64encode(f"{key_id}:{secret}".encode()))]


BASIC = basic("key_1", "secret")


def _no_sender(_: Posts) -> WebhookSender:
    raise AssertionError("nothing is posted")


class Answered(NamedTuple):
    """A response, and how many bytes of the request's body were taken for it."""

    status: int
    body: bytes
    taken: int


class InProcess:
    """The service over SQLite: all vendor APIs, the sandbox, pages, probes and callbacks."""

    def __init__(self, folder: Path) -> None:
        self._parts: Sequence[Mounted] = ()
        clock = SystemClock()

        def parts(made: ApplicationParts) -> Sequence[Mounted]:
            recorded, movable = Recorded(), MovableClock(clock)
            moves = Moves(movable, made.background_jobs, recorded.messages, recorded.webhooks, None)
            sandbox = SandboxApi(
                Served(
                    made.batched,
                    made.background_jobs,
                    [an_account().id],
                    movable,
                    recorded,
                    moves,
                    Payer(made.batched, [], {}),
                    CapturingWebhookSender(Poster(), movable, _no_sender, recorded.webhooks),
                    RequestLog(movable, lambda _: True),
                    None,
                    None,
                    OURS[0].error_response,
                )
            )
            callbacks = DeliveryCallbacksApi(made.batched, CALLBACKS, "t" * 32)
            self._parts = [
                *own_parts(made),
                Mounted("sandbox", Mount(prefix="/sandbox"), sandbox, sandbox.routes, True),
                Mounted(
                    *("callbacks", Mount(prefix="/delivery-callbacks"), callbacks),
                    *(callbacks.routes, True),
                ),
            ]
            return self._parts

        self.application = build_application(
            f"sqlite:///{folder}/billhook.sqlite3",
            clock=clock,
            ids=RandomIds(BASE_URL),
            senders={},
            base_url=BASE_URL,
            apis=[ServedApi(api, api.mount) for api in OURS],
            parts=parts,
        )
        open_account(self.application.service, an_account())
        keys, account = self.application.keys, an_account().id
        keys.add(account, "key_1", "secret")
        token = token_key(TOKEN, LOCATION)
        keys.add(account, token.id, token.secret, location=LOCATION)

    def close(self) -> None:
        """Close the database."""
        self.application.backend.dispose()

    def routes(self) -> Iterator[tuple[str, list[tuple[bytes, bytes]]]]:
        """Every path that is served, and two that are not, with credentials that open it."""
        for api in OURS:
            given = BEARER if api.name == "highlevel" else BASIC
            for route in (*api.routes(), "/v1/nowhere", "/invoices/x/nowhere"):
                yield api.mount.prefix + route.replace("*", "inv_AAAAAAAAAAAAAA"), given
        for part in self._parts:
            for route in part.routes:
                yield part.mount.prefix + route.replace("*", "x"), []
        yield "/", []
        yield "/no/such/path", []

    def ask(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[bytes, bytes]] = (),
        pieces: Sequence[bytes] = (),
        *,
        declared: int | None = None,
    ) -> Answered:
        """The response to a request whose body comes in pieces, its length declared or not."""
        return asyncio.run(self.answered(method, target, headers, pieces, declared=declared))

    async def answered(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[bytes, bytes]] = (),
        pieces: Sequence[bytes] = (),
        *,
        declared: int | None = None,
    ) -> Answered:
        """The same inside a running event loop."""
        path, _, query = target.partition("?")
        length = sum(map(len, pieces)) if declared is None else declared
        framing = (
            (b"transfer-encoding", b"chunked")
            if declared is None and len(pieces) > 1
            else (b"content-length", str(length).encode())
        )
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1"), framing, *headers],
            "client": ("192.0.2.1", 1),
            "server": ("127.0.0.1", 80),
            "scheme": "http",
            "state": {},
        }
        left, sent, taken = list(pieces), [], 0

        async def receive() -> Any:
            nonlocal taken
            piece = left.pop(0) if left else b""
            taken += len(piece)
            return {"type": "http.request", "body": piece, "more_body": bool(left)}

        async def send(event: Any) -> None:
            sent.append(event)

        await self.application.app(scope, receive, send)
        body = b"".join(event.get("body", b"") for event in sent[1:])
        return Answered(sent[0]["status"], body, taken)
