"""A cache of the rows that one transaction has read or written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class RowCache(Generic[K, V]):
    """Rows of one kind, each read at most once; rows that were written replace those read."""

    __slots__ = ("_known", "_read")

    def __init__(self, read: Callable[[Collection[K]], Mapping[K, V]]) -> None:
        self._read = read
        self._known: dict[K, V | None] = {}

    def fetch(self, keys: Collection[K]) -> None:
        """Read the rows that are not in the cache yet, in one call."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._known]
        if missing:
            rows = self._read(missing)
            self._known.update({key: rows.get(key) for key in missing})

    def get(self, key: K) -> V | None:
        """The row, read if it is not in the cache; None if it does not exist."""
        if key not in self._known:
            self.fetch((key,))
        return self._known[key]

    def known(self, key: K) -> V | None:
        """The row if it is in the cache, else None; nothing is read."""
        return self._known.get(key)

    def put(self, key: K, value: V | None) -> None:
        """Replace the row in the cache; None if it no longer exists."""
        self._known[key] = value

    def present(self) -> list[V]:
        """All rows in the cache that exist."""
        return [value for value in self._known.values() if value is not None]
