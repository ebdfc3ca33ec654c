"""Invoices with due dates, and by brute force when their payers are to be reminded.

Nothing here uses the code under test: quiet hours are waited through minute by minute, and the
rules are stated once more, as plainly as they can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from billhook.model.customer import Medium
from billhook.model.reminder_schedule import QuietHours, ReminderSchedule

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR, DAY, MINUTE = timedelta(days=365), timedelta(days=1), timedelta(minutes=1)

ZONES = [
    None, "Asia/Atlantis", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Africa/Cairo",
    "Australia/Lord_Howe", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu",
]  # fmt: skip
# No clocks change at these hours, so that every end of a night is a time of its day.
NIGHTS = [
    None,
    QuietHours(start=time(21), end=time(8)),
    QuietHours(start=time(19, 15), end=time(9, 30)),
    QuietHours(start=time(12), end=time(14, 30)),
    QuietHours(start=time(10), end=time(8)),
    QuietHours(start=time(8), end=time(20)),
]


@dataclass(frozen=True)
class ReminderCase:
    """One invoice: when it is due, and what happens to it meanwhile."""

    schedule: ReminderSchedule
    time_zone: str | None
    issued_at: datetime
    due_by: datetime
    expire_by: datetime | None = None
    ended_at: datetime | None = None
    """Paid or cancelled."""
    moved_at: datetime | None = None
    """The due date was moved then, to `moved_to`."""
    moved_to: datetime | None = None

    @property
    def media(self) -> tuple[Medium, ...]:
        """By which its payer, who has all addresses, gets messages."""
        return self.schedule.media or tuple(Medium)

    def steps(self, due_by: datetime) -> set[datetime]:
        """When reminders of this due date are to be sent, by brute force."""
        schedule = self.schedule
        raw = [due_by - span for span in schedule.before]
        raw += [due_by + span for span in schedule.after]
        return {self._awake(step) for step in raw}

    def planned(self) -> list[datetime]:
        """When its payer is to be reminded, by brute force, the earliest first."""
        moved_at = self.moved_at or START + 99 * YEAR
        steps = {step for step in self.steps(self.due_by) if self.issued_at < step <= moved_at}
        if self.moved_to is not None:
            steps |= {step for step in self.steps(self.moved_to) if step > moved_at}
        ends = [end for end in (self.expire_by, self.ended_at) if end is not None]
        open_for = {step for step in steps if all(step < end for end in ends)}
        return sorted(open_for)[: self.schedule.max_reminders]

    def instants(self) -> set[datetime]:
        """Every instant at which something about it might be due."""
        found = self.steps(self.due_by)
        if self.moved_to is not None:
            found |= self.steps(self.moved_to)
        return found if self.expire_by is None else found | {self.expire_by}

    def _awake(self, step: datetime) -> datetime:
        quiet = self.schedule.quiet_hours
        if quiet is None:
            return step
        name = self.time_zone or self.schedule.time_zone
        zone = UTC if name in (None, "Asia/Atlantis") else ZoneInfo(name)
        at = step
        while _within(quiet, at.astimezone(zone).time()):
            at = at.replace(second=0, microsecond=0) + MINUTE
        return at


def _within(quiet: QuietHours, wall: time) -> bool:
    night = quiet.start > quiet.end
    late, early = wall >= quiet.start, wall < quiet.end
    return (late or early) if night else (late and early)


def a_schedule(dice: Random) -> ReminderSchedule:
    """Any schedule; its steps are so close at times that a night makes one of several."""
    spans = [timedelta(hours=dice.choice([1, 3, 24, 60, 168, 500])) for _ in range(6)]
    return ReminderSchedule(
        before=tuple(spans[: dice.randint(0, 3)]),
        after=(timedelta(0), *spans[3 : 3 + dice.randint(0, 3)]),
        max_reminders=dice.choice([None, None, 1, 2, 4]),
        media=tuple(dice.sample(list(Medium), dice.randint(0, 2))),
        quiet_hours=dice.choice(NIGHTS),
        time_zone=dice.choice(ZONES),
    )


def a_case(dice: Random, schedule: ReminderSchedule) -> ReminderCase:
    """Any course of an invoice within the year."""

    def later(than: datetime, days: float) -> datetime:
        return than + timedelta(microseconds=dice.randint(1, int(days * DAY.total_seconds() * 1e6)))

    issued_at = later(START, 300)
    moved_at = later(issued_at, 30) if dice.random() < 0.3 else None
    # A moment that is taken by nothing else: what happens at the same one has no order.
    return ReminderCase(
        schedule,
        dice.choice(ZONES),
        issued_at,
        later(issued_at, 40).replace(microsecond=0),
        expire_by=later(moved_at or issued_at, 60) if dice.random() < 0.3 else None,
        ended_at=later(moved_at or issued_at, 60) if dice.random() < 0.4 else None,
        moved_at=moved_at,
        moved_to=None if moved_at is None else later(moved_at, 40).replace(microsecond=0),
    )
