"""The operator's secret key: how long it must be, and how to make one."""

from __future__ import annotations

SHORTEST = 16
HOW_TO_MAKE = "make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`"


class SecretKeyWeakError(ValueError):
    """The key is too short; the text says how to make a better one."""

    def __init__(self) -> None:
        super().__init__(f"must have at least {SHORTEST} characters; {HOW_TO_MAKE}")


def strong(key: str) -> str:
    """The key itself. Raises SecretKeyWeakError.

    >>> strong("correct horse battery")
    'correct horse battery'
    """
    if len(key) < SHORTEST:
        raise SecretKeyWeakError
    return key
