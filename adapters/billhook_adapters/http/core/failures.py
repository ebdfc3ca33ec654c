"""What may go wrong with a request in every API, before or beside its own errors."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from typing import Self


class RequestFailure(Enum):
    """A failure by its code, with the status and the sentence for an API that has none of its own.

    >>> RequestFailure("body_too_large").status
    413
    """

    status: int
    detail: str

    def __new__(cls, code: str, status: int, detail: str) -> Self:
        """A member whose value is its code."""
        member = object.__new__(cls)
        member._value_, member.status, member.detail = code, status, detail
        return member

    MALFORMED = "malformed", 400, "The request is not valid HTTP."
    INVALID_HOST = (
        "invalid_host",
        400,
        "Send one Host header with a host name and its port, if any.",
    )
    INCOMPLETE_BODY = (
        "incomplete_body",
        400,
        "The request offered another protocol and its body was lost; send it without Upgrade.",
    )
    TIMEOUT = "timeout", 408, "The request did not arrive in time; send it again."
    BODY_TOO_LARGE = "body_too_large", 413, "The body is too large."
    TARGET_TOO_LONG = "target_too_long", 414, "The path and the query are too long."
    TOO_MANY_CONNECTIONS = (
        "too_many_connections",
        429,
        "Too many connections from this address; use fewer.",
    )
    RATE_LIMITED = "rate_limited", 429, "Too many requests in a short time; wait, then try again."
    HEAD_TOO_LARGE = "head_too_large", 431, "The request has too many or too long header fields."
    SERVER_ERROR = "server_error", 500, "The service failed; try again."
    UNAVAILABLE = "unavailable", 503, "The service cannot be used for the moment; try again."
    OVERLOADED = "overloaded", 503, "More arrived at once than can be answered in time; try again."


RETRY_SECONDS = "5"
RETRY_AFTER = (b"retry-after", RETRY_SECONDS.encode())
"""When a request may be repeated that met a database which cannot be used."""


def retry_after(until: datetime) -> tuple[bytes, bytes]:
    """The header of a response that refuses until a time.

    A date holds whenever it is read; rounded up to a second, it is late enough.

    >>> from datetime import UTC
    >>> retry_after(datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=UTC))[1]
    b'Thu, 01 Jan 2026 12:00:01 GMT'
    """
    late = until if not until.microsecond else until.replace(microsecond=0) + timedelta(seconds=1)
    return b"retry-after", format_datetime(late, usegmt=True).encode()


class RequestFailedError(Exception):
    """A request cannot be served: its body is too large, broken off or late."""

    def __init__(self, failure: RequestFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure
