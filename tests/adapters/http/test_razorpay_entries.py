"""Customers and items of Razorpay's API that two requests edit at once."""

from __future__ import annotations

from typing import Any

import pytest
from returns.result import Failure

from billhook.application.commands import SaveEntry
from billhook.application.records import Entry, EntryChanged
from billhook_adapters.http.core.entries import EditEntry
from billhook_adapters.http.razorpay.commands import EditCustomer
from billhook_adapters.http.razorpay.errors import entry_error_response
from billhook_adapters.http.razorpay.schemas.customers import CustomerDetails
from billhook_adapters.testing.running import ACCOUNT, RunningService

RAVI, ASHA = (CustomerDetails(name=name, email="a@example.com") for name in ("Ravi", "Asha"))


@pytest.mark.parametrize("kind", ["customer", "item"])
def test_an_edit_of_what_was_changed_meanwhile_is_refused_and_stores_nothing(kind: str) -> None:
    running = RunningService()
    body = RAVI.model_dump_json()
    kept = SaveEntry(account=ACCOUNT, id="cust_1", body=body)
    entry = running.service.execute(kept).unwrap()
    assert isinstance(entry, Entry)
    edit: Any = {
        "customer": EditCustomer(account=ACCOUNT, before=entry, old=RAVI, new=ASHA),
        "item": EditEntry(account=ACCOUNT, before=entry, body=ASHA.model_dump_json()),
    }[kind]
    changed = running.service.execute(edit).unwrap()
    refused = running.service.execute(edit)
    assert refused == Failure(EntryChanged())
    assert running.service.entry(ACCOUNT, "cust_1") == changed
    answer = entry_error_response(refused.failure(), kind)
    text = f"The {kind} was changed by another request. Fetch it and try again."
    assert (answer.status, text.encode() in answer.body) == (400, True)
