"""The pytest plugin: loaded wherever billhook is installed, and nearly free until it is used.

    def test_a_new_account_has_no_invoices(billhook_service):
        assert billhook_service.get("acc_1", "inv_1").failure().code == "invoice_not_found"

Failing asserts of the contract suites show both sides, as those of your own tests do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from billhook.application.service import InvoiceService
    from billhook_adapters.memory import SettableClock

pytest.register_assert_rewrite("billhook_adapters.testing.contracts")


@pytest.fixture
def billhook_clock() -> SettableClock:
    """A clock that stands at noon on 1 January 2026 until it is moved."""
    from billhook_adapters.memory import SettableClock
    from billhook_adapters.testing.builders import NOON

    return SettableClock(NOON)


@pytest.fixture
def billhook_service(billhook_clock: SettableClock) -> InvoiceService:
    """A service in memory with one account, `acc_1`; its clock is `billhook_clock`."""
    from billhook_adapters.memory import in_memory_service

    return in_memory_service(billhook_clock)
