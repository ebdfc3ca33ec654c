"""Clients that send random requests about a few invoices, and write down the answers."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock
from time import monotonic
from typing import Any

from histories.history import Operation, Request, View, answer_of

PATIENCE_SECONDS = 10.0
"""How long a client waits for an answer."""
UNREACHABLE = 599
AT_A_TIME = 3
"""Invoices that all clients ask about at a time."""
KINDS = {
    "read": 8,
    "update": 6,
    "pay": 6,
    "notify": 4,
    "issue": 4,
    "messages": 2,
    "payments": 2,
    "cancel": 1,
    "create": 1,
    "delete": 1,
}


class Recorder:
    """The operations of all clients, by invoice."""

    def __init__(self, authorization: str) -> None:
        self.operations: dict[str, list[Operation]] = defaultdict(list)
        self.failures: list[str] = []
        """Answers that no request may get."""
        self.began = monotonic()
        self._authorization = authorization
        self._lock = Lock()

    def ask(self, client: str, invoice: str, port: int, request: Request) -> Operation | None:
        """Ask, and write it down; None where nothing was sent because no server listened."""
        operation = Operation(client, request, monotonic() - self.began)
        try:
            status, content = self._exchange(port, request)
        except (OSError, HTTPException):
            status, content = 0, b""
        ended = monotonic() - self.began
        if status == UNREACHABLE:
            return None
        if 0 < status < 500:
            payload = json.loads(content) if content else {}
            answer = answer_of(request, status, payload)
            operation = operation._replace(answered=ended, answer=answer)
        elif status not in (0, 503):
            self.failures.append(f"{request} -> {status} {content[:300]!r}")
        with self._lock:
            self.operations[invoice].append(operation)
        return operation

    def _exchange(self, port: int, request: Request) -> tuple[int, bytes]:
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        if request.key is not None:
            headers["Idempotency-Key"] = request.key
        if request.version is not None:
            headers["If-Match"] = f'"{request.version}"'
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
            connection.request(request.method, request.path, request.body, headers)
            response = connection.getresponse()
            return response.status, response.read()


class Client:
    """One client; what it requests depends on its seed and on the answers."""

    def __init__(
        self,
        name: str,
        recorder: Recorder,
        ports: Sequence[int],
        invoices: Sequence[str],
        seed: str,
    ) -> None:
        self._name, self._recorder = name, recorder
        self._ports, self._invoices = ports, invoices
        self._chance = random.Random(seed)  # noqa: S311  # which requests, not a secret
        self._count = 0
        self._known: dict[str, View] = {}
        self._with_key: dict[str, list[Request]] = defaultdict(list)

    def run_until(self, end: float) -> None:
        """Ask one request after the other until that time, about ever later invoices."""
        began, places = monotonic(), len(self._invoices) - AT_A_TIME + 1
        while (now := monotonic()) < end:
            first = int(places * (now - began) / (end - began))
            invoice = self._chance.choice(self._invoices[first : first + AT_A_TIME])
            self._repeated(invoice, self._request(invoice))

    def _repeated(self, invoice: str, request: Request) -> None:
        """Ask; with a key, mostly ask again where no answer came."""
        for _ in range(3):
            port = self._chance.choice(self._ports)
            done = self._recorder.ask(self._name, invoice, port, request)
            if done is None:
                Event().wait(0.02)
                continue
            if request.key is not None:
                self._with_key[invoice].append(request)
            if done.answer is not None:
                if isinstance(done.answer.content, View):
                    self._known[invoice] = done.answer.content
                return
            if request.key is None or self._chance.random() < 0.2:
                return

    def _request(self, invoice: str) -> Request:
        chance = self._chance
        self._count += 1
        earlier = self._with_key[invoice]
        if earlier and chance.random() < 0.1:
            return chance.choice(earlier)  # the same request under the same key
        kind = chance.choices([*KINDS], [*KINDS.values()])[0]
        if invoice not in self._known:
            kind = chance.choice(["create", "create", "read", "issue"])
        request = _request(kind, invoice, chance, f"{self._name}-{self._count}")
        if kind in ("create", "issue", "cancel", "pay", "notify") and chance.random() < 0.7:
            is_reused = earlier and chance.random() < 0.05
            key = (
                chance.choice(earlier).key if is_reused else f"{invoice}-{self._name}-{self._count}"
            )
            request = request._replace(key=key)
        guarded = kind in ("update", "issue", "cancel", "delete", "notify")
        if guarded and invoice in self._known and chance.random() < 0.4:
            request = request._replace(version=self._known[invoice].version)
        return request


def _request(kind: str, invoice: str, chance: random.Random, name: str) -> Request:
    path = f"/api/invoices/{invoice}"
    match kind:
        case "create":
            price = 300
            body: dict[str, Any] = {
                "id": invoice,
                "currency": "INR",
                "customer": {"name": "Ravi", "email": address(invoice)},
                "lines": [{"name": "Book", "unit_amount": price}],
                "partial_payment": True,
            }
            return _with_body(kind, "POST", "/api/invoices", body, price=price)
        case "read":
            return Request(kind, "GET", path)
        case "messages" | "payments":
            return Request(kind, "GET", f"{path}/{kind}")
        case "update":
            field = chance.choice(["comment", "note", "note", "price"])
            value: Any = name
            if field == "price":
                value = chance.choice([200, 300, 400])
                return _with_body(
                    kind,
                    "PATCH",
                    path,
                    {"lines": [{"name": "Book", "unit_amount": value}]},
                    price=value,
                )
            patch = {"comment": name} if field == "comment" else {"notes": {"note": name}}
            return _with_body(kind, "PATCH", path, patch, **{field: value})
        case "pay":
            amount = chance.choice([50, 50, 100, 200])
            # Two clients may use one reference.
            reference = f"{invoice}-{name if chance.random() < 0.7 else chance.randrange(3)}"
            body = {"amount": amount, "currency": "INR", "reference": reference}
            return _with_body(
                kind, "POST", f"{path}/payments", body, amount=amount, reference=reference
            )
        case "notify":
            return _with_body(kind, "POST", f"{path}/notify", {"medium": "email"})
        case "delete":
            return Request(kind, "DELETE", path)
        case _:
            return Request(kind, "POST", f"{path}/{kind}")


def _with_body(kind: str, method: str, path: str, body: dict[str, Any], **fields: Any) -> Request:
    return Request(kind, method, path, json.dumps(body), fields=tuple(fields.items()))


def address(invoice: str) -> str:
    """The payer of an invoice; each has its own, so that a mail shows its invoice."""
    return f"{invoice.replace('_', '-')}@example.com"


def last_reads(invoice: str) -> list[Request]:
    """What is read of an invoice once all clients have stopped."""
    path = f"/api/invoices/{invoice}"
    return [
        Request("read", "GET", path),
        Request("messages", "GET", f"{path}/messages"),
        Request("payments", "GET", f"{path}/payments"),
    ]
