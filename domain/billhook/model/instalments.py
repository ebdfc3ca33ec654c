"""Payment by instalments: the amounts of an invoice and when each is due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from billhook.model.base import Identifier, Instant, Value
from billhook.model.decimals import Percentage
from billhook.model.money import EXACT, Amount, half_up
from billhook.model.object_schema import written_as_object

MAX_INSTALMENTS = 60


class Instalment(Value):
    """One part of the total: a percentage of it, or an amount in smallest units."""

    id: Identifier
    percentage: Percentage | None = None
    amount: Amount | None = None
    due_by: Instant | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            id: str,
            percentage: Decimal | int | str | None = ...,
            amount: int | None = ...,
            due_by: datetime | str | None = ...,
        ) -> None: ...

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.percentage is None) == (self.amount is None):
            raise ValueError("give either percentage or amount")
        return self


@written_as_object
class InstalmentState(NamedTuple):
    """An instalment of an invoice: its amount and what is paid of it, in smallest units."""

    id: str
    amount: int
    paid: int
    due_by: datetime | None

    @property
    def due(self) -> int:
        """What is still to be paid of it."""
        return self.amount - self.paid


class PaymentSchedule(Value):
    """The instalments of an invoice, in the order in which they are shown.

    >>> thirds = [Instalment(id=f"i{n}", percentage="33.33") for n in (1, 2, 3)]
    >>> PaymentSchedule(instalments=thirds).amounts(1000)
    (333, 333, 334)
    """

    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=MAX_INSTALMENTS)]

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            instalments: Sequence[Instalment],
        ) -> None: ...

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

    def states(
        self, total: int, paid: Sequence[int] = (), due_by: datetime | None = None
    ) -> tuple[InstalmentState, ...]:
        """The instalments of a total, of which so much is paid; nothing where `paid` is empty.

        `due_by` is the date of those that have none.

        >>> halves = [Instalment(id="i1", percentage=50), Instalment(id="i2", percentage=50)]
        >>> [one.due for one in PaymentSchedule(instalments=halves).states(100, [50, 20])]
        [0, 30]
        """
        amounts = self.amounts(total)
        return tuple(
            InstalmentState(one.id, amount, part, one.due_by or due_by)
            for one, amount, part in zip(
                self.instalments, amounts, paid or (0,) * len(amounts), strict=True
            )
        )


def paid_after(
    instalments: Sequence[InstalmentState], amount: int, named: Collection[str] = ()
) -> tuple[int, ...]:
    """What is paid of each instalment after a payment of `amount`.

    It goes to the named instalments, or else to the ones that are due first: those without a
    date come last. None takes more than its amount. Raises ValueError for more than they need.

    >>> halves = [Instalment(id="i1", percentage=50), Instalment(id="i2", percentage=50)]
    >>> instalments = PaymentSchedule(instalments=halves).states(100)
    >>> paid_after(instalments, 60), paid_after(instalments, 40, ["i2"])
    ((50, 10), (0, 40))
    """
    after = [one.paid for one in instalments]
    for place in sorted(range(len(after)), key=lambda place: due_first(instalments[place])):
        if not named or instalments[place].id in named:
            part = min(amount, instalments[place].due)
            after[place] += part
            amount -= part
    if amount:
        raise ValueError("a payment exceeds what is due of its instalments")
    return tuple(after)


_LATEST = datetime.max.replace(tzinfo=UTC)


def due_first(instalment: InstalmentState) -> datetime:
    """The key by which the instalments are ordered that are paid first."""
    return instalment.due_by or _LATEST
