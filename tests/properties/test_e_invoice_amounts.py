"""The e-invoice has the amounts of the page, PDF and APIs, and they add up as EN 16931 demands."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.einvoice.samples import euro, hosted
from billhook.model.document import Document
from billhook.model.money import major
from billhook.model.pricing import priced
from billhook_adapters.einvoice.mapping import e_invoice
from billhook_adapters.einvoice.semantic_model import EInvoice, Syntax
from billhook_adapters.einvoice.writing import written

RATES = ["0", "0.3", "5.5", "7", "19", "33.333", "100"]
CENT = Decimal("0.01")

lines = st.lists(
    st.builds(
        dict,
        unit_amount=st.integers(0, 9_999_999)
        | st.decimals(0, 99_999, places=12).map(lambda price: price.normalize()),
        quantity=st.decimals("0.001", "99.999", places=3),
        taxes=st.sampled_from(RATES).map(lambda rate: [{"name": "VAT", "rate": rate}]),
        tax_inclusive=st.booleans(),
        item=st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip
discounts = (
    st.none()
    | st.builds(dict, percentage=st.sampled_from(["5", "12.5", "33.333"]))
    | st.builds(dict, percentage=st.just("50"), items=st.just(["a"]))
    | st.builds(dict, amount=st.integers(0, 900))
)


@settings(max_examples=40)
@given(
    currency=st.sampled_from(["EUR", "JPY"]),
    billed=lines,
    discount=discounts,
    rounding=st.sampled_from(["per_line", "per_invoice"]),
    paid=st.integers(0, 99),
)
def test_its_amounts_are_those_of_the_invoice(
    currency: str, billed: list[dict[str, Any]], discount: Any, rounding: str, paid: int
) -> None:
    given_lines = [
        euro(1000, currency=currency),
        *(euro(currency=currency, **one) for one in billed),
    ]
    invoice = hosted(
        currency=currency, lines=given_lines, discount=discount, rounding=rounding,
        paid=paid, partial_payment=True,
    )  # fmt: skip
    found = e_invoice(invoice).value_or(None)
    assume(found is not None)
    assert found is not None
    _same(found, invoice.invoice.document)
    assert found.totals.paid == major(invoice.invoice.paid, found.currency)
    assert found.totals.due == major(invoice.invoice.due, found.currency)
    _adds_up(found)
    for syntax in Syntax:
        _is_in(written(found, syntax).decode(), found)


def _same(made: EInvoice, document: Document) -> None:
    """Total, tax and discount are those of the page."""
    summary, currency, totals = document.summary, made.currency, made.totals
    assert totals.gross + totals.rounding == major(summary.total, currency)
    assert totals.tax == major(summary.tax, currency)
    rows = priced(document.lines, document.discount)
    if not any(line.tax_inclusive for line in document.lines):
        assert totals.allowances == major(summary.discount, currency)
        assert totals.lines == major(sum(row.price for row in rows), currency)
    if document.rounding == "per_line":
        assert totals.rounding == 0


def _adds_up(made: EInvoice) -> None:
    """The rules BR-CO-10 to BR-CO-17, and that quantity times price is the amount of the line."""
    totals = made.totals
    assert totals.lines == sum(item.net for item in made.items)
    assert totals.allowances == sum(one.allowance for one in made.vat)
    assert totals.net == totals.lines - totals.allowances == sum(one.taxable for one in made.vat)
    assert totals.tax == sum(one.tax for one in made.vat)
    assert totals.gross == totals.net + totals.tax
    assert totals.due == totals.gross - totals.paid + totals.rounding
    for one in made.vat:
        assert abs(one.tax - one.taxable * one.vat.rate / 100) < 1 + CENT
        nets = [item.net for item in made.items if item.vat == one.vat]
        assert one.taxable == sum(nets) - one.allowance
    for item in made.items:
        exact = item.quantity * item.price / (item.price_quantity or 1)
        assert abs(exact - item.net) <= (CENT if made.currency == "EUR" else 1) / 2


def _is_in(xml: str, made: EInvoice) -> None:
    """The XML has the amounts as they are, and no other ones."""
    totals, amount = made.totals, re.compile(r"<(?:cbc|ram):\w*Amount(?: [^>]*)?>([^<]+)<")
    known = {totals.lines, totals.net, totals.tax, totals.gross, totals.due}
    known |= {totals.allowances, totals.paid, totals.rounding}
    known |= {value for one in made.vat for value in (one.allowance, one.taxable, one.tax)}
    known |= {value for item in made.items for value in (item.net, item.price)}
    found = {Decimal(text) for text in amount.findall(xml)}
    assert found <= known
    assert {totals.lines, totals.net, totals.tax, totals.gross, totals.due} <= found
