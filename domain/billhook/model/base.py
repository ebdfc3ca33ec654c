"""The base class of validated values, and the basic types: text, ids, times and durations.

Input is validated once, when a value is constructed. Code that receives a value relies on its type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from types import NoneType
from typing import Annotated, Any, NewType, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    Strict,
    StringConstraints,
)
from pydantic_core.core_schema import (
    CoreSchema,
    json_or_python_schema,
    no_info_before_validator_function,
)

from billhook.model.instants import utc

AccountId = NewType("AccountId", str)
"""The id of an account. Every key in a store starts with one."""


@cache
def _empty_by_default(kind: type[BaseModel]) -> Mapping[str, object]:
    """The defaults that are None, False, or an empty text or collection, by the names of fields."""
    return {
        name: default
        for name, field in kind.model_fields.items()
        if not field.is_required()
        and not (default := field.get_default(call_default_factory=True))
        and type(default) in _EMPTY_KINDS
    }


class _Signature:
    """The signature of a model that was not used yet, for `inspect.signature` and `help`."""

    def __get__(self, _: object, kind: type[BaseModel]) -> object:
        kind.model_rebuild()  # sets the signature of this class
        return kind.__signature__


class Value(BaseModel):
    """A frozen, validated value. Unknown fields are errors; error messages contain no input.

    >>> class Point(Value):
    ...     x: int
    >>> Point(x=1) == Point(x=1)
    True
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,  # schemas are built at first use, which keeps importing fast
        hide_input_in_errors=True,  # invalid input may contain personal data
    )

    __signature__ = _Signature()  # type: ignore[assignment]  # it gives the signature

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        # The schema of a model waits for its first use; what others build from the model need not.
        cls.model_config = {**cls.model_config, "defer_build": False}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """The fields that say something: not those that are as they are by default."""
        fields = type(self).model_fields
        for name, value in super().__repr_args__():
            if name not in fields or value != fields[name].get_default(call_default_factory=True):
                yield name, value

    def canonical_fields(self) -> Mapping[str, object]:
        """The fields that are part of the canonical JSON form."""
        return self.__dict__

    def stored_fields(self) -> Mapping[str, object]:
        """The fields that are part of the form in which stores keep it, which is shorter."""
        empty = _empty_by_default(type(self))
        return {
            name: value
            for name, value in self.__dict__.items()
            if name not in empty or value != empty[name]
        }


def storable(text: str) -> str:
    """The text unchanged, if every database can store it.

    Raises ValueError on NUL and on a lone surrogate, which PostgreSQL does not store.

    >>> storable("Ravi")
    'Ravi'
    """
    if "\x00" in text:
        raise ValueError("must not hold the NUL character; remove it")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not hold a lone surrogate; send well-formed Unicode")
    return text


_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_IN_PROSE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def one_line(text: str) -> str:
    """The text unchanged, if it is one line: without control characters and line separators.

    What reads it line by line, such as a mail's header, would take the rest for something else.
    Raises ValueError otherwise.

    >>> one_line("Ravi Kumar")
    'Ravi Kumar'
    """
    if not text.isprintable() and _NOT_IN_A_LINE.search(text):
        raise ValueError("must be one line without control characters; remove them")
    return text


def paragraphs(text: str) -> str:
    """The text, each of its line breaks as one line feed; tabs stay.

    Raises ValueError on any other control character.

    >>> paragraphs("Net 30.\\r\\nThank you.")
    'Net 30.\\nThank you.'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable() and _NOT_IN_PROSE.search(text):
        raise ValueError("must hold no control characters but line breaks and tabs; remove them")
    return text


class FrozenMap(dict[str, str]):
    """An immutable dict of texts, which versions of an invoice can share.

    >>> FrozenMap(order="A-1")["order"]
    'A-1'
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a frozen map does not change; build a new one")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse  # pyright: ignore[reportAssignmentType]  # every method that writes raises

    def __hash__(self) -> int:  # type: ignore[override]  # a dict that does not change
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenMap], tuple[dict[str, str]]]:
        return FrozenMap, (dict(self),)


def _frozen(pairs: Mapping[str, str]) -> FrozenMap:
    return FrozenMap(pairs)


_EMPTY_KINDS = frozenset({NoneType, bool, str, tuple, FrozenMap})


Text = Annotated[str, Strict(), AfterValidator(storable)]
"""Text of any length that every database can store."""

OneLine = Annotated[Text, AfterValidator(one_line)]
"""One line of text of any length."""

Paragraphs = Annotated[Text, AfterValidator(paragraphs)]
"""Text of any length that may have line breaks and tabs."""

Prose = Annotated[Paragraphs, StringConstraints(max_length=2048)]
"""A paragraph: at most 2,048 characters."""

Label = Annotated[OneLine, StringConstraints(min_length=1, max_length=256)]
"""A name or a title: 1 to 256 characters."""

ID_PATTERN = r"[A-Za-z0-9_.:-]{1,64}"
"""The format of an id: a regular expression that matches all of it."""

IDENTIFIER = StringConstraints(strict=True, pattern=rf"\A{ID_PATTERN}\z")
"""The format of an id as a constraint, to annotate the NewTypes of ids with."""

Identifier = Annotated[str, IDENTIFIER]
"""An id: 1 to 64 ASCII letters, digits, `_`, `.`, `:` or `-`."""

TimeZone = Annotated[
    str,
    StringConstraints(
        strict=True, max_length=64, pattern=r"\A[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}\z"
    ),
]
"""An IANA time zone name, such as Asia/Kolkata. Only its format is checked."""


class FromText:
    """Reads texts also in Python: JSON columns and web frameworks parse JSON before validation.

    `read` raises ValueError on a text that is none of the type, such as `example` is.
    """

    def __init__(self, read: Callable[[str], object], example: str) -> None:
        self._read, self._example = read, example

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        values = handler(source)
        return json_or_python_schema(values, no_info_before_validator_function(self._value, values))

    def _value(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError:
            raise ValueError(f"must be {self._example}") from None


Instant = Annotated[
    datetime,
    Strict(),
    FromText(datetime.fromisoformat, "a date and time such as 2026-01-31T12:00:00Z"),
    AfterValidator(utc),
]
"""A point in time in UTC, with microseconds; a text in the format of RFC 3339 stands for one."""

Duration = Annotated[timedelta, Field(ge=timedelta(0))]
"""A duration of zero or more."""

Count = Annotated[int, Strict(), Field(ge=0)]
"""A whole number of zero or more."""

TextMap = Annotated[Mapping[Text, Text], AfterValidator(_frozen)]
"""An immutable dict of texts."""

MAX_NOTES = 15

NoteName = Annotated[OneLine, StringConstraints(max_length=256)]
"""The name of a note: one line of at most 256 characters."""

Note = Annotated[Paragraphs, StringConstraints(max_length=256)]
"""The value of a note: at most 256 characters."""

Notes = Annotated[Mapping[NoteName, Note], Field(max_length=MAX_NOTES), AfterValidator(_frozen)]
"""The notes of a seller: an immutable dict of at most 15 of them."""
