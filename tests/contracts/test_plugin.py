"""The pytest plugin: its fixtures are there, and it costs a test run of others next to nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

from billhook.application.commands import Draft
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook_adapters.memory import SettableClock
from billhook_adapters.testing import NOON, a_document


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
