"""Why an invoice has no e-invoice, as values: each names the field and the remedy.

Each reason has a stable `code`, a `field`, and a `remedy`: the kind of change that helps. Lines are
named by their positions, counted from 0. `reason_text` words them for people.
"""

from __future__ import annotations

from typing import Any, ClassVar, assert_never

from billhook.lifecycle.error_value import ErrorValue, Remedy
from billhook.model.customer import CountryCode
from billhook.model.frozen import frozen
from billhook.model.json_values import as_json
from billhook.model.money import Currency


@frozen
class NotIssued(ErrorValue):
    """Only an issued invoice that is not cancelled has an e-invoice."""

    code: ClassVar = "not_issued"
    remedy: ClassVar = Remedy.OTHER_STATUS
    field: ClassVar = "status"


@frozen
class NotLive(ErrorValue):
    """A test invoice is not to be paid, and software would pay its e-invoice."""

    code: ClassVar = "not_live"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "live"


@frozen
class MissingNumber(ErrorValue):
    """The invoice has no number."""

    code: ClassVar = "missing_number"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "receipt"


@frozen
class UnsupportedCurrency(ErrorValue):
    """EN 16931 has amounts of two decimal places at most, in currencies of its list."""

    code: ClassVar = "unsupported_currency"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "currency"
    currency: Currency


@frozen
class MissingPaymentDate(ErrorValue):
    """Money is due, and neither a date nor terms say when."""

    code: ClassVar = "missing_payment_date"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "due_by"


@frozen
class MissingSellerCountry(ErrorValue):
    """The country of the seller's address is not known."""

    code: ClassVar = "missing_seller_country"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "seller.address.country"


@frozen
class UnknownSellerCountry(ErrorValue):
    """The country of the seller's address is not one of ISO 3166-1."""

    code: ClassVar = "unknown_seller_country"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "seller.address.country"
    country: CountryCode


@frozen
class MissingSellerTaxId(ErrorValue):
    """The seller has no VAT number, GSTIN or other tax number; an export needs a VAT number."""

    code: ClassVar = "missing_seller_tax_id"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "seller.tax_ids"


@frozen
class MissingBuyerName(ErrorValue):
    """The name of the customer is not known."""

    code: ClassVar = "missing_buyer_name"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer.name"


@frozen
class MissingBuyerCountry(ErrorValue):
    """The country of the customer's billing address is not known."""

    code: ClassVar = "missing_buyer_country"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer.billing_address.country"


@frozen
class UnknownBuyerCountry(ErrorValue):
    """The country of the customer's billing address is not one of ISO 3166-1."""

    code: ClassVar = "unknown_buyer_country"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "customer.billing_address.country"
    country: CountryCode


@frozen
class MissingBuyerVatNumber(ErrorValue):
    """A reverse charge needs the customer's VAT number."""

    code: ClassVar = "missing_buyer_vat_number"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer.tax_ids"


@frozen
class MissingItemName(ErrorValue):
    """The names of these lines have no character that XML can hold."""

    code: ClassVar = "missing_item_name"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "lines.name"
    lines: tuple[int, ...]


@frozen
class MissingVatRate(ErrorValue):
    """These lines do not say how they are taxed."""

    code: ClassVar = "missing_vat_rate"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "lines.taxes"
    lines: tuple[int, ...]


@frozen
class SeveralTaxes(ErrorValue):
    """These lines have several taxes; EN 16931 has one VAT rate for a line."""

    code: ClassVar = "several_taxes"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "lines.taxes"
    lines: tuple[int, ...]


@frozen
class MissingExemptionReason(ErrorValue):
    """These lines are taxed at 0 percent, and nothing says why."""

    code: ClassVar = "missing_exemption_reason"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "lines.taxes.id"
    lines: tuple[int, ...]


@frozen
class UnsupportedExemption(ErrorValue):
    """The exemptions of these lines are unknown, or need data that invoices do not have."""

    code: ClassVar = "unsupported_exemption"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "lines.taxes.id"
    lines: tuple[int, ...]


@frozen
class SeveralExemptions(ErrorValue):
    """An e-invoice can give one reason for all lines of one VAT category."""

    code: ClassVar = "several_exemptions"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "lines.taxes.id"


@frozen
class TaxTooFarRounded(ErrorValue):
    """The taxes as rounded differ by one unit of the currency or more from rate times amount."""

    code: ClassVar = "tax_too_far_rounded"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "rounding"


Reason = (
    NotIssued
    | NotLive
    | MissingNumber
    | UnsupportedCurrency
    | MissingPaymentDate
    | MissingSellerCountry
    | UnknownSellerCountry
    | MissingSellerTaxId
    | MissingBuyerName
    | MissingBuyerCountry
    | UnknownBuyerCountry
    | MissingBuyerVatNumber
    | MissingItemName
    | MissingVatRate
    | SeveralTaxes
    | MissingExemptionReason
    | UnsupportedExemption
    | SeveralExemptions
    | TaxTooFarRounded
)
"""Every reason why an invoice has no e-invoice."""


def reason_text(reason: Reason) -> str:  # noqa: C901  # one case a reason, each a sentence
    """The sentence for a reason: what is missing or unsuitable, and what to do.

    >>> reason_text(MissingSellerCountry())
    "The seller's country is not known; set address.country of the seller."
    """
    match reason:
        case NotIssued():
            return "Only an issued invoice that is not cancelled has an e-invoice; issue it."
        case NotLive():
            return "This is a test invoice; a live one has an e-invoice."
        case MissingNumber():
            return "The invoice has no number; set receipt, or number_prefix of the account."
        case UnsupportedCurrency(currency=currency):
            return f"E-invoices cannot be in {currency}; they take ISO 4217 currencies of at most 2 decimal places."  # noqa: E501  # one sentence
        case MissingPaymentDate():
            return "Nothing says when payment is due; set due_by or terms."
        case MissingSellerCountry():
            return "The seller's country is not known; set address.country of the seller."
        case UnknownSellerCountry(country=country):
            return f"The seller's country {country} is not in ISO 3166-1; correct address.country of the seller."  # noqa: E501  # one sentence
        case MissingSellerTaxId():
            return "The seller's tax number is not known; add a VAT number, which exports need, a GSTIN or another one to tax_ids."  # noqa: E501  # one sentence
        case MissingBuyerName():
            return "The customer's name is not known; set customer.name."
        case MissingBuyerCountry():
            return "The customer's country is not known; set customer.billing_address.country."
        case UnknownBuyerCountry(country=country):
            return f"The customer's country {country} is not in ISO 3166-1; correct customer.billing_address.country."  # noqa: E501  # one sentence
        case MissingBuyerVatNumber():
            return "A reverse charge needs the customer's VAT number; add it to customer.tax_ids."
        case MissingItemName(lines=lines):
            return f"{_named(lines)} no name that XML can hold; correct it."
        case MissingVatRate(lines=lines):
            return f"{_named(lines)} no tax; add the VAT rate, or 0 with the code of the exemption as id."  # noqa: E501  # one sentence
        case SeveralTaxes(lines=lines):
            return f"{_named(lines)} several taxes; give one VAT rate, or CGST with SGST."
        case MissingExemptionReason(lines=lines):
            return f"{_named(lines)} a tax of 0 % without a reason; set its id to the code of the exemption, such as VATEX-EU-AE."  # noqa: E501  # one sentence
        case UnsupportedExemption(lines=lines):
            return f"{_named(lines)} an exemption that is unknown or not supported; set the id of the tax to another VATEX code."  # noqa: E501  # one sentence
        case SeveralExemptions():
            return "Lines of one VAT category have several exemptions; bill them in invoices of their own."  # noqa: E501  # one sentence
        case TaxTooFarRounded():
            return "The taxes rounded on each line differ too much from the rate times the sum; set rounding to per_invoice."  # noqa: E501  # one sentence
        case _:
            assert_never(reason)


def reason_json(reason: Reason) -> dict[str, Any]:
    """A reason in the types of JSON: code, field, remedy, its details and the sentence.

    >>> reason_json(MissingVatRate((0, 2)))["lines"]
    [0, 2]
    """
    return {**as_json(reason), "detail": reason_text(reason)}


def _named(lines: tuple[int, ...]) -> str:
    numbers = ", ".join(str(line) for line in lines)
    return f"Line {numbers} has" if len(lines) == 1 else f"Lines {numbers} have"
