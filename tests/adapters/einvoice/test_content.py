"""What the e-invoice says: the amounts and the texts of the invoice, in the terms of EN 16931."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from adapters.einvoice.samples import a_buyer, a_seller, euro, hosted
from adapters.einvoice.test_valid import SAMPLES, TWO_DATES
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.einvoice.mapping import e_invoice
from billhook_adapters.einvoice.semantic_model import PaymentMeans, Totals

D = Decimal


def test_prices_with_tax_are_given_without() -> None:
    made = e_invoice(SAMPLES["prices with tax"]).unwrap()
    first, second = made.items
    assert (first.price, first.price_quantity, first.net) == (D("25.18"), D(3), D("25.18"))
    assert (second.price, second.price_quantity, second.net) == (D("8.40"), None, D("8.40"))
    (vat,) = made.vat
    assert (vat.allowance, vat.taxable, vat.tax) == (D("3.36"), D("30.22"), D("5.75"))
    assert made.totals.due == D("35.97")


def test_quantity_times_price_is_the_amount() -> None:
    for quantity in ("3", "0.333", "7.5", "1000"):
        made = e_invoice(hosted(lines=[euro(999, quantity, tax_inclusive=True)])).unwrap()
        (item,) = made.items
        assert item.quantity * item.price / (item.price_quantity or 1) == item.net


def test_what_rounding_adds_is_no_part_of_the_total_with_vat() -> None:
    lines = [euro("0.4", taxes=[{"name": "VAT", "rate": 0}]) for _ in range(5)]
    made = e_invoice(hosted(lines=[*lines, euro()], rounding="per_invoice", paid=2)).unwrap()
    assert made.totals == Totals(
        D("10.00"), D("0.00"), D("10.00"), D("1.90"), D("11.90"), D("0.02"), D("0.02"), D("11.90")
    )


def test_the_discount_is_split_by_rate() -> None:
    made = e_invoice(SAMPLES["a discount"]).unwrap()
    assert [(one.vat.rate, one.allowance, one.taxable) for one in made.vat] == [
        (D(19), D("9.99"), D("19.98")),
        (D(7), D("1.11"), D("2.22")),
    ]


def test_instalments_are_terms_and_the_last_one_is_the_due_date() -> None:
    made = e_invoice(hosted(terms="Net", partial_payment=True, schedule=TWO_DATES)).unwrap()
    assert made.due == date(2026, 1, 31)
    assert made.terms == "Net\n1. 2026-01-08: EUR 5.95\n2. 2026-01-31: EUR 5.95"


def test_days_are_those_of_the_payer() -> None:
    east = a_buyer(time_zone="Pacific/Kiritimati")
    assert e_invoice(hosted(customer=east)).unwrap().issued == date(2026, 1, 2)


def test_a_bank_account_is_a_means_of_payment_and_a_upi_id_is_not() -> None:
    paid = PaymentMeans("58", "R-1", None, "DE89370400440532013000", "COBADEFFXXX")
    assert e_invoice(hosted()).unwrap().payment == paid
    assert e_invoice(hosted(payment=PaymentInstructions(upi="a1@okbank"))).unwrap().payment is None
    outside = e_invoice(SAMPLES["an account outside the euro area"]).unwrap().payment
    assert outside is not None
    assert outside.code == "30"


def test_both_names_of_the_seller_are_there() -> None:
    made = e_invoice(hosted()).unwrap().seller
    assert (made.name, made.trading_name) == ("Acme Books GmbH", "Acme Books")
    plain = e_invoice(hosted(a_seller(legal_name=None))).unwrap().seller
    assert (plain.name, plain.trading_name) == ("Acme Books", None)


def test_a_gstin_is_a_tax_number_and_says_who_the_seller_is() -> None:
    made = e_invoice(SAMPLES["GST in two halves"]).unwrap()
    assert (made.seller.tax_number, made.seller.identifier) == ("27AAPFU0939F1ZV",) * 2
    assert (made.seller.vat_number, made.buyer.identifier) == (None, "27AAPFU0939F1ZV")
    assert [item.classification for item in made.items] == [("HS", "4901"), ("ZZZ", "998314")]
    assert [one.vat.rate for one in made.vat] == [D(18)]
