"""A worker whose provider takes everything at once; it prints how long each message had waited.

`python worker.py URL ENGINE CONCURRENCY`; prints a line at its start, and JSON when it is stopped.
"""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime

from returns.result import Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.composition.engines import delivery
from billhook_adapters.composition.service import observed_engine
from billhook_adapters.composition.settings import EngineName
from billhook_adapters.memory import RandomIds
from billhook_adapters.observability import Metrics
from billhook_adapters.system.clock import SystemClock


class Silent:
    """Takes everything, and keeps how long it had waited, in milliseconds."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        waited = datetime.now(UTC) - message.requested_at  # noqa: TID251  # it measures the machine's time
        self.waited.append(waited.total_seconds() * 1000)
        return Success(Accepted())


def main(url: str, engine: str, concurrency: str) -> None:
    """Deliver until SIGTERM."""
    clock, silent, name = SystemClock(), Silent(), EngineName(engine)
    store, make_engine = delivery(open_backend(url), name, clock)
    background_jobs = BackgroundJobs(store, clock, RandomIds(), dict.fromkeys(Medium, silent))
    working = observed_engine(make_engine, background_jobs, Metrics(), int(concurrency))
    signal.signal(signal.SIGTERM, lambda *_: working.stop())
    print("ready", flush=True)
    working.run()
    print(json.dumps(silent.waited), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
