"""A `Result` for code that works with exceptions: its value, or an exception with the error."""

from __future__ import annotations

from typing import TypeVar

from returns.pipeline import is_successful
from returns.result import Result

from billhook.sentences import AnyError, sentence

A = TypeVar("A")


class RefusedError(Exception):
    """An operation returned an error. Its text is the sentence of the error, with the code."""

    def __init__(self, error: AnyError) -> None:
        super().__init__(error)
        self.error = error

    def __str__(self) -> str:
        return f"{sentence(self.error)} ({self.error.code})"


def or_raise(result: Result[A, AnyError]) -> A:
    """The value of a result. Raises RefusedError, whose `error` is the error of the result.

    For tests, scripts, tasks and pages, where an error ends what is being done. A program that goes
    on checks `returns.pipeline.is_successful(result)`, and matches `result.failure()`.

    >>> from billhook import examples, notify
    >>> or_raise(notify(examples.issued(), "sms", now=examples.NOON)).address
    '+919876543210'
    >>> or_raise(notify(examples.drafted(), "sms", now=examples.NOON))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    billhook.results.RefusedError: notify is not allowed when draft, ... (operation_not_allowed)
    """
    if not is_successful(result):
        raise RefusedError(result.failure())
    return result.unwrap()
