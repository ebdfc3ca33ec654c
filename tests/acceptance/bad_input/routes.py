"""Routes and methods that nothing serves, and the sandbox's own with wrong bodies."""

from __future__ import annotations

from collections.abc import Iterator

from acceptance.bad_input.case import JSON, Case, case, text

PATHS = (
    "/v1", "/v1/", "/v1/Invoices", "/v1//invoices", "/v1/invoices//", "/v1/./invoices",
    "/v1/../v1/invoices",
    "/v1/invoices%2f", "/v1%2finvoices", "/v1/invoices/@draft/", "/v1/invoices/@draft/pay",
    "/v1/orders",
    "/v1/payments", "/v1/invoices/@issued/notify_by", "/v1/invoices/@issued/notify_by/sms/again",
    "/v1/invoices/@issued/ISSUE", "/v1/customers", "/v1/items",
    "/v1/invoices/%2e%2e/items", "/v1/invoices/x/y/z/w/v/u/t",
    "/v1/" + "a/" * 5000, "/v1/%69nvoice",
)  # fmt: skip
ELSEWHERE = (
    "//", "/v2/invoices", "/V1/invoices", "//v1/invoices", "/index.php", "/.env", "/j/unknown",
    "/sandboxes", "/%00", "/%ff",
)  # fmt: skip
"""Paths that belong to no API."""
METHODS = ("HEAD", "OPTIONS", "PUT", "TRACE", "PROPFIND", "LOCK", "SEARCH", "LINK", "REPORT")
FAULTS = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"x"',
    "NaN": b"NaN",
    "half an object": b"{",
    "invalid UTF-8": b"\xff",
    "UTF-16": '{"amount":1}'.encode("utf-16"),
    "a BOM": b"\xef\xbb\xbf{}",
    "deep JSON": b"[" * 100_000,
    "33 levels": b'{"a":' * 33 + b"1" + b"}" * 33,
    "an unknown field": b'{"hush":1}',
    "20000 keys": text({f"key{n}": n for n in range(20_000)}),
}
NUMBERS = (
    b"null", b"true", b"-1", b"1.5", b"1.0", b"1e400", b"NaN", b"Infinity", b'"1"', b'"1_000"',
    b'""', b"[]", b"{}", b"9223372036854775808", b"1" + b"0" * 400, b"1" * 4301,
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Everything that is nowhere."""
    for path in PATHS:
        known = path in ("/v1/customers", "/v1/items", "/v1/invoices/@draft/")
        listed = known or path == "/v1/payments"
        for method in ("GET", "POST", "DELETE"):
            if method == "GET" and listed:
                continue  # a list; and every path may end in a slash
            if method != "GET" and known:
                continue
            yield case(f"{method} {path[:60]}", method, path)
    for path in ELSEWHERE:
        for method in ("GET", "POST", "DELETE"):
            yield case(f"{method} {path}", method, path, expected=404)
    for method in METHODS:
        for path in ("/v1/invoices", "/v1/invoices/@draft", "/v1/invoices/@draft/issue"):
            yield case(f"{method} {path}", method, path)
        for path in ("/sandbox/clock", "/sandbox/faults"):
            yield case(f"{method} {path}", method, path, b"", 200 if method == "HEAD" else 405)
    for method, path in (
        ("DELETE", "/v1/invoices"),
        ("PATCH", "/v1/invoices"),
        ("POST", "/v1/invoices/@draft"),
        ("GET", "/v1/invoices/@draft/issue"),
        ("DELETE", "/v1/invoices/@draft/cancel"),
        ("GET", "/v1/invoices/@issued/notify_by/sms"),
        ("PATCH", "/v1/customers/x"),
    ):
        yield case(f"{method} {path}", method, path, b"{}" if method != "GET" else b"")
    yield case("OPTIONS of the server", "OPTIONS", "*", expected=404)
    yield case("GET of a star", "GET", "*", expected=404)
    yield from _sandbox()


def _sandbox() -> Iterator[Case]:
    pay, clock, faults = "/sandbox/invoices/@issued/payments", "/sandbox/clock", "/sandbox/faults"
    for path in (pay, clock, faults):
        for name, body in FAULTS.items():
            yield case(f"{path} with {name}", "POST", path, body)
        big = b" " * (1024 * 1024 + 1)
        yield case(f"{path} with a large body", "POST", path, big, 413)
    for value in NUMBERS:
        name = value[:24].decode()
        yield case(f"a payment of {name}", "POST", pay, b'{"amount":%b}' % value)
        if value != b"null":  # as if it were not given
            yield case(f"on by {name}", "POST", clock, b'{"advance_seconds":%b}' % value)
            yield case(f"set to {name}", "POST", clock, b'{"now":%b}' % value)
            body = b'{"medium":"sms","fault":"unknown","times":%b}' % value
            yield case(f"{name} faults", "POST", faults, body)
    for name, body in {
        "a payment of nothing": b'{"amount":0}',
        "a payment of more than is due": b'{"amount":101}',
        "a part that was not allowed": b'{"amount":1}',
        "a payment beyond all amounts": b'{"amount":9007199254740992}',
        "an empty reference": b'{"amount":100,"reference":""}',
        "a long reference": text({"amount": 100, "reference": "r" * 129}),
        "NUL for a reference": b'{"amount":100,"reference":"\\u0000"}',
        "a lone surrogate for a reference": b'{"amount":100,"reference":"\\ud800"}',
        "a number for a reference": b'{"amount":100,"reference":7}',
    }.items():
        yield case(name, "POST", pay, body)
    yield case("a draft that is paid", "POST", pay.replace("@issued", "@draft"), b'{"amount":100}')
    yield case("both ways at once", "POST", clock, b'{"now":1,"advance_seconds":1}')
    yield case("beyond the last year", "POST", clock, b'{"advance_seconds":253402300799}')
    yield case("after the last second", "POST", clock, b'{"now":253402300800}')
    for medium, fault in (("fax", "unknown"), ("sms", "nothing"), ("", ""), ("SMS", "unknown")):
        body = text({"medium": medium, "fault": fault})
        yield case(f"the fault {fault!r} of {medium!r}", "POST", faults, body)
    for times in (0, 1001):
        body = text({"medium": "sms", "fault": "unknown", "times": times})
        yield case(f"{times} times", "POST", faults, body, kind=JSON)
    for path in (
        "/sandbox",
        "/sandbox/",
        "/sandbox/nothing",
        "/sandbox%2fclock",
    ):
        yield case(f"GET {path}", "GET", path, b"", 404)
