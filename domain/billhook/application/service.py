"""The service: takes commands, answers results. One read, decisions in memory, one write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from returns.result import Failure, Result, Success

from billhook.application.command import AnyCommand, Command
from billhook.application.idempotency import KEPT_FOR, decode, encode
from billhook.application.message_commands import RecordDeliveryReport
from billhook.application.needs import Needs
from billhook.application.ports import Clock, Ids, Store, StoreConflictError
from billhook.application.queries import Queries
from billhook.application.reading import read_needs
from billhook.application.records import IdempotencyRecord
from billhook.application.unit_of_work import CommandContext, UnitOfWork
from billhook.lifecycle.errors import (
    AccountNotFound,
    IdempotencyKeyReused,
    InvoiceNotFound,
    NotStored,
    ServiceError,
)
from billhook.messaging.delivery import MessageNotFound
from billhook.messaging.delivery_reports import DeliveryReport
from billhook.messaging.message import Message
from billhook.model.base import ID_PATTERN

A = TypeVar("A")
E = TypeVar("E")

_ID = re.compile(ID_PATTERN)


class InvoiceService(Queries):
    """Executes commands on invoices, accounts and messages, and answers queries.

    >>> from billhook import AccountId, InvoiceId
    >>> from billhook_adapters.memory import in_memory_service
    >>> service = in_memory_service()
    >>> service.get(AccountId("acc_1"), InvoiceId("inv_unknown")).failure().code
    'invoice_not_found'
    """

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        super().__init__(store, clock)
        self._ids = ids

    def execute(self, command: Command[A, E]) -> Result[A, E | ServiceError]:
        """Decide one command and store what it decides; a batch of one."""
        (answer,) = self.execute_all((command,))
        return answer

    def execute_all(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """Decide a batch in one transaction; the answers come in the commands' order.

        Commands on one invoice see each other's effects. A refused command never fails its
        neighbours; where the database refuses the batch, it is redone one command at a time, so
        that only the one at fault fails, with `NotStored`. A bug or a corrupt row raises, and then
        nothing of the batch is stored.
        """
        try:
            return self._in_one_transaction(commands)
        except StoreConflictError:
            if len(commands) == 1:
                return [Failure(NotStored())]
        return [answer for command in commands for answer in self.execute_all((command,))]

    def _in_one_transaction(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        needs = [command.needs for command in commands]
        with self._store.transaction() as transaction:
            unit = UnitOfWork(transaction, self._ids, self._clock.zone)
            read_needs(unit, commands, needs)
            unit.now = self._clock.now()
            # Account by account, so that all batches draw from the series of numbers in one order.
            order = sorted(range(len(commands)), key=lambda place: commands[place].account)
            answers = {place: _answer(unit, commands[place], needs[place]) for place in order}
            if unit.writes:
                transaction.save(unit.writes)
        return [answers[place] for place in range(len(commands))]

    def sweep(self, limit: int, actor: str | None = None) -> int:
        """Record the expiry of up to `limit` overdue invoices in one transaction; how many it was.

        The same as the command `Expire` for each of them, without reading their documents.
        """
        with self._store.transaction() as transaction:
            unit = UnitOfWork(transaction, self._ids, self._clock.zone)
            unit.now = self._clock.now()
            overdue = transaction.overdue(unit.now, limit)
            unit.expire_overdue(overdue, actor)
            if unit.writes:
                transaction.save(unit.writes)
        return len(overdue)

    def record_delivery_reports(
        self, reports: Sequence[DeliveryReport], actor: str | None = None
    ) -> list[Result[Message, MessageNotFound | ServiceError]]:
        """Record what providers reported of messages; the answers in the reports' order.

        A report names its message by the id that it was sent under, or by the provider's own.
        """
        keys = self.keys_of([report.about for report in reports])
        commands = [
            RecordDeliveryReport(
                account=key.account, message=key.message, outcome=report.outcome, actor=actor
            )
            for report, key in zip(reports, keys, strict=True)
            if key is not None
        ]
        answers = iter(self.execute_all(commands) if commands else ())
        return [_found_message(None if key is None else next(answers)) for key in keys]


def _found_message(answer: Result[Message, Any] | None) -> Result[Message, Any]:
    """The answer to a report; an account that is unknown has no such message either."""
    unknown = answer is None or (
        isinstance(answer, Failure) and isinstance(answer.failure(), AccountNotFound)
    )
    return Failure(MessageNotFound()) if answer is None or unknown else answer


def _answer(unit: UnitOfWork, command: AnyCommand, needs: Needs) -> Result[Any, Any]:
    if needs.invoice is not None and _ID.fullmatch(needs.invoice.invoice) is None:
        return Failure(InvoiceNotFound())  # no store can hold what has the shape of no id
    key = command.idempotency_key
    if key is None:
        return _decide(unit, command, needs)
    fingerprint = command.fingerprint
    known = unit.idempotency_records.get(key)
    if known is not None and unit.now < known.until:
        return (
            decode(known.answer)
            if known.fingerprint == fingerprint
            else Failure(IdempotencyKeyReused())
        )
    answer = _decide(unit, command, needs)
    if not (isinstance(answer, Failure) and isinstance(answer.failure(), AccountNotFound)):
        until = unit.now + KEPT_FOR
        unit.record_answer(IdempotencyRecord(key, fingerprint, encode(answer), until))
    return answer


def _decide(unit: UnitOfWork, command: AnyCommand, needs: Needs) -> Result[Any, Any]:
    known = unit.accounts.get(command.account)
    account = known or needs.new_account
    if account is None:
        return Failure(AccountNotFound())
    invoice = None if needs.invoice is None else unit.invoices.get(needs.invoice)
    context = CommandContext(unit, account, invoice, command.actor, account_is_new=known is None)
    answer = command.decide(context)
    if isinstance(answer, Success):
        unit.add(context)
    else:
        unit.add_payments(context)
    return answer
