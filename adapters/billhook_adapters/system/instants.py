"""Instants as databases hold them: whole microseconds since 1970. Needs the standard library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(stored: int | None) -> datetime | None:
    """The instant of so many microseconds since 1970."""
    return None if stored is None else _EPOCH + timedelta(microseconds=stored)


def at(stored: int) -> datetime:
    """The instant of so many microseconds since 1970, where there are any."""
    return _EPOCH + timedelta(microseconds=stored)


def some(moment: datetime) -> int:
    """Whole microseconds since 1970 of an instant that is there."""
    return (moment - _EPOCH) // _MICROSECOND


def micros(moment: datetime | None) -> int | None:
    """Whole microseconds since 1970."""
    return None if moment is None else some(moment)
