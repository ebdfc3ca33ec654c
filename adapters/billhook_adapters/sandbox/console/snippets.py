"""Lines that point a client at the sandbox, with its own URL and credentials."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from billhook_adapters.sandbox.console.sources import AccountAccess


class Snippet(NamedTuple):
    """Lines of code, and what they are for."""

    name: str
    text: str


def snippets(url: str, accounts: Sequence[AccountAccess]) -> Sequence[Snippet]:
    """Those for the first key, and the first location."""
    keyed = next((one for one in accounts if one.key_id and one.secret), None)
    located = next((one for one in accounts if one.token and one.location), None)
    return [
        *([] if keyed is None else _of_key(url, keyed.key_id or "", keyed.secret or "")),
        *(
            []
            if located is None
            else _of_location(url, located.token or "", located.location or "")
        ),
        Snippet("pytest", _PYTEST),
    ]


def _of_key(url: str, key_id: str, secret: str) -> Iterator[Snippet]:
    base, name, known = map(_quoted, (url, key_id, secret))
    yield Snippet(
        "razorpay for Python",
        f"import razorpay\n\nclient = razorpay.Client(auth=({name}, {known}), base_url={base})",
    )
    yield Snippet(
        "razorpay for Node",
        f'const Razorpay = require("razorpay");\n'
        f"const client = new Razorpay({{ key_id: {name}, key_secret: {known} }});\n"
        f"client.api.rq.defaults.baseURL = {base};",
    )
    body = '{"type":"invoice","customer":{"email":"ravi@example.com"},'
    body += '"line_items":[{"name":"Book","amount":49900}],"email_notify":1}'
    yield Snippet(
        "curl: an invoice that is sent by e-mail",
        f"curl -u {shlex.quote(f'{key_id}:{secret}')} {shlex.quote(f'{url}/v1/invoices')} \\\n"
        f"  -H 'content-type: application/json' \\\n  -d {shlex.quote(body)}",
    )


def _of_location(url: str, token: str, location: str) -> Iterator[Snippet]:
    yield Snippet(
        "@gohighlevel/api-client for Node",
        'const { HighLevel } = require("@gohighlevel/api-client");\n'
        f"HighLevel.BASE_URL = {_quoted(url)};\n"
        f"const client = new HighLevel({{ privateIntegrationToken: {_quoted(token)} }});\n"
        f'const scope = {{ altId: {_quoted(location)}, altType: "location" }};',
    )


_PYTEST = '''\
def test_a_mail_is_sent(billhook_sandbox):  # a sandbox of its own, new for each test
    url, key = billhook_sandbox.url, (billhook_sandbox.key_id, billhook_sandbox.key_secret)
    ...  # what is tested creates an invoice
    assert billhook_sandbox.outbox[-1].to == "ravi@example.com"'''


def _quoted(text: str) -> str:
    """A text as a string of Python and of JavaScript.

    >>> _quoted('a"b')
    '"a\\\\"b"'
    """
    return json.dumps(text)
