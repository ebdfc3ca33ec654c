"""The sender and the store that the documentation teaches fulfil the contracts, as it says."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from billhook.application.ports import Store
from billhook_adapters.testing.contracts.invoices import InvoicesSuite
from documentation.pages import taught

with TemporaryDirectory() as _folder:
    TestGatewaySender = taught("how-to/write-your-own-sender.md", Path(_folder))[
        "TestGatewaySender"
    ]
    _store = taught("how-to/write-your-own-store.md", Path(_folder))["CountedStore"]


class TestCountedStore(InvoicesSuite):  # one suite of the contract: the store behind it has all
    @pytest.fixture
    def store(self) -> Store:
        store: Store = _store()
        return store
