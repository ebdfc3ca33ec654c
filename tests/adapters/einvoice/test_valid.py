"""Every e-invoice keeps the XSD and the rules of EN 16931, in both syntaxes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.einvoice.samples import a_buyer, a_seller, euro, hosted
from adapters.einvoice.validation import faults
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.documents.language import phrases
from billhook_adapters.documents.sample import SampleKind, sample
from billhook_adapters.einvoice.semantic_model import Syntax
from billhook_adapters.einvoice.writing import e_invoice_xml
from billhook_adapters.testing import NOON, a_customer, a_line

GSTIN = {"kind": "gstin", "value": "27AAPFU0939F1ZV"}
INDIA = a_seller(address={"city": "Pune", "state": "Maharashtra", "country": "IN"}, tax_ids=[GSTIN])
FRANCE = a_buyer("FR", tax_ids=[{"kind": "vat", "value": "FR40303265045"}])
HOSTILE = (
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e; ]]> \ufffe\u202e' "
    '" xsi:nil="true"'
)
TWO_DATES = {
    "instalments": [
        {"id": "one", "percentage": 50, "due_by": NOON + timedelta(days=7)},
        {"id": "two", "percentage": 50, "due_by": NOON + timedelta(days=30)},
    ]
}


def zero(code: str | None = None) -> Any:
    """A line at 0 percent, with the code of an exemption."""
    return euro(taxes=[{"name": "Exempt", "rate": 0, "id": code}])


SAMPLES: dict[str, HostedInvoice] = {
    **{
        f"sample {kind} in {language}": sample(language, NOON, kind=kind)[0]
        for language in phrases()
        for kind in (SampleKind.TAX, SampleKind.PART_PAID)
    },
    "one line": hosted(),
    "part paid": hosted(paid=500),
    "paid": hosted(paid=1190, due_by=None),
    "terms in place of a date": hosted(due_by=None, terms="30 days\nnet"),
    "rates": hosted(lines=[euro(), euro(taxes=[{"name": "VAT", "rate": "5.5"}]), zero()]),
    "a discount": hosted(
        lines=[euro(999, 3), euro(333, taxes=[{"name": "VAT", "rate": 7}])],
        discount={"percentage": "33.333"},
    ),
    "a fixed discount of one item": hosted(
        lines=[euro(item="a"), euro(item="b")], discount={"amount": 100, "items": ["b"]}
    ),
    "prices with tax": hosted(
        lines=[euro(999, 3, tax_inclusive=True), euro(tax_inclusive=True)],
        discount={"percentage": 10},
    ),
    "rounded once": hosted(
        lines=[euro("0.4", "1.5") for _ in range(9)] + [euro(333, tax_inclusive=True)],
        discount={"percentage": 5},
        rounding="per_invoice",
    ),
    "a fraction of a cent": hosted(lines=[euro("0.004200000001", 10**6), euro()]),
    "yen": hosted(currency="JPY", lines=[euro(1000, currency="JPY")]),
    "reverse charge": hosted(customer=FRANCE, lines=[zero("VATEX-EU-AE")]),
    "export": hosted(customer=a_buyer("US"), lines=[zero("VATEX-EU-G")]),
    "exempt": hosted(lines=[zero("VATEX-EU-132-1I"), euro()]),
    "GST in two halves": hosted(
        seller=INDIA,
        payment=PaymentInstructions(upi="acme@okbank"),
        currency="INR",
        customer=a_buyer("IN", tax_ids=[GSTIN]),
        lines=[
            a_line(
                taxes=[{"name": "CGST", "rate": 9}, {"name": "SGST", "rate": 9}], hsn_sac="4901"
            ),
            a_line(taxes=[{"name": "GST", "rate": 18}], hsn_sac="998314"),
        ],
    ),
    "how to pay in words": hosted(a_seller(payment_text="By wire,\nplease."), payment=None),
    "an account outside the euro area": hosted(currency="CHF", lines=[euro(currency="CHF")]),
    "a buyer with little": hosted(
        customer=a_customer(email=None, contact=None, billing_address={"country": "DE"})
    ),
    "every field": hosted(
        a_seller(
            tax_ids=[
                {"kind": "vat", "value": "DE136695976"},
                {"kind": "ein", "value": "12-3456789"},
            ]
        ),
        description="For May",
        terms="Net 14",
        lines=[euro(item="sku-1", description="Blue\nand green", hsn_sac="4901")],
        partial_payment=True,
        schedule=TWO_DATES,
    ),
    "hostile texts": hosted(
        a_seller(legal_name=HOSTILE, footer=HOSTILE * 20, payment_text=HOSTILE),
        description=HOSTILE * 20,
        terms=HOSTILE * 20,
        lines=[euro(name=HOSTILE, description=HOSTILE * 20)],
        customer=a_buyer(name=HOSTILE),
    ),
}  # fmt: skip


@pytest.mark.parametrize("syntax", Syntax)
@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_valid(name: str, syntax: Syntax) -> None:
    assert faults(e_invoice_xml(SAMPLES[name], syntax).unwrap(), syntax) == []


@pytest.mark.slow
@pytest.mark.parametrize("syntax", Syntax)
def test_500_lines_are_valid(syntax: Syntax) -> None:
    long, _ = sample("en", NOON, kind=SampleKind.LONG)
    assert faults(e_invoice_xml(long, syntax).unwrap(), syntax) == []


@pytest.mark.parametrize("syntax", Syntax)
def test_the_rules_find_what_is_wrong(syntax: Syntax) -> None:
    xml = e_invoice_xml(SAMPLES["one line"], syntax).unwrap().replace(b"11.90", b"11.91")
    assert any("BR-CO-15" in fault for fault in faults(xml, syntax))


@pytest.mark.parametrize("syntax", Syntax)
def test_texts_are_data(syntax: Syntax) -> None:
    xml = e_invoice_xml(SAMPLES["hostile texts"], syntax).unwrap().decode()
    assert "<!" not in xml
    assert "\ufffe" not in xml
    assert "\u202e" not in xml
    assert "&lt;!DOCTYPE x [&lt;!ENTITY e SYSTEM" in xml
    assert 'xsi:nil="true"' in xml  # of the text


def test_two_runs_write_the_same() -> None:
    one, other = (e_invoice_xml(hosted(paid=1)).unwrap() for _ in range(2))
    assert one == other
