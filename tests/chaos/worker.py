"""`billhook worker` with a lease of seconds; the usual one is two minutes."""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial

from billhook.application.background_jobs import BackgroundJobs
from billhook_adapters.cli.main import main
from billhook_adapters.composition import service as wiring

if __name__ == "__main__":
    lease = timedelta(seconds=float(sys.argv[1]))
    wiring.BackgroundJobs = partial(BackgroundJobs, lease=lease)  # type: ignore[misc, assignment]  # in this process alone
    sys.exit(main(["worker", *sys.argv[2:]]))
