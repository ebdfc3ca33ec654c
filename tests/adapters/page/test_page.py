"""The page behind a short URL: what it says in each status, to whom, and what it gives away."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from billhook.account import AccountId
from billhook.desk.commands import Cancel, Draft, Issue, Pay
from billhook.desk.desk import Desk
from billhook.invoice import InvoiceId
from billhook_adapters.http.exchange import App
from billhook_adapters.http.lane import Lane
from billhook_adapters.http.page.face import PageFace
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_customer, a_document, a_line, a_payment, an_account

BASE = "https://bill.example/i/"
ACME, ONE = AccountId("acc_1"), InvoiceId("inv_1")
HOSTILE = (
    "<img src=//evil.example/x onerror=alert(1)> \"' &amp; </title></style><script>x()</script>"
)


class Reader(HTMLParser):
    """What a page says, and what it asks for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


class Hoster:
    """A desk with one account, and the pages of its invoices."""

    def __init__(self) -> None:
        self.clock = SettableClock(NOON)
        self.desk = Desk(InMemoryStore(), self.clock, RandomIds(BASE))
        self.desk.open(an_account(ACME, "Acme Books"))

    def issued(self, **document: Any) -> str:
        """The short URL of an invoice that was issued."""
        command = Draft(account=ACME, invoice=ONE, document=a_document(**document))
        self.desk.do(command).unwrap()
        return self.desk.do(Issue(account=ACME, invoice=ONE)).unwrap().short_url or ""

    def pay(self, amount: int) -> None:
        """The payer pays."""
        payment = a_payment(amount, f"pay_{amount}")
        self.desk.do(Pay(account=ACME, invoice=ONE, payment=payment)).unwrap()

    def ask(self, url: str, method: str = "GET") -> httpx.Response:
        """The answer to a browser."""
        return asyncio.run(self._ask(url, method))

    async def _ask(self, url: str, method: str) -> httpx.Response:
        app: App = PageFace(Lane(self.desk), BASE)
        transport: Any = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # ours is ASGI too
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url)

    def read(self, url: str) -> list[str]:
        """The texts of a page."""
        answer = self.ask(url)
        assert answer.status_code == 200
        return Reader(answer.text).texts


@pytest.fixture
def hoster() -> Hoster:
    return Hoster()


def test_an_issued_invoice_says_who_bills_what_and_how_much(hoster: Hoster) -> None:
    told = hoster.read(hoster.issued(receipt="R-1", due_by=NOON + timedelta(days=9)))
    said = " ".join(told)
    for text in ("Acme Books", "R-1", "Ravi", "1 January 2026", "Book", "INR 499.00",
                 "INR 998.00 is due by 10 January 2026."):  # fmt: skip
        assert text in said
    assert told[told.index("Total") + 1] == "INR 998.00"


def test_payments_are_listed_and_what_is_left_is_said(hoster: Hoster) -> None:
    url = hoster.issued()
    hoster.pay(50000)
    said = hoster.read(url)
    assert "INR 498.00 is still due." in said
    assert said[said.index("Due") + 1] == "INR 498.00"
    assert said[said.index("pay_50000") + 1] == "INR 500.00"
    hoster.pay(49800)
    assert "This invoice is paid. Thank you." in hoster.read(url)


def test_an_expired_invoice_says_so(hoster: Hoster) -> None:
    url = hoster.issued(expire_by=NOON + timedelta(hours=1))
    hoster.clock.set(NOON + timedelta(hours=1))
    assert "This invoice has expired and can no longer be paid." in hoster.read(url)


def test_a_cancelled_invoice_is_gone_with_one_sentence(hoster: Hoster) -> None:
    url = hoster.issued()
    hoster.desk.do(Cancel(account=ACME, invoice=ONE)).unwrap()
    answer = hoster.ask(url)
    assert answer.status_code == 410
    assert "This invoice was cancelled" in Reader(answer.text).texts
    assert "Acme" not in answer.text


def test_taxes_and_a_discount_are_shown_by_their_parts(hoster: Hoster) -> None:
    line = a_line(1000, 1, taxes=[{"name": "GST", "rate": 18}])
    said = hoster.read(hoster.issued(lines=[line], discount={"percentage": 10}))
    sums = said[said.index("Subtotal") :]
    assert sums[:8] == [
        "Subtotal", "INR 10.00", "Discount", "INR -1.00", "Tax", "INR 1.62", "Total", "INR 10.62",
    ]  # fmt: skip
    assert "GST 18 %" in said


def test_a_trial_says_that_it_bills_nobody(hoster: Hoster) -> None:
    assert "This is a trial: it bills nobody." in hoster.read(hoster.issued(live=False))


UNKNOWN = ["x" * 22, "", "a/b", "%00", "..%2f..", "%ff", "é", "inv_1", "x" * 5000, "a b"]


@pytest.mark.parametrize("token", UNKNOWN)
def test_every_other_url_is_answered_alike_to_the_byte(hoster: Hoster, token: str) -> None:
    hoster.issued()
    answer, other = hoster.ask(BASE + token), hoster.ask(BASE + "nobody")
    assert (answer.status_code, answer.content) == (404, other.content)
    assert answer.headers == other.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_page_is_only_read(hoster: Hoster, method: str) -> None:
    assert hoster.ask(hoster.issued(), method).status_code == 404


def test_a_head_has_no_body(hoster: Hoster) -> None:
    answer = hoster.ask(hoster.issued(), "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")


def test_what_strangers_wrote_is_only_text(hoster: Hoster) -> None:
    line = a_line(name=HOSTILE, description=HOSTILE, item="x")
    url = hoster.issued(
        lines=[line], title=HOSTILE, description=HOSTILE, terms=HOSTILE, receipt=HOSTILE[:40],
        customer=a_customer(name=HOSTILE),
    )  # fmt: skip
    answer = hoster.ask(url)
    page = Reader(answer.text)
    assert {tag for tag, _ in page.tags} & {"script", "img", "a", "form", "iframe", "link"} == set()
    assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == []
    assert "evil.example" in " ".join(page.texts)
    assert [value for _, attrs in page.tags for name, value in attrs.items()
            if name in ("src", "href")] == []  # fmt: skip


def test_a_page_may_load_nothing_but_its_own_style_and_leaves_no_trace(hoster: Hoster) -> None:
    for answer in (hoster.ask(hoster.issued()), hoster.ask(BASE + "nobody")):
        (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
        digest = b64encode(sha256(style.encode()).digest()).decode()
        policy = answer.headers["content-security-policy"]
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert "http" not in style


def test_nobody_elses_names_or_ids_are_on_the_page(hoster: Hoster) -> None:
    page = hoster.ask(hoster.issued(notes={"internal": "secret note"}, comment="for staff")).text
    for private in ("acc_1", "inv_1", "ravi@example.com", "+919876543210", "secret note", "staff"):
        assert private not in page
