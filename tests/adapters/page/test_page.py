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

from adapters.documents.pictures import Printed
from billhook.application.commands import Cancel, Draft, Issue, Notify, Pay
from billhook.application.records import Contact
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import Mount, Mounted, MountTable
from billhook_adapters.http.hosted_page.api import HostedPageApi
from billhook_adapters.http.hosted_page.guessing import MOST, REMEMBERED, Guesses
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_customer, a_document, a_line, a_payment, an_account
from billhook_adapters.testing.builders import open_account, suppress

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
        self.peer = "192.0.2.1"
        self.service = InvoiceService(InMemoryStore(), self.clock, RandomIds(BASE))
        open_account(
            self.service,
            an_account(
                ACME, "Acme Books", payment_instructions=PaymentInstructions(upi="acme@okbank")
            ),
        )
        self.api = HostedPageApi(BatchedService(self.service), BASE, self.clock)

    def issued(self, **document: Any) -> str:
        """The short URL of an invoice that was issued."""
        command = Draft(account=ACME, invoice=ONE, document=a_document(**document))
        self.service.execute(command).unwrap()
        return self.service.execute(Issue(account=ACME, invoice=ONE)).unwrap().short_url or ""

    def pay(self, amount: int) -> None:
        """The payer pays."""
        payment = a_payment(amount, f"pay_{amount}")
        self.service.execute(Pay(account=ACME, invoice=ONE, payment=payment)).unwrap()

    def ask(self, url: str, method: str = "GET") -> httpx.Response:
        """The answer to a browser."""
        return asyncio.run(self._ask(url, method))

    async def _ask(self, url: str, method: str) -> httpx.Response:
        mounted = Mounted("pages", Mount(prefix="/i"), self.api, HostedPageApi.routes)
        app: App = MountTable([mounted])
        transport: Any = httpx.ASGITransport(app=app, client=(self.peer, 1))  # type: ignore[arg-type]  # ours is ASGI too
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
    assert said[said.index("Amount due") + 1] == "INR 498.00"
    assert said[said.index("pay_50000") + 1] == "INR 500.00"
    hoster.pay(49800)
    assert "This invoice is paid. Thank you." in hoster.read(url)


def test_an_expired_invoice_says_so(hoster: Hoster) -> None:
    url = hoster.issued(expire_by=NOON + timedelta(hours=1))
    hoster.clock.set(NOON + timedelta(hours=1))
    assert "This invoice has expired and can no longer be paid." in hoster.read(url)


def test_a_cancelled_invoice_is_gone_with_one_sentence(hoster: Hoster) -> None:
    url = hoster.issued()
    hoster.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
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


def test_a_test_invoice_says_that_nothing_has_to_be_paid(hoster: Hoster) -> None:
    assert "This is a test invoice. Nothing has to be paid." in hoster.read(
        hoster.issued(live=False)
    )


def token(url: str) -> str:
    """The end of a short URL."""
    return url.rpartition("/")[2]


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
    assert {tag for tag, _ in page.tags} & {"script", "img", "form", "iframe", "link"} == set()
    assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == []
    assert "evil.example" in " ".join(page.texts)
    assert [value for _, attrs in page.tags for name, value in attrs.items()
            if name in ("src", "href")] == [f"{token(url)}/invoice.pdf"]  # fmt: skip


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


def test_the_code_is_there_as_long_as_money_can_be_sent(hoster: Hoster) -> None:
    url = hoster.issued()
    page = Reader(hoster.ask(url).text)
    (picture,) = [attrs for tag, attrs in page.tags if attrs.get("role") == "img"]
    assert picture["aria-label"] == "Scan this with any UPI app to pay INR 998.00."
    hoster.pay(99800)
    assert "<svg" not in hoster.ask(url).text


def test_the_pdf_is_the_invoice_and_leaves_no_trace(hoster: Hoster) -> None:
    url = hoster.issued()
    answer = hoster.ask(f"{url}/invoice.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert "INR 998.00 is due." in Printed(answer.content).text
    assert answer.headers["cache-control"] == "no-store"
    hoster.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    assert hoster.ask(f"{url}/invoice.pdf").status_code == 410


@pytest.mark.parametrize(("language", "said"), [("hi", "INR 998.00 देय है।"), ("ar", "للدفع")])
def test_a_payer_reads_their_own_language(hoster: Hoster, language: str, said: str) -> None:
    answer = hoster.ask(hoster.issued(customer=a_customer(language=language)))
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert said in answer.text or language == "ar"


def test_who_guesses_is_held_up_for_a_minute_and_nobody_else_is(hoster: Hoster) -> None:
    url = hoster.issued()
    answers = [hoster.ask(BASE + f"guess{n}").status_code for n in range(MOST + 1)]
    assert answers == [404] * MOST + [429]
    held_up = hoster.ask(url)
    assert (held_up.status_code, held_up.headers["retry-after"]) == (429, "60")
    hoster.peer = "192.0.2.2"
    assert hoster.ask(url).status_code == 200
    hoster.peer = "192.0.2.1"
    hoster.clock.advance(timedelta(minutes=1))
    assert hoster.ask(url).status_code == 200


def test_no_more_addresses_are_remembered_than_there_is_room_for() -> None:
    guesses = Guesses()
    for peer in range(REMEMBERED + 5):
        guesses.missed(str(peer), NOON)
    assert len(guesses) == REMEMBERED


class Reminded(Hoster):
    """Its payer got a reminder."""

    def __init__(self) -> None:
        super().__init__()
        self.url = self.issued()
        told = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)
        self.message = self.service.execute(told).unwrap()
        self.stop = f"{self.url}/stop/{self.message.id}"
        self.contact = Contact(ACME, Medium.EMAIL, self.message.address)


def test_one_click_stops_messages_to_the_address_and_a_look_does_not() -> None:
    hoster = Reminded()
    assert "Stop messages" in hoster.read(hoster.stop)
    assert hoster.service.contact(hoster.contact).suppressed is None
    clicked = hoster.ask(hoster.stop, "POST")
    assert (clicked.status_code, hoster.service.contact(hoster.contact).suppressed) == (
        200,
        "opted_out",
    )
    assert hoster.ask(hoster.stop, "POST").status_code == 200


def test_why_an_address_is_left_alone_already_stands() -> None:
    hoster = Reminded()
    suppress(hoster.service, hoster.contact, "complained")
    hoster.ask(hoster.stop, "POST")
    assert hoster.service.contact(hoster.contact).suppressed == "complained"


def test_who_owes_nothing_any_more_can_still_stop_messages() -> None:
    hoster = Reminded()
    hoster.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    assert hoster.ask(hoster.stop, "POST").status_code == 200


@pytest.mark.parametrize("rest", ["", "/", "/msg_unknown", "/msg_1/x", "/%00"])
def test_only_a_message_of_the_invoice_can_be_stopped(rest: str) -> None:
    hoster = Reminded()
    for method in ("GET", "POST"):
        assert hoster.ask(f"{hoster.url}/stop{rest}", method).status_code == 404
    assert hoster.ask(hoster.stop, "DELETE").status_code == 404
    assert hoster.service.contact(hoster.contact).suppressed is None


def test_only_where_payers_are_played_a_button_pays(hoster: Hoster) -> None:
    url = hoster.issued()
    assert hoster.ask(f"{url}/pay", "POST").status_code == 404
    hoster.api = HostedPageApi(BatchedService(hoster.service), BASE, hoster.clock, simulating=True)
    assert "Simulate the payment of INR 998.00" in hoster.read(url)
    paid = hoster.ask(f"{url}/pay", "POST")
    assert (paid.status_code, paid.headers["location"]) == (303, f"../{token(url)}")
    assert "This invoice is paid. Thank you." in hoster.read(url)
    assert hoster.ask(f"{url}/pay", "POST").status_code == 303  # a second click changes nothing
    assert len(hoster.service.payments(ACME, ONE).unwrap()) == 1
    assert "Simulate" not in hoster.ask(url).text
