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
    return [(_plain(name), _plain(amount)) for name, amount in sheet(hosted).totals]


def _plain(text: str) -> str:
    return re.sub("[\u2066-\u2069]", "", text)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {"lines": [a_line(11900, 1, currency="EUR", taxes=[VAT], tax_inclusive=True)]},
            [("Total", "EUR 119.00"), ("VAT 19 % (included)", "EUR 19.00")],
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
                ("Subtotal", "EUR 200.00"),
                ("VAT 19 %", "EUR 19.00"),
                ("VAT 7 %", "EUR 7.00"),
                ("Total", "EUR 226.00"),
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
                ("Subtotal", "EUR 207.00"),
                ("Discount 12.5 %", "EUR -25.88"),
                ("VAT 19 %", "EUR 16.63"),
                ("Total", "EUR 197.75"),
                ("VAT 7 % (included)", "EUR 6.12"),
            ],
            id="included and added",
        ),
        pytest.param(
            {"lines": [a_line(850, 1, taxes=[CGST, SGST])]},
            [
                ("Subtotal", "INR 8.50"),
                ("CGST 9 %", "INR 0.77"),
                ("SGST 9 %", "INR 0.76"),
                ("Total", "INR 10.03"),
            ],
            id="two taxes share the rounded tax of a line",
        ),
        pytest.param(
            {
                "lines": [a_line(101, Decimal("0.5"), currency="JPY") for _ in range(4)],
                "rounding": Rounding.PER_INVOICE,
            },
            [("Subtotal", "JPY 204"), ("Rounding", "JPY -2"), ("Total", "JPY 202")],
            id="rows that are rounded each, and a total that is rounded once",
        ),
        pytest.param(
            {"lines": [a_line(1000, 1)], "discount": {"amount": 300}},
            [("Subtotal", "INR 10.00"), ("Discount", "INR -3.00"), ("Total", "INR 7.00")],
            id="a fixed discount has no rate",
        ),
        pytest.param(
            {"lines": [a_line(1000, 1, taxes=[{"name": "GST", "rate": 0}])]},
            [("Subtotal", "INR 10.00"), ("GST 0 %", "INR 0.00"), ("Total", "INR 10.00")],
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
    names = [name for name, _ in shown.totals]
    above = [_amount(amount) for _, amount in shown.totals[: names.index("Total")]]
    total = _amount(shown.totals[names.index("Total")][1])
    rows = sum(_amount(row.amount) for row in shown.items)
    assert sum(above or [rows]) == total
    assert not above or above[0] == rows
