"""The statements that read, each built once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningDelete

from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.messaging.delivery import LIVE
from billhook_adapters.sql import tables as t
from billhook_adapters.sql.key_join import WANTED, keyed, matching, number_at


def locked(reading: Select[Any], table: Table) -> Select[Any]:
    """The same rows in the order of their key, locked in that order; SQLite knows no such lock."""
    return reading.order_by(*table.primary_key).with_for_update(of=table)


ACCOUNTS = keyed(t.accounts, t.accounts.c.id)
LOGO = select(t.logos).where(t.logos.c.account == bindparam("account"))
_SINCE = t.legal_profiles.c.since
LEGAL_PROFILE = (
    select(t.legal_profiles.c.body)
    .where(t.legal_profiles.c.account == bindparam("account"))
    .order_by(bindparam("at") < _SINCE, func.abs(_SINCE - bindparam("at")))
    .limit(1)
)
"""The last one up to a time, else the first one after it."""
INVOICES = keyed(t.invoices, t.invoices.c.account, t.invoices.c.id).where(
    t.invoices.c.deleted_at.is_(None)
)
LOCKED_INVOICES = locked(INVOICES, t.invoices)
NUMBERED = keyed(
    t.invoices,
    t.invoices.c.account,
    t.invoices.c.receipt,
    read=(t.invoices.c.account, t.invoices.c.receipt, t.invoices.c.id),
).where(t.invoices.c.number.is_not(None))
"""The invoices with these numbers, which stand in the column they are searched by."""
MESSAGES = keyed(t.messages, t.messages.c.account, t.messages.c.id)
LOCKED_MESSAGES = locked(MESSAGES, t.messages)
TAKEN_AS = keyed(t.messages, t.messages.c.medium, t.messages.c.provider_id).where(
    t.messages.c.provider_id.is_not(None)  # what its index is over
)
MESSAGES_ABOUT = (
    keyed(t.messages, t.messages.c.account, t.messages.c.invoice)
    .where(t.messages.c.event_type.is_(None))
    .order_by(t.messages.c.requested_at, t.messages.c.id)
)
WEBHOOK_ENDPOINTS = keyed(t.webhook_endpoints, t.webhook_endpoints.c.account).order_by(
    t.webhook_endpoints.c.id
)
LOCKED_WEBHOOK_ENDPOINTS = locked(
    keyed(t.webhook_endpoints, t.webhook_endpoints.c.account, t.webhook_endpoints.c.id),
    t.webhook_endpoints,
)
ENTRIES = keyed(t.entries, t.entries.c.account, t.entries.c.id)
PAYMENTS = keyed(t.payments, t.payments.c.account, t.payments.c.reference)
UNAPPLIED_FOR = keyed(t.payments, t.payments.c.account, t.payments.c.invoice).where(
    t.payments.c.unapplied > 0
)
IDEMPOTENCY_RECORDS = keyed(
    t.idempotency_records, t.idempotency_records.c.account, t.idempotency_records.c.key
)
RATE_LIMITS = keyed(t.rate_limits, t.rate_limits.c.account, t.rate_limits.c.medium)
REMINDERS = keyed(t.reminders, t.reminders.c.account, t.reminders.c.invoice)
LOCKED_REMINDERS = locked(REMINDERS, t.reminders)

_LAST_MESSAGE_AT = (
    select(func.max(t.messages.c.requested_at))
    .where(matching(t.messages.c.account, t.messages.c.medium, t.messages.c.normal_address))
    .correlate(WANTED)
    .scalar_subquery()
)
HISTORIES = select(WANTED.c.key, t.suppressions.c.reason, _LAST_MESSAGE_AT).select_from(
    WANTED.outerjoin(
        t.suppressions,
        matching(t.suppressions.c.account, t.suppressions.c.medium, t.suppressions.c.address),
    )
)
"""For the position of each contact among the keys: why it is suppressed, and its last request."""


def _sms_counts(*parts: ColumnElement[bool]) -> Select[Any, int, Any]:
    """For the position of each period among the keys: how many SMS it has, and the first one's."""
    m = t.messages.c
    # What a partial index is over, and the latest ones alone: the cost does not grow without end.
    counted = (
        select(m.requested_at)
        .where(*parts, m.sms_prefix.is_not(None), m.requested_at > number_at(2))
        .order_by(m.requested_at.desc())
        .limit(bindparam("most"))
        .correlate(WANTED)
        .subquery("counted")
    )
    return select(
        WANTED.c.key,
        select(func.count()).select_from(counted).correlate(WANTED).scalar_subquery(),
        select(func.min(counted.c.requested_at)).correlate(WANTED).scalar_subquery(),
    )


SMS_OF_ACCOUNT = _sms_counts(matching(t.messages.c.account))
SMS_OF_PREFIX = _sms_counts(matching(t.messages.c.account, t.messages.c.sms_prefix))

# A partial index serves a query only where its condition stands in it as literals.
OPEN: BindParameter[Sequence[str]] = bindparam(
    "open", sources(Operation.EXPIRE), expanding=True, literal_execute=True
)

OVERDUE = (
    select(
        *(
            t.invoices.c[name]
            for name in ("account", "id", "status", "version", "expire_by", "updated_at")
        )
    )
    .where(t.invoices.c.status.in_(OPEN), t.invoices.c.expire_by <= bindparam("now"))
    .order_by(t.invoices.c.expire_by)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # where a sweeper is at it, another takes the next
)
_LIVE: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in sorted(LIVE)]
SENDABLE = (
    select(t.messages.c.account, t.messages.c.id)
    .where(t.messages.c.status.in_(_LIVE), t.messages.c.due_at <= bindparam("now"))
    .order_by(t.messages.c.due_at)
    .limit(bindparam("most"))
)
SENDABLE_IN = SENDABLE.where(t.messages.c.queue == bindparam("queue"))


def _next_queue(after: ColumnElement[str]) -> ScalarSelect[str]:
    """The first queue with a live message behind this one."""
    behind = t.messages.alias("behind").c
    return (
        select(func.min(behind.queue))
        .where(behind.due_at.is_not(None), behind.queue > after, behind.queue < bindparam("end"))
        .scalar_subquery()
    )


# From one queue to the next through the index: a queue costs the same whatever waits in it.
_FIRST = select(
    _next_queue(bindparam("after", type_=String())).label("queue"), literal(1).label("step")
).cte("steps", recursive=True)
_STEPS = _FIRST.union_all(
    select(_next_queue(_FIRST.c.queue), _FIRST.c.step + 1).where(
        _FIRST.c.queue.is_not(None), _FIRST.c.step < bindparam("most")
    )
)
LIVE_QUEUES = select(
    _STEPS.c.queue,
    select(func.min(t.messages.c.due_at))
    .where(t.messages.c.queue == _STEPS.c.queue, t.messages.c.due_at.is_not(None))
    .scalar_subquery(),
).where(_STEPS.c.queue.is_not(None))
"""The queues with live messages from `after` to `end`, and when each has its first message due."""

DEFER = (
    update(t.messages)
    .where(
        t.messages.c.account == bindparam("of"),
        t.messages.c.id == bindparam("message"),
        t.messages.c.due_at.is_not(None),
    )
    .values(due_at=bindparam("until"))
)
REMINDABLE = (
    select(t.reminders.c.account, t.reminders.c.invoice)
    .where(t.reminders.c.due_at <= bindparam("now"))
    .order_by(t.reminders.c.due_at)
    .limit(bindparam("most"))
)


def _deleting_past(table: Table) -> ReturningDelete[Any]:
    """Deletes the rows whose `until` has passed."""
    # Workers that forget at one moment pass over each other's rows. PostgreSQL finds what locks
    # rows once: a subquery might be run again, and then delete more rows than the limit.
    over = (
        select(*table.primary_key)
        .where(table.c.until <= bindparam("now"))
        .order_by(table.c.until)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("over")
    )
    return (
        delete(table)
        .where(tuple_(*table.primary_key).in_(select(*over.c)))
        .returning(table.c.until)  # SQLite's driver does not count what a WITH deletes
    )


DELETE_EXPIRED_RECORDS = _deleting_past(t.idempotency_records)
DELETE_USED_UP = _deleting_past(t.sms_budgets_used_up)

_s = t.number_series.c
DRAWN = select(_s.last).where(_s.account == bindparam("account"), _s.prefix == bindparam("prefix"))
"""How far a series of numbers has been drawn."""

BEHIND = select(t.invoices).where(
    t.invoices.c.short_url == bindparam("short_url"), t.invoices.c.deleted_at.is_(None)
)
"""The invoice of a short URL."""
