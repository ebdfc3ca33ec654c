"""The invoice as the hosted page shows it to its payer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billhook.application.records import RecordedPayment
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.model.invoice import Invoice
from billhook.model.logo import Logo
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.seller_profile import NO_PROFILE, SellerProfile


@dataclass(frozen=True, slots=True)
class HostedInvoice:
    """An invoice as it is now, with its seller's name and the applied payments."""

    invoice: Invoice
    seller: str
    payments: Sequence[RecordedPayment] = ()
    payment_instructions: PaymentInstructions | None = None
    """Where the payer sends money."""
    profile: SellerProfile = NO_PROFILE
    """What the invoice says of its seller: its own, else the account's."""
    logo: Logo | None = None
    account_holder: str | None = None
    """Whom payers send money to: the holder of the account's bank account."""
    at: datetime | None = None
    """When it is shown: by then instalments may be overdue."""

    @property
    def requested(self) -> int:
        """The amount that is requested of the payer now: what is due, or due of the instalments."""
        return self.invoice.due_at(self.at or self.invoice.created_at)

    @property
    def payable(self) -> bool:
        """Whether the payer can pay it; False for a test invoice."""
        return self.invoice.status in sources(Operation.PAY) and self.invoice.document.live
