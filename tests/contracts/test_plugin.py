"""The pytest plugin: its fixtures are there, and it costs a test run of others next to nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from billhook.application.commands import Draft
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook_adapters.memory import SettableClock
from billhook_adapters.testing import NOON, a_document

BROKEN_STORE = """
import pytest
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing.contracts import StoreContract

class Forgetful(InMemoryStore):
    def sendable(self, now, limit):
        return ["msg_unknown"]

class TestForgetful(StoreContract):
    @pytest.fixture
    def store(self):
        return Forgetful()
"""


def test_the_service_uses_the_clock_fixture(
    billhook_service: InvoiceService, billhook_clock: SettableClock
) -> None:
    billhook_clock.advance(timedelta(hours=1))
    draft = Draft(account=AccountId("acc_1"), document=a_document())
    assert billhook_service.execute(draft).unwrap().created_at == NOON + timedelta(hours=1)


def test_loading_the_plugin_loads_nothing_of_billhook() -> None:
    program = (
        "import sys, billhook_adapters.testing.plugin;"
        "print(*(name for name in sys.modules if name.split('.')[0] in "
        "('billhook', 'pydantic', 'sqlalchemy', 'transitions', 'returns')))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert loaded.stdout.split() == []


def test_a_store_that_breaks_its_contract_is_shown_both_sides(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(BROKEN_STORE)
    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "sendable", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert "assert ['msg_unknown'] == []" in outcome.stdout
