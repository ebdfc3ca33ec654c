"""What one account waits for while a stranger or another account attacks: `make attacks`.

`billhook serve` on SQLite as it ships, its log at INFO, on one core; clients on the other,
attackers with the lowest priority. A client of one account sends a notify every few milliseconds
over one connection: first while nothing else happens, then during each attack. Prints the times
and the most memory that the server has had; exits 1 where p99 is 5 times that of the quiet
server, or memory 300 MiB.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from attacks.serving import Credentials, Served, head, opened

REQUESTS, SECONDS = 1500, 10
"""Of the client in each measurement, at most."""

PAUSE = 0.004
"""Seconds between two of them, so that the client alone does not fill the server."""

MOST_RATIO, MOST_MEMORY = 5, 300 * 2**20
ATTACKERS = 4
"""Connections that attack at a time."""

JSON = b"Content-Type: application/json\r\n"


class Target(NamedTuple):
    """Where attackers send to, and what the account of one of them has."""

    served: Served
    credentials: Credentials
    invoice: str


Attack = Callable[[Target], None]
"""One attempt, repeated until it is stopped."""


def mebibyte_of_fields(target: Target) -> None:
    """A head of a mebibyte of two-letter fields."""
    target.served.ask(head("GET", "/v1/invoices"), b"A:b\r\n" * (2**20 // 5), b"\r\n")


def endless_field(target: Target) -> None:
    """A head that never ends."""
    with closing(target.served.connected()) as line, suppress(OSError):
        line.sendall(head("GET", "/v1/invoices") + b"A: ")
        while True:
            line.sendall(b"b" * 65536)


def idle_connections(target: Target) -> None:
    """Three hundred connections that send nothing, or a byte now and then; 1,200 in all."""
    lines = [target.served.connected() for _ in range(300)]
    for _ in range(20):
        for number, line in enumerate(lines):
            with suppress(OSError):
                if number % 2:
                    line.sendall(b"G")
        time.sleep(0.1)
    for line in lines:
        line.close()


def large_number(target: Target) -> None:
    """A number of three million digits in a field that the vendor does not describe."""
    body = b'{"contactDetails":{"customFields":[{"value":1e3000000}]}}'
    _post(target, "/invoices/", target.credentials.bearer, body)


def large_body(target: Target) -> None:
    """A body of nearly a mebibyte with as many values as are allowed."""
    body = json.dumps({"notes": {f"n{n}": "x" * 90 for n in range(9000)}}).encode()
    _post(target, "/v1/invoices", target.credentials.basic, body)


def deep_body(target: Target) -> None:
    """Half a million opening brackets."""
    _post(target, "/v1/invoices", target.credentials.basic, b"[" * 500_000)


def unreadable_invoice(target: Target) -> None:
    """A notify for an invoice whose row is damaged, and a list that holds it."""
    path = f"/v1/invoices/{target.invoice}/notify_by/email"
    _post(target, path, target.credentials.basic, b"")
    target.served.ask(head("GET", "/v1/invoices?count=100", target.credentials.basic), b"\r\n")


def large_lists(target: Target) -> None:
    """A hundred invoices of fifty lines each, again and again."""
    target.served.ask(head("GET", "/v1/invoices?count=100", target.credentials.basic), b"\r\n")


def wrong_credentials(target: Target) -> None:
    """Requests with keys that do not exist."""
    target.served.ask(head("GET", "/v1/invoices", b"Authorization: Basic eDp5\r\n"), b"\r\n")


ATTACKS: tuple[Attack, ...] = (
    mebibyte_of_fields,
    endless_field,
    idle_connections,
    large_number,
    large_body,
    deep_body,
    unreadable_invoice,
    large_lists,
    wrong_credentials,
)


def _post(target: Target, path: str, credentials: bytes, body: bytes) -> None:
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    target.served.ask(head("POST", path, credentials, JSON, length), body)


def create(served: Served, credentials: Credentials, count: int, lines: int) -> Iterator[str]:
    """The ids of new invoices, each of a payer of its own."""
    with closing(HTTPConnection("127.0.0.1", served.port)) as http:
        for number in range(count):
            customer = {"name": "Ravi", "email": f"payer{number}@example.com"}
            body = {
                "type": "invoice",
                "customer": customer,
                "line_items": [{"name": "Book" * 50, "amount": 100, "quantity": 1}] * lines,
                "email_notify": 0,
                "sms_notify": 0,
            }
            http.request("POST", "/v1/invoices", json.dumps(body), _headers(credentials))
            yield json.loads(http.getresponse().read())["id"]


def _headers(credentials: Credentials) -> dict[str, str]:
    name, _, value = credentials.basic.decode().strip().partition(": ")
    return {name: value, "Content-Type": "application/json"}


def notify(served: Served, credentials: Credentials, invoices: list[str]) -> list[float]:
    """Seconds that each notify took; each must be accepted."""
    taken: list[float] = []
    until = time.monotonic() + SECONDS
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=60)) as http:
        for invoice in invoices:
            if time.monotonic() > until:
                break
            started = time.perf_counter()
            path = f"/v1/invoices/{invoice}/notify_by/email"
            http.request("POST", path, "", _headers(credentials))
            answer = http.getresponse()
            body = answer.read()
            taken.append(time.perf_counter() - started)
            if answer.status != 200:
                raise SystemExit(f"the neighbour was answered {answer.status}: {body!r}")
            time.sleep(PAUSE)
    return taken


def _repeat(attack: Attack, target: Target) -> None:
    os.nice(19)
    while True:
        with suppress(OSError):
            attack(target)


def measured(folder: Path, chosen: Sequence[Attack]) -> Iterator[tuple[str, list[float], int]]:
    """The times of the quiet server and during each attack, with the most memory until then."""
    database = f"sqlite:///{folder}/billhook.sqlite3"
    ours = opened(database)
    theirs = opened(database, "acc_2", "loc_other")
    with Served(database, folder / "log", {}) as served:
        os.sched_setaffinity(served.pid, {0})
        os.sched_setaffinity(0, {1})
        invoices = list(create(served, ours, REQUESTS * (len(chosen) + 1), 1))
        *_, invoice = create(served, theirs, 100, 50)
        with closing(sqlite3.connect(folder / "billhook.sqlite3")) as connection:
            connection.execute("UPDATE invoices SET document = 'x' WHERE id = ?", (invoice,))
            connection.commit()
        target = Target(served, theirs, invoice)
        batches = [invoices[n : n + REQUESTS] for n in range(0, len(invoices), REQUESTS)]
        yield "quiet", notify(served, ours, batches.pop()), served.memory
        for attack in chosen:
            attackers = [
                multiprocessing.Process(target=_repeat, args=(attack, target), daemon=True)
                for _ in range(ATTACKERS)
            ]
            for one in attackers:
                one.start()
            time.sleep(0.5)
            taken = notify(served, ours, batches.pop())
            for one in attackers:
                one.kill()
                one.join()
            yield attack.__name__.replace("_", " "), taken, served.memory


def main(names: Sequence[str]) -> int:
    """Measure, print, and say whether every limit is met."""
    chosen = [attack for attack in ATTACKS if not names or attack.__name__ in names]
    quiet, missed = 0.0, []
    print(f"{'attack':22}{'p50 ms':>8}{'p99 ms':>8}{'most ms':>9}{'ratio':>7}{'MiB':>6}")
    with TemporaryDirectory() as folder:
        for name, taken, memory in measured(Path(folder), chosen):
            cuts = quantiles(taken, n=100)
            quiet = quiet or cuts[98]
            ratio = cuts[98] / quiet
            figures = f"{cuts[49] * 1000:8.1f}{cuts[98] * 1000:8.1f}{max(taken) * 1000:9.1f}"
            is_missed = ratio >= MOST_RATIO or memory >= MOST_MEMORY
            mark = "  MISSED" if is_missed else ""
            print(f"{name:22}{figures}{ratio:7.1f}{memory / 2**20:6.0f}{mark}", flush=True)
            missed += [name] * is_missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
