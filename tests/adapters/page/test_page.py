"""The page behind a short URL: what it says in each status, to whom, and what it gives away."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from adapters.documents.pictures import Printed
from billhook.application.commands import Cancel, Delete, Draft, Issue, Notify, Pay
from billhook.application.records import Contact, PendingWrites
from billhook.application.service import InvoiceService
from billhook.lifecycle.reserve import reserve_short_url
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.logo import Logo, LogoFormat
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import Mount, Mounted, MountTable
from billhook_adapters.http.hosted_page.api import HostedPageApi
from billhook_adapters.http.hosted_page.guessing import MOST, REMEMBERED, Guesses
from billhook_adapters.http.hosted_page.rendering import page
from billhook_adapters.http.razorpay.callbacks import payer_redirect
from billhook_adapters.http.razorpay.schemas.links import CALLBACK
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.sandbox.payments import Payer, PayerRedirect
from billhook_adapters.testing import (
    NOON,
    a_customer,
    a_document,
    a_line,
    a_payment,
    an_account,
    an_invoice,
)
from billhook_adapters.testing.builders import open_account, suppress
from cases.full_invoices import full_invoice

BASE = "https://bill.example/i/"
ACME, ONE = AccountId("acc_1"), InvoiceId("inv_1")
HOSTILE = (
    "<img src=//evil.example/x onerror=alert(1)> \"' &amp; </title></style><script>x()</script>"
)


class Reader(HTMLParser):
    """The texts of a page, and the resources that it loads."""

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


class PageService:
    """A service with an account, and the pages of its invoices."""

    def __init__(self) -> None:
        self.clock = SettableClock(NOON)
        self.peer = "192.0.2.1"
        self.store = InMemoryStore()
        self.service = InvoiceService(self.store, self.clock, RandomIds(BASE))
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

    def request(self, url: str, method: str = "GET") -> httpx.Response:
        """The response to a browser."""
        return asyncio.run(self._request(url, method))

    async def _request(self, url: str, method: str) -> httpx.Response:
        mounted = Mounted("pages", Mount(prefix="/i"), self.api, HostedPageApi.routes)
        app: App = MountTable([mounted])
        transport: Any = httpx.ASGITransport(app=app, client=(self.peer, 1))  # type: ignore[arg-type]  # ours is ASGI too
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url)

    def read(self, url: str) -> list[str]:
        """The texts of a page."""
        answer = self.request(url)
        assert answer.status_code == 200
        return Reader(answer.text).texts


@pytest.fixture
def running() -> PageService:
    return PageService()


def test_an_issued_invoice_shows_the_seller_the_items_and_the_amount(running: PageService) -> None:
    notify = running.read(running.issued(receipt="R-1", due_by=NOON + timedelta(days=9)))
    texts = " ".join(notify)
    for text in ("Acme Books", "R-1", "Ravi", "1 January 2026", "Book", "₹499.00",
                 "₹998.00", "Due by 10 January 2026"):  # fmt: skip
        assert text in texts
    assert notify[notify.index("Total") + 1] == "₹998.00"


def test_payments_and_the_amount_due_are_shown(running: PageService) -> None:
    url = running.issued()
    running.pay(50000)
    texts = running.read(url)
    assert texts[texts.index("Amount due") + 1] == "₹498.00"
    assert "Partly paid" in texts
    assert texts[texts.index("Amount due") + 1] == "₹498.00"
    assert texts[texts.index("pay_50000") + 1] == "₹500.00"
    running.pay(49800)
    assert "This invoice is paid. Thank you." in running.read(url)


def test_an_expired_invoice_is_shown_as_expired(running: PageService) -> None:
    url = running.issued(expire_by=NOON + timedelta(hours=1))
    running.clock.set(NOON + timedelta(hours=1))
    assert "This invoice has expired and can no longer be paid." in running.read(url)


def test_a_draft_says_that_it_is_not_issued_yet_and_no_more(running: PageService) -> None:
    url = f"{BASE}reserved"
    draft = an_invoice(Status.DRAFT, account=ACME)
    reserved = reserve_short_url(draft, now=NOON, short_url=url).unwrap().invoice
    running.service.execute(Draft(account=ACME, invoice=ONE, document=draft.document)).unwrap()
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(invoices={draft.key: (draft, reserved)}))
    texts = Reader(running.request(url).text).texts
    assert texts[-2:] == [
        "This invoice is not issued yet",
        "There is nothing to pay yet. Open this link again later.",
    ]
    assert "Acme" not in " ".join(texts)
    for method, path in (("POST", "/pay"), ("GET", "/invoice.pdf"), ("POST", "")):
        assert running.request(url + path, method).status_code == 404
    running.service.execute(Delete(account=ACME, invoice=ONE)).unwrap()
    assert running.request(url).status_code == 404


def test_a_cancelled_invoice_is_410_and_names_the_seller(running: PageService) -> None:
    url = running.issued()
    running.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    answer = running.request(url)
    assert answer.status_code == 410
    assert "This invoice was cancelled" in Reader(answer.text).texts
    texts = Reader(answer.text).texts
    assert texts[-2:] == ["If you have questions, contact the seller.", "Acme Books"]
    assert "998" not in answer.text


def test_taxes_and_a_discount_are_shown_by_their_parts(running: PageService) -> None:
    line = a_line(1000, 1, taxes=[{"name": "GST", "rate": 18}])
    texts = running.read(running.issued(lines=[line], discount={"percentage": 10}))
    sums = texts[texts.index("Subtotal") :]
    assert sums[:8] == [
        "Subtotal", "₹10.00", "Discount 10%", "-₹1.00",
        "GST 18%", "₹1.62", "Total", "₹10.62",
    ]  # fmt: skip
    assert "GST 18%" in texts


def test_a_test_invoice_says_that_nothing_has_to_be_paid(running: PageService) -> None:
    assert "This is a test invoice. Nothing has to be paid." in running.read(
        running.issued(live=False)
    )


def token(url: str) -> str:
    """The end of a short URL."""
    return url.rpartition("/")[2]


UNKNOWN = ["x" * 22, "", "a/b", "%00", "..%2f..", "%ff", "é", "inv_1", "x" * 5000, "a b"]


@pytest.mark.parametrize("token", UNKNOWN)
def test_every_other_url_gets_the_same_response(running: PageService, token: str) -> None:
    running.issued()
    answer, other = running.request(BASE + token), running.request(BASE + "unknown")
    assert (answer.status_code, answer.content) == (404, other.content)
    assert answer.headers == other.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_page_is_only_read(running: PageService, method: str) -> None:
    assert running.request(running.issued(), method).status_code == 404


def test_a_head_has_no_body(running: PageService) -> None:
    answer = running.request(running.issued(), "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")


def test_texts_of_others_are_escaped(running: PageService) -> None:
    line = a_line(name=HOSTILE, description=HOSTILE, item="x")
    url = running.issued(
        lines=[line], title=HOSTILE, description=HOSTILE, terms=HOSTILE, receipt=HOSTILE[:40],
        customer=a_customer(name=HOSTILE),
    )  # fmt: skip
    answer = running.request(url)
    page = Reader(answer.text)
    assert {tag for tag, _ in page.tags} & {"script", "img", "form", "iframe", "link"} == set()
    assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == []
    assert "evil.example" in " ".join(page.texts)
    assert [value for _, attrs in page.tags for name, value in attrs.items()
            if name in ("src", "href") and not str(value).startswith("upi://pay?pa=acme@okbank&")
            ] == [f"{token(url)}/invoice.pdf"]  # fmt: skip


def test_a_page_loads_only_its_own_style_and_is_not_cached(running: PageService) -> None:
    for answer in (running.request(running.issued()), running.request(BASE + "unknown")):
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


def test_no_names_or_ids_of_others_are_on_the_page(running: PageService) -> None:
    page = running.request(
        running.issued(notes={"internal": "secret note"}, comment="Thank you for the order")
    ).text
    for private in ("acc_1", "inv_1", "ravi@example.com", "+919876543210", "secret note"):
        assert private not in page
    assert "Thank you for the order" in page


def test_the_payment_code_is_shown_while_money_is_due(running: PageService) -> None:
    url = running.issued()
    page = Reader(running.request(url).text)
    (picture,) = [attrs for tag, attrs in page.tags if attrs.get("role") == "img"]
    assert picture["aria-label"] == "Scan this with any UPI app to pay ₹998.00."
    running.pay(99800)
    assert "<svg" not in running.request(url).text


def test_the_pdf_is_the_invoice_and_is_not_cached(running: PageService) -> None:
    url = running.issued()
    answer = running.request(f"{url}/invoice.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert "Amount due\r\n₹998.00" in Printed(answer.content).text
    assert answer.headers["cache-control"] == "no-store"
    running.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    assert running.request(f"{url}/invoice.pdf").status_code == 410


@pytest.mark.parametrize(
    ("language", "texts"), [("hi", "देय राशि</span> <strong>₹998.00"), ("ar", "للدفع")]
)
def test_a_payer_reads_their_own_language(running: PageService, language: str, texts: str) -> None:
    answer = running.request(running.issued(customer=a_customer(language=language)))
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert texts in answer.text or language == "ar"


def test_wrong_urls_are_rate_limited_for_their_client_only(running: PageService) -> None:
    url = running.issued()
    answers = [running.request(BASE + f"guess{n}").status_code for n in range(MOST + 1)]
    assert answers == [404] * MOST + [429]
    held_up = running.request(url)
    assert (held_up.status_code, held_up.headers["retry-after"]) == (429, "60")
    running.peer = "192.0.2.2"
    assert running.request(url).status_code == 200
    running.peer = "192.0.2.1"
    running.clock.advance(timedelta(minutes=1))
    assert running.request(url).status_code == 200


def test_the_number_of_remembered_clients_is_limited() -> None:
    guesses = Guesses()
    for peer in range(REMEMBERED + 5):
        guesses.missed(str(peer), NOON)
    assert len(guesses) == REMEMBERED


class ReminderService(PageService):
    """Its payer got a reminder."""

    def __init__(self) -> None:
        super().__init__()
        self.url = self.issued()
        notify = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)
        self.message = self.service.execute(notify).unwrap()
        self.stop = f"{self.url}/stop/{self.message.id}"
        self.contact = Contact(ACME, Medium.EMAIL, self.message.address)


def test_a_post_stops_messages_to_the_address_and_a_get_does_not() -> None:
    running = ReminderService()
    assert "Stop messages" in running.read(running.stop)
    assert running.service.contact(running.contact).suppressed is None
    clicked = running.request(running.stop, "POST")
    assert (clicked.status_code, running.service.contact(running.contact).suppressed) == (
        200,
        "opted_out",
    )
    assert running.request(running.stop, "POST").status_code == 200


def test_the_reason_of_a_suppression_is_not_replaced() -> None:
    running = ReminderService()
    suppress(running.service, running.contact, "complained")
    running.request(running.stop, "POST")
    assert running.service.contact(running.contact).suppressed == "complained"


def test_messages_of_a_cancelled_invoice_can_be_stopped() -> None:
    running = ReminderService()
    running.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    assert running.request(running.stop, "POST").status_code == 200


@pytest.mark.parametrize("rest", ["", "/", "/msg_unknown", "/msg_1/x", "/%00"])
def test_only_a_message_of_the_invoice_can_be_stopped(rest: str) -> None:
    running = ReminderService()
    for method in ("GET", "POST"):
        assert running.request(f"{running.url}/stop{rest}", method).status_code == 404
    assert running.request(running.stop, "DELETE").status_code == 404
    assert running.service.contact(running.contact).suppressed is None


def simulation(running: PageService, *redirects: PayerRedirect) -> HostedPageApi:
    """The pages of the sandbox, whose payer is sent on by these redirects."""
    batched = BatchedService(running.service)
    payer = Payer(batched, redirects, {ACME: "secret"}, RandomIds())
    return HostedPageApi(batched, BASE, running.clock, pay=payer.pay_requested)


def test_only_a_simulation_has_a_button_that_pays(running: PageService) -> None:
    url = running.issued()
    assert running.request(f"{url}/pay", "POST").status_code == 404
    running.api = simulation(running)
    assert "Simulate the payment of ₹998.00" in running.read(url)
    paid = running.request(f"{url}/pay", "POST")
    assert (paid.status_code, paid.headers["location"]) == (303, f"../{token(url)}")
    assert "This invoice is paid. Thank you." in running.read(url)
    assert (
        running.request(f"{url}/pay", "POST").status_code == 303
    )  # a second click changes nothing
    assert len(running.service.payments(ACME, ONE).unwrap()) == 1
    assert "Simulate" not in running.request(url).text


def test_the_button_of_a_simulation_leads_to_the_callback_of_the_invoice(
    running: PageService,
) -> None:
    callback = json.dumps({"url": "https://shop.example/paid?order=17"})
    url = running.issued(receipt="R-1", extras={CALLBACK: callback})
    assert "form-action 'self';" in running.request(url).headers["content-security-policy"]
    running.api = simulation(running, payer_redirect)
    policy = running.request(url).headers["content-security-policy"]
    assert "form-action 'self' http: https:;" in policy  # browsers hold redirects to it
    answer = running.request(f"{url}/pay", "POST")
    (payment,) = running.service.payments(ACME, ONE).unwrap()
    paid = running.service.get(ACME, ONE).unwrap()
    reference = payment.payment.reference
    assert answer.status_code == 303
    assert answer.headers["location"] == payer_redirect(paid, reference, "secret")
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (query["order"], query["razorpay_payment_id"]) == ("17", reference)
    assert query["razorpay_invoice_status"] == "paid"
    again = running.request(f"{url}/pay", "POST")
    assert again.headers["location"] == f"../{token(url)}"


@pytest.mark.parametrize("language", ["en", "ar", "de"])
def test_a_sellers_colour_is_allowed_by_its_own_hash(language: str) -> None:
    answer = page(sheet(full_invoice(language)), "token", accent_color="#ffff00")
    own, accent = re.findall("<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    policy = dict(answer.headers)[b"content-security-policy"].decode()
    hashes = [b64encode(sha256(one.encode()).digest()).decode() for one in (own, accent)]
    assert f"style-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}';" in policy
    assert "img-src data:;" in policy
    assert "#ffff00" in accent.partition("dark")[2]  # yellow is read in the dark alone
    assert "#ffff00" not in accent.partition("dark")[0]


def test_a_logo_is_a_picture_in_the_page_and_no_element_of_it() -> None:
    logo = Logo(format=LogoFormat.SVG, data=b"<svg><script>alert(1)</script></svg>")
    body = page(sheet(full_invoice()), "token", logo=logo).body.decode()
    (picture,) = [attrs for tag, attrs in Reader(body).tags if tag == "img"]
    assert picture["alt"] == "Acme Books"
    assert str(picture["src"]).startswith("data:image/svg+xml;base64,")
    assert "<script" not in body


def test_all_that_leaves_the_page_is_what_the_seller_gave() -> None:
    body = page(sheet(full_invoice()), "token").body.decode()
    links = [str(attrs["href"]) for tag, attrs in Reader(body).tags if tag == "a"]
    assert links[0] == "https://pay.acme.example/inv"
    assert links[1].startswith("upi://pay?pa=acme@okbank&")
    assert links[2:] == [
        "token/invoice.pdf", "mailto:billing@acme.example", "tel:+919876543210",
        "https://acme.example",
    ]  # fmt: skip


def test_an_expired_page_names_the_seller_and_how_to_reach_it() -> None:
    hosted = full_invoice()
    expired = replace(hosted, invoice=an_invoice(Status.EXPIRED))
    texts = Reader(page(sheet(expired), "token").body.decode()).texts
    for text in ("Expired", "Acme Books", "billing@acme.example", "+919876543210"):
        assert text in texts
    assert "How to pay" not in texts
