"""The contract of a store, all its suites together."""

from __future__ import annotations

from billhook_adapters.testing.contracts.answers import AnswersSuite
from billhook_adapters.testing.contracts.contacts import ContactsSuite
from billhook_adapters.testing.contracts.entries import EntriesSuite
from billhook_adapters.testing.contracts.events import EventsSuite
from billhook_adapters.testing.contracts.invoices import InvoicesSuite
from billhook_adapters.testing.contracts.lookups import LookingUpSuite
from billhook_adapters.testing.contracts.messages import MessagesSuite
from billhook_adapters.testing.contracts.numbers import NumbersSuite
from billhook_adapters.testing.contracts.outbox import OutboxSuite
from billhook_adapters.testing.contracts.payments import PaymentsSuite
from billhook_adapters.testing.contracts.rate_limits import RateLimitsSuite
from billhook_adapters.testing.contracts.reminders import RemindersSuite
from billhook_adapters.testing.contracts.searching import SearchingSuite
from billhook_adapters.testing.contracts.seller_profiles import SellerProfilesSuite
from billhook_adapters.testing.contracts.sms_budgets import SmsBudgetsSuite
from billhook_adapters.testing.contracts.tenants import TenantsSuite
from billhook_adapters.testing.contracts.texts import TextsSuite
from billhook_adapters.testing.contracts.transactions import TransactionsSuite
from billhook_adapters.testing.contracts.webhook_endpoints import WebhookEndpointsSuite
from billhook_adapters.testing.contracts.worklists import WorklistsSuite


class StoreContract(
    InvoicesSuite,
    EventsSuite,
    MessagesSuite,
    OutboxSuite,
    PaymentsSuite,
    AnswersSuite,
    ContactsSuite,
    NumbersSuite,
    WebhookEndpointsSuite,
    SellerProfilesSuite,
    EntriesSuite,
    SearchingSuite,
    LookingUpSuite,
    TenantsSuite,
    TextsSuite,
    TransactionsSuite,
    RateLimitsSuite,
    SmsBudgetsSuite,
    RemindersSuite,
    WorklistsSuite,
):
    """What every store does. Provide `store`: a new store without any rows.

    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)
    """
