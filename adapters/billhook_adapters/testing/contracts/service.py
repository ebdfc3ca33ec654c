"""The contract of the service over a store, all its suites together."""

from __future__ import annotations

from billhook_adapters.testing.contracts.seller_profiles import ShownProfilesSuite
from billhook_adapters.testing.contracts.service_accounts import AccountsSuite
from billhook_adapters.testing.contracts.service_batches import BatchesSuite
from billhook_adapters.testing.contracts.service_commands import CommandsSuite
from billhook_adapters.testing.contracts.service_idempotency import KeysSuite
from billhook_adapters.testing.contracts.service_numbering import NumberingSuite
from billhook_adapters.testing.contracts.service_outlook import OutlookSuite
from billhook_adapters.testing.contracts.service_races import RacesSuite
from billhook_adapters.testing.contracts.service_reminders import ServiceRemindersSuite
from billhook_adapters.testing.contracts.service_webhooks import WebhooksSuite


class ServiceContract(
    AccountsSuite,
    ShownProfilesSuite,
    CommandsSuite,
    KeysSuite,
    BatchesSuite,
    WebhooksSuite,
    ServiceRemindersSuite,
    RacesSuite,
    NumberingSuite,
    OutlookSuite,
):
    """What the service does over every store. Provide `store`: a new store without any rows.

    class TestTheServiceOverMyStore(ServiceContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)
    """
