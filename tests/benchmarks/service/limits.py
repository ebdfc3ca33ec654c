"""What the disk and the databases can do at most, measured in the same run."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

SECONDS = 0.5
"""How long each limit is measured in a round."""

BODY = "x" * 200
"""What a row holds: about as much as a message."""

TABLE = "CREATE TABLE one_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)"
INSERT = f"INSERT INTO one_row (body) VALUES ('{BODY}');\n"  # noqa: S608  # a text of ours


def sqlite_rows(rows: int) -> float:
    """Rows a second that SQLite takes where each commit has so many, each flushed."""
    with tempfile.TemporaryDirectory(prefix="billhook-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "one.sqlite3", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE one_row (id INTEGER PRIMARY KEY, body TEXT)")

        def commit() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO one_row (body) VALUES (?)", [(BODY,)] * rows)
            connection.execute("COMMIT")

        rate = _rate(commit)
        connection.close()
    return rate * rows


def syncs() -> float:
    """Flushes a second of a page that was written to the end of a file."""
    flush = getattr(os, "fdatasync", os.fsync)  # not every system has the first
    with tempfile.TemporaryFile() as file:

        def sync() -> None:
            file.write(b"x" * 4096)
            file.flush()
            flush(file.fileno())

        return _rate(sync)


def _rate(call: Callable[[], None]) -> float:
    call()
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        call()
        done += 1
    return done / (time.perf_counter() - started)


def pgbench() -> str | None:
    """Where PostgreSQL's own benchmark is, or None."""
    found = shutil.which("pgbench")
    if found is not None:
        return found
    return max(map(str, Path("/usr/lib/postgresql").glob("*/bin/pgbench")), default=None)


def prepare_pgbench(database: str) -> None:
    """Make the table of `pgbench_rows` in a database."""
    with psycopg.connect(database) as connection:
        connection.execute(TABLE)


def pgbench_rows(program: str, database: str, clients: int) -> float:
    """Rows a second that so many clients insert, each a row in a transaction of its own."""
    url = urlsplit(database)
    with tempfile.TemporaryDirectory(prefix="billhook-bench-") as folder:
        script = Path(folder) / "insert.sql"
        script.write_text(INSERT)
        seconds = max(1, clients // 32)  # many clients take a second to connect
        words = [program, "-n", "-M", "prepared", "-f", str(script), "-T", str(seconds)]
        words += ["-c", str(clients), "-j", "1", "-U", url.username or "billhook"]
        words += ["-h", parse_qs(url.query)["host"][0], url.path.lstrip("/")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])
