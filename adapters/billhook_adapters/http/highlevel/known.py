"""An invoice that an update is about: what the update repeats of it is no change.

Clients get an invoice first and put it back whole, so that a field given as it is shown stays as
it is, and one that is only ever answered is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from billhook.model.customer import Customer
from billhook.model.invoice import Invoice
from billhook.model.line_items import Line
from billhook_adapters.http.core.answered import same
from billhook_adapters.http.highlevel.field_mapping import FIELDS
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.serializers import contact_id, summarised

READ_ONLY = frozenset(row.field for row in FIELDS if row.goes and not row.comes)
"""The fields that are only answered."""

_ALWAYS_READ = frozenset({"altId", "altType"})


class Known(NamedTuple):
    """An invoice, and what get answers of it."""

    invoice: Invoice
    shown: Mapping[str, Any]

    @classmethod
    def of(cls, invoice: Invoice, location: Location) -> Known:
        """The invoice as it is answered to this location."""
        return cls(invoice, summarised(invoice, location))

    def changes(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a body that say something else than the answer."""
        return {name: value for name, value in body.items() if not self._repeats(name, value)}

    def _repeats(self, name: str, value: Any) -> bool:
        if name in _ALWAYS_READ:
            return False
        answered = "invoiceItems" if name == "items" else name
        return name in READ_ONLY or (answered in self.shown and same(value, self.shown[answered]))

    def line(self, given: Mapping[str, Any], place: int) -> Line | None:
        """The line that is answered just as this item is given, at this place or at another."""
        items: list[Mapping[str, Any]] = self.shown["invoiceItems"]
        found = [at for at, item in enumerate(items) if item == given]
        if not found:
            return None
        return self.invoice.document.lines[place if place in found else found[0]]

    def customer(self, given: Mapping[str, Any], read: Customer) -> Customer:
        """The customer of a contact: what it repeats, or has no field for, stays as it is."""
        before = self.invoice.document.customer
        if before is None or given.get("id") != contact_id(self.invoice):
            return read
        shown: Mapping[str, Any] = self.shown["contactDetails"]
        changes: dict[str, Any] = {
            name: getattr(before, name)
            for name in ("id", "shipping_address", "language", "time_zone", "tax_ids")
        }
        if given.get("phoneNo") == shown["phoneNo"]:
            changes["contact"] = before.contact
        if given.get("address", {}) == shown["address"]:
            changes["billing_address"] = before.billing_address
        return Customer.model_validate({**dict(read), **changes})
