"""What a batch will need, read before anything is decided: in one go, and in one order.

A store with many writers locks what is read. Read in this order, kind by kind and key by key,
no two batches ever wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from billhook.application.commands import (
    AnyCommand,
    DraftAndSend,
    Notify,
    Pay,
    RecordPayment,
    Remind,
    SaveEntry,
    Send,
)
from billhook.application.records import Contact, EntryKey, IdempotencyKey, PaymentKey
from billhook.application.unit_of_work import UnitOfWork
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import InvoiceKey


def read_ahead(batch: UnitOfWork, commands: Sequence[AnyCommand]) -> None:
    """Read the rows that these commands will ask for; what else they ask for is read then."""
    batch.idempotency_records.fetch([key for c in commands if (key := request_of(c)) is not None])
    batch.accounts.fetch([command.account for command in commands])
    batch.invoices.fetch(sorted({named for c in commands if (named := invoice_of(c)) is not None}))
    batch.payments.fetch(
        sorted(
            {
                PaymentKey(command.account, command.payment.reference)
                for command in commands
                if isinstance(command, Pay | RecordPayment)
            }
        )
    )
    batch.entries.fetch(
        sorted({EntryKey(c.account, c.id) for c in commands if isinstance(c, SaveEntry)})
    )
    batch.histories.fetch(sorted({contact for c in commands for contact in _payers_of(batch, c)}))


def request_of(command: AnyCommand) -> IdempotencyKey | None:
    """The idempotency key of a command that has one."""
    return None if command.key is None else IdempotencyKey(command.account, command.key)


def invoice_of(command: AnyCommand) -> InvoiceKey | None:
    """The invoice that a command names."""
    return None if command.invoice is None else InvoiceKey(command.account, command.invoice)


def _payers_of(batch: UnitOfWork, command: AnyCommand) -> Iterator[Contact]:
    """Whom a command may want to write to."""
    if isinstance(command, DraftAndSend):
        yield from _contacts(command.account, command.document, tuple(Medium))
    elif isinstance(command, Notify | Send | Remind):
        invoice = batch.invoices.get(InvoiceKey(command.account, command.invoice))
        media = (command.medium,) if isinstance(command, Notify) else tuple(Medium)
        if invoice is not None:
            yield from _contacts(command.account, invoice.document, media)


def _contacts(account: AccountId, document: Document, media: Sequence[Medium]) -> Iterator[Contact]:
    for medium in media:
        for address in document.addresses(medium):
            yield Contact(account, medium, address)
