"""The desk: commands in, results out; one read, decisions in memory, one write, one commit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar

from returns.result import Failure, Result, Success

from billhook.application.answers import decode, encode
from billhook.application.commands import AnyCommand, Command
from billhook.application.delivery_reports import apply_reports
from billhook.application.needs import invoice_of, read_ahead, request_of
from billhook.application.ports import Clock, Ids, Store, StoreConflictError
from billhook.application.queries import Queries, history_of
from billhook.application.records import (
    Contact,
    ContactHistory,
    IdempotencyRecord,
    OutboxMessage,
    PendingWrites,
)
from billhook.application.unit_of_work import CommandContext, UnitOfWork
from billhook.lifecycle.errors import (
    AccountNotFound,
    IdempotencyKeyReused,
    InvoiceNotFound,
    NotStored,
    ServiceError,
)
from billhook.messaging.delivery import MessageKey, MessageNotFound, NotDeadLetter, requeue
from billhook.messaging.delivery_reports import DeliveryReport
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account
from billhook.model.base import ID_PATTERN
from billhook.model.canonical_json import canonical
from billhook.model.customer import Suppression

A = TypeVar("A")
E = TypeVar("E")

_ID = re.compile(ID_PATTERN)

REMEMBERED_FOR = timedelta(hours=24)
"""How long an idempotency key stands for its request."""


class InvoiceService(Queries):
    """The application's one door.

    >>> from billhook import AccountId, InvoiceId
    >>> from billhook_adapters.memory import in_memory_service
    >>> service = in_memory_service()
    >>> service.get(AccountId("acc_1"), InvoiceId("inv_unknown")).failure().code
    'invoice_not_found'
    """

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        super().__init__(store, clock)
        self._ids = ids

    def open(self, account: Account) -> None:
        """Add an account, or replace its name and policies."""
        with self._store.transaction() as transaction:
            transaction.save(PendingWrites(accounts={account.id: account}))

    def subscribe(self, webhook_endpoint: WebhookEndpoint) -> Result[None, AccountNotFound]:
        """Add a subscriber, or replace what is known of it."""
        with self._store.transaction() as transaction:
            if webhook_endpoint.account not in transaction.accounts((webhook_endpoint.account,)):
                return Failure(AccountNotFound())
            transaction.save(
                PendingWrites(webhook_endpoints={webhook_endpoint.key: webhook_endpoint})
            )
        return Success(None)

    def execute(self, command: Command[A, E]) -> Result[A, E | ServiceError]:
        """Decide one command and store what it decides; a batch of one."""
        (answer,) = self.execute_all((command,))
        return answer

    def execute_all(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """Decide a batch in one transaction; the answers come in the commands' order.

        Commands on one invoice see each other's effects. A refused command never fails its
        neighbours; where the database refuses the batch, it is redone one command at a time, so
        that only the culprit fails, with `NotStored`. A bug or a corrupt row raises, and then
        nothing of the batch is stored.
        """
        try:
            return self._together(commands)
        except StoreConflictError:
            if len(commands) == 1:
                return [Failure(NotStored())]
        return [answer for command in commands for answer in self.execute_all((command,))]

    def _together(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        with self._store.transaction() as transaction:
            batch = UnitOfWork(transaction, self._ids, self._clock.zone)
            read_ahead(batch, commands)
            batch.now = self._clock.now()
            # Account by account, so that all batches draw from the series of numbers in one order.
            order = sorted(range(len(commands)), key=lambda place: commands[place].account)
            answers = {place: _answer(batch, commands[place]) for place in order}
            if batch.outcome:
                transaction.save(batch.outcome)
        return [answers[place] for place in range(len(commands))]

    def sweep(self, limit: int) -> int:
        """Record the expiry of up to `limit` overdue invoices in one transaction; how many it was.

        The same as the command `Expire` for each of them, without reading them whole.
        """
        with self._store.transaction() as transaction:
            batch = UnitOfWork(transaction, self._ids, self._clock.zone)
            batch.now = self._clock.now()
            overdue = transaction.overdue(batch.now, limit)
            batch.expire_overdue(overdue)
            if batch.outcome:
                transaction.save(batch.outcome)
        return len(overdue)

    def receive(
        self, delivery_reports: Sequence[DeliveryReport]
    ) -> list[Result[Message, MessageNotFound]]:
        """Record what became of messages, in one transaction; the answers in the receipts' order.

        Nothing moves but the messages and the standing of their addresses.
        """
        with self._store.transaction() as transaction:
            outcome = PendingWrites()
            answers = apply_reports(transaction, delivery_reports, self._clock.now(), outcome)
            if outcome:
                transaction.save(outcome)
        return answers

    def suppress(
        self, contact: Contact, reason: Suppression | None
    ) -> Result[ContactHistory, AccountNotFound]:
        """Leave an address alone from now on, or write to it again where `reason` is None."""
        with self._store.transaction() as transaction:
            if contact.account not in transaction.accounts((contact.account,)):
                return Failure(AccountNotFound())
            transaction.save(PendingWrites(suppressed={contact: reason}))
            return Success(replace(history_of(transaction, contact), suppressed=reason))

    def requeue(
        self, keys: Sequence[MessageKey]
    ) -> list[Result[OutboxMessage, NotDeadLetter | MessageNotFound]]:
        """Give dead letters another life, in one transaction; the answers in the keys' order."""
        with self._store.transaction() as transaction:
            found, now = dict(transaction.messages(sorted(set(keys)))), self._clock.now()
            answers: list[Result[OutboxMessage, NotDeadLetter | MessageNotFound]] = []
            outcome = PendingWrites()
            for key in keys:
                dead = found.get(key)
                answer = Failure(MessageNotFound()) if dead is None else requeue(dead, now=now)
                if isinstance(answer, Success):
                    found[key] = outcome.messages[key] = answer.unwrap()
                answers.append(answer)
            if outcome:
                transaction.save(outcome)
        return answers


def _answer(batch: UnitOfWork, command: AnyCommand) -> Result[Any, Any]:
    if command.invoice is not None and _ID.fullmatch(command.invoice) is None:
        return Failure(InvoiceNotFound())  # no store can hold what has the shape of no id
    request = request_of(command)
    if request is None:
        return _decide(batch, command)
    fingerprint = _fingerprint(command)
    known = batch.idempotency_records.get(request)
    if known is not None and batch.now < known.until:
        return (
            decode(known.answer)
            if known.fingerprint == fingerprint
            else Failure(IdempotencyKeyReused())
        )
    answer = _decide(batch, command)
    if not (isinstance(answer, Failure) and isinstance(answer.failure(), AccountNotFound)):
        until = batch.now + REMEMBERED_FOR
        batch.remember(IdempotencyRecord(request, fingerprint, encode(answer), until))
    return answer


def _decide(batch: UnitOfWork, command: AnyCommand) -> Result[Any, Any]:
    account = batch.accounts.get(command.account)
    if account is None:
        return Failure(AccountNotFound())
    key = invoice_of(command)
    case = CommandContext(
        batch, account, None if key is None else batch.invoices.get(key), command.actor
    )
    answer = command.decide(case)
    if isinstance(answer, Success):
        batch.absorb(case)
    else:
        batch.absorb_payments(case)
    return answer


def _fingerprint(command: AnyCommand) -> str:
    given: Any = command
    asked = {
        field.name: getattr(command, field.name)
        for field in fields(given)
        if field.name not in ("key", "actor")
    }
    return sha256(canonical({"command": type(command).__name__, **asked})).hexdigest()
