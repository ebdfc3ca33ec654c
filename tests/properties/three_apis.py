"""Every API of ours over one service in memory, called without a server or a socket."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from billhook_adapters.composition.apis import OURS
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.memory import InMemoryKeyring
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.testing.running import ACCOUNT, RunningService

LOCATION = "loc_1"
HERE = {"altId": LOCATION, "altType": "location"}
QUERY = f"altId={LOCATION}&altType=location"
_BASIC = b"Basic " + b64encode(b"key_1:secret")
_HEADERS: Mapping[str, list[tuple[bytes, bytes]]] = {
    "highlevel": [(b"authorization", b"Bearer token"), (b"version", b"2021-07-28")],
    "native": [(b"authorization", _BASIC)],
    "razorpay": [(b"authorization", _BASIC)],
}


class Answer(NamedTuple):
    """What an API answered."""

    status: int
    body: Any
    headers: Mapping[str, str]


class ThreeApis:
    """The APIs of one account. `policy` is the account's."""

    def __init__(self, **policy: Any) -> None:
        self.running = RunningService(**policy)
        self.keys = InMemoryKeyring(self.running.store)
        self.keys.add(ACCOUNT, "key_1", "secret")
        token = token_key("token", LOCATION)
        self.keys.add(ACCOUNT, token.id, token.secret, location=LOCATION)
        context = ApiContext(BatchedService(self.running.service), self.keys, self.running.clock)
        self._apps: dict[str, App] = {api.name: api.application(context) for api in OURS}
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Free what the calls needed."""
        self._loop.close()

    def __call__(
        self,
        api: str,
        method: str,
        target: str,
        body: Any = None,
        *,
        form: bytes | None = None,
        bearer: str | None = None,
    ) -> Answer:
        """What an API answers to a request with this JSON body, or this form."""
        path, _, query = target.partition("?")
        raw = b"" if body is None else json.dumps(body).encode()
        kind = b"application/json"
        if form is not None:
            raw, kind = form, b"application/x-www-form-urlencoded"
        headers = dict(_HEADERS[api])
        if bearer is not None:
            headers[b"authorization"] = f"Bearer {bearer}".encode()
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                *headers.items(),
                (b"content-type", kind),
                (b"content-length", str(len(raw)).encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
            "scheme": "http",
            "state": {},
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(event: Any) -> None:
            sent.append(event)

        self._loop.run_until_complete(self._apps[api](scope, receive, send))
        answered = b"".join(event.get("body", b"") for event in sent[1:])
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], json.loads(answered) if answered else None, headers)

    def highlevel(self, method: str, target: str, **body: Any) -> Answer:
        """What HighLevel's API answers, the tenancy given where the vendor wants it."""
        if method in ("GET", "DELETE"):
            return self("highlevel", method, f"/invoices{target}?{QUERY}")
        return self("highlevel", method, f"/invoices{target}", {**HERE, **body})

    def native(self, method: str, target: str, **body: Any) -> Answer:
        """What our own API answers."""
        return self("native", method, f"/invoices{target}", body or None)

    def razorpay(self, method: str, target: str, **body: Any) -> Answer:
        """What Razorpay's API answers."""
        return self("razorpay", method, f"/v1/invoices{target}", body or None)
