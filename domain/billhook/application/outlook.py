"""What would happen: commands that are tried out, and the messages that a payer will be sent.

Both run the code that later stores and sends, in a transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from returns.result import Failure, Result, Success

from billhook.application.commands import Remind
from billhook.application.delivery_attempts import contact_of, refused_at_sending
from billhook.application.ports import Store, Transaction
from billhook.application.reading import read_needs
from billhook.application.records import ContactHistory
from billhook.application.sms_budgets import SmsBudgets
from billhook.application.unit_of_work import CommandContext, UnitOfWork
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.messaging.delivery import LIVE
from billhook.messaging.message import Message
from billhook.model.account import Account
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceKey

T = TypeVar("T")

FORECAST_PERIOD = timedelta(days=30)
"""How far a forecast looks ahead, by default."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What commands would do: the result of each, the invoices after them, and the messages.

    The ids, numbers and short URLs that they would draw are examples: nothing is reserved.
    """

    results: tuple[Result[Any, Any], ...]
    invoices: tuple[Invoice, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ForecastMessage:
    """A message that will be sent if nothing changes: when, by which medium and to whom.

    `reminder` is its number among the reminders of the invoice; None if it is no reminder.
    """

    at: datetime
    medium: Medium
    address: str
    reminder: int | None = None


def invoice_after(result: Result[Any, Any]) -> Invoice | None:
    """The invoice that a command leaves if it succeeds; None where its result is a message."""
    value = result.value_or(None)
    found = value if isinstance(value, Invoice) else getattr(value, "invoice", None)
    return found if isinstance(found, Invoice) else None


def rolled_back(store: Store, run: Callable[[Transaction], T]) -> T:
    """What a function returns that runs in a transaction, of which nothing is stored."""
    found: list[T] = []
    try:
        with store.transaction() as transaction:
            found.append(run(transaction))
            raise _RollBackError
    except _RollBackError:
        return found[0]


class _RollBackError(Exception):
    """Ends a transaction without storing it."""


def forecast(
    unit: UnitOfWork, key: InvoiceKey, until: datetime
) -> Result[tuple[ForecastMessage, ...], InvoiceNotFound]:
    """The messages about an invoice that will be sent up to a time, from `unit.now` on."""
    command = Remind(account=key.account, invoice=key.invoice)
    read_needs(unit, [command], [command.needs])
    invoice, account = unit.invoices.get(key), unit.accounts.get(key.account)
    if invoice is None or account is None:
        return Failure(InvoiceNotFound())
    messages = [
        *_queued(unit, invoice, account, until),
        *_reminders(unit, invoice, account, command, until),
    ]
    return Success(tuple(sorted(messages, key=lambda one: (one.at, one.medium, one.address))))


def _queued(
    unit: UnitOfWork, invoice: Invoice, account: Account, until: datetime
) -> Iterator[ForecastMessage]:
    """The messages that wait already, at the time of their next attempt."""
    for message in unit.about.get(invoice.key) or ():
        at = max(message.due_at or unit.now, unit.now)
        if message.status not in LIVE or at > until:
            continue
        history = unit.histories.get(contact_of(message)) or ContactHistory()
        if refused_at_sending(message, invoice, account, history, unit.rules, at) is None:
            yield ForecastMessage(at, message.medium, message.address, message.reminder)


def _reminders(
    unit: UnitOfWork, invoice: Invoice, account: Account, command: Remind, until: datetime
) -> Iterator[ForecastMessage]:
    """The reminders, each decided at its time with the effects of those before it."""
    accepted: list[Message] = []
    while (due_at := unit.reminder_tracker.due_at(invoice.key)) is not None and due_at <= until:
        unit.now = max(unit.now, due_at)
        unit.sms_budgets = SmsBudgets(unit.transaction)
        unit.read_sms_budgets()
        for one in accepted:
            if one.medium is Medium.SMS:
                unit.sms_budgets.count(account, one.address, one.requested_at, unit.now)
        context = CommandContext(unit, account, invoice, None)
        command.decide(context)
        unit.add(context)
        accepted += context.messages
        if not invoice.document.live:
            continue
        for one in context.messages:
            yield ForecastMessage(unit.now, one.medium, one.address, one.reminder)


def tried(results: Sequence[Result[Any, Any]], unit: UnitOfWork) -> WhatIf:
    """What commands would do that were decided in this unit of work."""
    writes = unit.writes
    return WhatIf(
        tuple(results),
        tuple(after for _, after in writes.invoices.values()),
        tuple(one for one in writes.messages.values() if isinstance(one, Message)),
    )
