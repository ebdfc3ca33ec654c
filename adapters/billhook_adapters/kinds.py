"""What kind of trouble an exception is, for logs and probes."""

from __future__ import annotations


def kind(error: BaseException) -> str:
    """The name of its type, and the database's own code where it came from one.

    Never its words, which may quote a row or a header. A server that cannot be reached gives no
    code.

    >>> kind(ValueError("ravi@example.com was refused"))
    'ValueError'
    """
    name = type(error).__name__
    driver = getattr(error, "orig", None)
    code = getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None)
    return name if code is None else f"{name} ({code})"
