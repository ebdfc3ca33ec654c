"""When payers are reminded: at steps before and after the due date, outside of their quiet hours.

Lengths of time are time that passes, not days of a calendar: three days are 72 hours, also where
the clocks change in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from billhook.model.base import TimeZone, Value
from billhook.model.customer import Medium, in_order

MOST_STEPS = 20
"""How many steps there may be before the due date, and as many after it."""

FURTHEST = timedelta(days=366)
"""How far a step may be from the due date."""

_LEAST_FREE, _DAY = timedelta(hours=2), timedelta(days=1)

# Within these no step and no zone leads out of the years that a datetime has.
_FIRST, _LAST = datetime(3, 1, 1, tzinfo=UTC), datetime(9997, 1, 1, tzinfo=UTC)


def _naive(wall: time) -> time:
    if wall.tzinfo is not None:
        raise ValueError("must be a time of day without a zone: it is the payer's own")
    return wall.replace(fold=0)


def _sorted(spans: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    return tuple(sorted(set(spans)))


WallTime = Annotated[time, Strict(), AfterValidator(_naive)]
"""A time of day as the payer's clock shows it."""

_Ahead = Annotated[timedelta, Field(gt=timedelta(0), le=FURTHEST)]
_Later = Annotated[timedelta, Field(ge=timedelta(0), le=FURTHEST)]
_STEPS = Field(max_length=MOST_STEPS)


class QuietHours(Value):
    """Hours of the payer's day in which no reminder goes out: from `start` up to `end`.

    They may go over midnight, and leave at least two hours of each day.

    >>> night = QuietHours(start=time(21), end=time(8))
    >>> night.over(datetime(2026, 1, 1, 23, tzinfo=UTC), UTC).isoformat()
    '2026-01-02T08:00:00+00:00'
    """

    start: WallTime
    end: WallTime

    @model_validator(mode="after")
    def _leave_time(self) -> Self:
        free = (_since_midnight(self.start) - _since_midnight(self.end)) % _DAY
        if free < _LEAST_FREE:
            raise ValueError("quiet hours must leave at least two hours of the day")
        return self

    def over(self, at: datetime, zone: tzinfo) -> datetime:
        """The instant itself, or the end of the quiet hours that it lies in.

        Where the clocks skip that end, it comes as much later as they skip.
        """
        here = at.astimezone(zone)
        wall = here.time()
        if not self._holds(wall):
            return at
        day = here.date() + (_DAY if wall >= self.end else timedelta(0))
        end = datetime.combine(day, self.end, zone)
        # Clocks that are set back show it twice, and the first may be over. In UTC, because
        # instants of one zone are compared by what its clocks show.
        first, second = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return first if first > at else second

    def _holds(self, wall: time) -> bool:
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


class ReminderSchedule(Value):
    """An account's schedule: how long before and after the due date payers are reminded.

    >>> day = timedelta(days=1)
    >>> schedule = ReminderSchedule(before=[day], after=[0 * day, 7 * day])
    >>> [step.day for step in schedule.steps(datetime(2026, 1, 10, tzinfo=UTC), UTC)]
    [9, 10, 17]
    """

    before: Annotated[tuple[_Ahead, ...], AfterValidator(_sorted), _STEPS] = ()
    after: Annotated[tuple[_Later, ...], AfterValidator(_sorted), _STEPS] = ()
    """Zero is the due date itself."""
    most: Annotated[int, Strict(), Field(ge=1)] | None = None
    """How many reminders one invoice gets at most; None is as many as there are steps."""
    media: Annotated[tuple[Medium, ...], AfterValidator(in_order)] = ()
    """By which media; none is by all whose addresses are known."""
    quiet: QuietHours | None = None
    """A step in these hours goes out at their end; steps that meet there are one."""
    time_zone: TimeZone | None = None
    """Whose clocks count for payers of whom no zone is known; without one, UTC's."""

    @model_validator(mode="after")
    def _have_a_step(self) -> Self:
        if not self.before and not self.after:
            raise ValueError("give at least one step, in before or in after")
        return self

    def steps(self, due_by: datetime, zone: tzinfo) -> tuple[datetime, ...]:
        """Every instant at which something is to be told of, the earliest first."""
        if not _FIRST < due_by < _LAST:
            return ()
        steps = [due_by - span for span in self.before] + [due_by + span for span in self.after]
        return tuple(sorted({self.awake(step, zone) for step in steps}))

    def awake(self, at: datetime, zone: tzinfo) -> datetime:
        """The instant itself, or the first after it at which a payer may be reminded."""
        return at if self.quiet is None else self.quiet.over(at, zone)


@dataclass(frozen=True, slots=True)
class ReminderProgress:
    """How far the reminders of one invoice have come.

    Every step up to `since` is settled; `sent` is how many reminders that came to. At `due_at`
    there is something to settle; None where no step is left, as the invoice stands.
    """

    since: datetime
    sent: int = 0
    due_at: datetime | None = None


def _since_midnight(wall: time) -> timedelta:
    return timedelta(
        hours=wall.hour,
        minutes=wall.minute,
        seconds=wall.second,
        microseconds=wall.microsecond,
    )
