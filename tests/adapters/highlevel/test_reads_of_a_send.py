"""What HighLevel's send costs: a draft is read once, and its patch is made once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import httpx
import pytest

from billhook.model.invoice import Invoice, InvoiceKey
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.http.highlevel.application import HighLevelApi
from billhook_adapters.http.highlevel.schemas.sending import SendIn
from billhook_adapters.memory import InMemoryKeyring
from billhook_adapters.memory.transaction import InMemoryTransaction
from billhook_adapters.system.api_keys import hashed
from billhook_adapters.testing.running import ACCOUNT, RunningService

TOKEN, LOCATION = "pit-token", "loc_1"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
SEND = {
    "altId": LOCATION, "altType": "location", "userId": "user_1", "action": "email",
    "liveMode": True, "sentFrom": {"fromName": "Acme"},
}  # fmt: skip


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often invoices are read, and patches are made."""
    counts: Counter[str] = Counter()
    invoices, patch = InMemoryTransaction.invoices, SendIn.patch

    def read(
        transaction: InMemoryTransaction, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Invoice]:
        counts["reads"] += len(keys)
        return invoices(transaction, keys)

    def made(payload: SendIn) -> Any:
        counts["patches"] += 1
        return patch(payload)

    monkeypatch.setattr(InMemoryTransaction, "invoices", read)
    monkeypatch.setattr(SendIn, "patch", made)
    return counts


def test_a_send_of_a_draft_reads_it_once_and_makes_its_patch_once(counted: Counter[str]) -> None:
    running = RunningService()
    keys = InMemoryKeyring(running.store)
    keys.add(ACCOUNT, hashed(TOKEN), TOKEN, location=LOCATION)
    batched = BatchedService(running.service)
    api = HighLevelApi(ApiContext(batched, keys, running.clock))
    draft = running.drafted("inv_1")
    counted.clear()

    async def send() -> httpx.Response:
        transport: Any = httpx.ASGITransport(app=api)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post(f"/invoices/{draft.id}/send", json=SEND, headers=HEADERS)

    sent = asyncio.run(send())
    assert (sent.status_code, sent.json()["invoice"]["status"]) == (200, "sent")
    assert counted == {"reads": 1, "patches": 1}
    kept = json.loads(running.invoice().document.extras["highlevel.sentFrom"])
    assert kept == {"fromName": "Acme"}
