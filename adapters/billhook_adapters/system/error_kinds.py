"""The kind of an exception, for logs and probes."""

from __future__ import annotations


def kind(error: BaseException) -> str:
    """The name of its type, and the database's own code where it came from one.

    Never its words, which may quote a row or a header. A server that cannot be reached gives no
    code.

    >>> kind(ValueError("ravi@example.com was refused"))
    'ValueError'
    """
    name, own = type(error).__name__, code(error)
    return name if own is None else f"{name} ({own})"


def code(error: BaseException) -> str | None:
    """The database's own code of an exception, where it has one."""
    driver = getattr(error, "orig", None)
    found: str | None = getattr(driver, "sqlite_errorname", None) or getattr(
        driver, "sqlstate", None
    )
    return found
