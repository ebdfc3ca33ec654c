"""The engine for many machines: jobs in the PostgreSQL database that holds the rows."""

from billhook_adapters.engine.procrastinate.engine import ProcrastinateEngine
from billhook_adapters.engine.procrastinate.queue import ProcrastinateQueue
from billhook_adapters.engine.procrastinate.schema import prepare
from billhook_adapters.engine.procrastinate.wake_ups import WakeUps

__all__ = ["ProcrastinateEngine", "ProcrastinateQueue", "WakeUps", "prepare"]
