"""The requests that are measured, as bytes, and what is the right answer to each."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from benchmarks.service import seed

BASIC = b64encode(f"{seed.KEY_ID}:{seed.SECRET}".encode()).decode()
TENANCY = f"altId={seed.LOCATION}&altType=location"
VERSION = "2021-07-28"
"""Of HighLevel's API."""

CREATED = {
    "type": "invoice",
    "currency": "INR",
    "customer": {"name": "Ravi", "email": "ravi@example.com", "contact": "+919876543210"},
    "line_items": [{"name": "Book", "amount": 49900, "quantity": 2}],
}
PAID = {"amount": 1, "currency": "INR"}
SENT = {
    "altId": seed.LOCATION,
    "altType": "location",
    "userId": "user_bench",
    "action": "email",
    "liveMode": True,
}


class Call(NamedTuple):
    """A request about the invoice of a number, one of so many, and how its right answer looks.

    `answer` is the whole body where it is bytes, else a text that is in the body, made of the
    number.
    """

    method: str
    target: Callable[[int, int], str]
    body: Mapping[str, Any] | None = None
    authorization: str | None = f"Basic {BASIC}"
    status: int = 200
    answer: bytes | Callable[[int], str] = b""

    def request(self, number: int, invoices: int) -> bytes:
        """The request, whole."""
        body = b"" if self.body is None else json.dumps(self.body).encode()
        lines = [
            f"{self.method} {self.target(number, invoices)} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Version: {VERSION}",
            f"Content-Length: {len(body)}",
        ]
        if body:
            lines.append("Content-Type: application/json")
        if self.authorization is not None:
            lines.append(f"Authorization: {self.authorization}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def is_right(self, number: int, head: bytes, body: bytes) -> bool:
        """Whether a server answered what it should."""
        if not head.startswith(b"HTTP/1.1 %d " % self.status):
            return False
        if isinstance(self.answer, bytes):
            return body == self.answer
        return self.answer(number).encode() in body


def _deep(number: int, invoices: int) -> str:
    """The last page but one, of an account that has so many invoices."""
    return f"/v1/invoices?count=100&skip={max(invoices - 200, 0)}"


CALLS: Mapping[str, Call] = {
    "notify": Call(
        "POST",
        lambda number, _: f"/v1/invoices/{seed.invoice(number)}/notify_by/email",
        answer=seed.ANSWER,
    ),
    "create": Call(
        "POST", lambda *_: "/v1/invoices", CREATED, answer=lambda _: '"status":"issued"'
    ),
    "fetch": Call(
        "GET", lambda number, _: f"/v1/invoices/{seed.invoice(number)}", answer=seed.invoice
    ),
    "pay": Call(
        "POST",
        lambda number, _: f"/api/invoices/{seed.invoice(number)}/payments",
        PAID,
        status=201,
        answer=lambda _: '"status":"partially_paid"',
    ),
    "HighLevel send": Call(
        "POST",
        lambda number, _: f"/invoices/{seed.invoice(number)}/send",
        SENT,
        f"Bearer {seed.TOKEN}",
        answer=seed.invoice,
    ),
    "list of 100": Call(
        "GET", lambda *_: "/v1/invoices?count=100", answer=lambda _: '"count":100,'
    ),
    "list of 100, deep": Call("GET", _deep, answer=lambda _: '"count":100,'),
    "text search": Call(
        "GET",
        lambda number, _: f"/invoices/?{TENANCY}&limit=10&offset=0&search={_searched(number)}",
        None,
        f"Bearer {seed.TOKEN}",
        answer=lambda _: '"total":1}',
    ),
    "page": Call(
        "GET",
        lambda number, _: f"/i/{seed.page(number)}",
        authorization=None,
        answer=lambda _: "<html",
    ),
    "PDF of one page": Call(
        "GET",
        lambda number, _: f"/i/{seed.page(number)}/invoice.pdf",
        authorization=None,
        answer=lambda _: "%PDF-",
    ),
}


def _searched(number: int) -> str:
    """What one invoice alone has: the local part of its payer's address."""
    return seed.payer(number)[0].partition("@")[0]
