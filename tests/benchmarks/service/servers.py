"""The servers as processes: started as their documentation says, timed, stopped."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from benchmarks.service import seed

HERE = Path(__file__).parent
PYTHON = sys.executable
BILLHOOK = str(Path(PYTHON).with_name("billhook"))
PRISM = HERE / "prism" / "node_modules" / ".bin" / "prism"
INSTALL_PRISM = "npm install --no-package-lock --prefix tests/benchmarks/service/prism"
THREADS = 1
"""Of the Django peer's one worker: where it was strongest, so that the bar is against its best.
Three interleaved turns each of 1, 2, 4 and 16 gave medians of 652, 535, 526 and 441 requests a CPU
second; the turns of one setting were up to a third apart."""

START_SECONDS = 120
"""How long a server may take until it accepts connections; peers fill their databases first."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started in a folder of its own: `{port}` and `{folder}` are put in.

    `database` is the URL of what it stores in, where the benchmark reads it too.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    database: str | None = None


def billhook(database: str, *, delivers: bool) -> Command:
    """The command of the README, with logs at INFO; it delivers to a sender that takes no time."""
    words = (BILLHOOK, "serve", "--port", "{port}", "--database", database)
    environment = {
        "PYTHONPATH": str(HERE / "plugin"),
        "BILLHOOK_BASE_URL": seed.BASE_URL,
        "BILLHOOK_SMTP_URL": "none://",
        "BILLHOOK_MAIL_FROM": "bills@bill.example",
    }
    if not delivers:
        environment["BILLHOOK_DELIVERY"] = "workers"
    return Command(words, environment, database)


BARE = Command((PYTHON, "-m", "benchmarks.service.bare", "{port}"))
DJANGO = Command(
    (
        *(PYTHON, str(HERE / "django_peer" / "serve.py"), "{folder}", "--bind=127.0.0.1:{port}"),
        *("--worker-class=gthread", "--workers=1", f"--threads={THREADS}", "--keep-alive=30"),
        *("--access-logfile=-", "--log-level=info"),
    ),
)
FASTAPI = Command((PYTHON, "-m", "benchmarks.service.fastapi_peer", "{folder}", "{port}"))


def prism() -> Command | None:
    """Prism as a mock of the one path; None, said so, where it is not installed."""
    if not PRISM.exists():
        print(f"SKIPPED Prism: {INSTALL_PRISM}", file=sys.stderr)
        return None
    return Command(
        (str(PRISM), "mock", "--port", "{port}", str(HERE / "prism" / "openapi.yaml")),
    )


@dataclass(slots=True)
class Server:
    """A server's process; `postmaster` is that of the PostgreSQL that it stores in."""

    port: int
    process: psutil.Popen
    log: Path
    database: str | None
    postmaster: psutil.Process | None = None

    def ready(self) -> Server:
        """Itself, once it takes connections. Raises SystemExit, with its log, where it ended."""
        _wait_for(self.process, self.port, self.log)
        self.postmaster = _postmaster(self.database)
        return self

    def cpu_seconds(self) -> float:
        """User and system time of the process and its children so far."""
        return cpu_seconds(self.process)

    def database_cpu_seconds(self) -> float:
        """The same of the PostgreSQL server; 0 where the database is in the process itself."""
        return 0.0 if self.postmaster is None else cpu_seconds(self.postmaster)

    def resident_bytes(self) -> int:
        """Memory of the process and its children."""
        return sum(member.memory_info().rss for member in family(self.process))

    def written_bytes(self) -> int:
        """What the process and its children gave to the disk so far, where the system says it."""
        if not hasattr(self.process, "io_counters"):
            return 0
        return sum(member.io_counters().write_bytes for member in family(self.process))

    def kill(self) -> None:
        """End it at once, as `kill -9` does, and wait."""
        for member in family(self.process):
            member.kill()
        self.process.wait()


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and its children, and theirs."""
    return [process, *process.children(recursive=True)]


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of a process and its children so far, also of those that have ended."""
    return sum(map(_seconds_of, family(process)))


def _seconds_of(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))
    except psutil.NoSuchProcess:  # it has ended since: its parent has its time now
        return 0.0


@contextmanager
def running(command: Command) -> Generator[Server]:
    """A server that takes connections."""
    with started(command) as server:
        yield server.ready()


@contextmanager
def started(command: Command) -> Generator[Server]:
    """A server that may not take connections yet, with all that it prints in a file."""
    port = _free_port()
    with TemporaryDirectory(prefix="billhook-bench-") as folder:
        words = [word.format(port=port, folder=folder) for word in command.words]
        kept = {n: value for n, value in os.environ.items() if not n.startswith("BILLHOOK_")}
        path = Path(folder) / "log"
        with path.open("wb") as log:
            process = psutil.Popen(
                words, env={**kept, **command.environment}, stdout=log, stderr=log
            )
        try:
            yield Server(port, process, path, command.database)
        finally:
            _end(process)


def _end(process: psutil.Popen) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=15)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(process: psutil.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"a server did not start: {process.args}\n{log.read_text()[-4000:]}")


def _postmaster(database: str | None) -> psutil.Process | None:
    if database is None or not database.startswith("postgresql"):
        return None
    with psycopg.connect(database) as connection:
        return psutil.Process(connection.info.backend_pid).parent()
