"""A sandbox in this process, which is spoken to over ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from billhook_adapters.sandbox.running import Credentials, Key, Location
from billhook_adapters.sandbox.service import Shared, build_workspaces

URL = "http://sandbox.test"
KEY = ("key_sandbox", "sandbox")
SHARED = Shared.made()
NO_HEADERS: Mapping[str, str] = {}

INVOICE = {
    "type": "invoice",
    "customer": {"name": "Asha Rao", "email": "asha@example.com", "contact": "+919000090000"},
    "line_items": [{"name": "Book", "amount": 50000}],
    "currency": "INR",
}
"""An invoice as Razorpay's API creates it: it is issued and sent at once."""


class Answer(NamedTuple):
    """A response."""

    status: int
    headers: httpx.Headers
    text: str
    json: Any


class SandboxClient:
    """A sandbox with one key and one location, and what a test does with it."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.workspaces = build_workspaces(
            base_url=f"{URL}/i/",
            credentials=Credentials([Key(*KEY)], [Location("sandbox_token", "sandbox_location")]),
            shared=SHARED,
        )
        self.workspaces.default.start()
        transport = httpx.ASGITransport(self.workspaces.app, raise_app_exceptions=True)
        self._http = httpx.AsyncClient(transport=transport, base_url=URL)

    async def requested(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: tuple[str, str] | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Answer:
        """The response to a request."""
        auth = None if key is None else httpx.BasicAuth(*key)
        found = await self._http.request(method, path, json=body, auth=auth, headers=headers)
        is_json = bool(found.text) and found.headers.get("content-type", "").endswith("json")
        return Answer(
            found.status_code, found.headers, found.text, found.json() if is_json else None
        )

    def ask(self, method: str, path: str, body: object = None, **given: Any) -> Answer:
        """The response to a request that is made alone."""
        return self.runner.run(self.requested(method, path, body, **given))

    def json_of(self, method: str, path: str, body: object = None, **given: Any) -> Any:
        """The JSON of a success."""
        answer = self.ask(method, path, body, **given)
        assert answer.status == 200, answer.text
        return answer.json

    def items(self, path: str) -> Any:
        """The items of a list of the sandbox."""
        return self.json_of("GET", f"/sandbox/{path}")["items"]

    def create(self, key: tuple[str, str] = KEY, **fields: object) -> Any:
        """An invoice that is created, issued and sent by Razorpay's API."""
        return self.json_of("POST", "/v1/invoices", {**INVOICE, **fields}, key=key)

    def close(self) -> None:
        """End everything."""
        self.runner.run(self._http.aclose())
        self.workspaces.close()
        self.runner.close()
