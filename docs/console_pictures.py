"""Pictures of the console of a sandbox in which invoices were sent and paid.

The pages are served to the browser without a network, at an address that is the same in every run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Route

from billhook_adapters.memory import InMemoryBackend
from billhook_adapters.sandbox.running import Credentials, Key, Location, Sandbox
from billhook_adapters.sandbox.service import build_sandbox

URL = "http://127.0.0.1:8080"
KEY = ("key_sandbox", "sandbox")


class Served:
    """A sandbox that answers a browser, and what was done in it."""

    def __init__(self, now: datetime) -> None:
        self._sandbox: Sandbox = build_sandbox(
            InMemoryBackend(),
            base_url=f"{URL}/i/",
            credentials=Credentials([Key(*KEY)], [Location("sandbox_token", "sandbox_location")]),
        )
        self._sandbox.clock.set(now)
        self._thread = ThreadPoolExecutor(1)  # the browser's own thread runs a loop already
        expires = int((now + timedelta(days=14)).timestamp())
        self.invoice = self._made("Ravi Kumar", receipt="INV-0007", expire_by=expires)
        self._request("POST", f"/sandbox/invoices/{self.invoice}/payments", {"amount": 20000})
        other = self._made("مريم الهاشمي", receipt="INV-0008")
        self._request("POST", f"/sandbox/invoices/{other}/payments", {"amount": 99800})
        self._made("Zoë O'Hara", draft="1")
        self._request("POST", f"/v1/invoices/{other}/notify_by/sms")
        self._request("POST", "/sandbox/clock", {"advance_seconds": 3600})
        self._request("GET", "/sandbox/webhooks")

    def answer(self, route: Route) -> None:
        """Answer a request of the browser."""
        sent = route.request
        answer = self._answer(sent.method, sent.url, sent.post_data)
        headers = dict(answer.headers)
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    def json(self, path: str) -> Any:
        """The JSON at a path."""
        return self._request("GET", path)

    def _made(self, name: str, **fields: Any) -> str:
        items = [{"name": "Handbook of invoices", "amount": 49900, "quantity": 2}]
        customer = {"name": name, "email": "payer@example.com", "contact": "+919876543210"}
        body = {"type": "invoice", "customer": customer, "line_items": items, **fields}
        made: str = self._request("POST", "/v1/invoices", {**body, "partial_payment": True})["id"]
        return made

    def _request(self, method: str, path: str, body: object = None) -> Any:
        return self._answer(method, f"{URL}{path}", json=body, auth=KEY).json()

    def _answer(
        self, method: str, url: str, content: str | None = None, **more: Any
    ) -> httpx.Response:
        async def answer() -> httpx.Response:
            transport: Any = httpx.ASGITransport(app=self._sandbox.app)
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.request(method, url, content=content, **more)

        return self._thread.submit(asyncio.run, answer()).result()


def console_pictures(chromium: Browser, now: datetime) -> Mapping[str, Image.Image]:
    """The first page, an invoice, a mail and the clock: wide, narrow, and in the dark."""
    served = Served(now)
    account = served.json("/sandbox/outbox")["items"][0]["account_id"]
    mail = next(one for one in served.json("/sandbox/outbox")["items"] if one["html"])
    paths = {
        "home": "/",
        "invoice": f"/console/invoices/{account}/{served.invoice}",
        "mail": f"/console/outbox/{mail['id']}",
        "webhook": "/console/webhooks/1",
        "requests": "/console/requests",
        "clock": "/console/clock",
        "faults": "/console/faults",
    }
    return {
        f"{name}-{kind}": _shot(chromium, served, path, width, dark=dark)
        for name, path in paths.items()
        for kind, width, dark in (
            ("page", 1280, False),
            ("phone", 320, False),
            ("dark", 1280, True),
        )
    }


def _shot(chromium: Browser, served: Served, path: str, width: int, *, dark: bool) -> Image.Image:
    context = chromium.new_context(
        viewport={"width": width, "height": 700}, color_scheme="dark" if dark else "light"
    )
    context.route("**/*", served.answer)
    opened = context.new_page()
    opened.goto(f"{URL}{path}")
    taken = opened.screenshot(full_page=True)
    context.close()
    return Image.open(BytesIO(taken)).convert("RGB")
