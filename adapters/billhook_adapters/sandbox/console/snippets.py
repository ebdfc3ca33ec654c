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
        "import razorpay\n\nclient = razorpay.Client(\n"
        f"    auth=({name}, {known}),\n    base_url={base},\n)",
    )
    yield Snippet(
        "razorpay for Node",
        f'const Razorpay = require("razorpay");\n'
        f"const client = new Razorpay({{\n  key_id: {name},\n  key_secret: {known},\n}});\n"
        f"client.api.rq.defaults.baseURL = {base};",
    )
    yield Snippet(
        "curl: an invoice that is sent by e-mail",
        f"curl -u {shlex.quote(f'{key_id}:{secret}')} \\\n"
        f"  {shlex.quote(f'{url}/v1/invoices')} \\\n"
        f"  -H 'content-type: application/json' \\\n  -d {shlex.quote(_INVOICE)}",
    )


def _of_location(url: str, token: str, location: str) -> Iterator[Snippet]:
    yield Snippet(
        "@gohighlevel/api-client for Node",
        'const { HighLevel } = require("@gohighlevel/api-client");\n'
        f"HighLevel.BASE_URL = {_quoted(url)};\n"
        f"const client = new HighLevel({{\n  privateIntegrationToken: {_quoted(token)},\n}});\n"
        f'const scope = {{ altId: {_quoted(location)}, altType: "location" }};',
    )


_INVOICE = """\
{
  "type": "invoice",
  "customer": {"email": "ravi@example.com"},
  "line_items": [{"name": "Book", "amount": 49900}]
}"""
_PYTEST = '''\
def test_a_mail_is_sent(billhook_sandbox):
    my_code_that_bills(
        url=billhook_sandbox.url,
        key_id=billhook_sandbox.key_id,
        key_secret=billhook_sandbox.key_secret,
    )
    mail = billhook_sandbox.outbox[-1]
    assert mail.to == "ravi@example.com"'''


def _quoted(text: str) -> str:
    """A text as a string of Python and of JavaScript.

    >>> _quoted('a"b')
    '"a\\\\"b"'
    """
    return json.dumps(text)
