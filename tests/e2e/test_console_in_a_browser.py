"""The console in a real browser: every page, narrow and wide, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from acceptance.contract.node import modules
from acceptance.contract.sandbox import Sandbox
from e2e.test_page_layout import TOO_WIDE

pytestmark = pytest.mark.slow

WIDTHS = (320, 768, 960, 1280, 1920)
HOSTILE = "<img src=x onerror=alert(1)> " + "f" * 20
ARABIC = "مريم الهاشمي"


@pytest.fixture(scope="module")
def paths(served: Sandbox) -> Mapping[str, str]:
    """The path of one page of each kind, in a sandbox in which much has happened."""
    invoice = made(served, "hostile@example.com", HOSTILE, expire_by=served.now + 40 * 86400)
    served.pay(invoice, 100)
    draft = made(served, "draft@example.com", ARABIC, draft="1")
    served.fail("sms", "permanent", "+919000090000")
    served.advance(60)
    (mail,) = served.sent("hostile@example.com")
    webhook = served.json_of("GET", "/sandbox/webhooks")["items"]
    account = account_of(served, invoice)
    return {
        "home": "/",
        "invoices": "/console/invoices",
        "none": "/console/invoices?text=nothing+of+this&status=paid",
        "invoice": f"/console/invoices/{account}/{invoice}",
        "draft": f"/console/invoices/{account}/{draft}",
        "outbox": "/console/outbox",
        "message": f"/console/outbox/{mail['id']}",
        "webhooks": "/console/webhooks",
        "webhook": f"/console/webhooks/{len(webhook)}",
        "requests": "/console/requests",
        "request": "/console/requests/1",
        "clock": "/console/clock",
        "faults": "/console/faults",
        "accounts": "/console/accounts",
        "unknown": "/console/unknown",
    }


def made(served: Sandbox, email: str, name: str = "Ravi", **fields: Any) -> str:
    """The id of an invoice, which is sent by e-mail unless it is a draft."""
    items = [{"name": "Book", "amount": 49900}]
    request = {"type": "invoice", "customer": {"name": name, "email": email}, "line_items": items}
    client = served.client()
    name_of: str = client.invoice.create({**request, "partial_payment": True, **fields})["id"]
    return name_of


def account_of(served: Sandbox, invoice: str) -> str:
    """The account of an invoice, by the link to it."""
    from http.client import HTTPConnection

    connection = HTTPConnection(served.address, timeout=30)
    connection.request("GET", f"/console/invoices?text={invoice}")
    page = connection.getresponse().read().decode()
    connection.close()
    return page.partition(f"/{invoice}")[0].rpartition("/")[2]


@contextmanager
def opened(browser: Browser, url: str, **how: Any) -> Iterator[Page]:
    """A page in a browser of its own, which requests nothing elsewhere and complains of nothing."""
    context = browser.new_context(**how)
    page = context.new_page()
    hosts, complaints = set[str](), list[str]()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(url)
    yield page
    context.close()
    assert hosts == {url.split("/")[2]}
    assert [one for one in complaints if "404 (Not Found)" not in one] == []


@pytest.mark.parametrize(("script", "widths"), [(True, WIDTHS), (False, WIDTHS[:1])])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, served: Sandbox, paths: Mapping[str, str], script: bool, widths: Sequence[int]
) -> None:
    for name, path in paths.items():
        with opened(browser, served.url + path, java_script_enabled=script) as page:
            for width in widths:
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                wide = [one for one in page.evaluate(TOO_WIDE) if "hidden" not in one]
                assert wide == [], (name, width)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_nothing_hinders_those_who_see_or_use_it_otherwise(
    browser: Browser, served: Sandbox, paths: Mapping[str, str], scheme: Any, width: int
) -> None:
    axe = (modules() / "node_modules" / "axe-core" / "axe.min.js").read_text()
    for name, path in paths.items():
        size = {"width": width, "height": 800}
        how: dict[str, Any] = {"color_scheme": scheme, "viewport": size, "bypass_csp": True}
        with opened(browser, served.url + path, **how) as page:
            page.evaluate(axe)
            found = page.evaluate("axe.run({iframes: false})")
            violations = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
            assert violations == [], name


def test_without_script_a_payer_pays_and_the_clock_is_moved(
    browser: Browser, served: Sandbox
) -> None:
    invoice = made(served, "no-script@example.com", email_notify=0)
    path = f"/console/invoices/{account_of(served, invoice)}/{invoice}"
    with opened(browser, served.url + path, java_script_enabled=False) as page:
        page.fill("#amount", "99.00")
        page.click("button[value=pay]")
        expect(page.get_by_role("status")).to_contain_text("The payer paid ₹99.00 as pay_")
        page.fill("#amount", "9999")
        page.click("button[value=pay]")
        expect(page.get_by_role("alert")).to_contain_text("is more than the 40000 that is due")
        page.click("nav >> text=Clock")
        page.click("text=One minute later")
        expect(page.get_by_role("status")).to_contain_text("The clock was moved to ")


def test_the_mail_that_was_just_sent_is_two_clicks_away(browser: Browser, served: Sandbox) -> None:
    made(served, "clicks@example.com")
    with opened(browser, served.url, java_script_enabled=False) as page:
        page.click("#messages tbody a >> nth=0")
        expect(page.locator("dl")).to_contain_text("clicks@example.com")
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("₹499.00")


def test_a_list_shows_what_is_new_without_a_reload(browser: Browser, served: Sandbox) -> None:
    with opened(browser, f"{served.url}/console/outbox") as page:
        assert page.locator("text=live@example.com").count() == 0
        page.evaluate("window.kept = true")
        made(served, "live@example.com")
        expect(page.locator("#list")).to_contain_text("live@example.com")
        expect(page.locator("[aria-live=polite]")).to_have_text("The list has changed.")
        assert page.evaluate("window.kept")


def test_a_list_is_not_replaced_under_the_focus(browser: Browser, served: Sandbox) -> None:
    made(served, "focus@example.com")
    with opened(browser, f"{served.url}/console/outbox") as page:
        page.locator("#list tbody a >> nth=0").focus()
        made(served, "focus-later@example.com")
        with page.expect_response("**/console/outbox"):
            pass
        assert page.evaluate("document.activeElement.tagName") == "A"
        assert page.locator("text=focus-later@example.com").count() == 0
        page.evaluate("document.activeElement.blur()")
        expect(page.locator("#list")).to_contain_text("focus-later@example.com")


def test_the_lines_of_a_snippet_are_copied(browser: Browser, served: Sandbox) -> None:
    with opened(browser, served.url, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.get_by_role("button", name="Copy: razorpay for Python").click()
        expect(page.locator("[aria-live=polite]")).to_have_text("Copied.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("import razorpay\n")
        assert f'base_url="{served.url}"' in copied


def test_the_keyboard_reaches_the_content_first(browser: Browser, served: Sandbox) -> None:
    with opened(browser, f"{served.url}/console/invoices") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "status"
