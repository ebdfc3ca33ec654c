"""What a payer may see of an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from billhook.application.records import RecordedPayment
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.model.invoice import Invoice
from billhook.model.payment_instructions import PaymentInstructions


@dataclass(frozen=True, slots=True)
class HostedInvoice:
    """An invoice as it stands now, its seller's name, and the payments that it took."""

    invoice: Invoice
    seller: str
    payments: Sequence[RecordedPayment] = ()
    payment_instructions: PaymentInstructions | None = None
    """Where its seller takes money."""

    @property
    def payable(self) -> bool:
        """Whether there is money to be sent for it: a trial bills nobody."""
        return self.invoice.status in sources(Operation.PAY) and self.invoice.document.live
