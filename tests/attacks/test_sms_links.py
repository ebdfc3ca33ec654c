"""The invoice's short URL is the only thing in an SMS that a phone makes a link or a number of."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook_adapters.documents.message_texts import PLAIN, Writer
from billhook_adapters.documents.templating import Templates
from billhook_adapters.documents.untrusted_text import one_line
from billhook_adapters.sms.segments import measured
from billhook_adapters.testing import a_customer, a_message, an_invoice

WRITERS: dict[str, Writer] = {"plain": PLAIN, "templates": Templates()}
INVOICE = an_invoice(Status.ISSUED)
SMS = a_message(medium=Medium.SMS, address="+919876543210")

# What messengers look for, written down again and wider than they do: one sign after another.
HOST = re.compile(r"[^\s.@]\.[^\s.@,;:!?)\]}'\"&/-]{2}|\d\.\d")
ADDRESS = re.compile(r"\S@\S")
SCHEME = re.compile(r"(?i)://|www\.|\b(?:https?|tel|sms|mailto):\S")
NUMBER = re.compile(r"\d{5}|\d(?:[ ()./-]{0,3}\d){6}")


def read_by_a_phone(text: str) -> str:
    """The text as software compares it: compatible characters are one."""
    return unicodedata.normalize("NFKC", text).replace("\u3002", ".")


def tappable(text: str) -> list[str]:
    """What a phone may make a link, an address or a number of."""
    plain = read_by_a_phone(text)
    return [one.pattern for one in (HOST, ADDRESS, SCHEME, NUMBER) if one.search(plain)]


HOSTILE = [
    "evil.com", "evil.com.", "www.evil.com", "WWW.evil", "https://evil.com", "http:evil.com",
    "evil\uff0ecom", "evil\u3002com", "evil\uff61com", "evil\u2024com", "evil\ufe52com",
    "evil\ufe12com", "evil\u2488com", "ev\u200bil\u200b.\u200bcom",
    "evil.\ufe0fcom", "evil.\u2060com", "evil\u00ad.com", "e\u0301vil\u0301.com",
    "\u0939\u0948.com",
    "\uff48\uff54\uff54\uff50\uff1a\uff0f\uff0fevil.com", "\uff57\uff57\uff57\uff0eevil\uff0ecom",
    "\U0001d430\U0001d430\U0001d430.evil.com", "evil.xn--p1ai", "evil.\u0440\u0444", "t.co/x",
    "evil.com/pay?x=1#y", "evil.com:8080", "user:pw@evil.com", "a.b.c.evil.com",
    "10.0.0.1", "1.2.3.4", "\uff11\uff10.\uff10.\uff10.\uff11", "1\u30022\u30023\u30024",
    "eve@evil.com", "eve\uff20evil\uff0ecom", "eve\ufe6bevil.com", "@evil.com",
    "tel:911", "TEL:+1900", "sms:57575", "mailto:eve", "upi://pay?pa=eve",
    "+91 98765 43210", "+1 (900) 555-0199", "0900-123456", "900.555.0199", "9 8 7 6 5 4 3 2 1 0",
    "\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f\u0966",
    "\uff19\uff18\uff17\uff16\uff15\uff14\uff13",
    "98765\u200b43210", "98765\u201343210", "57575", "call 0900/1234567 now", "0900\uff0d1234567",
]  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_holds_nothing_to_tap(writer: str, name: str) -> None:
    assert tappable(name) != [], "no attack"
    for around in ("{}", "Acme {} Ltd", "({})", "{}, Inc."):
        seller = around.format(name)
        text = WRITERS[writer].sms(SMS, INVOICE, seller)
        before, url, after = text.partition(INVOICE.short_url or "-")
        assert (url, after) == (INVOICE.short_url, "")
        assert tappable(before.replace("INR 998.00", "")) == []
        assert tappable(one_line(seller)) == []


@pytest.mark.parametrize(
    "name",
    [
        "Acme Books", "J.R.R. Tolkien", "Acme Inc.", "A. B. Co., Ltd.", "B.V.", "24/7, 365 days",
        "FY 2026-27", "No. 7", "Caf\u00e9 @ Home", "Acme: Books", "Wait\u2026", "R&D",
        "\u0430\u0431\u0432",
        "\u682a\u5f0f\u4f1a\u793e\u3002", "\u0939\u093f\u0928\u094d\u0926\u0940", "Route 66",
        "Studio 1234",
    ],
)  # fmt: skip
def test_an_ordinary_name_is_as_it_was(name: str) -> None:
    assert one_line(name) == name


@pytest.mark.parametrize(
    "name", ["https://evil.com", "+91 98765 43210", "\u202e\u200b", "www.evil"]
)
def test_a_seller_of_whose_name_nothing_is_left_is_called_the_seller(name: str) -> None:
    assert PLAIN.sms(SMS, INVOICE, name).startswith("The seller has sent you an invoice")
    for language, called in (("en", "The seller"), ("hi", "विक्रेता"), ("ar", "البائع")):
        invoice = an_invoice(Status.ISSUED, customer=a_customer(language=language))
        assert called in WRITERS["templates"].sms(SMS, invoice, name)


def test_taking_a_name_apart_keeps_an_sms_in_its_alphabet() -> None:
    for name in HOSTILE:
        if name.isascii():
            assert measured(PLAIN.sms(SMS, INVOICE, name)).encoding == "GSM-7"


PARTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(list(".\uff0e\u3002\uff61\u2024@\uff20:/ -()+0123456789\u200b\ufe0fabc")),
    st.text(max_size=8),
)


@settings(max_examples=300)
@given(parts=st.lists(PARTS, max_size=12))
def test_whatever_a_name_is_made_of_nothing_in_it_can_be_tapped(parts: list[str]) -> None:
    name = one_line("".join(parts))
    assert tappable(name) == []
    assert one_line(name) == name
