"""Exact decimal numbers for quantities and percentages. Floats are not accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Strict

from billhook.model.money import EXACT

# Decimal also accepts 1_000, white space and the digits of other scripts.
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SMALLEST_STEP = Decimal("0.000001")


def _validator(in_range: Callable[[Decimal], bool], bounds: str) -> Callable[[object], Decimal]:
    def exact(value: object) -> Decimal:
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if isinstance(value, str):
            if _DIGITS.fullmatch(value) is None:
                raise ValueError("must be a decimal number, such as 1.5")
            value = Decimal(value)
        if not isinstance(value, Decimal):
            raise ValueError("must be a whole number or a Decimal, never a float")
        if not value.is_finite() or not in_range(value):
            raise ValueError(f"must be {bounds}")
        if value != value.quantize(_SMALLEST_STEP, context=EXACT):
            raise ValueError("must have at most 6 decimal places")
        # 2, 2.0 and 2.00 are equal and must have one canonical form.
        integer = Decimal(int(value))
        return integer if value == integer else value.normalize(EXACT)

    return exact


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
