"""Payment by instalments: the amounts of an invoice and when each is due."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from billhook.model.base import Identifier, Instant, Value
from billhook.model.decimals import Percentage
from billhook.model.money import EXACT, Amount, half_up

MAX_INSTALMENTS = 60


class Instalment(Value):
    """One part of the total: a percentage of it, or an amount in smallest units."""

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
        """The amounts of the instalments, in smallest units. They add up to `total`.

        A percentage is rounded half up and is never more than the remainder. The last instalment
        is the remainder.
        """
        remainder, amounts = total, list[int]()
        for instalment in self.instalments[:-1]:
            amount = instalment.amount
            if amount is None:
                amount = half_up(EXACT.multiply(instalment.percentage or Decimal(0), total) / 100)
            amounts.append(min(amount, remainder))
            remainder -= amounts[-1]
        return (*amounts, remainder)

    def adds_up(self, total: int) -> bool:
        """Whether the percentages and amounts of the instalments add up to a total exactly.

        >>> PaymentSchedule(instalments=[Instalment(id="i1", amount=5)]).adds_up(6)
        False
        """
        percent = sum(one.percentage for one in self.instalments if one.percentage is not None)
        fixed = sum(one.amount for one in self.instalments if one.amount is not None)
        return EXACT.multiply(Decimal(percent), total) == (total - fixed) * 100

    def settled(self, total: int, paid: int) -> tuple[bool, ...]:
        """For each instalment of a total, whether `paid` covers it, in their order.

        >>> halves = [Instalment(id="i1", percentage=50), Instalment(id="i2", percentage=50)]
        >>> PaymentSchedule(instalments=halves).settled(100, 70)
        (True, False)
        """
        cumulative, covered = 0, list[bool]()
        for amount in self.amounts(total):
            cumulative += amount
            covered.append(cumulative <= paid)
        return tuple(covered)
