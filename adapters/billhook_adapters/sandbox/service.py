"""Builds the sandbox: known keys, captured messages and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from secrets import token_urlsafe
from typing import NamedTuple

from returns.result import Failure

from billhook.application.account_commands import OpenAccount, SaveWebhookEndpoint, UpdateAccount
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId
from billhook.model.account import Account, AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.composition.apis import (
    DEFAULT_STYLE,
    account_policy,
    registered,
    served,
    webhook_formats,
)
from billhook_adapters.composition.parts import ApplicationParts, health, pages
from billhook_adapters.composition.service import Application, build_application
from billhook_adapters.documents.templating import Templates
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.core.mounts import Mount, Mounted
from billhook_adapters.memory.keys import InMemoryKeyring
from billhook_adapters.memory.outbox import CapturedSender
from billhook_adapters.sandbox.api import SandboxApi
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.payments import Payer
from billhook_adapters.system.api_keys import token_key
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
    """Where the events of every account of the sandbox are sent, in the format of this style."""

    url: str
    secret: str
    style: str = DEFAULT_STYLE
    public_key: str | None = None
    """By which the receiver verifies, where the secret is a private key."""


def build_sandbox(
    url: str,
    *,
    base_url: str,
    keys: Sequence[Key],
    locations: Sequence[Location] = (),
    webhook: Webhook | None = None,
) -> Application:
    """The sandbox on the database at this URL; each key has its own account.

    A location belongs to the account of the key at the same index; further locations have their
    own accounts. The same keys on the same database have the same accounts again.

    Raises ValueError on a webhook URL that cannot be used.
    """
    if webhook is not None:
        check_url(webhook.url, allow_loopback=True)
    clock = MovableClock(SystemClock())
    outbox = {medium: CapturedSender(Templates()) for medium in Medium}
    box = SecretBox(token_urlsafe(32))  # new for each process, and so are the sealed secrets
    opened = _opened(keys, locations)
    accounts = [account.id for account in opened]
    apis = registered()
    formats = webhook_formats(apis)

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
            error_response=apis[0].error_response,
        )
        return [
            health(made_of),
            *pages(made_of, pay=payer.pay_requested),
            Mounted("the sandbox", Mount(prefix="/sandbox"), app, app.routes, owns_mount=True),
        ]

    application = build_application(
        url,
        clock=clock,
        ids=RandomIds(base_url),
        senders=outbox,
        webhook_sender=HttpWebhookSender(Poster(allow_loopback=True), box, SystemClock(), formats),
        inline=True,
        base_url=base_url,
        keyring=InMemoryKeyring,  # not stored: they are given at each start, and may be short
        apis=served(),
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
    style = DEFAULT_STYLE if webhook is None else webhook.style
    for account, location in zip_longest(opened, locations):
        endpoint = WebhookEndpoint(
            account=account.id,
            id=WEBHOOK,
            url=webhook.url if webhook else "http://127.0.0.1/",
            style=style,
            events=formats[style].events,
            location=None if location is None else location.id,
            sealed_secret=box.seal(webhook.secret) if webhook else None,
            public_key=webhook.public_key if webhook else None,
            silenced=webhook is None,  # even if an earlier sandbox on this database had one
        )
        application.service.execute(
            SaveWebhookEndpoint(account=account.id, webhook_endpoint=endpoint)
        ).unwrap()
    return application


def _opened(keys: Sequence[Key], locations: Sequence[Location]) -> list[Account]:
    """The accounts of the keys, then those of further locations."""
    named = [(account_of(key), key.id) for key in keys]
    named += [
        (AccountId(derived_id("acc", "location", location.id)), location.id)
        for location in locations[len(keys) :]
    ]
    apis = registered()
    key, both = Authentication.API_KEY, set(Authentication)
    return [
        Account(
            id=account,
            name=f"Sandbox {name}",
            policy=account_policy(apis, both if index < len(locations) else {key}),
        )
        for index, (account, name) in enumerate(named)
    ]


def account_of(key: Key) -> AccountId:
    """The account of a key of the sandbox."""
    return AccountId(derived_id("acc", key.id))
