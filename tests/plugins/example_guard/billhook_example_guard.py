"""A rule of another distribution: a payer is not written to while an invoice is disputed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from billhook import AccountId, Guard, GuardRefused, Invoice, Operation


def no_contact_in_a_dispute(
    invoice: Invoice, operation: Operation, now: datetime
) -> GuardRefused | None:
    """Refuse `notify` while a note says that the invoice is disputed."""
    if operation is Operation.NOTIFY and "dispute" in invoice.document.notes:
        return GuardRefused("open_dispute", "The customer disputes this invoice.")
    return None


def guards_of(_account: AccountId) -> Sequence[Guard]:
    """The rule, for every account."""
    return [no_contact_in_a_dispute]
