"""For tests of your own: builders of every value, the types of the fixtures, the ports' suites.

    from billhook_adapters.testing import an_invoice

    def test_a_paid_invoice_is_not_sent():
        assert isinstance(notify(an_invoice(Status.PAID), Medium.SMS, now=NOON), Failure)

A store, a clock, ids or a sender of your own inherits its suite from
`billhook_adapters.testing.contracts`. The names load at first use, because pytest imports this
package wherever billhook is installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billhook_adapters.testing.builders import (
        NOON,
        a_customer,
        a_document,
        a_full_document,
        a_line,
        a_message,
        a_payment,
        a_recorded_payment,
        a_webhook_endpoint,
        a_webhook_event,
        an_account,
        an_entry,
        an_invoice,
    )
    from billhook_adapters.testing.outbox import Outbox
    from billhook_adapters.testing.sandbox import (
        ApiFault,
        Sandbox,
        SandboxEffect,
        SandboxError,
        SandboxPayment,
        SentMessage,
        SentWebhook,
    )

__all__ = [
    "NOON",
    "ApiFault",
    "Outbox",
    "Sandbox",
    "SandboxEffect",
    "SandboxError",
    "SandboxPayment",
    "SentMessage",
    "SentWebhook",
    "a_customer",
    "a_document",
    "a_full_document",
    "a_line",
    "a_message",
    "a_payment",
    "a_recorded_payment",
    "a_webhook_endpoint",
    "a_webhook_event",
    "an_account",
    "an_entry",
    "an_invoice",
]

_SANDBOX = (
    *("ApiFault", "Sandbox", "SandboxEffect", "SandboxError", "SandboxPayment"),
    *("SentMessage", "SentWebhook"),
)
_MODULES = {"Outbox": "outbox", **dict.fromkeys(_SANDBOX, "sandbox")}
"""Where the names are that are no builders."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'builders')}"), name)
    globals()[name] = found
    return found
