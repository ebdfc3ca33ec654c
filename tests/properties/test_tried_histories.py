"""Random histories: guards are obeyed when a command decides and when a message is sent, what was
tried is what then happens, and the events replay to the same bytes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from returns.result import Failure, Result

from billhook import (
    Cancel,
    Command,
    Delete,
    Draft,
    GuardRefused,
    Invoice,
    InvoiceId,
    Issue,
    Medium,
    Message,
    Notify,
    Operation,
    OperationNotAllowed,
    Patch,
    Pay,
    ReminderSchedule,
    Send,
    SendResult,
    Update,
    canonical,
    replay,
)
from billhook.messaging.delivery import DeliveryStatus
from billhook_adapters.testing import NOON, a_document, a_payment
from billhook_adapters.testing.running import ACCOUNT, RunningService

SEEDS, STEPS = 12, 60
HOUR = timedelta(hours=1)
SCHEDULE = ReminderSchedule(before=[2 * HOUR], after=[timedelta(0), 3 * HOUR])
GUARDED: Mapping[type[Any], Operation] = {
    Issue: Operation.ISSUE, Pay: Operation.PAY, Notify: Operation.NOTIFY,
    Cancel: Operation.CANCEL, Delete: Operation.DELETE, Update: Operation.UPDATE,
}  # fmt: skip


class RandomGuard:
    """Refuses about a third of all operations, the same ones whenever it is called."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(
        self, invoice: Invoice, operation: Operation, now: datetime
    ) -> GuardRefused | None:
        drawn = zlib.crc32(f"{self._seed} {invoice.id} {operation} {now:%d%H}".encode())
        return None if drawn % 3 else GuardRefused("drawn", "Not in this hour.", {"drawn": drawn})


def commands(random: Random, known: list[InvoiceId], drawn: int) -> list[Command[Any, Any]]:
    """Some commands, without regard to what is allowed."""
    found: list[Command[Any, Any]] = []
    for place in range(random.randint(1, 3)):
        invoice = random.choice(known)
        payment = a_payment(random.choice([300, 99800]), reference=f"pay_{drawn}_{place}")
        found.append(
            random.choice(
                [
                    Issue(account=ACCOUNT, invoice=invoice),
                    Send(account=ACCOUNT, invoice=invoice),
                    Pay(account=ACCOUNT, invoice=invoice, payment=payment),
                    Notify(account=ACCOUNT, invoice=invoice, medium=random.choice([*Medium])),
                    Cancel(account=ACCOUNT, invoice=invoice),
                    Delete(account=ACCOUNT, invoice=invoice),
                    Update(account=ACCOUNT, invoice=invoice, patch=Patch(notes={"a": str(drawn)})),
                ]
            )
        )
    return found


def without_ids(result: Result[Any, Any]) -> object:
    """A result without what is drawn anew each time: the ids of messages, and short URLs."""
    if isinstance(result, Failure):
        return result.failure()
    value = result.unwrap()
    match value:
        case Invoice():
            return canonical(value.model_copy(update={"short_url": None}))
        case Message():
            return value.model_copy(update={"id": "msg"})
        case SendResult(invoice=invoice, messages=messages):
            shown = canonical(invoice.model_copy(update={"short_url": None}))
            return shown, [one.model_copy(update={"id": "msg"}) for one in messages]
        case _:
            raise AssertionError(value)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_history(seed: int) -> None:
    random, guard = Random(seed), RandomGuard(seed)  # noqa: S311  # a seeded history
    running = RunningService(guards=lambda _: [guard], reminders=SCHEDULE)
    clock: Any = running.clock
    known: list[InvoiceId] = []
    sent: dict[str, datetime] = {}
    for step in range(STEPS):
        if not known or random.random() < 0.15:
            known.append(InvoiceId(f"inv_{step}"))
            document = a_document(due_by=clock.now() + 4 * HOUR)
            draft = Draft(account=ACCOUNT, invoice=known[-1], document=document)
            running.service.execute(draft).unwrap()
        batch = commands(random, known, step)
        before = {one: running.service.get(ACCOUNT, one).value_or(None) for one in known}
        tried = running.service.what_if(*batch)
        results = running.service.execute_all(batch)
        assert [*map(without_ids, tried.results)] == [*map(without_ids, results)]
        check_first(batch, results, before, guard, clock.now())
        running.background_jobs.sweep()
        for invoice in known:
            for message in running.messages(invoice):
                running.background_jobs.deliver(message.key)
        for invoice in known:
            check_messages(running, invoice, guard, sent)
            check_replay(running, invoice)
        clock.set(clock.now() + HOUR * random.randint(0, 2))
    assert sent


def check_first(
    batch: list[Command[Any, Any]],
    results: list[Result[Any, Any]],
    before: Mapping[InvoiceId, Invoice | None],
    guard: RandomGuard,
    now: datetime,
) -> None:
    """The first command on each invoice was decided by the table, and then by the guard."""
    seen: set[InvoiceId] = set()
    for command, result in zip(batch, results, strict=True):
        invoice: InvoiceId = command.invoice  # type: ignore[attr-defined]  # each of them has one
        operation, found = GUARDED.get(type(command)), before[invoice]
        if invoice not in seen and operation is not None and found is not None:
            refusal = guard(found, operation, now)
            if refusal is not None:
                error = result.failure()
                assert error == refusal or isinstance(error, OperationNotAllowed)
            else:
                assert not isinstance(result.swap().value_or(None), GuardRefused)
        seen.add(invoice)


def check_messages(
    running: RunningService, invoice: InvoiceId, guard: RandomGuard, sent: dict[str, datetime]
) -> None:
    """No message was queued or sent at a time when the guard refuses to notify."""
    shown = Invoice.model_construct(id=invoice)
    for message in running.messages(invoice):
        assert guard(shown, Operation.NOTIFY, message.requested_at) is None
        if message.sent_at is not None:
            sent[message.id] = message.sent_at
            assert guard(shown, Operation.NOTIFY, message.sent_at) is None
        elif message.status is DeliveryStatus.SUPPRESSED:
            assert message.reason in ("drawn", OperationNotAllowed.code)


def check_replay(running: RunningService, invoice: InvoiceId) -> None:
    """The events of an invoice replay to the same bytes."""
    stored = running.service.get(ACCOUNT, invoice)
    if isinstance(stored, Failure):
        return  # a draft that was deleted
    replayed = replay(one.event for one in running.events(invoice))
    assert canonical(replayed) == canonical(stored.unwrap())
    assert running.service.get_at(ACCOUNT, invoice, running.clock.now()) == stored


def test_the_clock_starts_where_the_guard_can_refuse() -> None:
    guard = RandomGuard(0)
    invoice = Invoice.model_construct(id=InvoiceId("inv_0"))
    drawn = [guard(invoice, one, NOON) for one in Operation]
    assert None in drawn
    assert any(drawn)
