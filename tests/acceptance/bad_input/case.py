"""One request that no SDK sends, as the bytes that go over the wire."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

SECRET, THEIR_SECRET = "hush-ours-0123456789", "hush-theirs-9876543210"
NAME, EMAIL, CONTACT = "Ravi Personal", "ravi.personal@example.com", "+919876512345"
PRIVATE = (SECRET, THEIR_SECRET, NAME, EMAIL, CONTACT)
"""What no refusal may repeat, and no log may hold."""

Headers = tuple[tuple[bytes, bytes], ...]


def basic(key: str, secret: str) -> bytes:
    """An Authorization header's value."""
    return b"Basic " + b64encode(f"{key}:{secret}".encode())


OURS, THEIRS = basic("ours", SECRET), basic("theirs", THEIR_SECRET)
JSON = b"application/json"
FORM = b"application/x-www-form-urlencoded"


class Case(NamedTuple):
    """A request, its name, and the statuses that may answer it.

    `@draft`, `@issued`, `@line` (of the draft), `@theirs` and `@fresh` (a draft made for this
    case) are replaced by ids, wherever they stand. An `expected` of `ANY_4XX` is garbage that the
    server's parser refuses; what is below 300 may change the store.
    """

    name: str
    method: bytes
    target: bytes
    headers: Headers
    body: bytes
    expected: frozenset[int]
    broken: str | None = None
    """Why the product is known to fail it."""

    @property
    def raw(self) -> bytes:
        """The whole request."""
        lines = b"".join(b"%b: %b\r\n" % pair for pair in self.headers)
        return b"%b %b HTTP/1.1\r\n%b\r\n%b" % (self.method, self.target, lines, self.body)


ANY_4XX = frozenset(range(400, 500))


def case(
    name: str,
    method: str | bytes,
    target: str | bytes,
    body: bytes = b"",
    expected: int | Iterable[int] = 400,
    *,
    auth: bytes | None = OURS,
    kind: bytes | None = JSON,
    more: Iterable[tuple[bytes, bytes]] = (),
    length: bool = True,
    host: bytes | None = b"127.0.0.1",
    broken: str | None = None,
) -> Case:
    """A case with the headers that it needs, and more of them where it says so."""
    headers: list[tuple[bytes, bytes]] = []
    if host is not None:
        headers.append((b"Host", host))
    headers.append((b"Connection", b"close"))
    if auth is not None:
        headers.append((b"Authorization", auth))
    if kind is not None and body:
        headers.append((b"Content-Type", kind))
    if length and (body or method not in ("GET", "HEAD")):
        headers.append((b"Content-Length", b"@length"))
    return Case(
        name,
        method if isinstance(method, bytes) else method.encode(),
        target if isinstance(target, bytes) else target.encode(),
        (*headers, *more),
        body,
        frozenset({expected} if isinstance(expected, int) else expected),
        broken,
    )


BASE: Mapping[str, Any] = {
    "type": "invoice",
    "draft": "1",
    "email_notify": "0",
    "sms_notify": "0",
    "customer": {"name": NAME, "email": EMAIL, "contact": CONTACT},
    "line_items": [{"name": "Book", "amount": 100}],
}
"""A draft that is taken; each case spoils it."""


def text(value: object) -> bytes:
    """A value as JSON."""
    return json.dumps(value).encode()


def create(name: str, expected: int | Iterable[int] = 400, **fields: Any) -> Case:
    """A create whose fields are these, and those of `BASE`."""
    return case(name, "POST", "/v1/invoices", text({**BASE, **fields}), expected)
