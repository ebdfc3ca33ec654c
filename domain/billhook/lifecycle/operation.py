"""The names of the lifecycle operations."""

from __future__ import annotations

from enum import StrEnum


class Operation(StrEnum):
    """An operation on an existing invoice."""

    ISSUE = "issue"
    PAY = "pay"
    NOTIFY = "notify"
    EXPIRE = "expire"
    CANCEL = "cancel"
    DELETE = "delete"
    UPDATE = "update"
