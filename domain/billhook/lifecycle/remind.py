"""Reminding: which steps of its account's schedule does an invoice have, and is one due?

A step that was missed is made up for once, at the next wake-up: several of them come to one
reminder. An edit of the due date lays the steps anew from then on, and makes up for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from returns.result import Success

from billhook.lifecycle.notify import (
    DELIVERABLE,
    STATUS_CHECK,
    Deliverability,
    Notification,
    notify,
)
from billhook.model.base import utc
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook.model.reminder_schedule import ReminderProgress, ReminderSchedule


class ReminderDecision(NamedTuple):
    """What a wake-up came to: whom to tell, and how far the invoice's reminders are now.

    `progress` is None where there will never be another.
    """

    notifications: tuple[Notification, ...]
    progress: ReminderProgress | None


class ReminderOutlook(NamedTuple):
    """How many reminders were sent, and when there will be more, if nothing changes."""

    sent: int
    planned: tuple[datetime, ...]


def zone_of(invoice: Invoice, schedule: ReminderSchedule) -> str | None:
    """The name of the zone whose clocks count: the payer's, else the account's, if any."""
    customer = invoice.document.customer
    return (None if customer is None else customer.time_zone) or schedule.time_zone


def reminder_times(
    invoice: Invoice, schedule: ReminderSchedule, zone: tzinfo
) -> tuple[datetime, ...]:
    """When the payer will be reminded from issue on, if nothing changes and nobody is late.

    >>> from datetime import UTC, timedelta
    >>> from billhook import examples
    >>> schedule = ReminderSchedule(before=[timedelta(hours=1)], after=[timedelta(0)], most=1)
    >>> due_by = examples.NOON + timedelta(days=1)
    >>> [step.hour for step in reminder_times(examples.issued(due_by=due_by), schedule, UTC)]
    [11]
    """
    if invoice.issued_at is None or STATUS_CHECK.in_status(invoice.status) is not None:
        return ()
    return _steps(invoice, schedule, zone, invoice.issued_at)[: schedule.most]


def reschedule(
    progress: ReminderProgress | None,
    before: Invoice | None,
    after: Invoice,
    schedule: ReminderSchedule,
    zone: tzinfo,
    *,
    now: datetime,
) -> ReminderProgress | None:
    """How far the reminders are once the invoice has changed; None where there will be none.

    `before` is the invoice before the change, None where it is new. `now` is an aware datetime.
    """
    now = utc(now)
    due_by = after.document.due_by
    if STATUS_CHECK.refusal(after, now) is not None or (progress is None and due_by is None):
        return None
    if progress is None:
        progress = ReminderProgress(now)
    elif before is None or before.document.due_by != due_by:
        progress = replace(progress, since=now)
    return _next(progress, after, schedule, zone)


def remind(
    invoice: Invoice,
    schedule: ReminderSchedule | None,
    zone: tzinfo,
    progress: ReminderProgress,
    *,
    now: datetime,
    deliverabilities: Mapping[tuple[Medium, str], Deliverability],
) -> ReminderDecision:
    """Decide what a wake-up comes to. One that is stale changes nothing.

    To each address `notify` has the last word; where it refuses all of them, nothing is sent and
    the step is settled all the same. `now` is an aware datetime.
    """
    now = utc(now)
    if progress.due_at is None or now < progress.due_at:
        return ReminderDecision((), progress)
    if schedule is None or STATUS_CHECK.refusal(invoice, now) is not None:
        return ReminderDecision((), None)
    # A schedule that was changed since may have nothing due.
    next_at = _next(progress, invoice, schedule, zone).due_at
    due, awake = next_at is not None and next_at <= now, schedule.awake(now, zone)
    if due and awake > now:  # late, and it is night
        return ReminderDecision((), replace(progress, due_at=awake))
    told = _told(invoice, schedule, now, deliverabilities) if due else ()
    settled = ReminderProgress(now, progress.sent + bool(told))
    return ReminderDecision(told, _next(settled, invoice, schedule, zone))


def outlook(
    invoice: Invoice,
    schedule: ReminderSchedule,
    zone: tzinfo,
    progress: ReminderProgress,
    *,
    now: datetime,
) -> ReminderOutlook:
    """What is behind and what is ahead. `now` is an aware datetime."""
    first = progress.due_at
    if first is None or STATUS_CHECK.refusal(invoice, now) is not None:
        return ReminderOutlook(progress.sent, ())
    later = _steps(invoice, schedule, zone, max(first, now))
    left = None if schedule.most is None else max(0, schedule.most - progress.sent)
    return ReminderOutlook(progress.sent, (first, *later)[:left])


def _told(
    invoice: Invoice,
    schedule: ReminderSchedule,
    now: datetime,
    deliverabilities: Mapping[tuple[Medium, str], Deliverability],
) -> tuple[Notification, ...]:
    asked = (
        notify(
            invoice,
            medium,
            now=now,
            deliverability=deliverabilities.get((medium, address), DELIVERABLE),
            address=address,
        )
        for medium in schedule.media or Medium
        for address in invoice.document.addresses(medium)
    )
    return tuple(answer.unwrap() for answer in asked if isinstance(answer, Success))


def _next(
    progress: ReminderProgress, invoice: Invoice, schedule: ReminderSchedule, zone: tzinfo
) -> ReminderProgress:
    if schedule.most is not None and progress.sent >= schedule.most:
        return replace(progress, due_at=None)
    steps = _steps(invoice, schedule, zone, progress.since)
    return replace(progress, due_at=next(iter(steps), None))


def _steps(
    invoice: Invoice, schedule: ReminderSchedule, zone: tzinfo, since: datetime
) -> tuple[datetime, ...]:
    """The steps after an instant, as long as the invoice can be paid."""
    document = invoice.document
    if document.due_by is None:
        return ()
    return tuple(
        step
        for step in schedule.steps(document.due_by, zone)
        if since < step and (document.expire_by is None or step < document.expire_by)
    )
