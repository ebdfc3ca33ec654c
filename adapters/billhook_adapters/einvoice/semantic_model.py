"""The parts of the semantic model of EN 16931 that invoices fill, with its term numbers (BT).

Amounts are in major units, with the decimals of the currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from billhook.model.customer import PostalAddress
from billhook.model.money import Currency


class Syntax(StrEnum):
    """The two syntaxes of EN 16931."""

    CII = "cii"
    UBL = "ubl"


CategoryCode = Literal["S", "Z", "E", "AE", "G"]
"""Standard rate, zero rate, exempt, reverse charge, export (UNTDID 5305)."""


@dataclass(frozen=True, slots=True)
class VatCategory:
    """How a line is taxed (BT-151, BT-152), and why it is not (BT-120, BT-121)."""

    code: CategoryCode
    rate: Decimal
    exemption_code: str | None = None
    exemption: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """The seller (BG-4) or the buyer (BG-7)."""

    name: str
    address: PostalAddress
    trading_name: str | None = None
    identifier: str | None = None
    """BT-29 or BT-46: any id that the other party knows it by."""
    legal_id: str | None = None
    """BT-30 or BT-47."""
    vat_number: str | None = None
    """BT-31 or BT-48, with the code of the country."""
    tax_number: str | None = None
    """BT-32: a tax number that is no VAT number."""
    legal_text: str | None = None
    """BT-33."""
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """How to pay (BG-16)."""

    code: Literal["1", "30", "58"]
    """UNTDID 4461: not defined, credit transfer, SEPA credit transfer."""
    reference: str
    text: str | None = None
    iban: str | None = None
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line (BG-25)."""

    id: str
    name: str
    quantity: Decimal
    price: Decimal
    """BT-146: of `price_quantity`, without VAT."""
    price_quantity: Decimal | None
    """BT-149; None is one."""
    net: Decimal
    vat: VatCategory
    description: str | None = None
    seller_id: str | None = None
    classification: tuple[str, str] | None = None
    """BT-158: the code list (UNTDID 7143) and the code."""


@dataclass(frozen=True, slots=True)
class VatBreakdown:
    """The sums of one VAT category and rate (BG-23), and the discount in it (BG-20)."""

    vat: VatCategory
    allowance: Decimal
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of the document (BG-22)."""

    lines: Decimal
    """BT-106"""
    allowances: Decimal
    """BT-107"""
    net: Decimal
    """BT-109"""
    tax: Decimal
    """BT-110"""
    gross: Decimal
    """BT-112"""
    paid: Decimal
    """BT-113"""
    rounding: Decimal
    """BT-114"""
    due: Decimal
    """BT-115"""


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An invoice in the terms of EN 16931."""

    number: str
    issued: date
    currency: Currency
    seller: Party
    buyer: Party
    items: Sequence[Item]
    vat: Sequence[VatBreakdown]
    totals: Totals
    due: date | None = None
    terms: str | None = None
    note: str | None = None
    payment: PaymentMeans | None = None
