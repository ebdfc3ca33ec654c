"""Paying by instalments: how much of an invoice is due when."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from billhook.model.base import Identifier, Instant, Value
from billhook.model.decimals import Percentage
from billhook.model.money import EXACT, Amount, half_up

MAX_INSTALMENTS = 60


class Instalment(Value):
    """One part of what is billed: a percentage of it, or an amount in smallest units."""

    id: Identifier
    percentage: Percentage | None = None
    amount: Amount | None = None
    due_by: Instant | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.percentage is None) == (self.amount is None):
            raise ValueError("give either percentage or amount")
        return self


class PaymentSchedule(Value):
    """The instalments in the order in which they are paid.

    >>> thirds = [Instalment(id=f"i{n}", percentage="33.33") for n in (1, 2, 3)]
    >>> PaymentSchedule(instalments=thirds).amounts(1000)
    (333, 333, 334)
    """

    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=MAX_INSTALMENTS)]

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if len({one.id for one in self.instalments}) < len(self.instalments):
            raise ValueError("instalments must have ids that differ")
        return self

    def amounts(self, total: int) -> tuple[int, ...]:
        """What each instalment comes to of a total, in smallest units; together they are all of it.

        A percentage is rounded half up; the last instalment is what is left, and no instalment
        is more than that.
        """
        left, amounts = total, list[int]()
        for one in self.instalments[:-1]:
            wanted = one.amount
            if wanted is None:
                wanted = half_up(EXACT.multiply(one.percentage or Decimal(0), total) / 100)
            amounts.append(min(wanted, left))
            left -= amounts[-1]
        return (*amounts, left)

    def adds_up(self, total: int) -> bool:
        """Whether the instalments, as they were named, are the whole of a total.

        >>> PaymentSchedule(instalments=[Instalment(id="i1", amount=5)]).adds_up(6)
        False
        """
        parts = sum(one.percentage for one in self.instalments if one.percentage is not None)
        named = sum(one.amount for one in self.instalments if one.amount is not None)
        return EXACT.multiply(Decimal(parts), total) == (total - named) * 100

    def settled(self, total: int, paid: int) -> tuple[bool, ...]:
        """Which instalments of a total are covered by what was paid, counted from the first.

        >>> halves = [Instalment(id="i1", percentage=50), Instalment(id="i2", percentage=50)]
        >>> PaymentSchedule(instalments=halves).settled(100, 70)
        (True, False)
        """
        reached, covered = 0, list[bool]()
        for amount in self.amounts(total):
            reached += amount
            covered.append(reached <= paid)
        return tuple(covered)
