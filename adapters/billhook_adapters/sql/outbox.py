"""The outbox for operators: lists of what was not sent, and counts.

Lists are walked along partial indexes, which serve a statement only where their condition stands
in it as it is. Counting ends at a number, bound as `most`, whatever there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert  # SQLite's own one suits SQLite alone

from billhook.messaging.delivery import LIVE, DeliveryStatus, MessageId, MessageKey
from billhook.messaging.outbox import (
    REASON_LENGTH,
    SUPPRESSED_WITHIN,
    OutboxCounts,
    OutboxPosition,
    OutboxSearch,
)
from billhook.model.base import AccountId
from billhook_adapters.sql import queries as q
from billhook_adapters.sql import tables as t
from billhook_adapters.sql.rows import at, instant, some

_m = t.messages.c
_WAKE_UPS = "wake-ups"


def _is(status: str) -> ColumnElement[bool]:
    return _m.status == literal_column(f"'{status}'")


def searching(wanted: OutboxSearch) -> Select[Any, Any, Any]:
    """The positions of the messages that an operator searches for."""
    live = wanted.status in LIVE
    moment = _m.due_at if live else _m.ended_at
    by = (moment, _m.account, _m.id)
    found = select(*by).where(_is(wanted.status), moment.is_not(None)).limit(wanted.limit)
    found = found.order_by(*(by if live else (column.desc() for column in by)))
    if wanted.account is not None:
        found = found.where(_m.account == wanted.account)
    if wanted.after is None:
        return found
    last = tuple_(some(wanted.after.at), *wanted.after.key)
    return found.where(tuple_(*by) > last if live else tuple_(*by) < last)


def position_of(moment: int, account: str, message: str) -> OutboxPosition:
    """The position of a row."""
    return OutboxPosition(at(moment), MessageKey(AccountId(account), MessageId(message)))


_live = (
    select(_m.status, _m.due_at, (_m.due_at <= bindparam("now")).label("due"))
    .where(_m.status.in_(sorted(LIVE)), _m.due_at.is_not(None))
    .order_by(_m.due_at)
    .limit(bindparam("most"))
    .subquery("live")
)
WAITING = select(_live.c.status, _live.c.due, func.count(), func.min(_live.c.due_at)).group_by(
    _live.c.status, _live.c.due
)


def _reasons(status: str, *conditions: ColumnElement[bool]) -> Select[Any, int]:
    ended = (
        select(func.substr(func.coalesce(_m.reason, ""), 1, REASON_LENGTH).label("reason"))
        .where(_is(status), *conditions)
        .order_by(_m.ended_at.desc())
        .limit(bindparam("most"))
        .subquery("ended")
    )
    return select(ended.c.reason, func.count()).group_by(ended.c.reason)


DEAD = _reasons(DeliveryStatus.FAILED)
SUPPRESSED = _reasons(DeliveryStatus.SUPPRESSED, _m.ended_at > bindparam("since"))
OVERDUE = select(func.count()).select_from(
    select(t.invoices.c.expire_by)
    .where(t.invoices.c.status.in_(q.OPEN), t.invoices.c.expire_by <= bindparam("now"))
    .limit(bindparam("most"))
    .subquery("overdue")
)
USED_UP = select(func.count()).select_from(
    select(t.sms_budgets_used_up.c.until)
    .where(t.sms_budgets_used_up.c.until > bindparam("now"))
    .limit(bindparam("most"))
    .subquery("used_up")
)
REPAIRED = select(t.repairs.c.total, t.repairs.c.last_at).where(t.repairs.c.what == _WAKE_UPS)


def outbox_counts(connection: Connection, now: datetime, most: int) -> OutboxCounts:
    """The counts of the outbox."""
    binds = {"now": some(now), "most": most, "since": some(now - SUPPRESSED_WITHIN)}
    waiting = {
        (status, bool(due)): (count, at(first))
        for status, due, count, first in connection.execute(WAITING, binds)
    }
    oldest = [first for (_, due), (_, first) in waiting.items() if due]
    counts = {which: count for which, (count, _) in waiting.items()}
    repairs = connection.execute(REPAIRED).one_or_none()
    return OutboxCounts(
        due=counts.get((DeliveryStatus.QUEUED, True), 0),
        later=counts.get((DeliveryStatus.QUEUED, False), 0),
        sending=counts.get((DeliveryStatus.SENDING, False), 0),
        abandoned=counts.get((DeliveryStatus.SENDING, True), 0),
        oldest_due=min(oldest, default=None),
        dead=_counted(connection, DEAD, binds),
        suppressed=_counted(connection, SUPPRESSED, binds),
        overdue=connection.execute(OVERDUE, binds).scalar_one(),
        sms_budgets_used_up=connection.execute(USED_UP, binds).scalar_one(),
        repairs=0 if repairs is None else repairs.total,
        repaired_at=None if repairs is None else instant(repairs.last_at),
    )


def _counted(
    connection: Connection, statement: Select[Any, int], binds: Mapping[str, int]
) -> Mapping[str, int]:
    return {row[0]: row[1] for row in connection.execute(statement, binds)}


_NOTED = insert(t.repairs).values(
    what=_WAKE_UPS, total=bindparam("messages"), last_at=bindparam("now")
)
NOTE = _NOTED.on_conflict_do_update(
    index_elements=["what"],
    set_={"total": t.repairs.c.total + _NOTED.excluded["total"], "last_at": bindparam("now")},
)
"""So many more wake-ups were repaired."""
