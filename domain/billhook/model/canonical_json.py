"""Canonical JSON: the bytes in which events are stored and requests are compared.

Keys are sorted, and there is no white space. Money is written as integers, decimals as text,
instants in UTC with microseconds, durations in ISO 8601 seconds. Equal values have equal bytes
on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from billhook.model.base import Value, utc

T = TypeVar("T")

_SECOND, _MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def canonical(value: object) -> bytes:
    """The canonical JSON of a value made of models, dataclasses, maps, sequences and scalars.

    Raises TypeError on a float or another type without an exact form, and ValueError on a naive
    datetime.

    >>> from datetime import UTC
    >>> canonical({"b": 1, "a": datetime(2026, 1, 1, tzinfo=UTC)})
    b'{"a":"2026-01-01T00:00:00.000000Z","b":1}'
    """
    return _JSON.encode(plain(value)).encode()


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The parser of canonical JSON for a type. It is built once and cached."""
    cached = _ADAPTERS.get(kind)
    if cached is None:
        cached = _ADAPTERS[kind] = TypeAdapter(kind)
    return cached


def plain(value: object) -> Any:
    """The same value, converted to the types of JSON.

    >>> plain(Decimal("1.50"))
    '1.50'
    """
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case datetime():
            return utc(value).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case time():
            return value.isoformat(timespec="microseconds")
        case Decimal():
            return format(value, "f")
        case timedelta():
            return f"PT{value // _SECOND}.{value % _SECOND // _MICROSECOND:06d}S"
        case Value():
            return plain(value.canonical_fields())
        case _ if (names := _fields(type(value))) is not None:  # type: ignore[arg-type]  # every class is hashable; mypy does not know
            return {name: plain(getattr(value, name)) for name in names}
        case Mapping():
            pairs = cast("Mapping[object, object]", value)
            return {str(plain(key)): plain(item) for key, item in pairs.items()}
        case Set():
            return sorted(plain(item) for item in cast("Set[object]", value))
        case list() | tuple():
            return [plain(item) for item in cast("Sequence[object]", value)]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


@cache
def _fields(kind: type) -> tuple[str, ...] | None:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
