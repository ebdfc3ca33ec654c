"""A PostgreSQL server that is killed as a power cut would, again and again."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from postgresql_server import MISSING, Server, binaries


class KillableServer(Server):
    """Flushes what it acknowledges, as in earnest."""

    def __post_init__(self) -> None:
        super().__post_init__()
        with (self.data / "postgresql.conf").open("a") as settings:
            # One call and not one for each file: a kill loses nothing that was written anyway.
            settings.write("recovery_init_sync_method = syncfs\n")

    def kill(self) -> None:
        """End all of its processes with SIGKILL, where they stand."""
        postmaster = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        postmaster.suspend()  # or it would fork while its family is counted
        family = [postmaster, *postmaster.children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family)
        if self._leash is not None:
            self._leash.kill()
            self._leash.communicate()
            self._leash = None

    def revive(self) -> None:
        """Start it where it gave up by itself."""
        postmaster = self.data / "postmaster.pid"
        if not postmaster.exists():
            self.stop()
            self.start()


@contextmanager
def killable_server(log: Path | None = None) -> Generator[KillableServer]:
    """A server of its own for as long as the block lasts; `log` is where it writes ahead."""
    found = binaries()
    if found is None:
        pytest.skip(MISSING)
    server = KillableServer(found, durable=True, log=log)
    try:
        server.start()
        yield server
    finally:
        server.remove()
