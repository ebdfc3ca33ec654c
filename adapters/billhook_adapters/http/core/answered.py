"""Whether a request repeats what was answered: clients read an invoice and send it back whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast


def same(given: Any, shown: Any) -> bool:
    """Whether a JSON value is the one that was answered: 1.0 is 1, and true is not.

    >>> same({"qty": Decimal("1.0")}, {"qty": 1}), same(True, 1)
    (True, False)
    """
    if isinstance(shown, Mapping):
        ours = cast("Mapping[str, Any]", shown)
        theirs = cast("Mapping[str, Any]", given)
        return (
            isinstance(given, Mapping)
            and theirs.keys() == ours.keys()
            and all(same(theirs[name], ours[name]) for name in ours)
        )
    if isinstance(shown, list | tuple):
        parts = cast("Sequence[Any]", shown)
        return (
            isinstance(given, list)
            and len(cast("Sequence[Any]", given)) == len(parts)
            and all(map(same, cast("Sequence[Any]", given), parts))
        )
    if isinstance(shown, int | float) and not isinstance(shown, bool):
        number = isinstance(given, int | float | Decimal) and not isinstance(given, bool)
        return number and Decimal(str(given)) == Decimal(str(shown))
    return type(given) is type(shown) and bool(given == shown)
