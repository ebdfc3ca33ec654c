"""Reminder schedules: reminders before and after the due date, outside of quiet hours.

Durations are elapsed time, not calendar days: three days are 72 hours, also across a change of
daylight saving time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from billhook.model.base import FromText, TimeZone, Value
from billhook.model.customer import Medium, in_order
from billhook.model.frozen import frozen

MAX_STEPS = 20
"""The maximum number of steps before the due date, and of steps after it."""

MAX_STEP = timedelta(days=366)
"""The maximum time between a step and the due date."""

_MIN_FREE, _DAY = timedelta(hours=2), timedelta(days=1)

# Due dates between these stay within the years of a datetime after any step and zone offset.
_FIRST, _LAST = datetime(3, 1, 1, tzinfo=UTC), datetime(9997, 1, 1, tzinfo=UTC)


def _naive(local: time) -> time:
    if local.tzinfo is not None:
        raise ValueError("must be a time of day without a zone: the payer's zone applies")
    return local.replace(fold=0)


def _sorted(steps: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    return tuple(sorted(set(steps)))


LocalTime = Annotated[
    time, Strict(), FromText(time.fromisoformat, "a time such as 21:00"), AfterValidator(_naive)
]
"""A local time of day, in the time zone of the payer."""

_Before = Annotated[timedelta, Field(gt=timedelta(0), le=MAX_STEP)]
_After = Annotated[timedelta, Field(ge=timedelta(0), le=MAX_STEP)]
_STEPS = Field(max_length=MAX_STEPS)


class QuietHours(Value):
    """Local hours in which no reminder is sent: from `start` up to, but not including, `end`.

    They may cross midnight. At least two hours of each day must remain.

    >>> night = QuietHours(start=time(21), end=time(8))
    >>> night.end_after(datetime(2026, 1, 1, 23, tzinfo=UTC), UTC).isoformat()
    '2026-01-02T08:00:00+00:00'
    """

    start: LocalTime
    end: LocalTime

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            start: time | str,
            end: time | str,
        ) -> None: ...

    @model_validator(mode="after")
    def _leave_two_hours(self) -> Self:
        free = (_since_midnight(self.start) - _since_midnight(self.end)) % _DAY
        if free < _MIN_FREE:
            raise ValueError("quiet hours must leave at least two hours of the day")
        return self

    def end_after(self, at: datetime, zone: tzinfo) -> datetime:
        """`at` itself, or the end of the quiet hours if `at` is within them.

        If a change to daylight saving time skips that end, the result is later by the same time.
        Quiet hours that have begun last until their end, also where the clocks are set back.
        """
        local = at.astimezone(zone)
        wall = local.time()
        if not self._contains(wall):
            return at
        day = local.date() + (_DAY if wall >= self.end else timedelta(0))
        end = datetime.combine(day, self.end, zone)
        # When clocks are set back, this local time occurs twice, and the first may be past.
        # Compared in UTC, because datetimes of one zone compare by local time.
        first, second = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return first if first > at else second

    def _contains(self, wall: time) -> bool:
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


class ReminderSchedule(Value):
    """The reminder schedule of an account: the times before and after the due date.

    >>> day = timedelta(days=1)
    >>> schedule = ReminderSchedule(before=[day], after=[0 * day, 7 * day])
    >>> [step.day for step in schedule.steps(datetime(2026, 1, 10, tzinfo=UTC), UTC)]
    [9, 10, 17]
    """

    before: Annotated[tuple[_Before, ...], AfterValidator(_sorted), _STEPS] = ()
    after: Annotated[tuple[_After, ...], AfterValidator(_sorted), _STEPS] = ()
    """Zero is the due date itself."""
    max_reminders: Annotated[int, Strict(), Field(ge=1)] | None = None
    """The maximum number of reminders for one invoice; None is no limit."""
    media: Annotated[tuple[Medium, ...], AfterValidator(in_order)] = ()
    """The media of reminders; empty is every medium whose address is known."""
    quiet_hours: QuietHours | None = None
    """A reminder that is due in these hours is sent at their end, several of them as one."""
    time_zone: TimeZone | None = None
    """The time zone for payers without one of their own; None is UTC."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            before: Sequence[timedelta] = ...,
            after: Sequence[timedelta] = ...,
            max_reminders: int | None = ...,
            media: Sequence[Medium | str] = ...,
            quiet_hours: QuietHours | None = ...,
            time_zone: str | None = ...,
        ) -> None: ...

    @model_validator(mode="after")
    def _have_steps(self) -> Self:
        if not self.before and not self.after:
            raise ValueError("give at least one step, in before or in after")
        return self

    def steps(self, due_by: datetime, zone: tzinfo) -> tuple[datetime, ...]:
        """The times of all reminders, moved out of the quiet hours, the earliest first."""
        if not _FIRST < due_by < _LAST:
            return ()
        steps = [due_by - step for step in self.before] + [due_by + step for step in self.after]
        return tuple(sorted({self.next_allowed(step, zone) for step in steps}))

    def next_allowed(self, at: datetime, zone: tzinfo) -> datetime:
        """`at` itself, or the end of the quiet hours if `at` is within them."""
        return at if self.quiet_hours is None else self.quiet_hours.end_after(at, zone)


@frozen
class ReminderProgress:
    """The state of the reminders of one invoice.

    All steps up to `since` are done, with `sent` reminders. The next step is at `due_at`; None if
    no step is left.
    """

    since: datetime
    sent: int = 0
    due_at: datetime | None = None


def _since_midnight(local: time) -> timedelta:
    return timedelta(
        hours=local.hour,
        minutes=local.minute,
        seconds=local.second,
        microseconds=local.microsecond,
    )
