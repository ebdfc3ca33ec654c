"""A worker over a database, which delivers until it is stopped or killed."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import timedelta

from billhook.desk.handlers import Handlers
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import RandomIds
from billhook_adapters.memory.clock import SystemClock
from billhook_adapters.observability import configured
from billhook_adapters.settings import settings
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.wiring import senders


def main() -> None:
    """Deliver, and say so once it begins."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--engine", required=True, choices=["embedded"])
    parser.add_argument("--concurrency", type=int, required=True)
    parser.add_argument("--lease", type=float, required=True)
    asked = parser.parse_args()
    given = settings({**os.environ, "BILLHOOK_DATABASE": asked.database})
    configured(given.log_level)
    handlers = Handlers(
        SqlStore(open_database(asked.database)),
        SystemClock(),
        RandomIds(given.base_url),
        senders(given),
        lease=timedelta(seconds=asked.lease),
    )
    engine = EmbeddedEngine(handlers, hands=asked.concurrency)
    signal.signal(signal.SIGTERM, lambda *_: engine.stop())
    print("billhook delivers", flush=True)
    engine.run()


if __name__ == "__main__":
    sys.exit(main())
