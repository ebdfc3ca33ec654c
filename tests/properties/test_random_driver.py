"""A seeded random driver over the service: many small accounts, until every rule was met often.

Commands are drawn without regard to what is allowed, so that every legal edge and every illegal
pair of status and operation comes up. BILLHOOK_DRIVER_OPERATIONS sets a longer run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import count, product
from random import Random
from typing import Any

from returns.result import Success

from billhook.application.command import AnyCommand
from billhook.application.commands import (
    Cancel,
    Delete,
    Draft,
    Expire,
    Issue,
    Notify,
    RecordPayment,
    Update,
)
from billhook.application.records import PaymentKey, RecordedEvent
from billhook.lifecycle.apply import Change, as_of, replay
from billhook.lifecycle.events import PaymentRecorded
from billhook.messaging.delivery import MessageId
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_document, a_line, a_payment
from billhook_adapters.testing.running import ACCOUNT, RunningService
from properties import invariants

OPERATIONS = max(140_000, int(os.environ.get("BILLHOOK_DRIVER_OPERATIONS", "0")))
"""How many operations are executed: at least what meets everything a thousand times."""

PER_ACCOUNT = 240
"""Operations on one store: it copies its rows in every transaction, so it had better be small."""

BATCH = 12
MINUTE = timedelta(minutes=1)
MEDIA = list(Medium)

USUAL = {
    "draft": ["issue"],
    "issued": ["pay", "pay", "expire"],
    "partially_paid": ["pay", "expire"],
    "expired": ["expire"],
}
"""The usual operations in a status."""

STATUSES = ("draft", "issued", "partially_paid", "paid", "expired", "cancelled")
OPERATION_NAMES = ("issue", "pay", "notify", "expire", "cancel", "delete")
ILLEGAL = frozenset(
    pair for pair in product(STATUSES, OPERATION_NAMES) if not invariants.legal(*pair[::-1])
)


class CountingIds:
    """Ids in order, so that a run is the same every time."""

    def __init__(self) -> None:
        self._next = count(1)

    def invoice(self) -> InvoiceId:
        return InvoiceId(f"inv_{next(self._next)}")

    def message(self) -> MessageId:
        return MessageId(f"msg_{next(self._next)}")

    def short_url(self) -> str:
        return f"https://bill.example/i/{next(self._next)}"

    def jitter(self) -> float:
        return 0.5


class RandomAccount:
    """One account over one store, driven at random, with a count of what was met."""

    def __init__(
        self, random: Random, met: Counter[tuple[str, str]], tried: dict[str, dict[str, int]]
    ) -> None:
        self.random, self.met, self.tried = random, met, tried
        running = RunningService(ids=CountingIds())
        self.store, self.clock, self.service = running.store, running.clock, running.service
        self.references = count(1)
        self.keys: list[InvoiceKey] = []
        self.sums: dict[PaymentKey, int] = {}

    def drafts(self, number: int) -> None:
        """Some invoices of small amounts, many of which take parts and most of which expire."""
        documents = [self._document() for _ in range(number)]
        made = self.service.execute_all(
            [Draft(account=ACCOUNT, document=each) for each in documents]
        )
        self.keys += [answer.unwrap().key for answer in made]

    def _document(self) -> Document:
        random = self.random
        expire_by = NOON + random.randrange(3, 16) * MINUTE
        return a_document(
            lines=(a_line(unit_amount=random.randrange(1, 30), quantity=1),),
            partial_payment=random.random() < 0.9,
            expire_by=expire_by if random.random() < 0.8 else None,
        )

    def transaction(self, operations: int) -> None:
        """Batch after batch, each on invoices of its own; time passes between them."""
        for _ in range(0, operations, BATCH):
            chosen = self.random.sample(self.keys, BATCH)
            before = self.stored()
            commands = [self._command(before.get(key), key) for key in chosen]
            answers = self.service.execute_all([command for _, _, command in commands])
            after = self.stored()
            for key, (operation, money, _), answer in zip(chosen, commands, answers, strict=True):
                self._judge(before.get(key), operation, money, answer, after.get(key))
            untouched = before.keys() - set(chosen)
            assert all(before[key] is after[key] for key in untouched), "no other invoice changes"
            if self.random.random() < 0.5:
                self.clock.advance(self.random.randrange(1, 4) * MINUTE)

    def stored(self) -> Mapping[InvoiceKey, Invoice]:
        """Every invoice as the store has it; deleted ones are not there."""
        with self.store.snapshot() as snapshot:
            return snapshot.invoices(self.keys)

    def _command(self, invoice: Invoice | None, key: InvoiceKey) -> tuple[str, int, AnyCommand]:
        random, due = self.random, 0 if invoice is None else invoice.due
        about = {"account": ACCOUNT, "invoice": key.invoice}
        operation = self._operation("gone" if invoice is None else invoice.status.value)
        if operation == "pay":
            # A unit or two, all that is due, or too much; a second time rather all of it.
            whole = max(due, 1)
            started = invoice is not None and invoice.paid > 0
            money = random.choice((1, 1, whole, whole, due + 1) if started else (1, 1, 2, whole))
            payment = a_payment(money, f"pay_{next(self.references)}")
            self.sums[PaymentKey(ACCOUNT, payment.reference)] = money
            return "pay", money, RecordPayment(**about, payment=payment)
        return operation, 0, OTHERS[operation](about, random)

    def _operation(self, status: str) -> str:
        """Half of the time what advances an invoice, else what was tried least."""
        tried = self.tried.setdefault(status, dict.fromkeys(("pay", *OTHERS), 0))
        if self.random.random() < 0.5:
            operation = self.random.choice(USUAL.get(status, ["update"]))
        else:
            operation = min(tried, key=tried.__getitem__)
        tried[operation] += 1
        return operation

    def _judge(
        self, before: Invoice | None, operation: str, money: int, answer: Any, after: Invoice | None
    ) -> None:
        if before is None:
            assert answer.failure().code == "invoice_not_found"
            return
        now = self.clock.now()
        # The sweep alone goes by what is recorded: noticing is its work.
        status = before.status.value
        stands = status if operation == "expire" else invariants.effective(before, now)
        if not invariants.legal(operation, stands):
            self.met[stands, operation] += 1
            assert answer.failure().code == "operation_not_allowed"
        if not isinstance(answer, Success):
            assert after is before, "10: a refusal leaves the store as it was"
        elif operation == "notify":
            unchanged = after.model_copy(update={"updated_at": before.updated_at})
            assert unchanged == before, "16: notify changes nothing but when it was updated"
        elif operation != "delete":
            assert as_of(after, now) == answer.unwrap(), (
                "what is shown is what is stored, as of now"
            )
            invariants.at_rest(after)
            with self.store.snapshot() as snapshot:
                event: Any = [stamped.event for stamped in snapshot.events(before.key)][-1]
            invariants.of_change(before, operation, money, Change(after, event), now=now)
            self.met[status, after.status.value] += 1

    def audit(self) -> None:
        """All events, payments and invoices of the account agree."""
        invoices = self.stored()
        with self.store.snapshot() as snapshot:
            payments = snapshot.payments(list(self.sums))
            unapplied = snapshot.unapplied(ACCOUNT)
            histories = {key: snapshot.events(key) for key in self.keys}
        recorded = {key: payment.payment.amount for key, payment in payments.items()}
        assert recorded == self.sums, "15: all money that came is recorded in full"
        applied = [payment for payment in payments.values() if payment.applied]
        assert len(applied) + len(unapplied) == len(payments)
        taken = sum(payment.payment.amount for payment in applied)
        assert taken == sum(invoice.paid for invoice in invoices.values()), "7: P is its payments"
        for key, invoice in invoices.items():
            _agrees(invoice, histories[key])


OTHERS: Mapping[str, Callable[[Mapping[str, Any], Random], AnyCommand]] = {
    "issue": lambda about, _: Issue(**about),
    "notify": lambda about, random: Notify(**about, medium=random.choice(MEDIA)),
    "expire": lambda about, _: Expire(**about),
    "cancel": lambda about, _: Cancel(**about),
    "delete": lambda about, _: Delete(**about),
    "update": lambda about, random: Update(
        **about, patch=Patch(notes={"n": str(random.randrange(9))})
    ),
}


def _agrees(invoice: Invoice, history: Sequence[RecordedEvent]) -> None:
    changes: list[Any] = [stamped.event for stamped in history if stamped.version is not None]
    versions = [stamped.version for stamped in history if stamped.version is not None]
    assert versions == list(range(1, invoice.version + 1)), "11: one event a version"
    assert replay(stamped.event for stamped in history) == invoice, (
        "11: the events replay to the invoice"
    )
    paid = sum(event.amount for event in changes if isinstance(event, PaymentRecorded))
    assert paid == invoice.paid, "7: each payment counts once"


def test_random_operations_keep_every_rule() -> None:
    random = Random(20260101)  # noqa: S311  # a seeded run
    met: Counter[tuple[str, str]] = Counter()
    tried: dict[str, dict[str, int]] = {}
    for _ in range(0, OPERATIONS, PER_ACCOUNT):
        driven = RandomAccount(random, met, tried)
        driven.drafts(24)
        driven.transaction(PER_ACCOUNT)
        driven.audit()
    rare = {pair: met[pair] for pair in invariants.EDGES | ILLEGAL if met[pair] < 1000}
    assert rare == {}, "every legal edge and every illegal pair comes up a thousand times"
    assert set(met) - {(status, status) for status in STATUSES} <= invariants.EDGES | ILLEGAL
