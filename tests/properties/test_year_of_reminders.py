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

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Draft, Issue, Pay, Update
from billhook.application.ports import Store
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.patch import Patch
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import InMemoryStore, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import a_customer, a_document, a_payment, an_account
from billhook_adapters.testing.builders import open_account
from billhook_adapters.testing.running import RunningService
from properties.reminder_cases import START, YEAR, ReminderCase, a_case, a_schedule

SECOND = timedelta(seconds=1)

Sent = tuple[InvoiceId, Medium, int | None, datetime]
Acting = tuple[datetime, Callable[[], object]]


@dataclass
class Year:
    """Invoices of a running service, and a sender that keeps what it sent and when."""

    store: Store
    cases: dict[InvoiceId, ReminderCase]
    clock: SettableClock = field(default_factory=lambda: SettableClock(START))
    sent: Counter[Sent] = field(default_factory=Counter[Sent])

    def __post_init__(self) -> None:
        """Opens an account for each schedule."""
        running = RunningService(self.store, self.clock, sender=self)
        self.service, self.background_jobs = running.service, running.background_jobs
        self.engine = EmbeddedEngine(self.background_jobs)
        for name, case in self.cases.items():
            open_account(self.service, an_account(_account(name), reminders=case.schedule))

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Keep it."""
        self.sent[invoice.id, message.medium, message.reminder, self.clock.now()] += 1
        return Success(Accepted())

    def planned(self) -> Counter[Sent]:
        """What is to be sent, by brute force."""
        return Counter(
            (name, medium, number, step)
            for name, case in self.cases.items()
            for number, step in enumerate(case.planned(), 1)
            for medium in case.media
        )

    def happens(self) -> Iterator[Acting]:
        """What others do to the invoices."""
        for n, (name, case) in enumerate(self.cases.items()):
            account = _account(name)
            document = a_document(
                due_by=case.due_by,
                expire_by=case.expire_by,
                customer=a_customer(time_zone=case.time_zone),
            )
            yield self._at(
                case.issued_at,
                Draft(account=account, invoice=name, document=document),
                Issue(account=account, invoice=name),
            )
            if case.ended_at is not None:
                whole = Pay(account=account, invoice=name, payment=a_payment(document.total))
                yield self._at(
                    case.ended_at, whole if n % 2 else Cancel(account=account, invoice=name)
                )
            if case.moved_at is not None:
                patch = Patch(due_by=case.moved_to)
                yield self._at(case.moved_at, Update(account=account, invoice=name, patch=patch))
            elif n % 3 == 0 and case.ended_at is None:  # a part changes nothing
                part = Pay(account=account, invoice=name, payment=a_payment(1))
                yield self._at(case.issued_at + timedelta(days=3, microseconds=1), part)

    def due(self) -> set[datetime]:
        """Every instant at which something is due."""
        return {at for case in self.cases.values() for at in case.instants()}

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


def _year(store: Store, cases: int, seed: int) -> Year:
    dice = Random(seed)  # noqa: S311  # a seed, so that a failure can be seen again
    return Year(
        store, {InvoiceId(f"inv_{n}"): a_case(dice, a_schedule(dice)) for n in range(cases)}
    )


def _simulated(store: Store, *, cases: int, random_instants: int, seed: int) -> Year:
    """The scheduler at every due instant, a second before and after, and at random ones."""
    year, dice = _year(store, cases, seed), Random(-seed)  # noqa: S311  # likewise
    due = year.due()
    runs = [at + apart for at in due for apart in (-SECOND, timedelta(0), SECOND)]
    span = int(YEAR.total_seconds() * 1e6)
    runs += [START + timedelta(microseconds=dice.randrange(span)) for _ in range(random_instants)]
    year.run([*year.happens(), *((at, year.scheduled) for at in runs)])
    return year


def _is_worth_it(year: Year) -> None:
    cases, sent = year.cases.values(), sum(year.sent.values())
    assert sent > 2 * len(cases)
    assert any(case.schedule.max_reminders == len(case.planned()) for case in cases)
    for stopped in ("ended_at", "expire_by"):
        assert any(_cut(case, stopped) for case in cases)


def _cut(case: ReminderCase, by: str) -> bool:
    end: datetime | None = getattr(case, by)
    return end is not None and any(end <= step for step in case.instants() - {end})


def test_a_year_sends_exactly_the_planned_reminders() -> None:
    year = _simulated(InMemoryStore(), cases=48, random_instants=100_000, seed=1)
    assert year.sent == year.planned()
    _is_worth_it(year)


@pytest.mark.parametrize("seed", range(2, 10))
def test_other_years_send_exactly_the_planned_reminders(seed: int) -> None:
    year = _simulated(InMemoryStore(), cases=24, random_instants=500, seed=seed)
    assert year.sent == year.planned()


def test_a_year_in_sqlite_sends_the_planned_reminders(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'year.sqlite3'}")
    year = _simulated(SqlStore(engine), cases=12, random_instants=500, seed=10)
    engine.dispose()
    assert year.sent == year.planned()


def test_a_year_in_postgresql_sends_the_planned_reminders(
    postgresql_engine: Engine,
) -> None:
    year = _simulated(SqlStore(postgresql_engine), cases=12, random_instants=500, seed=11)
    assert year.sent == year.planned()


def test_a_scheduler_that_runs_only_at_random_is_late_but_sends_nothing_else() -> None:
    year, dice = _year(InMemoryStore(), 24, 12), Random(12)  # noqa: S311  # as above
    runs = [START + dice.random() * YEAR for _ in range(400)]
    year.run([*year.happens(), *((at, year.scheduled) for at in runs)])
    assert max(year.sent.values()) == 1
    for name, case in year.cases.items():
        sent_at = sorted({at for who, _, _, at in year.sent if who == name})
        planned = case.planned()
        assert len(sent_at) <= len(planned)
        for at in sent_at:
            quiet = case.schedule.quiet_hours
            assert any(step <= at for step in planned), "nothing was due yet"
            assert case.ended_at is None or at < case.ended_at
            assert quiet is None or case._awake(at) == at, "quiet hours"
