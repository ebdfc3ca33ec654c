"""Values that this API returns as they were given: kept in a document's extras, one key a field."""

from __future__ import annotations

import json
from typing import Any

from billhook.model.document import DocumentFields

PREFIX = "highlevel."
"""How the keys of this API in a document's extras begin; the rest is the vendor's field."""

ECHOED = (
    "title", "businessDetails", "invoiceNumberPrefix", "termsNotes", "includeTermsNote",
    "automaticTaxesEnabled", "lateFeesConfiguration", "tipsConfiguration", "paymentMethods",
    "miscellaneousCharges", "attachments", "xeroDetails",
)  # fmt: skip
"""The fields of a request that are only echoed."""

SENDING = ("autoPayment", "sentFrom")
"""The fields of a send that are only echoed."""

DETAILED = ("contactDetails", "discount", "paymentSchedule")
"""Fields that the domain has in part: the rest is echoed."""


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
