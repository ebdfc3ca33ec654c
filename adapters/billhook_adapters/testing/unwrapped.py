"""What a `Result` was that a test unwrapped wrongly: its own exception says nothing."""

from __future__ import annotations

from typing import Any, cast

from returns.primitives.exceptions import UnwrapFailedError
from returns.result import Failure, Success

_TAKE: dict[type, str] = {Failure: "failure", Success: "unwrap"}

LONGEST = 2000
"""How many characters of a value are shown."""


def add_note(raised: BaseException | None) -> None:
    """Add the value to an UnwrapFailedError of a Result; anything else is left as it is.

    >>> error = UnwrapFailedError(Failure("too soon"))
    >>> add_note(error)
    >>> error.__notes__
    ["the Result was a Failure: 'too soon'"]
    """
    if not isinstance(raised, UnwrapFailedError):
        return
    container: object = cast("Any", raised).halted_container
    take = _TAKE.get(type(container))
    if take is not None:
        value: object = getattr(container, take)()
        raised.add_note(f"the Result was a {type(container).__name__}: {_shown(value)}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
