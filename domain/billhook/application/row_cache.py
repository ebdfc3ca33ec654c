"""Rows that one transaction has read, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class RowCache(Generic[K, V]):
    """Rows of one kind, read once a batch; what the batch decides stands in front of them."""

    __slots__ = ("_known", "_read")

    def __init__(self, read: Callable[[Collection[K]], Mapping[K, V]]) -> None:
        self._read = read
        self._known: dict[K, V | None] = {}

    def fetch(self, keys: Collection[K]) -> None:
        """Read those of the rows that are not known yet, in one go."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._known]
        if missing:
            found = self._read(missing)
            self._known.update({key: found.get(key) for key in missing})

    def get(self, key: K) -> V | None:
        """The row as the batch has it by now, or None."""
        if key not in self._known:
            self.fetch((key,))
        return self._known[key]

    def known(self, key: K) -> V | None:
        """The row if it was read or written before, else None; nothing is read."""
        return self._known.get(key)

    def put(self, key: K, value: V | None) -> None:
        """What the batch made of the row; None where it is gone."""
        self._known[key] = value

    def present(self) -> list[V]:
        """Every row that the batch knows of and that is there."""
        return [value for value in self._known.values() if value is not None]
