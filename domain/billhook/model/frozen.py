"""Immutable values that are quick to define: as dataclasses, without code generated for each."""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from inspect import Signature

T = TypeVar("T")

_assign = object.__setattr__


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[T]) -> type[T]:
    """Make a class a frozen dataclass with slots.

    It does what `dataclass(frozen=True, slots=True)` does, with methods that all classes share.
    To generate these methods for each class takes a third of the time of a first use: classes of
    `model` and `lifecycle`, which every use loads, are made by this one.

    >>> @frozen
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(x=1) == Point(1, 0)
    (Point(x=1, y=0), True)
    """
    made = dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    for name, method in _METHODS.items():
        setattr(made, name, method)
    return made


class _Any:
    """What the shared methods know of their classes."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    __match_args__: ClassVar[tuple[str, ...]]


def _init(self: _Any, *values: object, **named: object) -> None:
    names = self.__match_args__
    if named or len(values) != len(names):
        values = _bound(self, values, named)
    for name, value in zip(names, values, strict=True):
        _assign(self, name, value)


def _bound(self: _Any, values: tuple[object, ...], named: dict[str, object]) -> tuple[object, ...]:
    """The values of all fields. Raises TypeError as a function with these parameters does."""
    names, call = self.__match_args__, f"{type(self).__name__}()"
    if len(values) > len(names):
        raise TypeError(f"{call} takes {len(names)} values but {len(values)} were given")
    bound = dict(zip(names, values, strict=False))
    for name, value in named.items():
        if name not in names:
            raise TypeError(f"{call} has no field {name!r}")
        if name in bound:
            raise TypeError(f"{call} got two values for {name!r}")
        bound[name] = value
    for name in names:
        if name not in bound:
            default = self.__dataclass_fields__[name].default
            if default is MISSING:
                raise TypeError(f"{call} needs a value for {name!r}")
            bound[name] = default
    return tuple(bound[name] for name in names)


def _values(self: _Any) -> tuple[object, ...]:
    return tuple(getattr(self, name) for name in self.__match_args__)


def _repr(self: _Any) -> str:
    shown = (name for name in self.__match_args__ if self.__dataclass_fields__[name].repr)
    return (
        f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"
    )


def _eq(self: _Any, other: _Any) -> object:
    if type(self) is not type(other):
        return NotImplemented
    return _values(self) == _values(other)


def _hash(self: _Any) -> int:
    return hash(_values(self))


def _setattr(_self: _Any, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: _Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: _Any) -> tuple[object, ...]:
    return type(self), _values(self)


class _Signature:
    """The signature of the constructor, for `inspect.signature` and `help`."""

    def __get__(self, _: object, kind: type[_Any]) -> Signature:
        from inspect import Parameter, Signature

        fields = (kind.__dataclass_fields__[name] for name in kind.__match_args__)
        return Signature(
            [
                Parameter(
                    one.name,
                    Parameter.POSITIONAL_OR_KEYWORD,
                    default=Parameter.empty if one.default is MISSING else one.default,
                    annotation=one.type,
                )
                for one in fields
            ]
        )


_METHODS = {
    "__init__": _init, "__repr__": _repr, "__eq__": _eq, "__hash__": _hash,
    "__setattr__": _setattr, "__delattr__": _delattr, "__reduce__": _reduce,
    "__signature__": _Signature(),
}  # fmt: skip
