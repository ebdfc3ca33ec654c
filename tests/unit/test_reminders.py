"""When payers are reminded: steps around the due date, moved out of the quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from billhook.model.account import Account, AccountPolicy
from billhook.model.canonical_json import canonical
from billhook.model.customer import Customer, Medium
from billhook.model.reminder_schedule import MAX_STEPS, QuietHours, ReminderSchedule
from billhook_adapters.testing import NOON, an_account

DAY, HOUR, TICK = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
NIGHT = QuietHours(start=time(21), end=time(8))
NEW_YORK, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _over(quiet: QuietHours, at: str, zone: Any = UTC) -> str:
    return quiet.end_after(_at(at), zone).isoformat()


def test_steps_come_in_order_each_once() -> None:
    schedule = ReminderSchedule(before=[DAY, 3 * DAY, DAY], after=[7 * DAY, 0 * DAY])
    assert (schedule.before, schedule.after) == ((DAY, 3 * DAY), (0 * DAY, 7 * DAY))
    assert schedule.steps(NOON, UTC) == (NOON - 3 * DAY, NOON - DAY, NOON, NOON + 7 * DAY)


def test_a_step_is_time_that_passes_and_not_a_day_of_the_calendar() -> None:
    due_by = _at("2026-03-08T12:00-04:00")  # the clocks went forward that night
    (step,) = ReminderSchedule(before=[DAY]).steps(due_by, NEW_YORK)
    assert step.astimezone(NEW_YORK).time() == time(11)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-01-01T20:59:59.999999+00:00", "2026-01-01T20:59:59.999999+00:00"),
        ("2026-01-01T21:00:00+00:00", "2026-01-02T08:00:00+00:00"),
        ("2026-01-01T23:59:59+00:00", "2026-01-02T08:00:00+00:00"),
        ("2026-01-02T00:00:00+00:00", "2026-01-02T08:00:00+00:00"),
        ("2026-01-02T07:59:59.999999+00:00", "2026-01-02T08:00:00+00:00"),
        ("2026-01-02T08:00:00+00:00", "2026-01-02T08:00:00+00:00"),
    ],
)
def test_a_night_goes_over_midnight(at: str, end: str) -> None:
    assert _over(NIGHT, at) == end


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-01-01T11:59:59+00:00", "2026-01-01T11:59:59+00:00"),
        ("2026-01-01T12:00:00+00:00", "2026-01-01T14:30:00+00:00"),
        ("2026-01-01T14:29:59+00:00", "2026-01-01T14:30:00+00:00"),
        ("2026-01-01T14:30:00+00:00", "2026-01-01T14:30:00+00:00"),
    ],
)
def test_a_midday_rest_ends_on_its_own_day(at: str, end: str) -> None:
    assert _over(QuietHours(start=time(12), end=time(14, 30)), at) == end


def test_the_payers_clock_counts() -> None:
    assert _over(NIGHT, "2026-01-01T16:00+00:00", ZoneInfo("Asia/Kolkata")) == (
        "2026-01-02T02:30:00+00:00"
    )
    assert _over(NIGHT, "2026-01-01T16:00+00:00", NEW_YORK) == "2026-01-01T16:00:00+00:00"


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-03-07T22:00-05:00", "2026-03-08T12:00:00+00:00"),  # 8:00 in summer time
        ("2026-10-31T22:00-04:00", "2026-11-01T13:00:00+00:00"),  # 8:00 in winter time
    ],
)
def test_a_night_is_shorter_or_longer_where_the_clocks_change(at: str, end: str) -> None:
    assert _over(NIGHT, at, NEW_YORK) == end


def test_an_end_that_the_clocks_skip_comes_as_much_later_as_they_skip() -> None:
    quiet = QuietHours(start=time(21), end=time(2, 30))
    assert _over(quiet, "2026-03-08T01:00-05:00", NEW_YORK) == "2026-03-08T07:30:00+00:00"
    half = QuietHours(start=time(21), end=time(2, 10))  # these clocks move by half an hour
    end = half.end_after(_at("2026-10-03T23:00+10:30"), LORD_HOWE)
    assert end.astimezone(LORD_HOWE).time() == time(2, 40)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-01T00:30-04:00", "2026-11-01T05:30:00+00:00"),
        ("2026-11-01T01:15-04:00", "2026-11-01T05:30:00+00:00"),
        ("2026-11-01T01:40-04:00", "2026-11-01T05:40:00+00:00"),
        ("2026-11-01T01:15-05:00", "2026-11-01T06:30:00+00:00"),
        ("2026-11-01T01:40-05:00", "2026-11-01T06:40:00+00:00"),
    ],
)
def test_an_hour_that_comes_twice_is_quiet_twice(at: str, end: str) -> None:
    quiet = QuietHours(start=time(21), end=time(1, 30))
    assert quiet.end_after(_at(at), NEW_YORK) == _at(end)


def test_a_day_that_a_country_skipped_has_no_end() -> None:
    apia = ZoneInfo("Pacific/Apia")  # there was no 30 December in 2011
    end = NIGHT.end_after(_at("2011-12-29T23:00-10:00"), apia)
    assert end.astimezone(apia).isoformat() == "2011-12-31T08:00:00+14:00"


def test_steps_that_meet_at_the_end_of_a_night_are_one() -> None:
    schedule = ReminderSchedule(before=[HOUR, 2 * HOUR], after=[0 * HOUR, DAY], quiet_hours=NIGHT)
    steps = schedule.steps(_at("2026-01-01T23:00+00:00"), UTC)
    assert [step.isoformat() for step in steps] == [
        "2026-01-02T08:00:00+00:00",
        "2026-01-03T08:00:00+00:00",
    ]


def test_without_quiet_hours_a_step_stays_where_it_is() -> None:
    assert ReminderSchedule(after=[HOUR]).next_allowed(NOON, UTC) == NOON


@pytest.mark.parametrize("year", [1, 2, 9998, 9999])
def test_at_the_ends_of_time_no_reminder_is_planned(year: int) -> None:
    schedule = ReminderSchedule(before=[366 * DAY], after=[366 * DAY], quiet_hours=NIGHT)
    assert schedule.steps(datetime(year, 12, 31, 23, 59, tzinfo=UTC), ZoneInfo("Etc/GMT-14")) == ()


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({}, "give at least one step"),
        ({"before": [0 * DAY]}, "before.0"),
        ({"before": [367 * DAY]}, "before.0"),
        ({"after": [-DAY]}, "after.0"),
        ({"after": [367 * DAY]}, "after.0"),
        ({"after": [n * HOUR for n in range(MAX_STEPS + 1)]}, "after"),
        ({"before": [n * HOUR for n in range(1, MAX_STEPS + 2)]}, "before"),
        ({"after": [DAY], "max_reminders": 0}, "max_reminders"),
        ({"after": [DAY], "max_reminders": True}, "max_reminders"),
        ({"after": [DAY], "media": ["fax"]}, "media"),
        ({"after": [DAY], "time_zone": "../../etc/passwd"}, "time_zone"),
        ({"after": [DAY], "time_zone": ""}, "time_zone"),
    ],
)
def test_an_impossible_schedule_is_refused(bad: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ReminderSchedule(**bad)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (time(8), time(8), "two hours"),
        (time(9, 59, 59), time(8), "two hours"),
        (time(0, 59), time(23), "two hours"),
        (time(21, tzinfo=UTC), time(8), "without a zone"),
        (21 * 3600, time(8), "start"),
    ],
)
def test_quiet_hours_leave_time_and_are_the_payers_own(start: Any, end: Any, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        QuietHours(start=start, end=end)


def test_two_hours_of_the_day_are_enough() -> None:
    assert QuietHours(start=time(10), end=time(8)).end == time(8)


@pytest.mark.parametrize("name", ["Asia/Kolkata", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_customer_has_a_zone_of_a_names_shape(name: str) -> None:
    assert Customer(time_zone=name).time_zone == name


@pytest.mark.parametrize("name", ["", "/etc/passwd", "a/../b", "Asia/", "a b", "a/b/c/d", "x" * 65])
def test_what_has_no_names_shape_is_no_zone(name: str) -> None:
    with pytest.raises(ValidationError, match="time_zone"):
        Customer(time_zone=name)


def test_an_accounts_schedule_is_read_as_it_was_stored() -> None:
    schedule = ReminderSchedule(
        before=[DAY],
        after=[HOUR],
        max_reminders=3,
        media=[Medium.SMS, Medium.EMAIL, Medium.SMS],
        quiet_hours=QuietHours(start=time(21, 0, 0, 1), end=time(8)),
        time_zone="Asia/Kolkata",
    )
    account = an_account(reminders=schedule)
    assert Account.model_validate_json(canonical(account)) == account
    assert schedule.media == (Medium.EMAIL, Medium.SMS)
    assert AccountPolicy().reminders is None
