"""The contract of the desk over a store, all its suites together."""

from __future__ import annotations

from billhook_adapters.testing.contracts.desk_announcing import AnnouncingSuite
from billhook_adapters.testing.contracts.desk_batches import BatchesSuite
from billhook_adapters.testing.contracts.desk_commands import CommandsSuite
from billhook_adapters.testing.contracts.desk_keys import KeysSuite
from billhook_adapters.testing.contracts.desk_numbering import NumberingSuite
from billhook_adapters.testing.contracts.desk_races import RacesSuite
from billhook_adapters.testing.contracts.desk_reminding import RemindingSuite


class DeskContract(
    CommandsSuite,
    KeysSuite,
    BatchesSuite,
    AnnouncingSuite,
    RemindingSuite,
    RacesSuite,
    NumberingSuite,
):
    """What the desk does over every store. Provide `store`: a new store without any rows.

    class TestTheDeskOverMyStore(DeskContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)
    """
