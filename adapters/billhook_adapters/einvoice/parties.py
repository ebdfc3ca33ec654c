"""The seller and the buyer of an e-invoice, or every reason why they do not suffice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from returns.result import Failure, Result, Success

from billhook.model.customer import Customer, PostalAddress
from billhook.model.seller_profile import SellerProfile
from billhook.model.tax_ids import TaxId, TaxIdKind
from billhook_adapters.documents.untrusted_text import on_one_line
from billhook_adapters.einvoice.code_lists import is_country
from billhook_adapters.einvoice.reasons import (
    MissingBuyerCountry,
    MissingBuyerName,
    MissingBuyerVatNumber,
    MissingSellerCountry,
    MissingSellerTaxId,
    Reason,
    UnknownBuyerCountry,
    UnknownSellerCountry,
)
from billhook_adapters.einvoice.semantic_model import CategoryCode, Party
from billhook_adapters.einvoice.xml_text import xml_text

_TAX_NUMBERS = (TaxIdKind.GSTIN, TaxIdKind.OTHER)
_OF_THE_COMPANY = (TaxIdKind.PAN, TaxIdKind.EIN)


def seller(
    profile: SellerProfile, name: str, categories: Collection[CategoryCode]
) -> Result[Party, list[Reason]]:
    """The seller; `name` is the one that payers know, `categories` are those of the lines."""
    reasons: list[Reason] = []
    address = profile.address or PostalAddress()
    if address.country is None:
        reasons.append(MissingSellerCountry())
    elif not is_country(address.country):
        reasons.append(UnknownSellerCountry(address.country))
    vat_number = _first(profile.tax_ids, (TaxIdKind.VAT,))
    tax_number = _first(profile.tax_ids, _TAX_NUMBERS)
    legal_id = _first(profile.tax_ids, _OF_THE_COMPANY)
    if vat_number is None and (tax_number is None or "G" in categories):
        reasons.append(MissingSellerTaxId())
    if reasons:
        return Failure(reasons)
    known, legal = _line(name) or "", _line(profile.legal_name)
    return Success(
        Party(
            name=legal or known,
            trading_name=known if legal and known != legal else None,
            address=_address(address),
            # One of BT-29, BT-30 and BT-31 has to be there.
            identifier=tax_number if vat_number is None and legal_id is None else None,
            legal_id=legal_id,
            vat_number=vat_number,
            tax_number=tax_number,
            legal_text=xml_text(profile.footer),
            email=_line(profile.email),
            phone=_line(profile.phone),
        )
    )


def buyer(customer: Customer, categories: Collection[CategoryCode]) -> Result[Party, list[Reason]]:
    """The buyer; `categories` are those of the lines."""
    reasons: list[Reason] = []
    name = _line(customer.name)
    if name is None:
        reasons.append(MissingBuyerName())
    address = customer.billing_address or PostalAddress()
    if address.country is None:
        reasons.append(MissingBuyerCountry())
    elif not is_country(address.country):
        reasons.append(UnknownBuyerCountry(address.country))
    vat_number = _first(customer.tax_ids, (TaxIdKind.VAT,))
    if vat_number is None and "AE" in categories:
        reasons.append(MissingBuyerVatNumber())
    if reasons:
        return Failure(reasons)
    return Success(
        Party(
            name=name or "",
            address=_address(address),
            identifier=_first(customer.tax_ids, _TAX_NUMBERS),
            legal_id=_first(customer.tax_ids, _OF_THE_COMPANY),
            vat_number=vat_number,
            email=_line(customer.email),
            phone=_line(customer.contact),
        )
    )


def _line(text: str | None) -> str | None:
    return xml_text(None if text is None else on_one_line(text))


def _first(tax_ids: Sequence[TaxId], kinds: Sequence[TaxIdKind]) -> str | None:
    return next((_line(one.value) for one in tax_ids if one.kind in kinds), None)


def _address(address: PostalAddress) -> PostalAddress:
    texts = {
        name: _line(getattr(address, name)) or ""
        for name in ("line1", "line2", "city", "state", "postal_code")
    }
    return address.model_copy(update=texts)
