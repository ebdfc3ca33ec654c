"""Many writers on PostgreSQL: whatever they ask for together, none waits in a circle."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pytest
from returns.result import Failure
from sqlalchemy import Engine

from billhook.account import AccountId
from billhook.desk.commands import (
    AnyCommand,
    Cancel,
    Draft,
    DraftAndSend,
    File,
    Issue,
    Notify,
    Pay,
    RecordPayment,
    Send,
)
from billhook.desk.desk import Desk
from billhook.desk.handlers import Handlers
from billhook.errors import NotStored
from billhook.invoice import InvoiceId
from billhook.pacing import Rate, Rates
from billhook.party import Medium
from billhook.ports import StoreRefused
from billhook_adapters.memory import CapturedSender, RandomIds, SettableClock
from billhook_adapters.sql import SqlStore
from billhook_adapters.sql.work import SqlWork
from billhook_adapters.testing import NOON, a_customer, a_document, a_payment, an_account
from billhook_adapters.testing.contracts.at_once import at_once

ACCOUNTS = [AccountId("acc_1"), AccountId("acc_2")]
IDS = [InvoiceId(f"inv_{n}") for n in range(6)]
WRITERS, ROUNDS = 6, 12


class Telling(SqlStore):
    """Keeps why its transactions were refused."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.refusals: list[str] = []

    @contextmanager
    def transaction(self) -> Generator[SqlWork]:
        """As ever, with a note of each refusal."""
        try:
            with super().transaction() as work:
                yield work
        except StoreRefused as refused:
            self.refusals.append(str(refused))
            raise


@pytest.fixture
def store(postgresql_engine: Engine) -> Telling:
    return Telling(postgresql_engine)


@pytest.fixture
def desk(store: Telling) -> Desk:
    desk = Desk(store, SettableClock(NOON), RandomIds())
    rate = Rate(most=1000, within=timedelta(seconds=1))
    rates = Rates(sms=rate, email=rate)
    for account in ACCOUNTS:
        desk.open(an_account(account, number_prefix="INV-", rates=rates))
        for one in IDS[::2]:
            desk.do(Draft(account=account, invoice=one, document=a_document())).unwrap()
    return desk


@pytest.mark.parametrize("size", [1, 12])
def test_commands_that_cross_each_other_never_wait_in_a_circle(
    desk: Desk, store: Telling, size: int
) -> None:
    store.refusals.clear()

    def asking(seed: int) -> list[object]:
        drawn = Random(seed)  # noqa: S311  # the same draws each time, and nothing secret
        return [
            answer
            for _ in range(ROUNDS)
            for answer in desk.execute([_command(drawn) for _ in range(size)])
        ]

    answers = at_once(*(lambda seed=seed: asking(seed) for seed in range(WRITERS)))
    assert store.refusals == []
    assert Failure(NotStored()) not in [answer for some in answers for answer in some]
    assert [len(some) for some in answers] == [ROUNDS * size] * WRITERS


def test_workers_that_want_the_same_messages_never_wait_in_a_circle(
    desk: Desk, store: Telling
) -> None:
    sender = CapturedSender()
    senders = {Medium.EMAIL: sender, Medium.SMS: sender}
    handlers = Handlers(store, SettableClock(NOON), RandomIds(), senders)
    store.refusals.clear()

    def asking(seed: int) -> None:
        drawn = Random(seed)  # noqa: S311  # as above
        for _ in range(ROUNDS):
            desk.execute([_command(drawn) for _ in range(4)])

    def delivering(seed: int) -> None:
        drawn = Random(seed)  # noqa: S311  # as above
        for _ in range(ROUNDS):
            keys = [*store.sendable(NOON, 20)]
            drawn.shuffle(keys)
            for claimed in handlers.claim(keys):
                if not isinstance(claimed, str):
                    handlers.conclude((handlers.attempt(claimed),))

    at_once(
        *(lambda seed=seed: asking(seed) for seed in range(3)),
        *(lambda seed=seed: delivering(seed) for seed in range(3)),
    )
    delivering(0)
    assert store.refusals == []
    sent = [message.id for message in sender.delivered]
    assert len(sent) == len(set(sent)) > 0


def _command(drawn: Random) -> AnyCommand:
    account, one = drawn.choice(ACCOUNTS), drawn.choice(IDS)
    media = drawn.choice([tuple(Medium), tuple(Medium)[::-1]])
    payment = a_payment(1, f"pay_{drawn.randrange(4)}")
    payer = a_customer(email=f"payer{drawn.randrange(3)}@example.com")
    document = a_document(customer=payer)
    key = drawn.choice([None, f"key_{drawn.randrange(4)}"])
    return drawn.choice(
        [
            Draft(account=account, invoice=one, document=document, key=key),
            DraftAndSend(account=account, document=document, media=media, key=key),
            Issue(account=account, invoice=one, key=key),
            Send(account=account, invoice=one, media=media, key=key),
            Notify(account=account, invoice=one, medium=media[0], key=key),
            Pay(account=account, invoice=one, payment=payment, key=key),
            RecordPayment(account=account, invoice=one, payment=payment, key=key),
            File(account=account, id=f"item_{drawn.randrange(3)}", body="{}", key=key),
            Cancel(account=account, invoice=IDS[-1], key=key),
        ]
    )
