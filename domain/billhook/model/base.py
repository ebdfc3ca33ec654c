"""The base of every validated value, and the shapes that text, time and ids take.

Everything that enters the domain is checked here, once; behind this line types are trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, NewType, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, StringConstraints

AccountId = NewType("AccountId", str)
"""Names an account. Every key of every store starts with one."""


class Value(BaseModel):
    """A frozen, validated value that refuses unknown fields and never prints what it was given.

    >>> class Point(Value):
    ...     x: int
    >>> Point(x=1) == Point(x=1)
    True
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,  # schemas are built at first use, so that importing stays cheap
        hide_input_in_errors=True,  # a refused input may hold personal data
    )

    def told(self) -> Mapping[str, object]:
        """The fields that a canonical form tells."""
        return self.__dict__


def storable(text: str) -> str:
    """The text itself, if every database can hold it.

    Raises ValueError on NUL and on a lone surrogate: PostgreSQL takes neither.

    >>> storable("Ravi")
    'Ravi'
    """
    if "\x00" in text:
        raise ValueError("must not hold the NUL character; remove it")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not hold a lone surrogate; send well-formed Unicode")
    return text


def utc(moment: datetime) -> datetime:
    """The same instant in UTC.

    Raises ValueError on a naive datetime, since nobody can tell which instant it means, and on
    one that UTC has no year for.

    >>> utc(datetime.fromisoformat("2026-01-01T05:30+05:30")).isoformat()
    '2026-01-01T00:00:00+00:00'
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise ValueError("must carry a time zone; give an aware datetime")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999 of UTC") from None


class FrozenMap(dict[str, str]):
    """A dict of texts that cannot change, so that versions of an invoice may share it.

    >>> FrozenMap(order="A-1")["order"]
    'A-1'
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a frozen map does not change; build a new one")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse  # pyright: ignore[reportAssignmentType]  # every way to write is refused alike

    def __reduce__(self) -> tuple[type[FrozenMap], tuple[dict[str, str]]]:
        return FrozenMap, (dict(self),)


def _frozen(pairs: Mapping[str, str]) -> FrozenMap:
    return FrozenMap(pairs)


Text = Annotated[str, Strict(), AfterValidator(storable)]
"""Text of any length that every database can hold."""

Prose = Annotated[Text, StringConstraints(max_length=2048)]
"""A paragraph: at most 2,048 characters."""

Label = Annotated[Text, StringConstraints(min_length=1, max_length=256)]
"""A name or a title: 1 to 256 characters."""

ID_PATTERN = r"[A-Za-z0-9_.:-]{1,64}"
"""The shape of an id, as a regular expression for the whole of it."""

IDENTIFIER = StringConstraints(strict=True, pattern=rf"\A{ID_PATTERN}\z")
"""The shape of an id, to annotate the NewTypes of ids with: pydantic reads no alias there."""

Identifier = Annotated[str, IDENTIFIER]
"""An id: 1 to 64 ASCII letters, digits, `_`, `.`, `:` or `-`."""

TimeZone = Annotated[
    str,
    StringConstraints(
        strict=True, max_length=64, pattern=r"\A[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}\z"
    ),
]
"""The shape of an IANA time zone's name, such as Asia/Kolkata."""

Instant = Annotated[datetime, Strict(), AfterValidator(utc)]
"""A point in time, kept in UTC to the microsecond."""

Duration = Annotated[timedelta, Field(ge=timedelta(0))]
"""A length of time, not below zero."""

Count = Annotated[int, Strict(), Field(ge=0)]
"""A whole number from zero up."""

TextMap = Annotated[Mapping[Text, Text], AfterValidator(_frozen)]
"""A small dictionary of texts that does not change."""
