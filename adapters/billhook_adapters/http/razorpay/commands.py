"""The vendor's own rule of an update: the smallest amount of a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from returns.result import Failure, Result

from billhook.application.commands import Update
from billhook.application.numbering import NumberedUpdateError
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import InvalidDocument, InvalidField
from billhook.model.invoice import Invoice
from billhook.model.patch import MergePatch
from billhook_adapters.http.razorpay.schemas.fields import least_amount, smallest_amount_text


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInvoice(Update):
    """Update an invoice; the lines that it changes have at least the vendor's smallest amount."""

    kind: ClassVar = "razorpay.update"

    def decide_on(
        self, invoice: Invoice, context: CommandContext
    ) -> Result[Invoice, NumberedUpdateError]:
        """The updated invoice."""
        updated = Update.decide_on(self, invoice, context)
        if isinstance(updated, Failure) or not isinstance(self.patch, MergePatch):
            return updated
        lines = updated.unwrap().document.lines
        changed = {change.position for change in self.patch.lines or ()}
        for position, line in enumerate(lines):
            added = position >= len(invoice.document.lines)
            if (added or position in changed) and line.unit_amount < least_amount(line.currency):
                return Failure(InvalidDocument((_too_small(position, line.currency),)))
        return updated


def _too_small(position: int, currency: str) -> InvalidField:
    path = f"lines.{position}.unit_amount"
    return InvalidField(path, "smallest_amount", smallest_amount_text(currency))
