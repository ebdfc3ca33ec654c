"""A vendor API as one object, registered once: the service knows it by this alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from billhook.application.command import AnyCommand
from billhook.application.ports import Clock, Ids
from billhook.lifecycle.errors import DomainError
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Customer
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.mounts import ROOT, Mount, Mounted
from billhook_adapters.http.core.response import Response
from billhook_adapters.importing.importer import ReadExport
from billhook_adapters.system.api_keys import Keyring
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.webhooks.formats import WebhookFormat

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


class ApiContext(NamedTuple):
    """What the service gives to each API that it serves.

    With `charges_automatically` a payer's payment method is charged by someone else: the sandbox.
    """

    batched: BatchedService
    keys: Keyring
    clock: Clock
    charges_automatically: bool = False
    ids: Ids = RandomIds()


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorApi:
    """What one vendor API is, wherever it is mounted.

    `application` makes the ASGI application that serves it, usually an `HttpApi`. `routes` returns
    the templates of its paths below a mount, each id a `*`; it is a function so that a framework is
    imported only where the API is served. `error_response` words an error of the domain as this
    API does. Raises ValueError on a name of another form.
    """

    name: str
    """What it is chosen by, as in `--api NAME`."""
    application: Callable[[ApiContext], App]
    routes: Callable[[], Collection[str]]
    error_response: Callable[[DomainError], Response]
    authentication: Authentication | None = None
    """The credentials of its callers; None where the API has its own."""
    mount: Mount = ROOT
    """Where it is mounted unless the operator says otherwise."""
    owns_mount: bool = False
    """Whether it answers for everything below its mount, beside APIs that share the mount."""
    other_segments: frozenset[str] = frozenset()
    """First path segments of the vendor's that have no route here: its clients get its 404."""
    webhook_formats: Mapping[str, WebhookFormat] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """The webhook formats that it brings, by the style that a webhook endpoint names."""
    payer_redirect: Callable[[Invoice, str, str], str | None] | None = None
    """Where a payer is sent after a payment: from the invoice as it is then, the reference of the
    payment, and the secret of the account's API key, which only the sandbox knows."""
    account_policy: AccountPolicy | None = None
    """What it requires of its accounts, in the fields that are set."""
    read_export: ReadExport | None = None
    """Reads an invoice that the vendor exported, to import it; None where it cannot be."""

    keep_customer: Callable[[AccountId, Customer], AnyCommand | None] | None = None
    """The command by which an account has a customer, with its id, from the start of a sandbox;
    None where the vendor has no customers, or none like it."""

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise ValueError("an API's name is 1 to 32 of a-z, 0-9, `_` and `-`")

    def mounted(self, mount: Mount, app: App) -> Mounted:
        """Its application at a mount."""
        return Mounted(self.name, mount, app, self.routes(), self.owns_mount, self.other_segments)
