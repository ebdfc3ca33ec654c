"""Money in HighLevel's JSON: plain numbers of major units, computed in Decimal on both ways."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from billhook.model.money import Currency, major


def number(exact: Decimal) -> int | float:
    """The JSON number of a decimal: whole where it is whole, else the digits that it has.

    Exact to 15 digits, the most that every reader of JSON holds of a fraction.

    >>> number(Decimal("0.10") + Decimal("0.20")), number(Decimal("999.00"))
    (0.3, 999)
    """
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def shown(amount: int | Decimal, currency: Currency) -> int | float:
    """An amount in smallest units as a JSON number of major ones.

    >>> shown(99950, Currency("USD"))
    999.5
    """
    return number(major(amount, currency))


def plain(value: Any) -> Any:
    """The same value with JSON numbers for its decimals, however deep.

    >>> plain({"value": [Decimal("2.5")]})
    {'value': [2.5]}
    """
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value)
        return {key: plain(item) for key, item in pairs.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[Any]", value)]
    return value
