"""The engine for many machines: wake-ups as jobs in the PostgreSQL that holds the rows."""

from billhook_adapters.engine.procrastinate.engine import ProcrastinateEngine
from billhook_adapters.engine.procrastinate.schema import prepare
from billhook_adapters.engine.procrastinate.wake_ups import WakeUps

__all__ = ["ProcrastinateEngine", "WakeUps", "prepare"]
