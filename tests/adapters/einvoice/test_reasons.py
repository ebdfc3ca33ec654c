"""An invoice whose data do not suffice has every reason why, each with its field and remedy."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from adapters.einvoice.samples import a_buyer, a_seller, euro, hosted
from adapters.einvoice.test_valid import FRANCE, SAMPLES, zero
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Status
from billhook.model.seller_profile import NO_PROFILE
from billhook_adapters.einvoice.mapping import e_invoice
from billhook_adapters.einvoice.reasons import Reason, reason_json, reason_text
from billhook_adapters.testing import a_customer, an_invoice

NO_TAX = euro(taxes=[])
GST = [{"name": "CGST", "rate": 9}, {"name": "CESS", "rate": 1}]


def reasons(invoice: HostedInvoice) -> list[Any]:
    """Why there is no e-invoice."""
    return list(e_invoice(invoice).failure())


REFUSED: dict[str, HostedInvoice] = {
    "not_issued": hosted(status=Status.DRAFT),
    "not_live": hosted(live=False),
    "missing_number": hosted(receipt=None),
    "unsupported_currency": hosted(currency="KWD", lines=[euro(currency="KWD")]),
    "missing_payment_date": hosted(due_by=None),
    "missing_seller_country": hosted(a_seller(address=None)),
    "unknown_seller_country": hosted(a_seller(address={"country": "UK"})),
    "missing_seller_tax_id": hosted(a_seller(tax_ids=[{"kind": "ein", "value": "12-3456789"}])),
    "missing_buyer_name": hosted(customer=a_buyer(name="\ufffe")),
    "missing_buyer_country": hosted(customer=a_customer()),
    "unknown_buyer_country": hosted(customer=a_buyer("UK")),
    "missing_buyer_vat_number": hosted(customer=a_buyer("FR"), lines=[zero("VATEX-EU-AE")]),
    "missing_item_name": hosted(lines=[euro(name="\uffff")]),
    "missing_vat_rate": hosted(lines=[euro(), NO_TAX]),
    "several_taxes": hosted(lines=[euro(taxes=GST)]),
    "missing_exemption_reason": hosted(customer=FRANCE, lines=[zero()]),
    "unsupported_exemption": hosted(lines=[zero("VATEX-EU-IC")]),
    "several_exemptions": hosted(lines=[zero("VATEX-EU-132-1I"), zero("VATEX-EU-132-1K")]),
    "tax_too_far_rounded": hosted(
        currency="JPY",
        lines=[euro(3, currency="JPY", taxes=[{"name": "VAT", "rate": 10}]) for _ in range(9)],
    ),
}


@pytest.mark.parametrize("code", REFUSED)
def test_each_thing_that_is_missing_is_a_reason_of_its_own(code: str) -> None:
    (reason,) = reasons(REFUSED[code])
    assert reason.code == code
    assert reason.field
    assert reason_text(reason).endswith(".")
    assert reason_json(reason)["remedy"] in ("supply_field", "change_field", "other_status")


def test_every_reason_is_tried() -> None:
    assert set(REFUSED) == {kind.code for kind in get_args(Reason)}


def test_all_reasons_are_given_and_not_the_first_alone() -> None:
    given = an_invoice(
        customer=a_customer(name=None), lines=[NO_TAX, euro(taxes=GST), NO_TAX], currency="EUR"
    )
    found = {
        reason.code: reason for reason in reasons(HostedInvoice(given, "Acme", profile=NO_PROFILE))
    }
    assert set(found) == {
        "missing_number", "missing_payment_date", "missing_seller_country", "missing_seller_tax_id",
        "missing_buyer_name", "missing_buyer_country", "missing_vat_rate", "several_taxes",
    }  # fmt: skip
    assert found["missing_vat_rate"].lines == (0, 2)
    assert reason_json(found["several_taxes"]) == {
        "code": "several_taxes",
        "remedy": "change_field",
        "field": "lines.taxes",
        "lines": [1],
        "detail": "Line 1 has several taxes; give one VAT rate, or CGST with SGST.",
    }


def test_an_export_needs_a_vat_number() -> None:
    other = a_seller(tax_ids=[{"kind": "other", "value": "12/345"}])
    export = hosted(other, customer=a_buyer("US"), lines=[zero("VATEX-EU-G")])
    assert [reason.code for reason in reasons(export)] == ["missing_seller_tax_id"]


def test_rounding_once_is_the_remedy_for_rounding_too_far() -> None:
    given = REFUSED["tax_too_far_rounded"].invoice.document
    assert not reasons_of_rounding(given.lines, "per_invoice")
    assert reasons_of_rounding(given.lines, "per_line")


def reasons_of_rounding(lines: Any, rounding: str) -> bool:
    """Whether there is a reason."""
    return e_invoice(hosted(currency="JPY", lines=lines, rounding=rounding)).value_or(None) is None


def test_a_cancelled_invoice_has_none() -> None:
    cancelled = hosted(status=Status.CANCELLED)
    assert [reason.code for reason in reasons(cancelled)] == ["not_issued"]


def test_the_samples_have_no_reason() -> None:
    assert all(e_invoice(one).value_or(None) is not None for one in SAMPLES.values())
