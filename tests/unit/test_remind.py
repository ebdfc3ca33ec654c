"""Reminders: which steps an invoice has, and what a wake-up does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from billhook.lifecycle.expire import expire
from billhook.lifecycle.notify import Deliverability
from billhook.lifecycle.pay import pay
from billhook.lifecycle.remind import (
    ReminderDecision,
    ReminderOutlook,
    outlook,
    remind,
    reminder_times,
    reschedule,
    zone_of,
)
from billhook.lifecycle.update import update
from billhook.model.account import AccountPolicy
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import Patch
from billhook.model.reminder_schedule import QuietHours, ReminderProgress, ReminderSchedule
from billhook_adapters.testing import NOON, a_customer, a_payment, an_invoice

DAY, HOUR, TICK = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
DUE = NOON + 10 * DAY
SCHEDULE = ReminderSchedule(before=[3 * DAY], after=[0 * DAY, 7 * DAY])
STEPS = (DUE - 3 * DAY, DUE, DUE + 7 * DAY)
FIRST = ReminderProgress(NOON, 0, STEPS[0])
OPEN = [Status.ISSUED, Status.PARTIALLY_PAID]
SHUT = [status for status in Status if status not in OPEN]


def _due(status: Status = Status.ISSUED, **document: Any) -> Invoice:
    return an_invoice(status, **{"due_by": DUE, **document})


def _remind(
    invoice: Invoice,
    now: datetime,
    progress: ReminderProgress = FIRST,
    schedule: ReminderSchedule | None = SCHEDULE,
    unapplied: int = 0,
    **deliverabilities: Deliverability,
) -> ReminderDecision:
    known = {
        (Medium(medium), invoice.document.address(Medium(medium)) or ""): deliverability
        for medium, deliverability in deliverabilities.items()
    }
    return remind(
        invoice, schedule, UTC, progress, now=now, deliverabilities=known, unapplied=unapplied
    )


def _follow(
    progress: ReminderProgress | None,
    before: Invoice | None,
    after: Invoice,
    now: datetime,
    schedule: ReminderSchedule = SCHEDULE,
) -> ReminderProgress | None:
    return reschedule(progress, before, after, schedule, UTC, now=now)


def _media(reminded: ReminderDecision) -> list[str]:
    return [notification.medium.value for notification in reminded.notifications]


def test_each_recipient_is_reminded_whose_address_may_be_written_to() -> None:
    decided = _remind(
        _due(recipients={"emails": ["ap@acme.example", "ceo@acme.example"]}),
        FIRST.due_at,
        email=Deliverability("bounced"),
    )
    assert [(one.medium, one.address) for one in decided.notifications] == [
        (Medium.SMS, "+919876543210"),
        (Medium.EMAIL, "ceo@acme.example"),
    ]


@pytest.mark.parametrize("status", OPEN)
def test_the_plan_is_every_step_of_an_open_invoice(status: Status) -> None:
    assert reminder_times(_due(status), SCHEDULE, UTC) == STEPS


@pytest.mark.parametrize("status", SHUT)
def test_nothing_is_planned_for_any_other(status: Status) -> None:
    assert reminder_times(_due(status), SCHEDULE, UTC) == ()


def test_nothing_is_planned_without_a_due_date() -> None:
    assert reminder_times(an_invoice(), SCHEDULE, UTC) == ()


@pytest.mark.parametrize(("due_by", "steps"), [(NOON + 3 * DAY, 2), (NOON + 3 * DAY + TICK, 3)])
def test_no_step_is_planned_at_the_time_of_issue(due_by: datetime, steps: int) -> None:
    assert len(reminder_times(_due(due_by=due_by), SCHEDULE, UTC)) == steps


@pytest.mark.parametrize(("expire_by", "steps"), [(DUE, 1), (DUE + TICK, 2)])
def test_no_step_is_planned_once_time_has_run_out(expire_by: datetime, steps: int) -> None:
    assert reminder_times(_due(expire_by=expire_by), SCHEDULE, UTC) == STEPS[:steps]


def test_no_more_is_planned_than_the_schedule_allows() -> None:
    schedule = SCHEDULE.model_copy(update={"max_reminders": 2})
    assert reminder_times(_due(), schedule, UTC) == STEPS[:2]


def test_the_payers_zone_counts_then_the_schedules_then_the_accounts() -> None:
    in_zone = SCHEDULE.model_copy(update={"time_zone": "Asia/Kolkata"})
    policy = AccountPolicy(reminders=in_zone, time_zone="America/Lima")
    there = an_invoice(customer=a_customer(time_zone="Europe/Berlin"))
    assert zone_of(there, policy) == "Europe/Berlin"
    assert zone_of(an_invoice(), policy) == "Asia/Kolkata"
    assert zone_of(an_invoice(Status.DRAFT, customer=None), policy) == "Asia/Kolkata"
    plain = AccountPolicy(reminders=SCHEDULE, time_zone="America/Lima")
    assert zone_of(an_invoice(), plain) == "America/Lima"
    assert zone_of(an_invoice(), AccountPolicy(time_zone="America/Lima")) == "America/Lima"
    assert zone_of(an_invoice(), AccountPolicy(reminders=SCHEDULE)) is None


def test_an_issued_invoice_waits_for_its_first_step() -> None:
    assert _follow(None, an_invoice(Status.DRAFT), _due(), NOON) == FIRST
    assert _follow(None, None, _due(), NOON) == FIRST


def test_an_invoice_without_a_due_date_gets_no_row() -> None:
    assert _follow(None, None, an_invoice(), NOON) is None


@pytest.mark.parametrize("status", SHUT)
def test_an_invoice_that_is_not_open_has_no_reminders(status: Status) -> None:
    assert _follow(FIRST, _due(), _due(status), NOON) is None
    assert _follow(None, None, _due(status), NOON) is None


def test_a_part_of_the_money_changes_nothing() -> None:
    overdue = STEPS[0] + DAY  # that step is still to be made up for
    assert _follow(FIRST, _due(), _due(Status.PARTIALLY_PAID), overdue) == FIRST


def test_an_edit_of_the_due_date_lays_the_steps_anew_from_then_on() -> None:
    later = _due(due_by=DUE + 5 * DAY)
    sent = ReminderProgress(STEPS[0], 1, STEPS[1])
    assert _follow(sent, _due(), later, STEPS[1] - HOUR) == ReminderProgress(
        STEPS[1] - HOUR, 1, DUE + 2 * DAY
    )
    sooner = _due(due_by=NOON + 2 * DAY)
    assert _follow(FIRST, _due(), sooner, NOON + DAY) == ReminderProgress(
        NOON + DAY, 0, NOON + 2 * DAY
    )


def test_an_invoice_whose_due_date_was_cleared_keeps_count() -> None:
    sent = ReminderProgress(STEPS[0], 1, STEPS[1])
    cleared = _follow(sent, _due(), an_invoice(), STEPS[0] + HOUR)
    assert cleared == ReminderProgress(STEPS[0] + HOUR, 1, None)
    again = _follow(cleared, an_invoice(), _due(), STEPS[0] + DAY)
    assert again == ReminderProgress(STEPS[0] + DAY, 1, STEPS[1])


def test_an_earlier_end_takes_steps_away_and_a_later_one_gives_them_back() -> None:
    waiting = ReminderProgress(STEPS[0], 1, STEPS[1])
    sooner = _due(expire_by=STEPS[1])
    none_left = _follow(waiting, _due(), sooner, STEPS[0] + HOUR)
    assert none_left == ReminderProgress(STEPS[0], 1, None)
    assert _follow(none_left, sooner, _due(), STEPS[0] + DAY) == waiting


def test_a_step_sends_by_every_medium_whose_address_is_known() -> None:
    reminded = _remind(_due(), STEPS[0])
    assert _media(reminded) == ["sms", "email"]
    assert reminded.progress == ReminderProgress(STEPS[0], 1, STEPS[1])
    by_mail = _due(customer=a_customer(contact=None))
    assert _media(_remind(by_mail, STEPS[0])) == ["email"]


def test_a_schedule_may_name_its_media() -> None:
    schedule = SCHEDULE.model_copy(update={"media": (Medium.EMAIL,)})
    assert _media(_remind(_due(), STEPS[0], schedule=schedule)) == ["email"]


@pytest.mark.parametrize("progress", [FIRST, replace(FIRST, due_at=None)])
def test_a_wake_up_before_its_time_changes_nothing(progress: ReminderProgress) -> None:
    assert _remind(_due(), STEPS[0] - TICK, progress) == ReminderDecision((), progress)


def test_a_wake_up_that_comes_twice_is_stale_the_second_time() -> None:
    progress = _remind(_due(), STEPS[0]).progress
    assert progress is not None
    assert _remind(_due(), STEPS[0] + HOUR, progress) == ReminderDecision((), progress)


@pytest.mark.parametrize("status", SHUT)
def test_a_wake_up_for_what_is_settled_ends_the_reminders(status: Status) -> None:
    assert _remind(_due(status), STEPS[0]) == ReminderDecision((), None)


def test_an_invoice_whose_time_ran_out_is_not_reminded_of_though_no_sweep_noticed() -> None:
    invoice = _due(expire_by=STEPS[0] + HOUR)
    assert _remind(invoice, STEPS[0] + HOUR) == ReminderDecision((), None)
    assert _media(_remind(invoice, STEPS[0] + HOUR - TICK)) == ["sms", "email"]
    recorded = expire(invoice, now=STEPS[1]).unwrap().invoice
    assert _remind(recorded, STEPS[1]) == ReminderDecision((), None)


def test_an_account_without_a_schedule_sends_no_reminders() -> None:
    assert _remind(_due(), STEPS[0], schedule=None) == ReminderDecision((), None)


def test_missed_steps_are_one_reminder() -> None:
    late = STEPS[1] + DAY
    reminded = _remind(_due(), late)
    assert _media(reminded) == ["sms", "email"]
    assert reminded.progress == ReminderProgress(late, 1, STEPS[2])


def test_after_the_last_step_nothing_is_left_but_the_count() -> None:
    reminded = _remind(_due(), STEPS[2], ReminderProgress(STEPS[1], 2, STEPS[2]))
    assert reminded.progress == ReminderProgress(STEPS[2], 3, None)


def test_no_more_are_sent_than_the_schedule_allows() -> None:
    schedule = SCHEDULE.model_copy(update={"max_reminders": 2})
    second = _remind(_due(), STEPS[1], ReminderProgress(STEPS[0], 1, STEPS[1]), schedule)
    assert (len(second.notifications), second.progress) == (2, ReminderProgress(STEPS[1], 2, None))
    moved = _due(due_by=DUE + 99 * DAY)
    assert _follow(second.progress, _due(), moved, STEPS[1] + HOUR, schedule) == ReminderProgress(
        STEPS[1] + HOUR, 2, None
    )
    # The account allowed more when this row was written.
    assert _remind(
        _due(), STEPS[2], ReminderProgress(STEPS[1], 2, STEPS[2]), schedule
    ) == ReminderDecision((), ReminderProgress(STEPS[2], 2, None))


def test_a_step_that_the_account_no_longer_has_sends_nothing() -> None:
    schedule = ReminderSchedule(after=[DAY])
    assert _remind(_due(), STEPS[1], replace(FIRST, due_at=STEPS[1]), schedule) == ReminderDecision(
        (), ReminderProgress(STEPS[1], 0, DUE + DAY)
    )


@pytest.mark.parametrize(
    "deliverability",
    [Deliverability(suppressed="opted_out"), Deliverability(not_before=STEPS[0] + TICK)],
)
def test_an_address_that_must_not_be_written_to_is_left_out(deliverability: Deliverability) -> None:
    assert _media(_remind(_due(), STEPS[0], sms=deliverability)) == ["email"]
    none = _remind(_due(), STEPS[0], sms=deliverability, email=deliverability)
    assert none == ReminderDecision((), ReminderProgress(STEPS[0], 0, STEPS[1]))


def test_who_is_late_at_night_waits_for_the_morning() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    schedule = ReminderSchedule(
        after=[0 * DAY], quiet_hours=QuietHours(start=time(21), end=time(8))
    )
    progress, midnight = ReminderProgress(NOON, 0, DUE), datetime(2026, 1, 11, 18, 30, tzinfo=UTC)
    late = remind(_due(), schedule, kolkata, progress, now=midnight, deliverabilities={})
    morning = datetime(2026, 1, 12, 2, 30, tzinfo=UTC)
    assert late == ReminderDecision((), replace(progress, due_at=morning))
    assert late.progress is not None
    early = remind(
        _due(), schedule, kolkata, late.progress, now=morning - TICK, deliverabilities={}
    )
    assert early == ReminderDecision((), late.progress)
    decided = remind(_due(), schedule, kolkata, late.progress, now=morning, deliverabilities={})
    assert (_media(decided), decided.progress) == (
        ["sms", "email"],
        ReminderProgress(morning, 1, None),
    )


def test_an_update_may_set_the_due_date_until_money_is_in() -> None:
    edited = update(an_invoice(), Patch(due_by=DUE), now=NOON).unwrap().invoice
    assert edited.document.due_by == DUE


def test_the_outlook_is_what_was_sent_and_every_step_that_is_left() -> None:
    sent = ReminderProgress(STEPS[0], 1, STEPS[1])
    seen = outlook(_due(), SCHEDULE, UTC, sent, now=STEPS[0] + HOUR)
    assert seen == ReminderOutlook(1, STEPS[1:])
    capped = SCHEDULE.model_copy(update={"max_reminders": 2})
    assert outlook(_due(), capped, UTC, sent, now=STEPS[0] + HOUR) == ReminderOutlook(1, STEPS[1:2])
    fewer, twice = (
        SCHEDULE.model_copy(update={"max_reminders": 1}),
        ReminderProgress(STEPS[0], 2, STEPS[1]),
    )
    assert outlook(_due(), fewer, UTC, twice, now=STEPS[0]) == ReminderOutlook(2, ())


def test_the_outlook_of_one_who_is_late_is_one_reminder_for_all_that_was_missed() -> None:
    assert outlook(_due(), SCHEDULE, UTC, FIRST, now=STEPS[1] + HOUR) == ReminderOutlook(
        0, (STEPS[0], STEPS[2])
    )


def test_nothing_is_in_the_outlook_where_nothing_is_left_or_time_has_run_out() -> None:
    done = ReminderProgress(STEPS[2], 3, None)
    assert outlook(_due(), SCHEDULE, UTC, done, now=STEPS[2]) == ReminderOutlook(3, ())
    over = _due(expire_by=STEPS[1])
    assert outlook(over, SCHEDULE, UTC, FIRST, now=STEPS[1]) == ReminderOutlook(0, ())


HALVES = {
    "instalments": [
        {"id": "i1", "amount": 40000, "due_by": DUE},
        {"id": "i2", "amount": 59800, "due_by": DUE + 30 * DAY},
    ]
}


def _paid(invoice: Invoice, amount: int, *instalments: str) -> Invoice:
    payment = a_payment(amount).model_copy(update={"instalments": instalments})
    return pay(invoice, payment, now=NOON).unwrap().invoice


def test_each_instalment_has_its_reminders() -> None:
    invoice = an_invoice(schedule=HALVES)
    later = tuple(step + 30 * DAY for step in STEPS)
    assert reminder_times(invoice, SCHEDULE, UTC) == STEPS + later
    assert _follow(None, None, invoice, NOON) == FIRST


def test_an_instalment_that_is_paid_has_none_any_more() -> None:
    invoice = an_invoice(schedule=HALVES)
    first_paid = _paid(invoice, 40000)
    follow = _follow(FIRST, invoice, first_paid, NOON)
    assert follow == ReminderProgress(NOON, 0, STEPS[0] + 30 * DAY)
    second_paid = _paid(invoice, 59800, "i2")
    assert reminder_times(second_paid, SCHEDULE, UTC) == STEPS


def test_an_instalment_without_a_date_is_due_with_the_invoice() -> None:
    undated = {"instalments": [{"id": "i1", "amount": 40000}, {"id": "i2", "amount": 59800}]}
    assert an_invoice(schedule=undated, due_by=DUE).due_dates == (DUE,)
    assert an_invoice(schedule=undated).due_dates == ()
    assert an_invoice(Status.PAID, schedule=undated, due_by=DUE).due_dates == (DUE,)


@pytest.mark.parametrize(("unapplied", "held"), [(99799, False), (99800, True), (99801, True)])
def test_a_reminder_is_held_while_unapplied_money_would_settle_it(
    unapplied: int, held: bool
) -> None:
    decided = _remind(_due(), STEPS[0], unapplied=unapplied)
    assert (decided.notifications == ()) is held
    if held:
        assert decided.progress == replace(FIRST, due_at=STEPS[0] + DAY)
        again = _remind(_due(), STEPS[0] + DAY, decided.progress)
        assert _media(again) == ["sms", "email"]


def test_money_for_the_instalment_that_is_due_holds_its_reminder() -> None:
    invoice = an_invoice(schedule=HALVES)
    assert _remind(invoice, STEPS[0], unapplied=39999).notifications
    assert not _remind(invoice, STEPS[0], unapplied=40000).notifications
    overdue = DUE + 31 * DAY
    assert invoice.due_at(overdue) == 99800
    assert _remind(invoice, overdue, unapplied=40000).notifications


def test_a_held_reminder_waits_for_the_end_of_the_quiet_hours() -> None:
    quiet = SCHEDULE.model_copy(update={"quiet_hours": QuietHours(start=time(11), end=time(15))})
    at = STEPS[0] + 3 * HOUR
    progress = replace(FIRST, due_at=at)
    decided = _remind(_due(), at, progress, quiet, unapplied=99800)
    assert decided.progress == replace(progress, due_at=at + DAY)
