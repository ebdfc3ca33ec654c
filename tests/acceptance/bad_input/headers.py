"""Headers that are missing, doubled, odd or meant to lead astray, and bytes that are no request."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from acceptance.bad_input.case import (
    ANY_4XX,
    BASE,
    FORM,
    JSON,
    OURS,
    SECRET,
    THEIR_SECRET,
    THEIRS,
    Case,
    basic,
    case,
    text,
)

GOOD = text(BASE)
CREATE = ("POST", "/v1/invoices", GOOD)

STRANGERS: dict[str, list[bytes]] = {
    "nothing": [],
    "an empty text": [b""],
    "a blank": [b" "],
    "the scheme alone": [b"Basic"],
    "the scheme and a blank": [b"Basic "],
    "the scheme in small letters": [OURS.replace(b"Basic", b"basic")],
    "the scheme in capitals": [OURS.replace(b"Basic", b"BASIC")],
    "another scheme": [OURS.replace(b"Basic", b"Bearer")],
    "a digest": [b'Digest username="ours"'],
    "two blanks": [OURS.replace(b" ", b"  ")],
    "a tab": [OURS.replace(b" ", b"\t")],
    "more after it": [OURS + b" x"],
    "no base64": [b"Basic ours:hush"],
    "base64 of another alphabet": [b"Basic -_-_"],
    "base64 without its end": [OURS.rstrip(b"=") + b"A"],
    "no colon": [b"Basic " + b64encode(b"ours")],
    "a colon alone": [basic("", "")],
    "an empty key": [basic("", SECRET)],
    "an empty secret": [basic("ours", "")],
    "an unknown key": [basic("unknown", SECRET)],
    "a wrong secret": [basic("ours", "wrong")],
    "another's secret": [basic("ours", THEIR_SECRET)],
    "a secret cut short": [basic("ours", SECRET[:-1])],
    "a secret with more": [basic("ours", SECRET + "x")],
    "a secret in capitals": [basic("ours", SECRET.upper())],
    "a key in capitals": [basic("OURS", SECRET)],
    "a key with a blank": [basic("ours ", SECRET)],
    "NUL in the key": [basic("ours\0", SECRET)],
    "NUL in the secret": [basic("ours", SECRET + "\0")],
    "a colon in the key": [basic("ours:", SECRET)],
    "SQL for a key": [basic("' OR 1=1--", "x")],
    "no UTF-8": [b"Basic " + b64encode(b"ours:\xff\xfe")],
    "an encoded surrogate": [b"Basic " + b64encode(b"\xed\xa0\x80:x")],
    "Latin-1": [b"Basic \xe9\xe9"],
    "a long key": [basic("k" * 20_000, SECRET)],
    "a long secret": [basic("ours", "s" * 20_000)],
    "the same twice": [OURS, OURS],
    "a wrong one first": [basic("ours", "wrong"), OURS],
    "a wrong one last": [OURS, basic("ours", "wrong")],
    "two accounts": [OURS, THEIRS],
    "the secret in clear": [f"ours:{SECRET}".encode()],
}
"""Who is not let in, all by the same bytes."""

KINDS = (
    b"text/plain", b"text/html", b"multipart/form-data; boundary=x", b"application/xml",
    b"application/json-patch+json", b"application/jsonx", b"application/octet-stream", b"json",
    b"application", b"/", b"*/*", b"application/json, text/plain", b"\xff", b"text/json",
    b"application/x-www-form-urlencodedx", b"application/ld+json", b"a" * 5000,
)  # fmt: skip

GARBAGE = {
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "NUL": b"\0" * 64,
    "line feeds and NUL": b"\r\n\r\n\0",
    "an unknown method": b"BREW /v1/invoices HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method in small letters": b"get /v1/invoices HTTP/1.1\r\nHost: x\r\n\r\n",
    "no target": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
    "a target without a path": b"GET http://evil.example HTTP/1.1\r\nHost: x\r\n\r\n",
    "a query alone": b"GET ?x HTTP/1.1\r\nHost: x\r\n\r\n",
    "a raw byte in the path": b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "a raw byte in the query": b"GET /?\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "a blank in the target": b"GET /v1 invoices HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT a.example:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a version of no shape": b"GET /v1/invoices HTTP/9x\r\nHost: x\r\n\r\n",
    "another protocol": b"GET /v1/invoices FTP/1.1\r\nHost: x\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    "a blank before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "a header that starts with a blank": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n",
    "a carriage return in a header": b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    "a long path": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
}
"""What the server's own parser refuses, in whatever words."""

CHUNKED = (b"Transfer-Encoding", b"chunked")


def cases() -> Iterator[Case]:
    """Everything but the body."""
    for name, given in STRANGERS.items():
        auth = [(b"Authorization", value) for value in given]
        yield case(f"{name} as credentials", *CREATE, 401, auth=None, more=auth)
    for name, method, path, body in (
        ("a bad body", "POST", "/v1/invoices", b"{"),
        ("a bad kind", "POST", "/v1/invoices", GOOD),
        ("a known id", "GET", "/v1/invoices/@draft", b""),
        ("an unknown id", "GET", "/v1/invoices/inv_AAAAAAAAAAAAAA", b""),
        ("a bad query", "GET", "/v1/invoices?count=x", b""),
        ("a bad medium", "POST", "/v1/invoices/@issued/notify_by/fax", b""),
    ):
        kind = b"text/plain" if name == "a bad kind" else JSON
        yield case(f"{name} of a stranger", method, path, body, 401, auth=None, kind=kind)
    for kind in KINDS:
        shown = kind[:40].decode("latin-1")
        yield case(f"create by {shown}", *CREATE, 415, kind=kind)
        yield case(f"update by {shown}", "PATCH", "/v1/invoices/@draft", GOOD, 415, kind=kind)
    for kind in (
        None,
        b"APPLICATION/JSON",
        b"application/json;charset=utf-16",
        b" application/json",
    ):
        shown = "no kind" if kind is None else kind.decode()
        yield case(f"create by {shown}", *CREATE, 200, kind=kind)
    for first, second in ((JSON, FORM), (FORM, JSON), (JSON, JSON)):
        more = [(b"Content-Type", second)]
        yield case(f"{first!r} and {second!r}", *CREATE, 415, kind=first, more=more)
    yield case("a form that says it is JSON", "POST", "/v1/invoices", b"type=invoice", kind=JSON)
    yield case("JSON that says it is a form", *CREATE, kind=FORM)
    yield from _keys()
    yield from _framing()
    yield from _astray()


def _keys() -> Iterator[Case]:
    for name, key in {
        "empty": b"",
        "of blanks": b"  ",
        "with a tab": b"a\tb",
        "in Latin-1": b"\xe9",
        "in UTF-8": "ключ".encode(),
    }.items():
        more = [(b"Idempotency-Key", key)]
        yield case(f"an idempotency key {name}", *CREATE, more=more)
        for operation in ("issue", "cancel", "notify_by/sms"):
            path = f"/v1/invoices/@issued/{operation}"
            yield case(f"{operation} by an idempotency key {name}", "POST", path, more=more)
        yield case(
            f"delete by an idempotency key {name}", "DELETE", "/v1/invoices/@draft", more=more
        )
    delete = [(b"Idempotency-Key", b"a\x7fb")]
    yield case("an idempotency key with a delete", *CREATE, ANY_4XX, more=delete)
    long = [(b"Idempotency-Key", b"k" * 200), (b"Idempotency-Key", b"j" * 200)]
    yield case("two long idempotency keys", *CREATE, more=long)


def _framing() -> Iterator[Case]:
    whole = b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD)
    chunked = ("POST", "/v1/invoices")
    yield case("chunks", *chunked, whole, 200, more=[CHUNKED], length=False)
    yield case("bad JSON in chunks", *chunked, b"1\r\n{\r\n0\r\n\r\n", more=[CHUNKED], length=False)
    big = b"100001\r\n" + b" " * 0x100001 + b"\r\n0\r\n\r\n"
    yield case("too much in chunks", *chunked, big, 413, more=[CHUNKED], length=False)
    for name, more, length in (
        ("chunks and a length", [CHUNKED], True),
        ("chunks twice", [CHUNKED, CHUNKED], True),
        ("compressed chunks", [(b"Transfer-Encoding", b"gzip, chunked, x")], True),
        ("an unknown transfer coding", [(b"Transfer-Encoding", b"x")], True),
        ("two lengths", [(b"Content-Length", b"5")], True),
        ("a negative length", [(b"Content-Length", b"-5")], False),
        ("a length of no shape", [(b"Content-Length", b"0x10")], False),
        ("a length with a sign", [(b"Content-Length", b"+5")], False),
        ("a length beyond 64 bits", [(b"Content-Length", b"9" * 30)], False),
    ):
        yield case(name, *chunked, whole, ANY_4XX, more=more, length=length)
    broken = b"zz\r\n" + GOOD
    yield case("chunks of no size", *chunked, broken, ANY_4XX, more=[CHUNKED], length=False)
    huge = [(b"Content-Length", b"9999999999999")]
    yield case("a length of terabytes", *chunked, GOOD, 413, more=huge, length=False)


def _astray() -> Iterator[Case]:
    for name in (b"X-HTTP-Method-Override", b"X-HTTP-Method", b"X-Method-Override"):
        said = name.decode()
        delete = [(name, b"DELETE")]
        yield case(f"POST with {said}", "POST", "/v1/invoices/@draft", b"", more=delete)
        yield case(f"PUT with {said}", "PUT", "/v1/invoices/@draft", b"", more=delete)
        post = [(name, b"POST")]
        yield case(f"GET with {said}", "GET", "/v1/invoices/@draft/issue", b"", more=post)
    yield case("a method in the query", "POST", "/v1/invoices/@draft?_method=DELETE")
    yield case("a method in a form", "POST", "/v1/invoices/@draft", b"_method=DELETE", kind=FORM)
    for name in (b"X-Original-URL", b"X-Rewrite-URL"):
        more = [(name, b"/v1/invoices")]
        yield case(f"{name.decode()} elsewhere", "GET", "/v1/nowhere", b"", more=more)
    for name, value in ((b"X-Account-Id", b"theirs"), (b"X-Razorpay-Account", b"theirs")):
        unknown = "/v1/invoices/@theirs"
        yield case(f"{name.decode()} of another", "GET", unknown, b"", more=[(name, value)])
    upgrade = [(b"Connection", b"Upgrade"), (b"Upgrade", b"h2c")]
    # The server below drops the body of such a request: that must not pass for an empty one.
    yield case("an offer of another protocol", *CREATE, 400, more=upgrade)
    change = ("PATCH", "/v1/invoices/@draft", b'{"terms":"paid"}')
    yield case("a change with such an offer", *change, 400, more=upgrade)
