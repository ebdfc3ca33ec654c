"""Reads what a batch of commands needs: all of it before anything is decided, in one order.

A database with many writers locks the rows that are read. Here they are read kind by kind and in
the order of their keys, so that no two batches can wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence

from billhook.application.command import AnyCommand
from billhook.application.needs import Needs
from billhook.application.unit_of_work import UnitOfWork


def read_needs(unit: UnitOfWork, commands: Sequence[AnyCommand], needs: Sequence[Needs]) -> None:
    """Read the rows that these commands declare; `needs` are theirs, in the same order."""
    pairs = list(zip(commands, needs, strict=True))
    unit.idempotency_records.fetch(
        sorted({key for command in commands if (key := command.idempotency_key) is not None})
    )
    changing = {command.account for command, need in pairs if need.changes_account}
    if changing:
        unit.transaction.lock_accounts(sorted(changing))
    unit.accounts.fetch([command.account for command in commands])
    unit.invoices.fetch(sorted({need.invoice for need in needs if need.invoice is not None}))
    unit.payments.fetch(sorted({key for need in needs for key in need.payments}))
    unit.entries.fetch(sorted({key for need in needs for key in need.entries}))
    unit.messages.fetch(sorted({key for need in needs for key in need.messages}))
    contacts = {contact for need in needs for contact in need.contacts}
    for command, need in pairs:
        invoice = None if need.invoice is None else unit.invoices.get(need.invoice)
        contacts.update(command.contacts(invoice))
    unit.histories.fetch(sorted(contacts))
    unit.lock_sms_budgets(contacts)
