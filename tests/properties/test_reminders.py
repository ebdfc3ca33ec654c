"""Reminders as arithmetic: whatever the schedule, the zone and the wake-ups are."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from billhook.lifecycle.remind import remind, reminder_times, reschedule
from billhook.model.reminder_schedule import QuietHours, ReminderProgress, ReminderSchedule
from billhook_adapters.testing import NOON, an_invoice

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# When clocks change in 2026, in UTC.
CHANGES = {
    "Africa/Cairo": ["04-23T22:00", "10-29T21:00"],
    "America/New_York": ["03-08T07:00", "11-01T06:00"],
    "America/Santiago": ["04-05T03:00", "09-06T04:00"],
    "America/St_Johns": ["03-08T05:30", "11-01T04:30"],
    "Australia/Lord_Howe": ["04-04T15:00", "10-03T15:30"],
}

zones: st.SearchStrategy[tzinfo] = st.sampled_from(
    [UTC, ZoneInfo("Asia/Kolkata"), *map(ZoneInfo, CHANGES)]
)
spans = st.integers(0, 40 * 24).map(lambda hours: timedelta(hours=hours))


@st.composite
def quiet_hours(draw: st.DrawFn) -> QuietHours:
    """From any quarter of an hour to any other that leaves enough of the day."""
    end = draw(st.integers(0, 12) | st.integers(0, 95))  # clocks change in the small hours
    start = (end - draw(st.integers(1, 88))) % 96
    return QuietHours(start=time(start // 4, start % 4 * 15), end=time(end // 4, end % 4 * 15))


schedules = st.builds(
    ReminderSchedule,
    before=st.lists(spans.filter(bool), max_size=4).map(tuple),
    after=st.lists(spans, min_size=1, max_size=4).map(tuple),
    max_reminders=st.none() | st.integers(1, 5),
    quiet_hours=st.none() | quiet_hours(),
)
instants = st.integers(0, 365 * 24 * 60).map(lambda minutes: NOON + minutes * MINUTE)


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, tzinfo]:
    """An instant and a zone, mostly in a night in which its clocks change."""
    if draw(st.integers(0, 3)) == 0:
        return draw(instants), draw(zones)
    name = draw(st.sampled_from(sorted(CHANGES)))
    change = datetime.fromisoformat(f"2026-{draw(st.sampled_from(CHANGES[name]))}+00:00")
    return change + draw(st.integers(-24, 12)) * 5 * MINUTE, ZoneInfo(name)


def _wall(at: datetime, zone: tzinfo) -> time:
    return at.astimezone(zone).time()


def _within(quiet: QuietHours, wall: time) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


@settings(max_examples=1000)
@given(quiet_hours(), moments())
def test_no_instant_is_moved_into_the_quiet_hours_nor_further_than_their_end(
    quiet: QuietHours, moment: tuple[datetime, tzinfo]
) -> None:
    at, zone = moment
    over = quiet.end_after(at, zone)
    assert at <= over < at + DAY
    assert not _within(quiet, _wall(over, zone))
    assert quiet.end_after(over, zone) == over
    # All the way there it was quiet, but for what the clocks skipped of it, and for an hour that
    # they repeat: quiet hours that have begun last until their end.
    way = [at + n * MINUTE for n in range(int((over - at) / MINUTE))]
    once = [each for each in way if not each.astimezone(zone).fold]
    awake = sum(not _within(quiet, _wall(each, zone)) for each in once)
    shown = datetime.combine(NOON, _wall(over, zone)) - datetime.combine(NOON, quiet.end)
    assert awake * MINUTE <= shown % DAY


@given(schedules, instants, zones)
def test_who_wakes_up_whenever_something_is_due_sends_exactly_the_plan(
    schedule: ReminderSchedule, due_by: datetime, zone: tzinfo
) -> None:
    invoice = an_invoice(due_by=due_by)
    progress, sent = reschedule(None, None, invoice, schedule, zone, now=NOON), list[datetime]()
    while progress is not None and progress.due_at is not None:
        now = progress.due_at
        decided = remind(invoice, schedule, zone, progress, now=now, deliverabilities={})
        sent += [now] * bool(decided.notifications)
        progress = decided.progress
    assert tuple(sent) == reminder_times(invoice, schedule, zone)
    assert progress == ReminderProgress(sent[-1] if sent else NOON, len(sent), None)


@given(schedules, instants, zones, st.lists(instants, max_size=12), st.none() | instants)
def test_who_wakes_up_at_any_time_sends_no_more_and_nothing_at_night(
    schedule: ReminderSchedule,
    due_by: datetime,
    zone: tzinfo,
    wake_ups: list[datetime],
    expire_by: datetime | None,
) -> None:
    if expire_by is not None and expire_by <= NOON:
        expire_by = None
    invoice = an_invoice(due_by=due_by, expire_by=expire_by)
    planned = reminder_times(invoice, schedule, zone)
    progress, settled = reschedule(None, None, invoice, schedule, zone, now=NOON), 0
    for now in sorted(wake_ups):
        if progress is None:
            break
        decided = remind(invoice, schedule, zone, progress, now=now, deliverabilities={})
        if decided.notifications:
            due = [step for step in schedule.steps(due_by, zone) if NOON < step <= now]
            assert len(due) > settled  # something was due that no wake-up had seen
            settled = len(due)
            assert schedule.quiet_hours is None or not _within(
                schedule.quiet_hours, _wall(now, zone)
            )
            assert expire_by is None or now < expire_by
        progress = decided.progress
    assert progress is None or progress.sent <= len(planned)
