"""Everything in memory: for unit tests, examples and the sandbox. Needs only the core."""

from billhook_adapters.memory.backend import InMemoryBackend
from billhook_adapters.memory.keys import InMemoryKeyring
from billhook_adapters.memory.outbox import CapturedMessage, CapturedSender
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.memory.wiring import in_memory_service
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds

__all__ = [
    "CapturedMessage",
    "CapturedSender",
    "InMemoryBackend",
    "InMemoryKeyring",
    "InMemoryStore",
    "RandomIds",
    "SettableClock",
    "in_memory_service",
]
