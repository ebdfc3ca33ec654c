"""Ports that go wrong on purpose: also "it happened, but the caller is told that it did not".

    from billhook_adapters.testing.faults import Faults, FaultyStore, Point

    def test_a_commit_that_nobody_heard_of_happens_once(clock, ids):
        faults = Faults()
        desk = Desk(FaultyStore(InMemoryStore(), faults), clock, ids)
        faults.after(Point.COMMIT, ConnectionResetError())

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
