"""Arguments are what their annotations say, or are refused with the name of the parameter.

Type checkers see a wrong argument before a program runs. Notebooks, scripts and JSON do not: there
`"email"` stands for `Medium.EMAIL`, and a number given for a text must never have a meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import cache, partial, wraps
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NewType,
    ParamSpec,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from billhook.model.instants import utc

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
F = TypeVar("F")

Check = Callable[[str, object], object]
"""Takes the name of a parameter and a value; returns the value, or raises TypeError, ValueError."""


def require(name: str, value: object, kind: type[T]) -> T:
    """The value, if it is of a class; a text is taken for the member of an enum with that value.

    Raises TypeError, or ValueError for a text that no member has.

    >>> from billhook.model.customer import Medium
    >>> require("medium", "sms", Medium)
    <Medium.SMS: 'sms'>
    """
    if isinstance(value, kind):
        return value
    if issubclass(kind, Enum) and isinstance(value, str):
        try:
            return kind(value)
        except ValueError:
            members = ", ".join(repr(member.value) for member in kind)
            raise ValueError(f"{name} must be one of {members}") from None
    raise TypeError(f"{name} must be {named(kind)}, not {named(type(value))}")


def instant(name: str, value: object) -> datetime:
    """The datetime in UTC. Raises TypeError, or ValueError for one without a time zone."""
    moment = require(name, value, datetime)
    try:
        return utc(moment)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def functions(name: str, values: Sequence[F]) -> tuple[F, ...]:
    """The values, if they are a list or a tuple of functions. Raises TypeError otherwise."""
    return cast("tuple[F, ...]", _each(_callable, name, values))


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Check the arguments of a function by their annotations, and replace what stands for them.

    Then it raises TypeError or ValueError, which name the parameter. A call takes a microsecond
    more: what is called for every message checks by `require` alone.

    >>> @checked
    ... def after(at: datetime) -> datetime:
    ...     return at
    >>> after(datetime(2026, 1, 1))
    Traceback (most recent call last):
        ...
    ValueError: at must carry a time zone; give an aware datetime
    """

    @wraps(function)
    def call(*values: P.args, **named: P.kwargs) -> R:
        rules = _parameters_of(function)
        positional = [
            value if type(value) in exact else check(name, value)
            for value, (name, (exact, check)) in zip(values, rules.items(), strict=False)
        ]
        for name, value in named.items():
            exact, check = rules.get(name, _ANYTHING)
            if type(value) not in exact:
                named[name] = check(name, value)
        return function(*positional, *values[len(positional) :], **named)  # type: ignore[arg-type]  # as they were checked

    return call


@cache
def _parameters_of(function: Any) -> dict[str, tuple[frozenset[type[Any]], Check]]:
    """Of each parameter the classes that need no check, and the check of others."""
    hints, code = get_type_hints(function), function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return {
        # The first parameter of a method has no annotation.
        name: (_exact(hints[name]), _check_of(hints[name])) if name in hints else _ANYTHING
        for name in names
    }


def check_fields(value: Any) -> None:
    """Check the fields of a frozen dataclass by their annotations, and replace what stood for them.

    Raises TypeError or ValueError, which name the field.
    """
    for name, exact, check in _fields_of(cast("Any", type(value))):
        given: object = getattr(value, name)
        if type(given) not in exact:
            object.__setattr__(value, name, check(name, given))


@cache
def _fields_of(kind: Any) -> tuple[tuple[str, frozenset[type[Any]], Check], ...]:
    """Of each field its name, the classes that need no check, and the check of others."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    return tuple((name, _exact(hints[name]), _check_of(hints[name])) for name in names)


def _exact(hint: Any) -> frozenset[type[Any]]:
    if isinstance(hint, NewType):
        return _exact(hint.__supertype__)
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return frozenset[type[Any]]().union(*map(_exact, parts))
    exact = isinstance(hint, type) and origin is None and hint is not datetime
    return frozenset((hint,)) if exact else frozenset()


def _check_of(hint: Any) -> Check:
    """The check of one annotation; what is not described here is not checked."""
    if isinstance(hint, NewType):
        return _check_of(hint.__supertype__)
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return partial(_one_of, tuple(parts))
    if origin is Literal:
        return partial(_any_of, parts)
    if origin is Mapping:
        return partial(_pairs, _check_of(parts[0]), _check_of(parts[1]))
    if origin is Callable:
        return _callable
    if origin is Sequence or (origin is tuple and parts[1:] == (...,)):
        return partial(_each, _check_of(parts[0]))
    if hint is datetime:
        return instant
    if isinstance(hint, type):
        return _exactly(hint)
    return _any


def _exactly(kind: type[Any]) -> Check:
    def check(name: str, value: object) -> object:
        if type(value) is kind:
            return value
        if isinstance(value, bool) and kind is not bool and kind is not object:
            raise TypeError(f"{name} must be {named(kind)}, not {named(bool)}")
        return require(name, value, kind)

    return check


def _one_of(hints: tuple[Any, ...], name: str, value: object) -> object:
    errors: list[Exception] = []
    for hint in hints:
        try:
            return _check(hint)(name, value)
        except (TypeError, ValueError) as error:
            errors.append(error)
    raise errors[0]


def _any_of(values: tuple[object, ...], name: str, value: object) -> object:
    if value not in values:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, values))}")
    return value


def _each(check: Check, name: str, value: object) -> object:
    if not isinstance(value, Sequence | Set) or isinstance(value, str | bytes):
        raise TypeError(f"{name} must be a list or a tuple, not {named(type(value))}")
    values = cast("Sequence[object] | Set[object]", value)
    return tuple(check(f"{name}[{place}]", one) for place, one in enumerate(values))


def _pairs(check_key: Check, check_value: Check, name: str, value: object) -> object:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, not {named(type(value))}")
    pairs = cast("Mapping[object, object]", value)
    return {
        check_key(f"a key of {name}", key): check_value(f"{name}[{key!r}]", one)
        for key, one in pairs.items()
    }


def _callable(name: str, value: object) -> object:
    if not callable(value):
        raise TypeError(f"{name} must be a function, not {named(type(value))}")
    return value


def _any(_: str, value: object) -> object:
    return value


_check = cache(_check_of)
_ANYTHING: tuple[frozenset[type[Any]], Check] = (frozenset(), _any)

_NAMES = {str: "a text", int: "a whole number", bool: "True or False", NoneType: "None"}


def named(kind: type[Any]) -> str:
    """The name of a class in a sentence."""
    if kind in _NAMES:
        return _NAMES[kind]
    article = "an" if kind.__name__[:1].lower() in "aeiou" else "a"
    return f"{article} {kind.__name__}"
