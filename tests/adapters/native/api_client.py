"""The native API over a service, mounted as in production, and clients of two accounts."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import MountTable
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.http.native.api import API
from billhook_adapters.system.api_keys import StoredKey, hashed
from billhook_adapters.system.clock import SettableClock, SystemClock

ACME, OTHER = AccountId("acc_1"), AccountId("acc_2")

DOCUMENT: dict[str, Any] = {
    "currency": "INR",
    "customer": {"name": "Ravi", "email": "ravi@example.com", "contact": "+919876543210"},
    "lines": [{"name": "Book", "unit_amount": 49900, "quantity": 2}],
    "partial_payment": True,
}


class Keys:
    """`acc_1`, `acc_2` and `closed`, an account that was never opened; every secret is `s3cret`."""

    def find(self, key_id: str) -> StoredKey | None:
        return self.find_all((key_id,)).get(key_id)

    def find_all(self, ids: Collection[str]) -> Mapping[str, StoredKey]:
        known = {ACME, OTHER, "closed"}
        return {one: StoredKey(AccountId(one), hashed("s3cret")) for one in known & {*ids}}


def native_api(service: InvoiceService) -> App:
    context = ApiContext(BatchedService(service), Keys(), SystemClock())
    return MountTable([API.mounted(API.mount, API.application(context))])


def basic(pair: str) -> str:
    return f"Basic {b64encode(pair.encode()).decode()}"


@dataclass(frozen=True)
class ApiClient:
    """A client of one account."""

    service: InvoiceService
    clock: SettableClock
    app: Any
    account: AccountId = ACME

    async def request_async(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """The answer to one request, inside a running event loop."""
        headers = {"Authorization": basic(f"{self.account}:s3cret"), **sent.pop("headers", {})}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, f"/api{path}", headers=headers, **sent)

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """The answer to one request."""
        return asyncio.run(self.request_async(method, path, **sent))

    def json_of(self, method: str, path: str, status: int = 200, **sent: Any) -> Any:
        """The JSON of an answer that must have this status."""
        response = self.request(method, path, **sent)
        assert response.status_code == status, response.text
        return response.json()

    def drafted(self, **fields: Any) -> str:
        """The id of a fresh invoice."""
        created = self.json_of("POST", "/invoices", 201, json={**DOCUMENT, **fields})
        return str(created["invoice"]["id"])

    def issued(self, **fields: Any) -> str:
        invoice = self.drafted(**fields)
        self.json_of("POST", f"/invoices/{invoice}/issue")
        return invoice
