"""A simulated year: whenever the scheduler runs, exactly what was planned is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest
from returns.result import Result, Success
from sqlalchemy import Engine

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Draft, Issue, Pay, Update
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.patch import Patch
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import a_customer, a_document, a_payment, an_account
from billhook_adapters.testing.builders import open_account
from properties.reminder_cases import START, YEAR, Life, a_life, a_schedule

SECOND = timedelta(seconds=1)

Sent = tuple[InvoiceId, Medium, int | None, datetime]
Acting = tuple[datetime, Callable[[], object]]


@dataclass
class Year:
    """Lives of invoices at a desk, and a sender that keeps when it was asked to send what."""

    store: Store
    lives: dict[InvoiceId, Life]
    clock: SettableClock = field(default_factory=lambda: SettableClock(START))
    sent: Counter[Sent] = field(default_factory=Counter[Sent])

    def __post_init__(self) -> None:
        """Opens an account for each schedule."""
        self.service = InvoiceService(self.store, self.clock, RandomIds())
        senders = dict.fromkeys(Medium, self)
        self.background_jobs = BackgroundJobs(self.store, self.clock, RandomIds(), senders)
        self.engine = EmbeddedEngine(self.background_jobs)
        for name, life in self.lives.items():
            open_account(self.service, an_account(_account(name), reminders=life.schedule))

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Keep it."""
        self.sent[invoice.id, message.medium, message.reminder, self.clock.now()] += 1
        return Success(Accepted())

    def planned(self) -> Counter[Sent]:
        """What is to be sent, by brute force."""
        return Counter(
            (name, medium, number, step)
            for name, life in self.lives.items()
            for number, step in enumerate(life.planned(), 1)
            for medium in life.media
        )

    def happens(self) -> Iterator[Acting]:
        """What others do to the invoices."""
        for n, (name, life) in enumerate(self.lives.items()):
            account = _account(name)
            document = a_document(
                due_by=life.due_by,
                expire_by=life.expire_by,
                customer=a_customer(time_zone=life.time_zone),
            )
            yield self._at(
                life.issued_at,
                Draft(account=account, invoice=name, document=document),
                Issue(account=account, invoice=name),
            )
            if life.ended_at is not None:
                whole = Pay(account=account, invoice=name, payment=a_payment(document.total))
                yield self._at(
                    life.ended_at, whole if n % 2 else Cancel(account=account, invoice=name)
                )
            if life.moved_at is not None:
                patch = Patch(due_by=life.moved_to)
                yield self._at(life.moved_at, Update(account=account, invoice=name, patch=patch))
            elif n % 3 == 0 and life.ended_at is None:  # a part changes nothing
                part = Pay(account=account, invoice=name, payment=a_payment(1))
                yield self._at(life.issued_at + timedelta(days=3, microseconds=1), part)

    def due(self) -> set[datetime]:
        """Every instant at which something is due."""
        return {at for life in self.lives.values() for at in life.looked_at()}

    def _at(self, when: datetime, *commands: AnyCommand) -> Acting:
        return when, partial(self.service.execute_all, commands)

    def run(self, timeline: list[Acting]) -> None:
        """Let it all happen in its order."""
        for at, act in sorted(timeline, key=lambda one: one[0]):
            self.clock.set(at)
            act()

    def scheduled(self) -> None:
        """One run of the scheduler; an engine would deliver in the same round."""
        if self.background_jobs.sweep():
            self.engine.drain()


def _account(invoice: InvoiceId) -> AccountId:
    return AccountId(f"acc_{invoice}")


def _year(store: Store, lives: int, seed: int) -> Year:
    dice = Random(seed)  # noqa: S311  # a seed, so that a failure can be seen again
    return Year(
        store, {InvoiceId(f"inv_{n}"): a_life(dice, a_schedule(dice)) for n in range(lives)}
    )


def _simulated(store: Store, *, lives: int, random_instants: int, seed: int) -> Year:
    """The scheduler at every due instant, a second before and after, and at random ones."""
    year, dice = _year(store, lives, seed), Random(-seed)  # noqa: S311  # likewise
    due = year.due()
    runs = [at + apart for at in due for apart in (-SECOND, timedelta(0), SECOND)]
    span = int(YEAR.total_seconds() * 1e6)
    runs += [START + timedelta(microseconds=dice.randrange(span)) for _ in range(random_instants)]
    year.run([*year.happens(), *((at, year.scheduled) for at in runs)])
    return year


def _is_worth_it(year: Year) -> None:
    lives, sent = year.lives.values(), sum(year.sent.values())
    assert sent > 2 * len(lives)
    assert any(life.schedule.max_reminders == len(life.planned()) for life in lives)
    for stopped in ("ended_at", "expire_by"):
        assert any(_cut(life, stopped) for life in lives)


def _cut(life: Life, by: str) -> bool:
    end: datetime | None = getattr(life, by)
    return end is not None and any(end <= step for step in life.looked_at() - {end})


def test_a_year_sends_exactly_what_was_planned() -> None:
    year = _simulated(InMemoryStore(), lives=48, random_instants=100_000, seed=1)
    assert year.sent == year.planned()
    _is_worth_it(year)


@pytest.mark.parametrize("seed", range(2, 10))
def test_other_years_do_too(seed: int) -> None:
    year = _simulated(InMemoryStore(), lives=24, random_instants=500, seed=seed)
    assert year.sent == year.planned()


def test_a_year_in_sqlite_sends_exactly_what_was_planned(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'year.sqlite3'}")
    year = _simulated(SqlStore(engine), lives=12, random_instants=500, seed=10)
    engine.dispose()
    assert year.sent == year.planned()


def test_a_year_in_postgresql_sends_exactly_what_was_planned(postgresql_engine: Engine) -> None:
    year = _simulated(SqlStore(postgresql_engine), lives=12, random_instants=500, seed=11)
    assert year.sent == year.planned()


def test_a_scheduler_that_runs_at_random_alone_is_late_but_sends_nothing_else() -> None:
    year, dice = _year(InMemoryStore(), 24, 12), Random(12)  # noqa: S311  # as above
    runs = [START + dice.random() * YEAR for _ in range(400)]
    year.run([*year.happens(), *((at, year.scheduled) for at in runs)])
    assert max(year.sent.values()) == 1
    for name, life in year.lives.items():
        told = sorted({at for who, _, _, at in year.sent if who == name})
        planned = life.planned()
        assert len(told) <= len(planned)
        for at in told:
            quiet = life.schedule.quiet_hours
            assert any(step <= at for step in planned), "nothing was due yet"
            assert life.ended_at is None or at < life.ended_at
            assert quiet is None or life._awake(at) == at, "it is night there"
