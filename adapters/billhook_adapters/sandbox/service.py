"""Builds the sandbox: known keys, captured messages and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from secrets import token_urlsafe
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from returns.result import Failure

from billhook.application.account_commands import OpenAccount, SaveWebhookEndpoint, UpdateAccount
from billhook.lifecycle.guards import GuardsOf
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId
from billhook.model.account import Account, AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.composition.apis import (
    DEFAULT_STYLE,
    ServedApi,
    account_policy,
    served,
    webhook_formats,
)
from billhook_adapters.composition.guards import installed_guards
from billhook_adapters.composition.parts import ApplicationParts, health, pages
from billhook_adapters.composition.service import Application, build_application
from billhook_adapters.documents.templating import Templates
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.core.mounts import Mount, Mounted
from billhook_adapters.http.core.vendor_api import VendorApi
from billhook_adapters.memory.keys import InMemoryKeyring
from billhook_adapters.memory.outbox import CapturedMessage, CapturedSender
from billhook_adapters.sandbox.api import SandboxApi
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.console.api import ConsoleApi
from billhook_adapters.sandbox.console.sources import AccountAccess, Sources
from billhook_adapters.sandbox.payments import Payer
from billhook_adapters.sandbox.resettable import Reset
from billhook_adapters.sandbox.webhooks import NOWHERE, CapturingWebhookSender
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.system.backend import Backend
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.secret_box import SecretBox
from billhook_adapters.webhooks.sender import HttpWebhookSender
from billhook_adapters.webhooks.url_rules import check_url

WEBHOOK = WebhookEndpointId("sandbox")


class Key(NamedTuple):
    """An API key of the sandbox; its secret may have any length."""

    id: str
    secret: str


class Location(NamedTuple):
    """A bearer token of the sandbox, and the location that it opens."""

    token: str
    id: str


class Webhook(NamedTuple):
    """Where the events of every account of the sandbox are sent, in the format of this style.

    Unless a URL is given they are posted nowhere: they can be read at `/sandbox/webhooks`.
    """

    url: str = NOWHERE
    secret: str = "sandbox"  # noqa: S105  # as the secrets of a sandbox's keys, it is known
    style: str = DEFAULT_STYLE
    public_key: str | None = None
    """By which the receiver verifies, where the secret is a private key."""


CAPTURED = Webhook()


class Shared(NamedTuple):
    """What takes long to make and holds no state: a sandbox that is reset makes it once."""

    served: Sequence[ServedApi]
    guards: GuardsOf
    templates: Templates
    poster: Poster
    box: SecretBox

    @classmethod
    def made(cls) -> Self:
        """The APIs and guards that are installed, and a secret box of this process."""
        return cls(
            served(),
            installed_guards(),
            Templates(),
            Poster(allow_loopback=True),
            SecretBox(token_urlsafe(32)),
        )


def build_sandbox(
    database: str | Backend,
    *,
    base_url: str,
    keys: Sequence[Key],
    locations: Sequence[Location] = (),
    webhook: Webhook = CAPTURED,
    shared: Shared | None = None,
    reset: Reset | None = None,
) -> Application:
    """The sandbox on a database, or the one at this URL; each key has its own account.

    A location belongs to the account of the key at the same index; further locations have their
    own accounts. The same keys on the same database have the same accounts again. `reset` is what
    its own route of this name calls; None where the database is kept.

    Raises ValueError on a webhook URL that cannot be used.
    """
    check_url(webhook.url, allow_loopback=True)
    shared = shared or Shared.made()
    clock = MovableClock(SystemClock())
    sent: list[CapturedMessage] = []
    outbox = {medium: CapturedSender(shared.templates, sent, clock) for medium in Medium}
    apis = [one.api for one in shared.served]
    opened = _opened(keys, locations, apis)
    accounts = [account.id for account in opened]
    formats = webhook_formats(apis)
    webhook_sender = CapturingWebhookSender(
        shared.poster,
        clock,
        lambda poster: HttpWebhookSender(poster, shared.box, SystemClock(), formats),
        [],
    )

    def parts(made_of: ApplicationParts) -> Sequence[Mounted]:
        payer = Payer(
            made_of.batched,
            [api.payer_redirect for api in apis if api.payer_redirect is not None],
            {account_of(key): key.secret for key in keys},
        )
        app = SandboxApi(
            made_of.batched,
            made_of.background_jobs,
            accounts,
            clock,
            outbox,
            payer,
            webhooks=webhook_sender.posted,
            reset=reset,
            error_response=apis[0].error_response,
        )
        console = ConsoleApi(
            Sources(
                made_of.batched,
                made_of.background_jobs,
                [_access(*one) for one in zip_longest(accounts, keys, locations)],
                clock,
                sent,
                outbox,
                webhook_sender.posted,
                webhook_sender.resend,
                payer,
                webhook.secret,
                webhook.public_key is not None,
                base_url,
                urlsplit(base_url).path.removesuffix("/i/"),
            )
        )
        return [
            health(made_of),
            *pages(made_of, pay=payer.pay_requested),
            Mounted("the sandbox", Mount(prefix="/sandbox"), app, app.routes, owns_mount=True),
            Mounted("the console", Mount(), console, console.routes),
        ]

    application = build_application(
        database,
        clock=clock,
        ids=RandomIds(base_url),
        senders=outbox,
        webhook_sender=webhook_sender,
        inline=True,
        base_url=base_url,
        keyring=InMemoryKeyring,  # not stored: they are given at each start, and may be short
        apis=shared.served,
        guards=shared.guards,
        parts=parts,
        charges_automatically=True,  # its payer pays at /sandbox/invoices/{id}/payments
    )
    for account in opened:
        if isinstance(application.service.execute(OpenAccount.of(account)), Failure):
            # The account exists: an earlier sandbox used the same database.
            policy = AccountPolicy.model_validate(dict(account.policy))
            application.service.execute(
                UpdateAccount(account=account.id, name=account.name, policy=policy)
            ).unwrap()
    for key in keys:
        application.keys.add(account_of(key), key.id, key.secret)
    for account, location in zip(opened, locations, strict=False):
        token = token_key(location.token, location.id)
        application.keys.add(account.id, token.id, token.secret, location=token.location)
    for account, location in zip_longest(opened, locations):
        endpoint = WebhookEndpoint(
            account=account.id,
            id=WEBHOOK,
            url=webhook.url,
            style=webhook.style,
            events=formats[webhook.style].events,
            location=None if location is None else location.id,
            sealed_secret=shared.box.seal(webhook.secret),
            public_key=webhook.public_key,
        )
        application.service.execute(
            SaveWebhookEndpoint(account=account.id, webhook_endpoint=endpoint)
        ).unwrap()
    return application


def _opened(
    keys: Sequence[Key], locations: Sequence[Location], apis: Sequence[VendorApi]
) -> list[Account]:
    """The accounts of the keys, then those of further locations."""
    named = [(account_of(key), key.id) for key in keys]
    named += [
        (AccountId(derived_id("acc", "location", location.id)), location.id)
        for location in locations[len(keys) :]
    ]
    key, both = Authentication.API_KEY, set(Authentication)
    return [
        Account(
            id=account,
            name=f"Sandbox {name}",
            policy=account_policy(apis, both if index < len(locations) else {key}),
        )
        for index, (account, name) in enumerate(named)
    ]


def _access(account: AccountId, key: Key | None, location: Location | None) -> AccountAccess:
    return AccountAccess(
        account, *(key or (None, None)), *((location.token, location.id) if location else ())
    )


def account_of(key: Key) -> AccountId:
    """The account of a key of the sandbox."""
    return AccountId(derived_id("acc", key.id))
