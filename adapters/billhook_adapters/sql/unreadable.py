"""Rows that do not hold what they should, named by their table, their account and their id."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from billhook.application.ports import UnreadableRowError
from billhook_adapters.system.error_kinds import kind

R = TypeVar("R", Mapping[str, Any], Sequence[Any])
V = TypeVar("V")


def read(
    table: str, make: Callable[[R], V], rows: Iterable[R], key: Callable[[R], tuple[str, str]]
) -> Generator[V]:
    """The value that `make` returns for each row; `key` finds the account and the id in one.

    Raises UnreadableRowError.
    """
    for row in rows:
        try:
            value = make(row)
        except Exception as error:  # noqa: BLE001  # a corrupt row may raise anything
            raise UnreadableRowError(table, *key(row), fault(error)) from None  # it quotes the row
        yield value


@contextmanager
def fetching(table: str, keys: Collection[tuple[str, str]] = ()) -> Generator[None]:
    """Turn what the driver raises for a column of another type into UnreadableRowError.

    The row is named where there is only one key.
    """
    try:
        yield
    except OperationalError as error:
        # SQLite's own errors have a name; without one the driver met text that is not UTF-8.
        if not isinstance(error.orig, sqlite3.Error) or hasattr(error.orig, "sqlite_errorname"):
            raise
        raise _unnamed(table, keys, error) from None
    except (ValueError, TypeError) as error:
        raise _unnamed(table, keys, error) from None


def _unnamed(table: str, keys: Collection[tuple[str, str]], error: Exception) -> UnreadableRowError:
    if len(keys) != 1:
        return UnreadableRowError(table, None, None, fault(error))
    ((account, name),) = keys
    return UnreadableRowError(table, account, name, fault(error))


def fault(error: Exception) -> str:
    """What is wrong with a row, without its content."""
    if isinstance(error, ValidationError):
        return f"{kind(error)}: {error.errors(include_input=False, include_url=False)[0]['type']}"
    return kind(error)
