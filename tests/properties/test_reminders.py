"""Reminders as arithmetic: whatever the schedule, the zone and the wake-ups are."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from billhook.operations.remind import follow, plan, remind
from billhook.reminders import Progress, Quiet, Reminders
from billhook_adapters.testing import NOON, an_invoice

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CHANGING = ["Africa/Cairo", "America/New_York", "America/Santiago", "America/St_Johns"]
CHANGING += ["Australia/Lord_Howe", "Pacific/Chatham"]

zones: st.SearchStrategy[tzinfo] = st.sampled_from(
    [UTC, ZoneInfo("Asia/Kolkata"), *map(ZoneInfo, CHANGING)]
)
spans = st.integers(0, 40 * 24).map(lambda hours: timedelta(hours=hours))


@st.composite
def quiet_hours(draw: st.DrawFn) -> Quiet:
    """From any quarter of an hour to any other that leaves enough of the day."""
    start = draw(st.integers(0, 95))
    end = (start + draw(st.integers(1, 88))) % 96
    return Quiet(start=time(start // 4, start % 4 * 15), end=time(end // 4, end % 4 * 15))


schedules = st.builds(
    Reminders,
    before=st.lists(spans.filter(bool), max_size=4).map(tuple),
    after=st.lists(spans, min_size=1, max_size=4).map(tuple),
    most=st.none() | st.integers(1, 5),
    quiet=st.none() | quiet_hours(),
)
# Half of these lie around the nights in which clocks change.
instants = st.one_of(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: NOON + minutes * MINUTE),
    st.tuples(
        st.sampled_from([(3, 8), (4, 5), (10, 4), (11, 1), (4, 24), (10, 29), (9, 6), (9, 27)]),
        st.integers(-24 * 60, 24 * 60),
    ).map(lambda one: datetime(2026, *one[0], tzinfo=UTC) + one[1] * MINUTE),
)


def _wall(at: datetime, zone: tzinfo) -> time:
    return at.astimezone(zone).time()


def _within(quiet: Quiet, wall: time) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


@given(quiet_hours(), instants, zones)
def test_no_instant_is_moved_into_the_quiet_hours_nor_further_than_their_end(
    quiet: Quiet, at: datetime, zone: tzinfo
) -> None:
    over = quiet.over(at, zone)
    assert at <= over < at + DAY
    assert not _within(quiet, _wall(over, zone))
    assert quiet.over(over, zone) == over
    # All the way there it was quiet, but for the hour that the clocks may have skipped.
    skipped = timedelta(hours=1)
    minutes = int((over - at) / MINUTE)
    awake = [n for n in range(minutes) if not _within(quiet, _wall(at + n * MINUTE, zone))]
    assert all(over - (at + n * MINUTE) <= skipped for n in awake)


@given(schedules, instants, zones)
def test_who_wakes_up_whenever_something_is_due_sends_exactly_the_plan(
    schedule: Reminders, due_by: datetime, zone: tzinfo
) -> None:
    invoice = an_invoice(due_by=due_by)
    progress, sent = follow(None, None, invoice, schedule, zone, now=NOON), list[datetime]()
    while progress is not None and progress.due_at is not None:
        now = progress.due_at
        told = remind(invoice, schedule, zone, progress, now=now, standings={})
        sent += [now] * bool(told.notifications)
        progress = told.progress
    assert tuple(sent) == plan(invoice, schedule, zone)
    assert progress == Progress(sent[-1] if sent else NOON, len(sent), None)


@given(schedules, instants, zones, st.lists(instants, max_size=12), st.none() | instants)
def test_who_wakes_up_at_any_time_sends_no_more_and_nothing_at_night(
    schedule: Reminders,
    due_by: datetime,
    zone: tzinfo,
    wake_ups: list[datetime],
    expire_by: datetime | None,
) -> None:
    if expire_by is not None and expire_by <= NOON:
        expire_by = None
    invoice = an_invoice(due_by=due_by, expire_by=expire_by)
    planned = plan(invoice, schedule, zone)
    progress, settled = follow(None, None, invoice, schedule, zone, now=NOON), 0
    for now in sorted(wake_ups):
        if progress is None:
            break
        told = remind(invoice, schedule, zone, progress, now=now, standings={})
        if told.notifications:
            due = [step for step in schedule.steps(due_by, zone) if NOON < step <= now]
            assert len(due) > settled  # something was due that no wake-up had seen
            settled = len(due)
            assert schedule.quiet is None or not _within(schedule.quiet, _wall(now, zone))
            assert expire_by is None or now < expire_by
        progress = told.progress
    assert progress is None or progress.sent <= len(planned)
