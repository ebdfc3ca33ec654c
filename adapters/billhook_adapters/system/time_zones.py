"""Time zones by their IANA names, as this machine or the `tzdata` package knows them."""

from __future__ import annotations

from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(1024)
def known_zone(name: str) -> tzinfo | None:
    """The zone of this name, or None where it is unknown.

    >>> known_zone("Asia/Kolkata")
    zoneinfo.ZoneInfo(key='Asia/Kolkata')
    >>> known_zone("Asia/Atlantis")
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # of the last two: names of folders
        return None


def zone(name: str | None) -> tzinfo:
    """The zone of this name; UTC where there is no name, or an unknown one.

    >>> zone(None)
    datetime.timezone.utc
    """
    return (None if name is None else known_zone(name)) or UTC
