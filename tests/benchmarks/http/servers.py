"""The servers as processes: started on a socket of ours, timed, stopped."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

HERE = Path(__file__).parent
PYTHON = sys.executable
THREADS = 1
"""Of the peer's one worker: where it was strongest, so that the bar is against its best. Three
interleaved turns each of 1, 2, 4 and 16 gave medians of 652, 535, 526 and 441 requests a CPU
second; the turns of one setting were up to a third apart."""


def bare(listener: int, folder: Path) -> list[str]:
    """The fixed answer."""
    return [PYTHON, str(HERE / "bare.py"), str(listener)]


def billhook(listener: int, folder: Path) -> list[str]:
    """Ours, requests gathered."""
    return [PYTHON, str(HERE / "billhook_server.py"), str(listener), str(folder)]


def billhook_one_by_one(listener: int, folder: Path) -> list[str]:
    """Ours, a transaction a request."""
    return [*billhook(listener, folder), "--batching", "off"]


def django(listener: int, folder: Path) -> list[str]:
    """The peer."""
    return [
        *(PYTHON, str(HERE / "django_peer" / "serve.py"), str(folder)),
        *(f"--bind=fd://{listener}", "--worker-class=gthread", "--workers=1"),
        *(f"--threads={THREADS}", "--keep-alive=30", "--log-level=warning"),
    ]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Popen

    def cpu_seconds(self) -> float:
        """User and system time of the process and its children so far."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(sum(member.cpu_times()[:2]) for member in family)


@contextmanager
def running(command: Callable[[int, Path], list[str]]) -> Generator[Server]:
    """Start a server in a folder of its own; callers wait in the socket until it is seeded."""
    with TemporaryDirectory(prefix="billhook-bench-") as folder:
        # Closed here once the server holds it: where that dies, its callers get an error.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            number = listener.fileno()
            process = psutil.Popen(command(number, Path(folder)), pass_fds=(number,))
        try:
            yield Server(port, process)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
