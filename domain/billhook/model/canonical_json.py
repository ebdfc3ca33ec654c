"""Canonical JSON: the bytes in which events are stored and requests are compared.

Keys are sorted, and there is no white space. Money is written as integers, decimals as text,
instants in UTC with microseconds, durations in ISO 8601 seconds, bytes in hexadecimal. Equal values
have equal bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from billhook.model.base import Value
from billhook.model.instants import utc

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


def stored(value: object) -> bytes:
    """Canonical JSON without the fields of models that are empty, and are so by default.

    Stores keep documents and events in this form, a third as long. It reads back as an equal value.

    >>> from billhook.model.customer import Customer
    >>> stored(Customer(name="Ravi"))
    b'{"name":"Ravi"}'
    """
    return _JSON.encode(plain(value, _stored_fields)).encode()


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The parser of canonical JSON for a type. It is built once and cached."""
    cached = _ADAPTERS.get(kind)
    if cached is None:
        cached = _ADAPTERS[kind] = TypeAdapter(kind)
    return cached


def _canonical_fields(value: Value) -> Mapping[str, object]:
    return value.canonical_fields()


def _stored_fields(value: Value) -> Mapping[str, object]:
    return value.stored_fields()


def plain(
    value: object, fields_of: Callable[[Value], Mapping[str, object]] = _canonical_fields
) -> Any:
    """The same value, converted to the types of JSON.

    `fields_of` are the fields that are written of a model.

    >>> plain(Decimal("1.50"))
    '1.50'
    """
    convert = _EXACT.get(type(value))
    if convert is not None:
        return convert(value)
    match value:
        case Enum():
            return value.value
        case int() | str() | datetime() | Decimal():  # of a class of their own
            return next(make(value) for kind, make in _EXACT.items() if isinstance(value, kind))
        case time():
            return value.isoformat(timespec="microseconds")
        case timedelta():
            return f"PT{value // _SECOND}.{value % _SECOND // _MICROSECOND:06d}S"
        case Value():
            return plain(fields_of(value), fields_of)
        case _ if (names := _fields(type(value))) is not None:  # type: ignore[arg-type]  # every class is hashable; mypy does not know
            return {name: plain(getattr(value, name), fields_of) for name in names}
        case Mapping():
            pairs = cast("Mapping[object, object]", value)
            return {str(plain(key)): plain(item, fields_of) for key, item in pairs.items()}
        case Set():
            return sorted(plain(item, fields_of) for item in cast("Set[object]", value))
        case list() | tuple():
            return [plain(item, fields_of) for item in cast("Sequence[object]", value)]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def _same(value: Any) -> Any:
    return value


def _instant(value: datetime) -> str:
    return utc(value).isoformat(timespec="microseconds").replace("+00:00", "Z")


_EXACT: Mapping[type[Any], Callable[[Any], Any]] = {
    **dict.fromkeys((NoneType, bool, int, str), _same),
    bytes: bytes.hex,
    datetime: _instant,
    Decimal: "{:f}".format,
}
"""What converts the values of these very types, which most values are."""


@cache
def _fields(kind: type) -> tuple[str, ...] | None:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
