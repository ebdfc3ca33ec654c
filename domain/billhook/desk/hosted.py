"""What a payer may see of an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from billhook.invoice import Invoice
from billhook.records import RecordedPayment


@dataclass(frozen=True, slots=True)
class Hosted:
    """An invoice as it stands now, its seller's name, and the payments that it took."""

    invoice: Invoice
    seller: str
    payments: Sequence[RecordedPayment]
