"""A match over a verb's refusals is seen to be complete: what a face relies on."""

from __future__ import annotations

from typing import assert_never

from billhook import AddressSuppressed, MissingContact, MissingEmail, OperationNotAllowed, TooSoon
from billhook.lifecycle.notify import NotifyError


def worded(refusal: NotifyError) -> str:
    match refusal:
        case OperationNotAllowed():
            return f"not while {refusal.status}"
        case MissingEmail():
            return "no e-mail address"
        case MissingContact():
            return "no phone number"
        case AddressSuppressed():
            return refusal.reason
        case TooSoon():
            return f"wait until {refusal.until}"
        case _:
            assert_never(refusal)
