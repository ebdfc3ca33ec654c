"""What a payer may see of an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from billhook.invoice import Invoice
from billhook.lifecycle import sources
from billhook.operation import Operation
from billhook.payee import Payee
from billhook.records import RecordedPayment


@dataclass(frozen=True, slots=True)
class Hosted:
    """An invoice as it stands now, its seller's name, and the payments that it took."""

    invoice: Invoice
    seller: str
    payments: Sequence[RecordedPayment] = ()
    payee: Payee | None = None
    """Where its seller takes money."""

    @property
    def payable(self) -> bool:
        """Whether there is money to be sent for it: a trial bills nobody."""
        return self.invoice.status in sources(Operation.PAY) and self.invoice.document.live
