"""What stands above the total adds up to it; taxes that the prices include are named as such."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.document import Document
from billhook.model.line_items import Rounding
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.testing import an_invoice
from billhook_adapters.testing.builders import a_line
from properties.strategies import documents

VAT, REDUCED = {"name": "VAT", "rate": 19}, {"name": "VAT", "rate": 7}
CGST, SGST = {"name": "CGST", "rate": 9}, {"name": "SGST", "rate": 9}


def totals(**document: Any) -> list[tuple[str, str]]:
    """The names and amounts below the items."""
    (currency,) = {line.currency for line in document["lines"]}
    hosted = HostedInvoice(an_invoice(**document, currency=currency), "Acme")
    shown = [(_plain(one.name), _plain(one.amount)) for one in sheet(hosted).totals]
    assert shown[-1] == ("Amount due", dict(shown)["Total"])
    return shown[:-1]


def _plain(text: str) -> str:
    return re.sub("[\u2066-\u2069]", "", text)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {"lines": [a_line(11900, 1, currency="EUR", taxes=[VAT], tax_inclusive=True)]},
            [("Total", "€119.00"), ("VAT 19% (included)", "€19.00")],
            id="an included tax is no part of a sum",
        ),
        pytest.param(
            {
                "lines": [
                    a_line(10000, 1, currency="EUR", taxes=[VAT]),
                    a_line(10000, 1, currency="EUR", taxes=[REDUCED]),
                ]
            },
            [
                ("Subtotal", "€200.00"),
                ("VAT 19%", "€19.00"),
                ("VAT 7%", "€7.00"),
                ("Total", "€226.00"),
            ],
            id="one line for each rate",
        ),
        pytest.param(
            {
                "lines": [
                    a_line(10000, 1, currency="EUR", taxes=[VAT]),
                    a_line(10700, 1, currency="EUR", taxes=[REDUCED], tax_inclusive=True),
                ],
                "discount": {"percentage": "12.5"},
            },
            [
                ("Subtotal", "€207.00"),
                ("Discount 12.5%", "-€25.88"),
                ("VAT 19%", "€16.63"),
                ("Total", "€197.75"),
                ("VAT 7% (included)", "€6.12"),
            ],
            id="included and added",
        ),
        pytest.param(
            {"lines": [a_line(850, 1, taxes=[CGST, SGST])]},
            [
                ("Subtotal", "₹8.50"),
                ("CGST 9%", "₹0.77"),
                ("SGST 9%", "₹0.76"),
                ("Total", "₹10.03"),
            ],
            id="two taxes share the rounded tax of a line",
        ),
        pytest.param(
            {
                "lines": [a_line(101, Decimal("0.5"), currency="JPY") for _ in range(4)],
                "rounding": Rounding.PER_INVOICE,
            },
            [("Subtotal", "JP¥204"), ("Rounding", "-JP¥2"), ("Total", "JP¥202")],
            id="rows that are rounded each, and a total that is rounded once",
        ),
        pytest.param(
            {"lines": [a_line(1000, 1)], "discount": {"amount": 300}},
            [("Subtotal", "₹10.00"), ("Discount", "-₹3.00"), ("Total", "₹7.00")],
            id="a fixed discount has no rate",
        ),
        pytest.param(
            {"lines": [a_line(1000, 1, taxes=[{"name": "GST", "rate": 0}])]},
            [("Subtotal", "₹10.00"), ("GST 0%", "₹0.00"), ("Total", "₹10.00")],
            id="a rate of zero is stated",
        ),
    ],
)
def test_the_totals_of(document: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert totals(**document) == expected


def _amount(text: str) -> int:
    return int(re.sub(r"[^0-9-]", "", text.replace("\u2212", "-")))


@given(documents)
def test_rows_add_up_to_the_subtotal_and_the_rest_to_the_total(document: Document) -> None:
    if not document.total:
        return
    fields = {
        name: getattr(document, name) for name in ("lines", "discount", "rounding", "currency")
    }
    shown = sheet(HostedInvoice(an_invoice(**fields), "Acme"))
    names = [one.name for one in shown.totals]
    above = [_amount(one.amount) for one in shown.totals[: names.index("Total")]]
    total = _amount(shown.totals[names.index("Total")].amount)
    rows = sum(_amount(row.amount) for row in shown.items)
    assert sum(above or [rows]) == total
    assert not above or above[0] == rows
