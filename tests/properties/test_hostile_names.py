"""Thousands of hostile names and notes: no header, no recipient and no link comes in by them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from billhook.model.invoice import Status
from billhook_adapters.documents.templating import Templates
from billhook_adapters.email.mail import mail
from billhook_adapters.testing import NOON, a_customer, a_message, an_invoice

pytestmark = pytest.mark.slow

COUNT, SEED = 4_000, 20260101
PIECES = [
    "Ravi", "शर्मा", "رافي", "山田", "👩🏽\u200d🚀", " ", "\t", "\r\n", "\n", "\r", "\x00",
    "\x1b[2J", "\x85", "\u2028", "\u2029", "\u202e", "\u200b", "\u2066", "\ufeff", "\xad",
    "Bcc: eve@evil.example", "To: eve@evil.example", "Content-Type: text/html", "Subject: x",
    "\r\n\r\n", "<script>", "</a>", "<a href='//evil.example'>", "http://evil.example",
    "https://evil.example/x", "HTTPS://EVIL.EXAMPLE", "www.evil.example", "evil.example",
    "evil。example", "ftp://evil.example", "javascript:alert(1)", "mailto:eve@evil.example",
    "{{ link }}", "{% raw %}", "%s", "${x}", "=?utf-8?q?x?=", '"', "'", "&amp;", "&#58;//", ",",
    ";", ":", "//", ".", "@", "<", ">", "(", ")", "\\", "e", "é", "x" * 60,
]  # fmt: skip
HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip
LINK = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+|www\.\S+", re.IGNORECASE)
BARE = re.compile(r"(?<![/\w.-])[\w-]+[.。]\w{2,}", re.UNICODE)
"""What phones make a link of although it has no scheme."""


_NO_PROSE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""The control characters that a document refuses in every field."""


def names() -> Iterator[str]:
    """Names that no person has, the same in each run."""
    drawn = random.Random(SEED)  # noqa: S311  # nothing is kept secret by it
    for _ in range(COUNT):
        yield "".join(drawn.choices(PIECES, k=drawn.randint(1, 8)))


def test_no_name_adds_a_header_a_recipient_or_a_link() -> None:
    templates, link = Templates(), "https://bill.example/i/inv_1"
    for place, hostile in enumerate(names()):
        customer = a_customer(language=("en", "hi", "ar")[place % 3]).model_copy(
            update={"name": _kept(hostile)}
        )
        prose = _NO_PROSE.sub("", hostile)
        invoice = an_invoice(
            Status.ISSUED, customer=customer, notes={"note": prose}, terms=prose or None
        )
        written = mail(
            a_message(), invoice, _kept(hostile), "bills@bill.example", templates, date=NOON
        )
        read = message_from_bytes(written.content, policy=policy.default)
        assert sorted(read.keys()) == sorted(HEADERS), hostile
        assert read["To"] == "ravi@example.com", hostile
        assert [one.addr_spec for one in read["From"].addresses] == ["bills@bill.example"], hostile
        for kind in ("plain", "html"):
            part = read.get_body((kind,))
            assert part is not None
            assert LINK.findall(part.get_content()) == [link], hostile
        text = templates.sms(a_message(), invoice, hostile)
        assert LINK.findall(text) == [link], hostile
        assert BARE.findall(text.replace(link, "")) in ([], [*_amounts(text)]), hostile
        assert text.translate(JOINERS).isprintable(), hostile


JOINERS = dict.fromkeys((0x200C, 0x200D))  # they stay in names, where letters need them


def _amounts(text: str) -> Iterator[str]:
    yield from re.findall(r"998\.00", text)


def _kept(text: str) -> str:
    """What a document takes of it: NUL is refused before."""
    return text.replace("\x00", "?")[:256] or "x"
