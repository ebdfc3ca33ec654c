"""Instants: moments in UTC, wherever they were given. Needs the standard library alone."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(moment: datetime) -> datetime:
    """The same instant in UTC.

    Raises ValueError on a naive datetime, and on one outside the years 1 to 9999 in UTC.

    >>> utc(datetime.fromisoformat("2026-01-01T05:30+05:30")).isoformat()
    '2026-01-01T00:00:00+00:00'
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise ValueError("must carry a time zone; give an aware datetime")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999 of UTC") from None
