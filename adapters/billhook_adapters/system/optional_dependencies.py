"""What to say when a package is missing: the extra that brings it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def needs(extra: str) -> Generator[None]:
    """Imports inside the block come with this extra; a missing one is named with its remedy.

    Raises ModuleNotFoundError. A missing part of billhook itself is a bug, and raised as it is.

    >>> with needs("sql"):
    ...     import sqlalchemy_of_another_name
    Traceback (most recent call last):
    ModuleNotFoundError: sqlalchemy_of_another_name is missing: pip install 'billhook[sql]'
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        name = (missing.name or "a package").partition(".")[0]
        if name.startswith("billhook") or "pip install" in str(missing):
            raise
        remedy = f"{name} is missing: pip install 'billhook[{extra}]'"
        raise ModuleNotFoundError(remedy, name=missing.name) from None
