"""SMS budgets: how many SMS may be accepted in an hour and in a day; and to which countries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, Strict

from billhook.model.base import Value
from billhook.model.customer import CountryCode
from billhook.model.destinations import countries

LARGEST_BUDGET = 100_000
"""The most SMS of a budget: they are counted when another one is requested."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class SmsBudget(Value):
    """At most so many SMS in any period of one hour, and of one day; None is no limit.

    >>> [most for _, most in SmsBudget(per_hour=200, per_day=1000).limits()]
    [200, 1000]
    """

    per_hour: Annotated[int, Strict(), Field(ge=1, le=LARGEST_BUDGET)] | None = None
    per_day: Annotated[int, Strict(), Field(ge=1, le=LARGEST_BUDGET)] | None = None

    def limits(self) -> Iterator[tuple[timedelta, int]]:
        """Each period with its limit."""
        if self.per_hour is not None:
            yield HOUR, self.per_hour
        if self.per_day is not None:
            yield DAY, self.per_day


NO_BUDGET = SmsBudget()
"""No limit."""


def _distinct(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not countries().issuperset(codes):
        raise ValueError("must be countries with phone numbers of their own, such as IN")
    return tuple(sorted(set(codes)))


Countries = Annotated[
    tuple[CountryCode, ...], Field(min_length=1, max_length=300), AfterValidator(_distinct)
]
"""ISO 3166-1 alpha-2 codes of countries, sorted, without duplicates."""
