"""Values that this API returns as they were given: kept in a document's extras, one key a field.

What belongs to a part of the document that other APIs change too (a line, the customer, the
schedule) is kept with that part's mark, and no longer shown once the part has changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billhook.model.base import Value
from billhook.model.customer import Customer
from billhook.model.document import DocumentFields
from billhook_adapters.http.core.marks import customer_mark, mark

PREFIX = "highlevel."
"""How the keys of this API in a document's extras begin; the rest is the vendor's field."""

ECHOED = (
    "title", "invoiceNumberPrefix", "termsNotes", "includeTermsNote",
    "automaticTaxesEnabled", "lateFeesConfiguration", "tipsConfiguration", "paymentMethods",
    "miscellaneousCharges", "attachments", "xeroDetails",
)  # fmt: skip
"""The fields of a request that are only echoed."""

SENDING = ("autoPayment", "sentFrom")
"""The fields of a send that are only echoed."""

BESIDE_ITEM = ("_id", "priceId", "automaticTaxCategoryId", "isSetupFeeItem", "type")
"""The fields of an item that the domain's line has no place for."""

BESIDE_TAX = ("calculation", "description", "taxId")
"""The fields of a tax that the domain's tax has no place for."""

BESIDE_CONTACT = ("phoneNo", "additionalEmails", "companyName", "customFields", "address")
"""The fields of a contact that the domain's customer has no place for, or only in another form."""

_OF = "of"
"""The key of the mark."""


def extras(**fields: Any) -> dict[str, str]:
    """The extras that keep these fields.

    >>> extras(title="Invoice")
    {'highlevel.title': '"Invoice"'}
    """
    return {
        f"{PREFIX}{name}": json.dumps(value, ensure_ascii=False) for name, value in fields.items()
    }


def echo_of(document: DocumentFields) -> dict[str, Any]:
    """The fields that a document keeps for this API."""
    return {
        key.removeprefix(PREFIX): json.loads(text)
        for key, text in document.extras.items()
        if key.startswith(PREFIX)
    }


def _mark(value: Value) -> str:
    return customer_mark(value) if isinstance(value, Customer) else mark(value)


def beside(value: Value, given: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What is kept of a part beside the domain's value of it: these fields, and the mark."""
    return {_OF: _mark(value), **{name: given[name] for name in names if name in given}}


def belonging(value: Value | None, kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was kept beside a value; nothing where the value has changed since."""
    if value is None or not kept or kept.get(_OF) != _mark(value):
        return {}
    return {name: field for name, field in kept.items() if name != _OF}


def belonging_to_each(
    values: Sequence[Value], kept: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What was kept beside each value, wherever it stands now: of equal ones, in their order."""
    by_mark: dict[str, list[Mapping[str, Any]]] = {}
    for one in kept:
        by_mark.setdefault(one.get(_OF, ""), []).append(one)
    found: list[dict[str, Any]] = []
    for value in values:
        same = by_mark.get(mark(value)) if by_mark else None
        found.append(belonging(value, same.pop(0)) if same else {})
    return found
