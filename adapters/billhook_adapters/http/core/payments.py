"""Recorded payments with what an API shows beside them: the invoice, and how they were made."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from returns.result import Success

from billhook.application.records import Entry, RecordedPayment
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.system.ids import is_id


class Taken(NamedTuple):
    """A payment, its invoice where it is known, and what is kept beside the payment."""

    payment: RecordedPayment
    invoice: Invoice | None
    entry: Entry | None


def taken(
    service: InvoiceService, account: AccountId, payments: Iterable[RecordedPayment]
) -> list[Taken]:
    """These payments of an account; each invoice is read once."""

    @lru_cache
    def invoice_of(name: InvoiceId) -> Invoice | None:
        match service.get(account, name):
            case Success(Invoice() as invoice):
                return invoice
            case _:
                return None

    def entry_of(reference: str) -> Entry | None:
        return service.entry(account, reference) if is_id(reference) else None

    return [
        Taken(one, invoice_of(one.invoice), entry_of(one.payment.reference)) for one in payments
    ]
