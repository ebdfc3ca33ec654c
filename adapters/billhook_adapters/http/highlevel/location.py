"""The location of a caller, and the days of its time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import NamedTuple

_LAST = time(23, 59, 59, 999_000)
"""The end of a day: the vendor's times have milliseconds."""


def instant(moment: datetime) -> str:
    """A time in UTC as the vendor writes it: ISO 8601 with milliseconds.

    >>> instant(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00.000Z'
    """
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class Location(NamedTuple):
    """The location that a token opens, and its time zone; None is UTC.

    Days of a location with a time zone are shown as instants, as the live service does it; those
    of one without are shown as days, as the vendor's file has them.

    >>> from zoneinfo import ZoneInfo
    >>> angeles = Location("loc_1", ZoneInfo("America/Los_Angeles"))
    >>> angeles.shown(angeles.start_of("2025-05-28").astimezone(UTC))
    '2025-05-28T07:00:00.000Z'
    >>> angeles.shown(angeles.end_of("2025-05-28").astimezone(UTC))
    '2025-05-29T06:59:59.999Z'
    >>> Location("loc_1").shown(Location("loc_1").end_of("2025-05-28"))
    '2025-05-28'
    """

    id: str
    zone: tzinfo | None = None
    as_days: bool = False
    """Whether days are shown as days all the same, as in the vendor's events."""

    def start_of(self, given: str) -> datetime:
        """When the day of a date or of an instant begins here."""
        return datetime.combine(self._day(given), time.min, self.zone or UTC)

    def end_of(self, given: str | datetime) -> datetime:
        """The last millisecond of the day of a date or of an instant."""
        return datetime.combine(self._day(given), _LAST, self.zone or UTC)

    def shown(self, moment: datetime) -> str:
        """A day as it is answered, by an instant of it in UTC."""
        if self.zone is None or self.as_days:
            return self._day_of(moment).isoformat()
        return instant(moment)

    def _day(self, given: str | datetime) -> date:
        if isinstance(given, datetime):
            return self._day_of(given)
        written = date.fromisoformat(given[:10])
        if self.zone is None or len(given) == 10:
            return written
        moment = datetime.fromisoformat(given)
        # Clients make midnight UTC of a bare day: the day is meant, not the evening before it.
        if moment.tzinfo is None or moment == datetime.combine(written, time.min, UTC):
            return written
        return self._day_of(moment)

    def _day_of(self, moment: datetime) -> date:
        try:
            return moment.astimezone(self.zone or UTC).date()
        except OverflowError:  # at the edge of the calendar
            return moment.date()
