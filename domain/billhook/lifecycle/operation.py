"""The operations of the lifecycle, by name."""

from __future__ import annotations

from enum import StrEnum


class Operation(StrEnum):
    """What may be asked of an invoice that exists."""

    ISSUE = "issue"
    PAY = "pay"
    NOTIFY = "notify"
    EXPIRE = "expire"
    CANCEL = "cancel"
    DELETE = "delete"
    UPDATE = "update"
