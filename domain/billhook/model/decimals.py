"""Exact decimal numbers: quantities and percentages, never floats."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Strict

from billhook.model.money import EXACT

# Decimal itself also reads 1_000, white space and the digits of every script.
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FINEST = Decimal("0.000001")


def _within(fits: Callable[[Decimal], bool], bounds: str) -> Callable[[object], Decimal]:
    def exact(given: object) -> Decimal:
        if isinstance(given, int) and not isinstance(given, bool):
            given = Decimal(given)
        if isinstance(given, str):
            if _DIGITS.fullmatch(given) is None:
                raise ValueError("must be a decimal number, such as 1.5")
            given = Decimal(given)
        if not isinstance(given, Decimal):
            raise ValueError("must be a whole number or a Decimal, never a float")
        if not given.is_finite() or not fits(given):
            raise ValueError(f"must be {bounds}")
        if given != given.quantize(_FINEST, context=EXACT):
            raise ValueError("must have at most 6 decimal places")
        # 2, 2.0 and 2.00 are one number and must have one canonical form.
        whole = Decimal(int(given))
        return whole if given == whole else given.normalize(EXACT)

    return exact


Quantity = Annotated[
    Decimal,
    Strict(),
    BeforeValidator(_within(lambda n: 0 < n <= 10**9, "more than 0 and at most 1,000,000,000")),
]
"""More than zero, up to 6 decimal places, never a float."""

Percentage = Annotated[
    Decimal, Strict(), BeforeValidator(_within(lambda n: 0 <= n <= 100, "from 0 to 100"))
]
"""Hundredths of a whole, 0 to 100, up to 6 decimal places, never a float."""
