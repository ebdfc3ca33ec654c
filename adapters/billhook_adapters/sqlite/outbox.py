"""The outbox of a SQLite file, counted by the driver alone.

The statements are those that SQLAlchemy sends for `billhook_adapters.sql.outbox`: a test compares
the two. Loading SQLAlchemy and the domain takes longer than everything that `billhook status` does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any
from urllib.parse import quote

from billhook.messaging.outbox_counts import SUPPRESSED_WITHIN, OutboxCounts
from billhook_adapters.system.instants import instant, some

REVISION = "0001"
"""The revision of the tables that these statements read."""

COUNTS = """
SELECT
  count(*) FILTER (WHERE live.status = 'queued' AND live.is_due = 1) AS due,
  count(*) FILTER (WHERE live.status = 'queued' AND live.is_due = 0) AS later,
  count(*) FILTER (WHERE live.status = 'sending' AND live.is_due = 0) AS sending,
  count(*) FILTER (WHERE live.status = 'sending' AND live.is_due = 1) AS abandoned,
  min(live.due_at) FILTER (WHERE live.is_due) AS oldest_due,
  (SELECT count(*) AS count_1 FROM (
    SELECT invoices.expire_by AS expire_by FROM invoices
    WHERE invoices.status IN ('issued', 'partially_paid') AND invoices.expire_by <= :now
    LIMIT :most) AS anon_1) AS overdue,
  (SELECT count(*) AS count_2 FROM (
    SELECT sms_budgets_used_up.until AS until FROM sms_budgets_used_up
    WHERE sms_budgets_used_up.until > :now
    LIMIT :most) AS anon_2) AS sms_budgets_used_up,
  coalesce((SELECT repairs.total FROM repairs WHERE repairs.what = 'wake-ups'), 0) AS repairs,
  (SELECT repairs.last_at FROM repairs WHERE repairs.what = 'wake-ups') AS repaired_at
FROM (
  SELECT messages.status AS status, messages.due_at AS due_at, messages.due_at <= :now AS is_due
  FROM messages
  WHERE messages.status IN ('queued', 'sending') AND messages.due_at IS NOT NULL
  ORDER BY messages.due_at
  LIMIT :most) AS live
"""
DEAD = """
SELECT ended.reason, count(*) AS count_1 FROM (
  SELECT substr(coalesce(messages.reason, ''), 1, 128) AS reason FROM messages
  WHERE messages.status = 'failed'
  ORDER BY messages.ended_at DESC
  LIMIT :most) AS ended
GROUP BY ended.reason
"""
SUPPRESSED = """
SELECT ended.reason, count(*) AS count_1 FROM (
  SELECT substr(coalesce(messages.reason, ''), 1, 128) AS reason FROM messages
  WHERE messages.status = 'suppressed' AND messages.ended_at > :since
  ORDER BY messages.ended_at DESC
  LIMIT :most) AS ended
GROUP BY ended.reason
"""


def counting_binds(now: datetime, most: int) -> Mapping[str, int]:
    """The values that the statements take."""
    return {"now": some(now), "most": most, "since": some(now - SUPPRESSED_WITHIN)}


def counts_of(
    row: Mapping[Any, Any], dead: Iterable[Sequence[Any]], suppressed: Iterable[Sequence[Any]]
) -> OutboxCounts:
    """The counts of what the three statements answer; the columns of the row are the fields."""
    fields: dict[str, Any] = {**row}
    for name in ("oldest_due", "repaired_at"):
        fields[name] = instant(fields[name])
    for name, rows in (("dead", dead), ("suppressed", suppressed)):
        fields[name] = {str(reason): int(count) for reason, count in rows}
    return OutboxCounts(**fields)


def outbox_counts(file: str, now: datetime, most: int) -> OutboxCounts | None:
    """The counts of the outbox in this file.

    None where they cannot be read at once: where there is no such file, it is damaged or locked, or
    its tables are of another revision. To open it as a database then migrates it, waits for it, or
    says what is wrong.
    """
    binds = counting_binds(now, most)
    uri = f"file:{quote(file)}?mode=rw"  # none is created
    try:
        with closing(sqlite3.connect(uri, timeout=0, isolation_level=None, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")  # one view for all statements
            revisions = connection.execute("SELECT group_concat(version_num) FROM alembic_version")
            if revisions.fetchone()[0] != REVISION:
                return None
            return counts_of(
                dict(connection.execute(COUNTS, binds).fetchone()),
                connection.execute(DEAD, binds),
                connection.execute(SUPPRESSED, binds),
            )
    except sqlite3.Error:
        return None
