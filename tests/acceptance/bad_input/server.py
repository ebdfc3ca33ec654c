"""A sandbox in a process of its own, its raw socket, and every row of its database."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine, inspect, make_url

from acceptance.bad_input.case import BASE, SECRET, THEIR_SECRET, THEIRS, Case, case, text

DEADLINE = 10  # seconds on the socket

Rows = dict[str, list[str]]

DRIVERS = {"sqlite": "sqlite", "postgr": "postgresql+psycopg"}
VERSIONS = {"sqlite": "pragma data_version", "postgresql": "select pg_current_wal_insert_lsn()"}
"""What changes with every commit of another connection."""


class Seen(NamedTuple):
    """A response."""

    status: int
    headers: str
    body: bytes

    @property
    def whole(self) -> bytes:
        """All of it that must be alike where answers are: all but the time and the request's id."""
        own = ("date:", "x-request-id:")
        kept = [line for line in self.headers.splitlines() if not line.lower().startswith(own)]
        return b"%d %b\n%b" % (self.status, "\n".join(kept).encode(), self.body)


class Server:
    """The server that the cases are sent to."""

    def __init__(self, port: int, database: str, log: Path) -> None:
        self.port, self.log = port, log
        self._engine = create_engine(make_url(database).set(drivername=DRIVERS[database[:6]]))
        self._rows = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        names = inspect(self._engine).get_table_names()
        self._selects = {name: f'select * from "{name}"' for name in names}  # noqa: S608  # its own
        self._selects["messages"] += " where medium <> 'webhook'"
        self._read = 0
        self._last: tuple[str, Rows] = ("", {})
        self.ids: dict[bytes, bytes] = {}

    def close(self) -> None:
        """Close the connection to the database."""
        self._rows.close()
        self._engine.dispose()

    def exchange(self, raw: bytes, *, method: str = "GET") -> Seen:
        """Send these bytes and read the one answer."""
        with closing(socket.create_connection(("127.0.0.1", self.port), DEADLINE)) as line:
            with suppress(ConnectionError):  # it may refuse what it has not read to its end
                line.sendall(raw)
            with closing(HTTPResponse(line, method=method)) as answer:
                answer.begin()
                return Seen(answer.status, str(answer.headers), answer.read())

    def send(self, request: Case) -> Seen:
        """Send a case, its ids put in."""
        if b"@fresh" in request.target:
            self.ids[b"@fresh"] = self._made(case("fresh", "POST", "/v1/invoices", text(BASE)))
        body = self._named(request.body)
        raw = self._named(request._replace(body=b"").raw) + body
        raw = raw.replace(b"@length", str(len(body)).encode(), 1)
        return self.exchange(raw, method=request.method.decode("latin-1"))

    def _named(self, raw: bytes) -> bytes:
        return re.sub(rb"@[a-z]+", lambda found: self.ids.get(found[0], found[0]), raw)

    def _made(self, request: Case) -> bytes:
        made = json.loads(self.send(request).body)
        self.ids[b"@line"] = made["line_items"][0]["id"].encode()
        identity: str = made["id"]
        return identity.encode()

    def create_invoices(self) -> None:
        """Make the invoices that cases name."""
        issued = text({**BASE, "draft": "0"})
        path = "/v1/invoices"
        self.ids[b"@theirs"] = self._made(case("", "POST", path, issued, auth=THEIRS))
        self.ids[b"@theirdraft"] = self._made(case("", "POST", path, text(BASE), auth=THEIRS))
        self.ids[b"@theirline"] = self.ids[b"@line"]
        self.ids[b"@issued"] = self._made(case("", "POST", path, issued))
        self.ids[b"@draft"] = self._made(case("", "POST", path, text(BASE)))
        self.ids[b"@ourline"] = self.ids[b"@line"]
        item = text({"name": "Pen", "amount": 100, "currency": "INR"})
        for name, auth in ((b"@theiritem", THEIRS), (b"@ouritem", None)):
            made = case("", "POST", "/v1/items", item, **({"auth": auth} if auth else {}))
            self.ids[name] = json.loads(self.send(made).body)["id"].encode()
        customer = text({"name": "Another Customer", "email": "else@example.com"})
        made = case("", "POST", "/v1/customers", customer, auth=THEIRS)
        self.ids[b"@theircustomer"] = json.loads(self.send(made).body)["id"].encode()
        self.rows()

    def logged(self) -> str:
        """What it wrote into its log since the last call."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            written = log.read()
        self._read += len(written)
        return written.decode()

    def rows(self, *, but: frozenset[str] = frozenset()) -> Rows:
        """Every row of every table but the webhook events, as another connection finds them.

        Webhook events are delivered beside the requests. The rows are not read again where no one
        has committed anything since the last time.
        """
        version = self._version
        if version != self._last[0]:
            found = {
                # The text of a tuple is whole; that of SQLAlchemy's row leaves out what is long.
                name: sorted(repr(tuple(row)) for row in self._rows.exec_driver_sql(select))
                for name, select in self._selects.items()
            }
            self._last = version, found
        return _without(self._last[1], but)

    @property
    def _version(self) -> str:
        statement = VERSIONS[self._rows.dialect.name]
        return str(self._rows.exec_driver_sql(statement).scalar())


def _without(rows: Rows, names: frozenset[str]) -> Rows:
    return {name: found for name, found in rows.items() if name not in names}


@contextmanager
def sandbox(folder: Path, database: str, *given: str) -> Generator[Server]:
    """A sandbox on a new database with two accounts and what the cases name; its log is there."""
    log = folder / "log"
    command = [
        *(sys.executable, "-m", "billhook_adapters.cli", "sandbox", "--port", "0"),
        *("--database", database),
        *("--account", f"ours:{SECRET}", "--account", f"theirs:{THEIR_SECRET}"),
        *given,
    ]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline().rpartition(":")[2])
            while not process.stdout.readline().startswith("ready"):
                pass
            with closing(Server(port, database, log)) as server:
                server.create_invoices()
                yield server
        finally:
            process.kill()
