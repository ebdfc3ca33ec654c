"""A match over an operation's errors is checked for completeness: vendor APIs rely on it."""

from __future__ import annotations

from typing import assert_never

from billhook import (
    AddressSuppressed,
    CountryNotAllowed,
    GuardRefused,
    MissingContact,
    MissingEmail,
    OperationNotAllowed,
    PremiumNumber,
    SmsBudgetUsedUp,
    SmsDisabled,
    TooSoon,
    UnknownMedium,
    UnreachableContact,
    UnsupportedAddress,
)
from billhook.lifecycle.notify import NotifyError


def worded(error: NotifyError) -> str:
    match error:
        case OperationNotAllowed():
            return f"not while {error.status}"
        case GuardRefused():
            return error.message
        case UnknownMedium():
            return "only e-mail and SMS"
        case MissingEmail():
            return "no e-mail address"
        case MissingContact():
            return "no phone number"
        case UnreachableContact() | UnsupportedAddress():
            return "another address"
        case AddressSuppressed():
            return error.reason
        case SmsDisabled() | PremiumNumber():
            return "no SMS"
        case CountryNotAllowed():
            return error.country
        case SmsBudgetUsedUp():
            return f"more SMS at {error.until}"
        case TooSoon():
            return f"wait until {error.until}"
        case _:
            assert_never(error)
