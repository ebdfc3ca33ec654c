"""The page in a browser, measured: nothing is wider than the screen, and no word is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from acceptance.contract.node import modules
from billhook.model.logo import Logo, LogoFormat
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.http.hosted_page.rendering import page
from cases.full_invoices import full_invoice

pytestmark = pytest.mark.slow

WIDTHS = (320, 360, 480, 600, 673, 720, 768, 900, 1024, 1280, 1920)
LANGUAGES = [
    ("en", "INR"), ("hi", "INR"), ("ar", "INR"), ("ta", "INR"),
    ("de", "EUR"), ("fr", "EUR"), ("es", "EUR"), ("ar-EG", "KWD"),
]  # fmt: skip
LONG = "f" * 256
LOGO = Logo(
    format=LogoFormat.SVG,
    data=b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 40">'
    b'<rect width="400" height="40"/></svg>',
)

TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter(one => !one.closest(".hidden"))
  .filter(one => getComputedStyle(one.closest("thead") ?? one).position !== "absolute")
  .filter(one => { const box = one.getBoundingClientRect();
    return box.width && (box.left < -0.5 || box.right > innerWidth + 0.5) })
  .map(one => one.outerHTML.slice(0, 80))"""

BROKEN_WORDS = """() => [...document.querySelectorAll("thead th")].flatMap(head =>
  [...head.textContent.matchAll(/\\S+/g)].filter(word => {
    const range = document.createRange(), text = head.firstChild
    range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length)
    const tops = [...range.getClientRects()].map(box => Math.round(box.top))
    return new Set(tops).size > 1 }).map(word => word[0]))"""

OVERLAPPING = """() => [...document.querySelectorAll("tr")].flatMap(row => {
  const cells = [...row.children].filter(cell => cell.offsetHeight > 2)
    .map(cell => { const range = document.createRange(); range.selectNodeContents(cell)
      return range.getBoundingClientRect() }).filter(box => box.width)
  return cells.filter((one, at) => cells.some((other, place) => place > at
    && one.left < other.right - 0.5 && other.left < one.right - 0.5
    && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5)).map(() => row.innerText) })"""


def shown(browser: Browser, path: Path, hosted: Any, **how: Any) -> Page:
    """The page of an invoice, in a browser of its own."""
    accent = hosted.profile.accent_color
    path.write_bytes(page(sheet(hosted), "token", logo=LOGO, accent_color=accent).body)
    opened = browser.new_context(**how).new_page()
    opened.goto(path.as_uri())
    return opened


@pytest.mark.parametrize(
    ("language", "currency", "name"),
    [(*one, "Licence") for one in LANGUAGES] + [("en", "INR", LONG), ("ar", "EUR", LONG)],
)
def test_nothing_is_wider_than_the_screen_and_no_heading_is_broken(
    browser: Browser, tmp_path: Path, language: str, currency: str, name: str
) -> None:
    opened = shown(browser, tmp_path / "page.html", full_invoice(language, currency, name=name))
    for width in WIDTHS:
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate(TOO_WIDE) == [], width
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.evaluate(BROKEN_WORDS) == [], width
        assert opened.evaluate(OVERLAPPING) == [], width
    opened.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "currency"), [("en", "INR"), ("ar", "INR"), ("de", "EUR")])
def test_all_that_an_invoice_can_show_hinders_no_one(
    browser: Browser, tmp_path: Path, language: str, currency: str, scheme: Any
) -> None:
    hosted = full_invoice(language, currency)
    opened = shown(browser, tmp_path / "page.html", hosted, color_scheme=scheme, bypass_csp=True)
    opened.evaluate((modules() / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = opened.evaluate("axe.run()")
    opened.context.close()
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
