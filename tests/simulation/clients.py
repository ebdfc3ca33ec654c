"""Callers of the service: each request has a key, and is repeated until it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from returns.result import Result, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, DraftAndSend, Notify, Pay, RecordPayment
from billhook.application.idempotency import SendResult
from billhook.application.service import InvoiceService
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceKey
from billhook_adapters.testing import a_payment
from simulation.scheduler import Killed, Scheduler

MEDIA = tuple(Medium)


@dataclass
class LoggedRequest:
    """One request, and all its answers."""

    command: AnyCommand
    answers: list[Result[Any, Any]] = field(default_factory=list)

    def messages(self) -> Sequence[Message]:
        """The messages that the callers know of."""
        match self.answers:
            case [Success(Message() as message), *_]:
                return (message,)
            case [Success(SendResult() as sent), *_]:
                return sent.messages
        return ()


@dataclass
class RequestLog:
    """Every request that was ever made, by its key."""

    requests: dict[str, LoggedRequest] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    """What was offered, by reference."""
    keys: count[int] = field(default_factory=lambda: count(1))

    def add(self, command: AnyCommand) -> AnyCommand:
        """Log a request before it is made."""
        self.requests[str(command.key)] = LoggedRequest(command)
        return command


@dataclass
class Client:
    """One caller, who may meet others at the same invoices."""

    scheduler: Scheduler
    service: Callable[[], InvoiceService]
    log: RequestLog
    invoices: Sequence[InvoiceKey]
    documents: Sequence[Document]
    requests: int

    def act(self) -> None:
        """Make one request after another."""
        scheduler, random = self.scheduler, self.scheduler.random
        actor = scheduler.running
        assert actor is not None
        for _ in range(self.requests):
            scheduler.sleep(timedelta(seconds=random.choice((0, 0, 1, 5))))
            commands = [self._wanted(random) for _ in range(random.choice((1, 1, 1, 2)))]
            while True:
                scheduler.record(actor.name, "requests", commands)
                try:
                    answers = self.service().execute_all(commands)
                except (ConnectionError, Killed):
                    if scheduler.over:
                        raise
                    actor.process.dead = False  # another one serves from now on
                    scheduler.record(actor.name, "has no answer")
                    if random.random() < 0.1:
                        break  # and never gets the answer
                    scheduler.sleep(timedelta(seconds=random.choice((0, 1, 10))))
                    continue
                for command, answer in zip(commands, answers, strict=True):
                    self.log.requests[str(command.key)].answers.append(answer)
                scheduler.record(actor.name, "is answered", answers)
                break

    def _wanted(self, random: Random) -> AnyCommand:
        log = self.log
        if log.requests and random.random() < 0.15:
            return random.choice(list(log.requests.values())).command  # once more, under its key
        number = next(log.keys)
        account, invoice = random.choice(self.invoices)
        about: Any = {"account": account, "invoice": invoice, "key": f"key_{number}"}
        draw = random.random()
        if draw < 0.05:
            return log.add(DraftAndSend(**about, document=random.choice(self.documents)))
        if draw < 0.75:
            return log.add(Notify(**about, medium=random.choice(MEDIA)))
        if draw < 0.92:
            payment = a_payment(random.choice((1, 10, 100, 101)), f"pay_{number}")
            if random.random() < 0.5:
                return log.add(Pay(**about, payment=payment))
            log.paid[payment.reference] = payment.amount
            return log.add(RecordPayment(**about, payment=payment))
        return log.add(Cancel(**about))


def about(answer: Result[Any, Any]) -> tuple[Any, ...]:
    """What must be the same in every answer to one request."""
    if not isinstance(answer, Success):
        return ("refused", answer.failure())
    match answer.unwrap():
        case Message(id=id):
            return ("message", id)
        case SendResult(invoice=invoice, messages=messages):
            return ("sent", invoice, tuple(one.id for one in messages))
        case Invoice() as invoice:
            return ("invoice", invoice)
    raise AssertionError("a request of a kind that no client makes")
