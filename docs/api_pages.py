"""Which public name is on which page of the reference."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple, get_args

from api_names import definition

import billhook
from billhook.lifecycle.errors import ERRORS
from billhook.lifecycle.events import Event


class ApiPage(NamedTuple):
    """A page of the reference: its title, what it is about, and its names with their modules."""

    title: str
    about: str
    names: tuple[tuple[str, str], ...]


def _of(*packages: str) -> tuple[tuple[str, str], ...]:
    """The public names of packages of the domain, without the errors and the events."""
    elsewhere = {kind.__name__ for kind in (*ERRORS.values(), *get_args(Event))}
    within = tuple(f"billhook.{package}" for package in packages)
    return tuple(
        ("billhook", name)
        for name in billhook.__all__
        if definition("billhook", name).module.startswith(within) and name not in elsewhere
    )


def _all_of(*modules: str) -> tuple[tuple[str, str], ...]:
    """The names that modules list as theirs."""
    return tuple((module, name) for module in modules for name in import_module(module).__all__)


PAGES = {
    "model": ApiPage(
        "Model",
        "Values: what an invoice, a payment or an account is made of. A wrong value is a "
        "`ValidationError` of pydantic, which is a ValueError, and names the field.",
        _of("model"),
    ),
    "lifecycle": ApiPage(
        "Lifecycle",
        "The operations on an invoice: pure functions. A refusal is a value, one of the "
        "[errors](../errors.md) that are listed; an argument of a wrong type is a TypeError or "
        "ValueError that names the parameter.",
        _of("lifecycle", "decisions"),
    ),
    "messaging": ApiPage(
        "Messaging", "What goes out: messages, reports of their delivery, webhook events.",
        _of("messaging"),
    ),
    "application": ApiPage(
        "Application",
        "The invoice service and its commands. Besides the errors that are listed, every command "
        "may return `AccountNotFound`, `IdempotencyKeyReused` or `NotStored`.",
        _of("application"),
    ),
    "results": ApiPage(
        "Results and sentences",
        "What turns an error into an exception, or into a sentence.",
        _of("results", "sentences"),
    ),
    "ports": ApiPage(
        "Ports",
        "The interfaces that adapters implement, in `billhook.application.ports`.",
        tuple(
            ("billhook.application.ports", name)
            for name in (
                "Clock", "Engine", "Ids", "SelectiveSender", "Sender", "Snapshot", "Store",
                "StoreConflictError", "Transaction", "UnreadableRowError", "WebhookContext",
                "WebhookSender",
            )
        ),
    ),
    "adapters": ApiPage(
        "Adapters",
        "What surrounds the domain. Each name is imported from the module that stands before it.",
        (
            *_all_of("billhook_adapters.memory"),
            ("billhook_adapters.composition.service", "Application"),
            ("billhook_adapters.composition.service", "build_application"),
            ("billhook_adapters.composition.settings", "SettingError"),
            ("billhook_adapters.composition.settings", "Settings"),
            ("billhook_adapters.composition.settings", "settings"),
            *_all_of("billhook_adapters.email", "billhook_adapters.engine"),
            *_all_of("billhook_adapters.sql"),
            ("billhook_adapters.system.clock", "SystemClock"),
        ),
    ),
    "testing": ApiPage(
        "Testing",
        "For your own tests. Each name is imported from the module that stands before it.",
        (
            *_all_of("billhook_adapters.testing", "billhook_adapters.testing.contracts"),
            *_all_of("billhook_adapters.testing.faults"),
            ("billhook_adapters.testing.running", "RunningService"),
        ),
    ),
}  # fmt: skip

HOMES = {
    **{name: f"{page}.md" for page, of in PAGES.items() for _, name in of.names},
    **{kind.__name__: "../errors.md" for kind in ERRORS.values()},
    **{kind.__name__: "../events.md" for kind in get_args(Event)},
}
"""The page of each public name, as a link from a page of the API."""
