"""The outbox for operators: lists of what was not sent, and counts.

Lists are walked along partial indexes, which serve a statement only where their condition stands
in it as it is. Counting ends at a number, bound as `most`, whatever there is.
"""

from __future__ import annotations

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
from billhook.messaging.outbox import OutboxPosition, OutboxSearch
from billhook.messaging.outbox_counts import REASON_LENGTH, OutboxCounts
from billhook.model.base import AccountId
from billhook_adapters.sql import queries as q
from billhook_adapters.sql import tables as t
from billhook_adapters.sqlite.outbox import counting_binds, counts_of
from billhook_adapters.system.instants import at, some

_m = t.messages.c
_WAKE_UPS = "wake-ups"


def _word(status: str) -> ColumnElement[str]:
    return literal_column(f"'{status}'")


def _is(status: str) -> ColumnElement[bool]:
    return _m.status == _word(status)


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
    select(_m.status, _m.due_at, (_m.due_at <= bindparam("now")).label("is_due"))
    .where(_m.status.in_(list(map(_word, sorted(LIVE)))), _m.due_at.is_not(None))
    .order_by(_m.due_at)
    .limit(bindparam("most"))
    .subquery("live")
)


def _live_count(status: str, is_due: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(_live.c.status == _word(status), is_due)


def _bounded(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    found = select(column).where(*conditions).limit(bindparam("most")).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _repairs(column: ColumnElement[int]) -> ColumnElement[int]:
    is_total = t.repairs.c.what == literal_column(f"'{_WAKE_UPS}'")
    return select(column).where(is_total).scalar_subquery()


_due, _budget, _invoice = _live.c.is_due, t.sms_budgets_used_up.c, t.invoices.c
COUNTS = select(
    _live_count(DeliveryStatus.QUEUED, _due).label("due"),
    _live_count(DeliveryStatus.QUEUED, ~_due).label("later"),
    _live_count(DeliveryStatus.SENDING, ~_due).label("sending"),
    _live_count(DeliveryStatus.SENDING, _due).label("abandoned"),
    func.min(_live.c.due_at).filter(_due).label("oldest_due"),
    _bounded(
        _invoice.expire_by,
        _invoice.status.in_(q.OPEN),
        _invoice.expire_by <= bindparam("now"),
    ).label("overdue"),
    _bounded(_budget.until, _budget.until > bindparam("now")).label("sms_budgets_used_up"),
    func.coalesce(_repairs(t.repairs.c.total), literal_column("0")).label("repairs"),
    _repairs(t.repairs.c.last_at).label("repaired_at"),
)
"""One row, whose columns are the fields of OutboxCounts."""


def _reasons(status: str, *conditions: ColumnElement[bool]) -> Select[Any, int]:
    reason = func.coalesce(_m.reason, literal_column("''"))
    short = func.substr(reason, literal_column("1"), literal_column(str(REASON_LENGTH)))
    ended = (
        select(short.label("reason"))
        .where(_is(status), *conditions)
        .order_by(_m.ended_at.desc())
        .limit(bindparam("most"))
        .subquery("ended")
    )
    return select(ended.c.reason, func.count()).group_by(ended.c.reason)


DEAD = _reasons(DeliveryStatus.FAILED)
SUPPRESSED = _reasons(DeliveryStatus.SUPPRESSED, _m.ended_at > bindparam("since"))


def outbox_counts(connection: Connection, now: datetime, most: int) -> OutboxCounts:
    """The counts of the outbox."""
    binds = counting_binds(now, most)
    return counts_of(
        connection.execute(COUNTS, binds).mappings().one(),
        connection.execute(DEAD, binds).all(),
        connection.execute(SUPPRESSED, binds).all(),
    )


_NOTED = insert(t.repairs).values(
    what=_WAKE_UPS, total=bindparam("messages"), last_at=bindparam("now")
)
NOTE = _NOTED.on_conflict_do_update(
    index_elements=["what"],
    set_={"total": t.repairs.c.total + _NOTED.excluded["total"], "last_at": bindparam("now")},
)
"""So many more wake-ups were repaired."""
