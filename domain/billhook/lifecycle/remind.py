"""Reminders: the times of the account's schedule for an invoice, and whether one is due.

Steps that were missed are made up for by one reminder at the next run. When the due date changes,
the steps are computed again from then on, and missed ones are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from returns.result import Success

from billhook.lifecycle.guards import NO_GUARDS, Guard
from billhook.lifecycle.notify import (
    DELIVERABLE,
    STATUS_CHECK,
    Deliverability,
    Notification,
    notify,
)
from billhook.model.account import AccountPolicy
from billhook.model.arguments import checked
from billhook.model.customer import Medium
from billhook.model.instants import utc
from billhook.model.invoice import Invoice
from billhook.model.object_schema import written_as_object
from billhook.model.reminder_schedule import ReminderProgress, ReminderSchedule

HELD_FOR = timedelta(days=1)
"""How long a reminder is held before it is decided again."""


@written_as_object
class ReminderDecision(NamedTuple):
    """The result of `remind`: the notifications to send, and the new progress.

    `progress` is None if there will be no more reminders.
    """

    notifications: tuple[Notification, ...]
    progress: ReminderProgress | None


@written_as_object
class ReminderOutlook(NamedTuple):
    """How many reminders were sent, and the times of the next ones if nothing changes."""

    sent: int
    planned: tuple[datetime, ...]


def zone_of(invoice: Invoice, policy: AccountPolicy) -> str | None:
    """The time zone of reminders: the payer's, else the schedule's, else the account's."""
    customer, schedule = invoice.document.customer, policy.reminders
    return (
        (None if customer is None else customer.time_zone)
        or (None if schedule is None else schedule.time_zone)
        or policy.time_zone
    )


@checked
def reminder_times(
    invoice: Invoice, schedule: ReminderSchedule, zone: tzinfo
) -> tuple[datetime, ...]:
    """The times of all reminders from issue on, if nothing changes and none is late.

    >>> from datetime import UTC, timedelta
    >>> from billhook import examples
    >>> hour, zero = timedelta(hours=1), timedelta(0)
    >>> schedule = ReminderSchedule(before=[hour], after=[zero], max_reminders=1)
    >>> due_by = examples.NOON + timedelta(days=1)
    >>> [step.hour for step in reminder_times(examples.issued(due_by=due_by), schedule, UTC)]
    [11]
    """
    if invoice.issued_at is None or STATUS_CHECK.in_status(invoice.status) is not None:
        return ()
    return _steps(invoice, schedule, zone, invoice.issued_at)[: schedule.max_reminders]


def reschedule(
    progress: ReminderProgress | None,
    before: Invoice | None,
    after: Invoice,
    schedule: ReminderSchedule,
    zone: tzinfo,
    *,
    now: datetime,
) -> ReminderProgress | None:
    """The progress of the reminders after a change of the invoice; None if there will be none.

    `before` is the invoice before the change, None if it is new. `now` is an aware datetime.
    """
    now = utc(now)
    if STATUS_CHECK.error(after, now) is not None or (progress is None and not after.due_dates):
        return None
    if progress is None:
        progress = ReminderProgress(now)
    elif before is None or before.document.due_by != after.document.due_by:
        progress = replace(progress, since=now)
    return _next(progress, after, schedule, zone)


@checked
def remind(
    invoice: Invoice,
    schedule: ReminderSchedule | None,
    zone: tzinfo,
    progress: ReminderProgress,
    *,
    now: datetime,
    deliverabilities: Mapping[tuple[Medium, str], Deliverability],
    unapplied: int = 0,
    guards: Sequence[Guard] = NO_GUARDS,
) -> ReminderDecision:
    """Decide whether a reminder is due, and to which addresses. If none is, nothing changes.

    `notify` decides for each address. If it allows none of them, nothing is sent, and the step is
    done all the same. While the `unapplied` amount that came in for the invoice settles what the
    reminder would request, it is held: it is decided again a day later. `now` is an aware datetime.
    """
    if progress.due_at is None or now < progress.due_at:
        return ReminderDecision((), progress)
    if schedule is None or STATUS_CHECK.error(invoice, now) is not None:
        return ReminderDecision((), None)
    # The schedule may have changed since, so that no step is due now.
    next_at = _next(progress, invoice, schedule, zone).due_at
    due, allowed_at = next_at is not None and next_at <= now, schedule.next_allowed(now, zone)
    if due and allowed_at > now:  # late, and now within the quiet hours
        return ReminderDecision((), replace(progress, due_at=allowed_at))
    if due and 0 < invoice.due_at(now) <= unapplied:
        again_at = schedule.next_allowed(now + HELD_FOR, zone)
        return ReminderDecision((), replace(progress, due_at=again_at))
    notifications = _notifications(invoice, schedule, now, deliverabilities, guards) if due else ()
    done = ReminderProgress(now, progress.sent + bool(notifications))
    return ReminderDecision(notifications, _next(done, invoice, schedule, zone))


def outlook(
    invoice: Invoice,
    schedule: ReminderSchedule,
    zone: tzinfo,
    progress: ReminderProgress,
    *,
    now: datetime,
) -> ReminderOutlook:
    """How many reminders were sent, and the times of the next ones. `now` is an aware datetime."""
    first = progress.due_at
    if first is None or STATUS_CHECK.error(invoice, now) is not None:
        return ReminderOutlook(progress.sent, ())
    later = _steps(invoice, schedule, zone, max(first, now))
    remaining = (
        None if schedule.max_reminders is None else max(0, schedule.max_reminders - progress.sent)
    )
    return ReminderOutlook(progress.sent, (first, *later)[:remaining])


def _notifications(
    invoice: Invoice,
    schedule: ReminderSchedule,
    now: datetime,
    deliverabilities: Mapping[tuple[Medium, str], Deliverability],
    guards: Sequence[Guard],
) -> tuple[Notification, ...]:
    results = (
        notify(
            invoice,
            medium,
            now=now,
            deliverability=deliverabilities.get((medium, address), DELIVERABLE),
            address=address,
            guards=guards,
        )
        for medium in schedule.media or Medium
        for address in invoice.document.addresses(medium)
    )
    return tuple(result.unwrap() for result in results if isinstance(result, Success))


def _next(
    progress: ReminderProgress, invoice: Invoice, schedule: ReminderSchedule, zone: tzinfo
) -> ReminderProgress:
    if schedule.max_reminders is not None and progress.sent >= schedule.max_reminders:
        return replace(progress, due_at=None)
    steps = _steps(invoice, schedule, zone, progress.since)
    return replace(progress, due_at=next(iter(steps), None))


def _steps(
    invoice: Invoice, schedule: ReminderSchedule, zone: tzinfo, since: datetime
) -> tuple[datetime, ...]:
    """The steps after `since` at which the invoice can still be paid, for each of its due dates."""
    expire_by = invoice.document.expire_by
    steps = {step for due_by in invoice.due_dates for step in schedule.steps(due_by, zone)}
    return tuple(
        step for step in sorted(steps) if since < step and (expire_by is None or step < expire_by)
    )
