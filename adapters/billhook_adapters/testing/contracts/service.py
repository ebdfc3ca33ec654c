"""The contract of the desk over a store, all its suites together."""

from __future__ import annotations

from billhook_adapters.testing.contracts.service_accounts import AccountsSuite
from billhook_adapters.testing.contracts.service_batches import BatchesSuite
from billhook_adapters.testing.contracts.service_commands import CommandsSuite
from billhook_adapters.testing.contracts.service_idempotency import KeysSuite
from billhook_adapters.testing.contracts.service_numbering import NumberingSuite
from billhook_adapters.testing.contracts.service_races import RacesSuite
from billhook_adapters.testing.contracts.service_reminders import RemindingSuite
from billhook_adapters.testing.contracts.service_webhooks import AnnouncingSuite


class ServiceContract(
    AccountsSuite,
    CommandsSuite,
    KeysSuite,
    BatchesSuite,
    AnnouncingSuite,
    RemindingSuite,
    RacesSuite,
    NumberingSuite,
):
    """What the desk does over every store. Provide `store`: a new store without any rows.

    class TestTheDeskOverMyStore(ServiceContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)
    """
