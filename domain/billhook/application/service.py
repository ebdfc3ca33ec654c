"""The service: executes commands. One read, decisions in memory, one write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar, cast

from returns.result import Failure, Result, Success

from billhook.application.command import AnyCommand, Command
from billhook.application.idempotency import KEPT_FOR, decode, encode
from billhook.application.immediate_claims import ImmediateClaims
from billhook.application.message_commands import RecordDeliveryReport
from billhook.application.needs import Needs
from billhook.application.outlook import (
    FORECAST_PERIOD,
    ForecastMessage,
    WhatIf,
    forecast,
    rolled_back,
    tried,
)
from billhook.application.ports import (
    CanSendTo,
    Clock,
    Ids,
    Step,
    Store,
    StoreConflictError,
    Transaction,
    every_address,
)
from billhook.application.queries import Queries
from billhook.application.readable import LeftOut, ignore
from billhook.application.reading import read_needs
from billhook.application.records import IdempotencyRecord
from billhook.application.sms_budgets import SmsRefused
from billhook.application.sms_budgets import ignore as ignore_refused
from billhook.application.unit_of_work import CommandContext, UnitOfWork
from billhook.lifecycle.errors import (
    AccountNotFound,
    IdempotencyKeyReused,
    InvoiceNotFound,
    NotStored,
    ServiceError,
)
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.messaging.delivery import MessageNotFound
from billhook.messaging.delivery_reports import DeliveryReport
from billhook.messaging.message import Message
from billhook.model.arguments import checked, named
from billhook.model.base import ID_PATTERN, AccountId
from billhook.model.invoice import InvoiceId, InvoiceKey

A = TypeVar("A")
E = TypeVar("E")

_ID = re.compile(ID_PATTERN)


class InvoiceService(Queries):
    """Executes commands on invoices, accounts and messages, and runs queries.

    >>> from billhook import AccountId, InvoiceId
    >>> from billhook_adapters.memory import in_memory_service
    >>> service = in_memory_service()
    >>> service.get(AccountId("acc_1"), InvoiceId("inv_unknown")).failure().code
    'invoice_not_found'
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        *,
        left_out: LeftOut = ignore,
        sms_enabled: bool = True,
        sms_refused: SmsRefused = ignore_refused,
        can_send_to: CanSendTo = every_address,
        guards: GuardsOf = no_guards,
        immediate_claims: ImmediateClaims | None = None,
    ) -> None:
        """`left_out` gets each row that a list left out because it cannot be read.

        With `sms_enabled` False no SMS is accepted for any account. `sms_refused` gets each SMS
        that the limits of SMS refused, also where the command succeeded without it. An address
        that `can_send_to` denies is refused before anything is stored. `guards` are your own rules
        for each account. `immediate_claims` are those for an engine in this process.
        """
        super().__init__(
            store,
            clock,
            left_out=left_out,
            sms_enabled=sms_enabled,
            can_send_to=can_send_to,
            guards=guards,
        )
        self._ids, self._sms_refused = ids, sms_refused
        self._immediate_claims = immediate_claims

    def execute(self, command: Command[A, E]) -> Result[A, E | ServiceError]:
        """Execute one command in a transaction of its own."""
        (result,) = self.execute_all((command,))
        return result

    def execute_all(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """Execute commands in one transaction; the results are in the order of the commands.

        Each command sees the effects of those before it on the same rows. A failed command does
        not affect the others. If the database refuses the writes, the commands are executed one by
        one, so that only the one at fault fails, with `NotStored`. A bug or a corrupt row raises,
        and then nothing is stored.
        """
        try:
            return self.execute_together(commands)
        except StoreConflictError:
            return [self.execute_together((command,))[0] for command in commands]

    def execute_together(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """Execute commands as `execute_all` does, but all of them or nothing.

        Raises StoreConflictError where the database refuses the writes of several.
        """
        results, _ = self.execute_with(commands, ())
        return results

    def execute_with(
        self, commands: Sequence[AnyCommand], steps: Sequence[Step[Any]]
    ) -> tuple[list[Result[Any, Any]], list[Any]]:
        """Execute commands, then run these steps, all in one transaction or nothing.

        Raises StoreConflictError where the database refuses the writes, unless they are those of
        one command alone.
        """
        immediate, hand_over = self._immediate_claims, None
        try:
            with self._store.transaction() as transaction:
                unit = self._unit(transaction)
                results = self._decide(unit, commands) if commands else []
                if immediate is not None:
                    hand_over = immediate.claim(unit)
                if unit.writes:
                    transaction.save(unit.writes)
                values = [step(transaction) for step in steps]
        except StoreConflictError:
            if len(commands) != 1 or steps:
                raise
            return [Failure(NotStored())], []
        if hand_over is not None:
            hand_over()
        for account, error in unit.refused_sms:
            self._sms_refused(account, error)
        return results, values

    def what_if(self, *commands: AnyCommand) -> WhatIf:
        """What these commands would do, one after the other. Nothing is stored, and nothing sent.

        >>> from billhook import AccountId, Draft, Search
        >>> from billhook_adapters.memory import in_memory_service
        >>> from billhook_adapters.testing import a_document
        >>> service, acme = in_memory_service(), AccountId("acc_1")
        >>> tried = service.what_if(Draft(account=acme, document=a_document()))
        >>> [invoice.status.value for invoice in tried.invoices], service.search(acme, Search())
        (['draft'], [])
        """

        def run(transaction: Transaction) -> WhatIf:
            unit = self._unit(transaction)
            return tried(self._decide(unit, commands), unit)

        return rolled_back(self._store, run)

    @checked
    def forecast(
        self, account: AccountId, invoice: InvoiceId, period: timedelta = FORECAST_PERIOD
    ) -> Result[tuple[ForecastMessage, ...], InvoiceNotFound]:
        """The messages that the payer will be sent within a period from now, if nothing changes.

        They are the queued ones and the reminders. Rate limits may delay them by seconds.
        """

        def run(
            transaction: Transaction,
        ) -> Result[tuple[ForecastMessage, ...], InvoiceNotFound]:
            unit = self._unit(transaction)
            unit.now = self._clock.now()
            return forecast(unit, InvoiceKey(account, invoice), unit.now + period)

        return rolled_back(self._store, run)

    def _unit(self, transaction: Transaction) -> UnitOfWork:
        return UnitOfWork(transaction, self._ids, self._clock.zone, self._rules)

    def _decide(self, unit: UnitOfWork, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """The results of commands, whose writes are in the unit of work."""
        given = cast("Sequence[object]", commands)
        for one in given:
            if not isinstance(one, Command):
                raise TypeError(f"a command must be a Command, not {named(type(one))}")
        needs = [command.needs for command in commands]
        read_needs(unit, commands, needs)
        unit.now = self._clock.now()
        unit.read_sms_budgets()
        results: dict[int, Result[Any, Any]] = {}
        # Sorted by account, so that all transactions lock number series in the same order.
        for index in sorted(range(len(commands)), key=lambda one: commands[one].account):
            results[index] = _execute(unit, commands[index], needs[index])
        return [results[index] for index in range(len(commands))]

    @checked
    def sweep(self, limit: int, actor: str | None = None) -> int:
        """Record the expiry of up to `limit` overdue invoices in one transaction; returns how many.

        It has the same effect as the command `Expire` for each, without reading the documents.
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
        """Record delivery reports; the results are in the order of the reports.

        A report names its message by the message's key, or by the provider's id. One that names
        another recipient than the message's is about a copy.
        """
        keys = self.keys_of([report.about for report in reports])
        named = [(key, report) for key, report in zip(keys, reports, strict=True) if key]
        copies = self.reported_copies(named)
        commands = [
            RecordDeliveryReport(
                account=key.account,
                message=key.message,
                outcome=report.outcome,
                copy=copy,
                actor=actor,
            )
            for (key, report), copy in zip(named, copies, strict=True)
        ]
        results = iter(self.execute_all(commands) if commands else ())
        return [_report_result(None if key is None else next(results)) for key in keys]


def _report_result(result: Result[Message, Any] | None) -> Result[Message, Any]:
    """The result of a report; an unknown account is an unknown message."""
    if result is None or result == Failure(AccountNotFound()):
        return Failure(MessageNotFound())
    return result


def _execute(unit: UnitOfWork, command: AnyCommand, needs: Needs) -> Result[Any, Any]:
    if needs.invoice is not None and _ID.fullmatch(needs.invoice.invoice) is None:
        return Failure(InvoiceNotFound())  # not a valid id, which no store contains
    key = command.idempotency_key
    if key is not None:
        record = unit.idempotency_records.get(key)
        if record is not None and unit.now < record.until:
            if record.fingerprint == command.fingerprint:
                return decode(record.answer)
            return Failure(IdempotencyKeyReused())
    known = unit.accounts.get(command.account)
    account = known or needs.new_account
    if account is None:
        return Failure(AccountNotFound())
    invoice = None if needs.invoice is None else unit.invoices.get(needs.invoice)
    context = CommandContext(unit, account, invoice, command.actor, account_is_new=known is None)
    result = command.decide(context)
    if isinstance(result, Success):
        unit.add(context)
    else:
        unit.add_payments(context)
    if key is not None:
        until = unit.now + KEPT_FOR
        unit.record_result(IdempotencyRecord(key, command.fingerprint, encode(result), until))
    return result
