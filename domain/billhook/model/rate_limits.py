"""Rate limits: how many messages of each medium may be sent in a period."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, Strict

from billhook.model.base import Duration, Value
from billhook.model.customer import Medium


class RateLimit(Value):
    """At most `most` messages in a period of `within`, evenly spaced.

    >>> RateLimit(most=20, within=timedelta(seconds=1)).interval
    datetime.timedelta(microseconds=50000)
    """

    most: Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
    within: Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(days=1))]

    @property
    def interval(self) -> timedelta:
        """The minimum time from one message to the next."""
        return self.within / self.most


class RateLimits(Value):
    """The rate limit of each medium; None is no limit."""

    sms: RateLimit | None = None
    email: RateLimit | None = None

    def of(self, medium: Medium) -> RateLimit | None:
        """The rate limit of one medium."""
        limit: RateLimit | None = getattr(self, medium)
        return limit


UNLIMITED = RateLimits()
"""No limit for any medium."""
