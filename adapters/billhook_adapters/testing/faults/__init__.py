"""Ports that fail on purpose: also "it happened, but the caller gets an error".

    from billhook_adapters.testing.faults import Faults, FaultyStore, Point

    def test_a_commit_without_an_answer_happens_once(clock, ids):
        faults = Faults()
        service = InvoiceService(FaultyStore(InMemoryStore(), faults), clock, ids)
        faults.deny(Point.COMMIT, ConnectionResetError())

Wrap the port of your own that you test with, or the one in memory.
"""

from billhook_adapters.testing.faults.plan import Faults, Plan, Point
from billhook_adapters.testing.faults.ports import FaultyClock, FaultyIds
from billhook_adapters.testing.faults.receivers import FaultySender, FaultyWebhookSender
from billhook_adapters.testing.faults.store import FaultyStore

__all__ = [
    "Faults",
    "FaultyClock",
    "FaultyIds",
    "FaultySender",
    "FaultyStore",
    "FaultyWebhookSender",
    "Plan",
    "Point",
]
