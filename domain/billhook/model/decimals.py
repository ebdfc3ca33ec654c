"""Exact decimal numbers for quantities, percentages and unit amounts. Floats are not accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, Strict

from billhook.model.money import EXACT, LARGEST

# Decimal also accepts 1_000, white space and the digits of other scripts.
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?")

UNIT_AMOUNT_PLACES = 12
"""The largest number of decimal places of a unit amount, in smallest units."""


def _validator(
    in_range: Callable[[Decimal], bool], bounds: str, places: int = 6
) -> Callable[[object], Decimal]:
    smallest_step = Decimal(1).scaleb(-places)

    def exact(value: object) -> Decimal:
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if isinstance(value, str):
            if _DIGITS.fullmatch(value) is None:
                raise ValueError("must be a decimal number, such as 1.5")
            value = Decimal(value)
        if not isinstance(value, Decimal):
            raise ValueError(
                'must be a whole number, or a decimal as text such as "1.5", never a float'
            )
        if not value.is_finite() or not in_range(value):
            raise ValueError(f"must be {bounds}")
        if value != value.quantize(smallest_step, context=EXACT):
            raise ValueError(f"must have at most {places} decimal places")
        # 2, 2.0 and 2.00 are equal and must have one canonical form.
        integer = Decimal(int(value))
        return integer if value == integer else value.normalize(EXACT)

    return exact


_exact_unit_amount = _validator(
    lambda n: 0 <= n <= LARGEST, f"from 0 to {LARGEST:,}", UNIT_AMOUNT_PLACES
)


def _unit_amount(value: object) -> int | Decimal:
    if type(value) is int and 0 <= value <= LARGEST:  # nearly always
        return value
    exact = _exact_unit_amount(value)
    return int(exact) if exact == exact.to_integral_value() else exact


def _shown(unit_amount: int | Decimal) -> int | str:
    # The text of a small Decimal has an exponent of its own accord.
    return unit_amount if isinstance(unit_amount, int) else format(unit_amount, "f")


Quantity = Annotated[
    Decimal,
    Strict(),
    BeforeValidator(_validator(lambda n: 0 < n <= 10**9, "more than 0 and at most 1,000,000,000")),
]
"""A decimal number above zero with up to 6 decimal places."""

Percentage = Annotated[
    Decimal, Strict(), BeforeValidator(_validator(lambda n: 0 <= n <= 100, "from 0 to 100"))
]
"""A decimal number of percent, from 0 to 100, with up to 6 decimal places."""

UnitAmount = Annotated[
    int | Decimal, BeforeValidator(_unit_amount), PlainSerializer(_shown, when_used="json")
]
"""The price of one, in smallest units: a whole number as an int, any other one as a Decimal.

It has up to 12 decimal places. So whole ones are numbers in JSON, and the others are text.
"""
