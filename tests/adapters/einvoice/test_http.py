"""The e-invoice over HTTP: on the hosted page for the payer, by the native API for the seller."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.einvoice.samples import a_buyer, a_seller, euro
from adapters.einvoice.test_factur_x import attached
from adapters.einvoice.validation import faults
from adapters.native.api_client import ApiClient, native_api
from adapters.page.test_page import ACME, ONE, PageService
from billhook.application.commands import Cancel, Draft
from billhook_adapters.einvoice import is_installed
from billhook_adapters.einvoice.semantic_model import Syntax
from billhook_adapters.http.hosted_page import api, e_invoices
from billhook_adapters.http.native.routes import e_invoices as native_route
from billhook_adapters.testing import NOON, a_document

ENOUGH: dict[str, Any] = {
    "currency": "EUR",
    "receipt": "R-1",
    "lines": [euro()],
    "seller": a_seller(),
    "customer": a_buyer(),
    "due_by": NOON + timedelta(days=14),
}
LINK = "E-invoice (XML)"


@pytest.fixture
def pages() -> PageService:
    return PageService()


@pytest.fixture
def native(pages: PageService) -> ApiClient:
    return ApiClient(pages.service, pages.clock, native_api(pages.service))


def test_the_page_links_to_it_and_the_pdf_holds_it(pages: PageService) -> None:
    url = pages.issued(**ENOUGH)
    assert LINK in pages.request(url).text
    xml = pages.request(f"{url}/invoice.xml")
    assert (xml.status_code, xml.headers["content-type"]) == (200, "application/xml")
    assert xml.headers["content-disposition"] == 'attachment; filename="invoice.xml"'
    assert xml.headers["cache-control"] == "no-store"
    assert faults(xml.content, Syntax.CII) == []
    assert attached(pages.request(f"{url}/invoice.pdf").content) == {"factur-x.xml": xml.content}
    ubl = pages.request(f"{url}/invoice.ubl.xml")
    assert faults(ubl.content, Syntax.UBL) == []
    assert pages.request(f"{url}/invoice.xml", "HEAD").content == b""


def test_where_data_are_missing_the_reasons_are_listed(pages: PageService) -> None:
    url = pages.issued(**{**ENOUGH, "seller": None, "receipt": None})
    assert LINK not in pages.request(url).text
    assert attached(pages.request(f"{url}/invoice.pdf").content) == {}
    answer = pages.request(f"{url}/invoice.xml")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_e_invoice"
    assert [(one["code"], one["field"]) for one in answer.json()["reasons"]] == [
        ("missing_number", "receipt"),
        ("missing_seller_country", "seller.address.country"),
        ("missing_seller_tax_id", "seller.tax_ids"),
    ]


@pytest.mark.parametrize("path", ["/invoice.xml/x", "/factur-x.xml", "/invoice.ubl"])
def test_there_is_no_other_file(pages: PageService, path: str) -> None:
    answer = pages.request(pages.issued(**ENOUGH) + path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_cancelled_invoice_has_none(pages: PageService) -> None:
    url = pages.issued(**ENOUGH)
    pages.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    assert pages.request(f"{url}/invoice.xml").status_code == 410


def test_without_the_extra_all_else_works(
    pages: PageService, native: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_installed()
    for module in (api, e_invoices, native_route):
        monkeypatch.setattr(module, "is_installed", lambda: False)
    url = pages.issued(**ENOUGH)
    assert LINK not in pages.request(url).text
    assert pages.request(f"{url}/invoice.xml").status_code == 404
    assert attached(pages.request(f"{url}/invoice.pdf").content) == {}
    problem = native.json_of("GET", f"/invoices/{ONE}/e-invoice", 501)
    assert "pip install 'billhook[einvoice]'" in problem["detail"]


@pytest.mark.parametrize("syntax", Syntax)
def test_the_seller_reads_it(pages: PageService, native: ApiClient, syntax: Syntax) -> None:
    url = pages.issued(**ENOUGH)
    answer = native.request("GET", f"/invoices/{ONE}/e-invoice", params={"syntax": syntax.value})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    name = {"cii": "invoice.xml", "ubl": "invoice.ubl.xml"}[syntax]
    assert answer.content == pages.request(f"{url}/{name}").content


def test_the_seller_reads_what_a_draft_lacks(pages: PageService, native: ApiClient) -> None:
    draft = a_document(**{**ENOUGH, "customer": a_buyer("UK")})
    pages.service.execute(Draft(account=ACME, invoice=ONE, document=draft)).unwrap()
    problem = native.json_of("GET", f"/invoices/{ONE}/e-invoice", 409)
    assert (problem["code"], problem["status"]) == ("no_e_invoice", 409)
    assert [one["code"] for one in problem["details"]["reasons"]] == [
        "not_issued", "unknown_buyer_country",
    ]  # fmt: skip
    assert problem["details"]["reasons"][1]["country"] == "UK"


def test_an_unknown_invoice_is_not_found_and_an_unknown_syntax_is_named(
    pages: PageService, native: ApiClient
) -> None:
    pages.issued(**ENOUGH)
    assert native.request("GET", "/invoices/inv_9/e-invoice").status_code == 404
    (wrong,) = native.json_of("GET", f"/invoices/{ONE}/e-invoice?syntax=edifact", 422)["errors"]
    assert (wrong["place"], wrong["field"]) == ("query", "syntax")
