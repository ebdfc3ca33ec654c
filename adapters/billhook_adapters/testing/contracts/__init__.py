"""The ports' contracts: each says once what every adapter of that port does.

    from billhook_adapters.testing.contracts import StoreContract

    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)

Inherit a contract in a test module, provide its fixtures, and pytest runs it. Needs pytest.
"""

from billhook_adapters.testing.contracts.api_keys import KeyringContract
from billhook_adapters.testing.contracts.clock import ClockContract
from billhook_adapters.testing.contracts.engine import EngineContract
from billhook_adapters.testing.contracts.engine_suite import EngineSetup
from billhook_adapters.testing.contracts.ids import IdsContract
from billhook_adapters.testing.contracts.sender import (
    OnceSenderContract,
    SenderContract,
    SenderErrorsContract,
)
from billhook_adapters.testing.contracts.service import ServiceContract
from billhook_adapters.testing.contracts.store import StoreContract
from billhook_adapters.testing.contracts.webhook_sender import WebhookSenderContract

__all__ = [
    "ClockContract",
    "EngineContract",
    "EngineSetup",
    "IdsContract",
    "KeyringContract",
    "OnceSenderContract",
    "SenderContract",
    "SenderErrorsContract",
    "ServiceContract",
    "StoreContract",
    "WebhookSenderContract",
]
