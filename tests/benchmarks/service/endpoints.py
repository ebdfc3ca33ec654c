"""The other endpoints that matter: milliseconds at one connection, and CPU a request."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from benchmarks.service import seed, servers
from benchmarks.service.notifying import Filled
from benchmarks.service.turns import Load, Turn, turn

REQUESTS = {
    "create": 200,
    "fetch": 400,
    "pay": 200,
    "HighLevel send": 200,
    "list of 100": 200,
    "list of 100, deep": 60,
    "text search": 200,
    "page": 200,
    "PDF of one page": 60,
}
"""Each call, and how often it is made in a round."""

LONG, LONG_PDFS = 500, 5
"""Lines of the long invoice, and how many are printed."""


def measured(filled: Filled, rounds: int) -> dict[str, list[Turn]]:
    """Every turn of each call, the calls in turns."""
    found: dict[str, list[Turn]] = {name: [] for name in REQUESTS}
    with servers.running(servers.billhook(filled.copy(), delivers=False)) as server:
        for number in range(rounds + 1):
            for call, requests in REQUESTS.items():
                many = requests if number else 10  # the first round warms up
                load = Load(many, connections=1, call=call, invoices=filled.invoices)
                taken = turn(server, load, number)
                if number:
                    found[call].append(taken)
    return found


def long_pdf_milliseconds(filled: Filled) -> float:
    """CPU of the PDF of an invoice of `LONG` lines."""
    with servers.running(servers.billhook(filled.copy(), delivers=False)) as server:
        # Each is printed once: what prints one again remembers how it was laid out.
        first, *others = [
            urlsplit(_long_invoice(server.port, number)).path + "/invoice.pdf"
            for number in range(LONG_PDFS + 1)
        ]
        _pdf(server.port, first)
        before = server.cpu_seconds()
        for path in others:
            _pdf(server.port, path)
        return (server.cpu_seconds() - before) / LONG_PDFS * 1000


def _long_invoice(port: int, number: int) -> str:
    """The short URL of a new issued invoice of `LONG` lines, none of which another one has."""
    lines = [{"name": f"Book {number}.{n}", "unit_amount": 49900 + n} for n in range(LONG)]
    customer = {"name": "Ravi", "email": "ravi@example.com"}
    payload = {"currency": "INR", "customer": customer, "lines": lines}
    key = b64encode(f"{seed.KEY_ID}:{seed.SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
    body = _answer(port, "POST", "/api/invoices", json.dumps(payload), headers)
    draft: dict[str, Any] = json.loads(body)
    path = f"/api/invoices/{draft['invoice']['id']}/issue"
    issued: dict[str, Any] = json.loads(_answer(port, "POST", path, "{}", headers))
    return str(issued["short_url"])


def _pdf(port: int, path: str) -> None:
    if not _answer(port, "GET", path, None, {}).startswith(b"%PDF-"):
        raise SystemExit(f"{path} is no PDF")


def _answer(
    port: int, method: str, path: str, body: str | None, headers: Mapping[str, str]
) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, dict(headers))
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    if response.status not in (200, 201):
        raise SystemExit(f"{method} {path}: {response.status} {answer.decode(errors='replace')}")
    return answer
