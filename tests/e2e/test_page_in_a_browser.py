"""The page behind the link that a payer was sent, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from acceptance.contract.node import modules
from acceptance.contract.sandbox import Sandbox
from adapters.documents.pictures import Printed
from billhook_adapters.cli.main import main

pytestmark = pytest.mark.slow

PHONE = {"width": 360, "height": 740}
HOSTILE = "<img src=//evil.example/x onerror=alert(1)><script>alert(2)</script>\"&'</title>"
LINK = re.compile(r"http://\S+")


def sent(served: Sandbox, to: str, **document: Any) -> tuple[str, str]:
    """An invoice that was sent by SMS: its id, and the one link of the message as received."""
    client = served.client()
    made = client.invoice.create(
        {
            "type": "invoice",
            "currency": "INR",
            "customer": {"name": "Ravi", "contact": to},
            "line_items": [{"name": "Book", "amount": 49900, "quantity": 2}],
            "partial_payment": True,
            "sms_notify": 1,
            "email_notify": 0,
            **document,
        }
    )
    (message,) = served.sent(to)
    (link,) = LINK.findall(message["text"])
    return made["id"], link


class Watched:
    """A page in a browser, and everything that it requested or complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text))


@contextmanager
def opened(browser: Browser, url: str, **how: Any) -> Iterator[Watched]:
    context = browser.new_context(java_script_enabled=how.pop("script", True), **how)
    watched = Watched(context.new_page())
    watched.page.goto(url)
    yield watched
    context.close()


def colours(page: Page) -> tuple[tuple[int, int, int], int]:
    """The colour of a corner, and how many colours there are: an empty page has one."""
    with Image.open(BytesIO(page.screenshot(full_page=True))) as picture:
        plain = picture.convert("RGB")
        found = plain.getcolors(maxcolors=10**6) or []
        corner = plain.getpixel((2, 2))
    assert isinstance(corner, tuple)
    return (int(corner[0]), int(corner[1]), int(corner[2])), len(found)


def test_the_link_of_the_message_opens_without_script_and_calls_no_other_host(
    browser: Browser, served: Sandbox
) -> None:
    _, link = sent(served, "+919000000001")
    with opened(browser, link, script=False) as watched:
        assert "₹998.00" in watched.page.inner_text("main")
        assert watched.hosts == {served.address}
        assert watched.complaints == []


def test_it_is_readable_in_light_in_the_dark_on_a_phone_and_on_paper(
    browser: Browser, served: Sandbox
) -> None:
    _, link = sent(served, "+919000000002")
    with opened(browser, link, color_scheme="light") as light:
        corner, many = colours(light.page)
        assert min(corner) > 240
        assert many > 10
    with opened(browser, link, color_scheme="dark") as dark:
        corner, many = colours(dark.page)
        assert max(corner) < 60
        assert many > 10
    with opened(browser, link, viewport=PHONE) as phone:
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert phone.page.is_visible("text=₹998.00")
    with opened(browser, link) as paper:
        printed = Printed(paper.page.pdf())
        assert "₹998.00" in printed.text
        assert "Simulate" not in printed.text


@pytest.mark.parametrize("language", ["en", "hi", "ar", "de", "fr", "es", "ta"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hinders_those_who_see_or_use_it_otherwise(
    browser: Browser, language: str, scheme: Any, tmp_path: Any
) -> None:
    out = tmp_path / "page.html"
    axe = (modules() / "node_modules" / "axe-core" / "axe.min.js").read_text()
    assert main(["preview", "page", "--language", language, "--out", str(out)]) == 0
    # Its own policy forbids the checker's script; it is judged by its content.
    with opened(browser, out.as_uri(), color_scheme=scheme, bypass_csp=True) as watched:
        watched.page.evaluate(axe)
        found = watched.page.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert len(found["passes"]) > 10


def test_what_strangers_wrote_is_inert(browser: Browser, served: Sandbox) -> None:
    lines = [{"name": HOSTILE, "description": HOSTILE, "amount": 100}]
    _, link = sent(
        served, "+919000000003", line_items=lines, description=HOSTILE, terms=HOSTILE,
        comment=HOSTILE, receipt="<b>1</b>",
        customer={"name": "<i>Ravi", "contact": "+919000000003"},
    )  # fmt: skip
    with opened(browser, link) as watched:
        assert watched.page.inner_text("main").count("<script>alert(2)</script>") == 5
        assert watched.hosts == {served.address}
        assert watched.complaints == []
        assert watched.page.query_selector("img, script, iframe") is None


def test_a_button_simulates_the_payment_and_the_page_shows_each_status(
    browser: Browser, served: Sandbox
) -> None:
    invoice, link = sent(served, "+919000000004")
    served.pay(invoice, 9900)
    with opened(browser, link) as watched:
        page = watched.page
        assert "₹899.00" in page.inner_text("main")
        page.click("text=Simulate the payment of ₹899.00")
        assert page.url == link
        assert "This invoice is paid. Thank you." in page.inner_text("main")
        assert page.query_selector("button") is None
        assert watched.complaints == []
    assert served.client().invoice.fetch(invoice)["status"] == "paid"


def test_a_cancelled_invoice_says_one_sentence(browser: Browser, served: Sandbox) -> None:
    invoice, link = sent(served, "+919000000005")
    served.client().invoice.cancel(invoice)
    with opened(browser, link) as watched:
        assert watched.page.inner_text("h1") == "This invoice was cancelled"
        assert "998" not in watched.page.content()


def test_the_pdf_is_one_click_away(browser: Browser, served: Sandbox) -> None:
    _, link = sent(served, "+919000000006")
    with opened(browser, link) as watched:
        href = watched.page.get_attribute("text=Download as PDF", "href")
        answer = watched.page.request.get(f"{link.rpartition('/')[0]}/{href}")
        assert answer.headers["content-type"] == "application/pdf"
        assert "Amount due\r\n₹998.00" in Printed(answer.body()).text
