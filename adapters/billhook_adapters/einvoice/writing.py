"""An e-invoice as XML: as CII in the profile EN 16931 of Factur-X, and as UBL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from returns.result import Result

from billhook.application.hosted_invoice import HostedInvoice
from billhook_adapters.einvoice.mapping import e_invoice
from billhook_adapters.einvoice.reasons import Reason
from billhook_adapters.einvoice.semantic_model import EInvoice, Item, Party, Syntax, VatBreakdown
from billhook_adapters.system.optional_dependencies import needs

with needs("einvoice"):
    from facturx import generate_cii_xml, generate_ubl_xml

_INVOICE = "380"
_DISCOUNT = "95"
_ONE = "C62"
# The writer marks it as null, which the XSD forbids. No text has a `<` of its own.
_EMPTY_DELIVERY = (
    b'<ram:ApplicableHeaderTradeDelivery xsi:nil="true"/>',
    b"<ram:ApplicableHeaderTradeDelivery/>",
)


_GENERATORS: Mapping[Syntax, Callable[..., bytes]] = MappingProxyType(
    {Syntax.CII: generate_cii_xml, Syntax.UBL: generate_ubl_xml}
)


def written(invoice: EInvoice, syntax: Syntax = Syntax.CII) -> bytes:
    """The XML in UTF-8. It is not validated again: that it is valid is tested."""
    made = _GENERATORS[syntax](
        _terms_of(invoice), level="en16931", check_xsd=False, check_schematron=None
    )
    return made.replace(*_EMPTY_DELIVERY)


def e_invoice_xml(
    hosted: HostedInvoice, syntax: Syntax = Syntax.CII
) -> Result[bytes, tuple[Reason, ...]]:
    """The XML of an invoice as its payer sees it, or every reason why it has none."""
    return e_invoice(hosted).map(lambda invoice: written(invoice, syntax))


def _terms_of(invoice: EInvoice) -> dict[str, Any]:
    """The values by the numbers of their terms, as the writer takes them."""
    totals, payment = invoice.totals, invoice.payment
    terms: dict[str, Any] = {
        "BT-1": invoice.number,
        "BT-2": invoice.issued,
        "BT-3": _INVOICE,
        "BT-5": invoice.currency,
        "BT-9": invoice.due,
        "BT-20": invoice.terms,
        "BG-1": invoice.note and [{"BT-22": invoice.note}],
        "BG-4": _party(invoice.seller),
        "BG-7": _party(invoice.buyer),
        "BG-20": [_allowance(one) for one in invoice.vat if one.allowance],
        "BG-23": [_breakdown(one) for one in invoice.vat],
        "BG-25": [_item(one) for one in invoice.items],
        "BT-106": _number(totals.lines),
        "BT-107": _number(totals.allowances) if totals.allowances else None,
        "BT-109": _number(totals.net),
        "BT-110": _number(totals.tax),
        "BT-112": _number(totals.gross),
        "BT-113": _number(totals.paid) if totals.paid else None,
        "BT-114": _number(totals.rounding) if totals.rounding else None,
        "BT-115": _number(totals.due),
    }
    if payment is not None:
        terms |= {
            "BT-81": payment.code,
            "BT-82": payment.text,
            "BT-83": payment.reference,
            "BT-84": payment.iban,
            "BT-86": payment.bic,
        }
    return _given(terms)


def _party(party: Party) -> dict[str, Any]:
    address = party.address
    contact = _given({"phone": party.phone, "email": party.email})
    return _given(
        {
            "name": party.name,
            "biz_name": party.trading_name,
            "identifiers": party.identifier and {None: party.identifier},
            "legal_identifier": party.legal_id,
            "vat_identifier": party.vat_number,
            "tax_identifier": party.tax_number,
            "legal_info": party.legal_text,
            "contacts": contact and [contact],
            "einvoicing_addr": party.email,
            "einvoicing_addr_schemeid": party.email and "EM",
            "addr_l1": address.line1,
            "addr_l2": address.line2,
            "city": address.city,
            "postcode": address.postal_code,
            "country_subdivision": address.state,
            "country_code": address.country,
        }
    )


def _allowance(one: VatBreakdown) -> dict[str, Any]:
    return {
        "amount": _number(one.allowance),
        "reason": "Discount",
        "reason_code": _DISCOUNT,
        "vat_category_code": one.vat.code,
        "vat_rate": _number(one.vat.rate),
    }


def _breakdown(one: VatBreakdown) -> dict[str, Any]:
    return _given(
        {
            "BT-116": _number(one.taxable),
            "BT-117": _number(one.tax),
            "BT-118": one.vat.code,
            "BT-119": _number(one.vat.rate),
            "BT-120": one.vat.exemption,
            "BT-121": one.vat.exemption_code,
        }
    )


def _item(item: Item) -> dict[str, Any]:
    classified = item.classification
    return _given(
        {
            "BT-126": item.id,
            "BT-129": _number(item.quantity),
            "BT-130": _ONE,
            "BT-131": _number(item.net),
            "BT-146": _number(item.price),
            "BT-149": item.price_quantity and _number(item.price_quantity),
            "BT-151": item.vat.code,
            "BT-152": _number(item.vat.rate),
            "BT-153": item.name,
            "BT-154": item.description,
            "BT-155": item.seller_id,
            "BT-158": classified and {classified[0]: {None: classified[1]}},
        }
    )


def _number(number: Decimal) -> str:
    return f"{number:f}"


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are there: the writer makes elements of those alone."""
    return {name: value for name, value in values.items() if value}
