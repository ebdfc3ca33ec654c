"""Builds the sandbox: known keys, captured messages and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from billhook_adapters.http.core.asgi import App, Scope
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.core.mounts import Mount, Mounted
from billhook_adapters.http.core.vendor_api import VendorApi
from billhook_adapters.memory.backend import InMemoryBackend
from billhook_adapters.memory.keys import InMemoryKeyring
from billhook_adapters.memory.outbox import CapturedSender
from billhook_adapters.sandbox.api import SandboxApi
from billhook_adapters.sandbox.console.api import ConsoleApi
from billhook_adapters.sandbox.console.sources import AccountAccess, Sources
from billhook_adapters.sandbox.failing_apis import failing
from billhook_adapters.sandbox.faults import FaultySender
from billhook_adapters.sandbox.moves import Moves
from billhook_adapters.sandbox.payments import Payer
from billhook_adapters.sandbox.request_log import RequestLog
from billhook_adapters.sandbox.routes import Served
from billhook_adapters.sandbox.running import Credentials, Key, Sandbox
from billhook_adapters.sandbox.start import PRESENT, Start
from billhook_adapters.sandbox.start_file import load
from billhook_adapters.sandbox.state import Recorded, SandboxState
from billhook_adapters.sandbox.webhooks import NOWHERE, CapturingWebhookSender
from billhook_adapters.sandbox.workspace import Workspace
from billhook_adapters.sandbox.workspaces import Workspaces, root_of
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.system.backend import Backend
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.webhooks.allowed_hosts import NO_HOSTS, AllowedHosts
from billhook_adapters.webhooks.formats import WebhookFormat
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.secret_box import SecretBox
from billhook_adapters.webhooks.sender import HttpWebhookSender
from billhook_adapters.webhooks.url_rules import check_url

WEBHOOK = WebhookEndpointId("sandbox")


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
    allowed: AllowedHosts
    box: SecretBox

    @classmethod
    def made(cls, allowed: AllowedHosts = NO_HOSTS) -> Self:
        """The APIs and guards that are installed, and a secret box of this process.

        `allowed` are the hosts of a private network to which webhooks may be posted.
        """
        return cls(
            served(),
            installed_guards(),
            Templates(),
            Poster(allow_loopback=True, allowed=allowed),
            allowed,
            SecretBox(token_urlsafe(32)),
        )


def build_workspaces(
    *,
    base_url: str,
    credentials: Credentials,
    webhook: Webhook = CAPTURED,
    start: Start = PRESENT,
    shared: Shared | None = None,
) -> Workspaces:
    """The default workspace with these credentials, and what makes others beside it.

    `base_url` is what short URLs begin with; those of other workspaces name the workspace before
    its path. Raises as `build_sandbox` does.
    """
    made_once = shared or Shared.made()
    url = urlsplit(base_url)

    def workspace(workspaces: Workspaces, name: str | None, owned: Credentials) -> Workspace:
        begins = start if name is None else start.of_one_account(credentials.keys[0].id)

        def sandbox(served_by: Workspace, state: SandboxState | None) -> Sandbox:
            return build_sandbox(
                InMemoryBackend(None if state is None else state.rows),
                base_url=url._replace(path=f"{root_of(name)}{url.path}").geturl(),
                credentials=owned,
                webhook=webhook,
                start=begins,
                shared=made_once,
                workspace=served_by,
                workspaces=workspaces if name is None else None,
                root=root_of(name),
                state=state,
            )

        return Workspace(sandbox, starts_at_present=begins.is_at_present)

    return Workspaces(workspace, credentials, url.path)


def build_sandbox(
    database: str | Backend,
    *,
    base_url: str,
    credentials: Credentials,
    webhook: Webhook = CAPTURED,
    start: Start = PRESENT,
    shared: Shared | None = None,
    workspace: Workspace | None = None,
    workspaces: Workspaces | None = None,
    root: str = "",
    state: SandboxState | None = None,
) -> Sandbox:
    """The sandbox on a database, or the one at this URL.

    The same keys on the same database have the same accounts again. `workspace` is what it is
    served by, None where the database is kept; `workspaces` are those that its own routes make and
    close; `root` is what the paths of its console begin with. With a `state`, the database has its
    rows, and the rest of it goes on from there.

    Raises ValueError on a webhook URL that cannot be used, and StartFileError where the invoices
    of the start file are refused.
    """
    shared = shared or Shared.made()
    check_url(webhook.url, allow_loopback=True, allowed=shared.allowed)
    clock = start.clock()
    if state is None:
        ids, recorded = start.ids(clock, base_url), Recorded()
    else:
        ids, recorded = state.ids.continued(clock), state.recorded.copied()
        if state.now is not None:
            clock.set(state.now)
    senders = {
        medium: FaultySender(
            CapturedSender(shared.templates, recorded.messages, clock), recorded.faults
        )
        for medium in Medium
    }
    apis = [one.api for one in shared.served]
    opened = _opened(credentials, apis, start)
    formats = webhook_formats(apis)
    webhook_sender = CapturingWebhookSender(
        shared.poster,
        clock,
        lambda poster: HttpWebhookSender(poster, shared.box, SystemClock(), formats),
        recorded.webhooks,
    )
    log = RequestLog(clock, credentials.are_in)
    own: list[App] = []
    moves_of: list[Moves] = []

    def parts(made_of: ApplicationParts) -> Sequence[Mounted]:
        payer = Payer(
            made_of.batched,
            [api.payer_redirect for api in apis if api.payer_redirect is not None],
            {account_of(key): key.secret for key in credentials.keys},
            ids,
        )
        moves = Moves(clock, made_of.background_jobs, recorded)
        moves_of.append(moves)
        console = ConsoleApi(
            Sources(
                made_of.batched,
                made_of.background_jobs,
                _accesses(credentials, opened),
                clock,
                recorded,
                moves,
                log,
                webhook_sender.resend,
                payer,
                webhook.secret,
                webhook.public_key is not None,
                base_url,
                root,
            )
        )
        app = SandboxApi(
            Served(
                made_of.batched,
                made_of.background_jobs,
                [account.id for account in opened],
                clock,
                recorded,
                moves,
                payer,
                webhook_sender,
                log,
                workspace,
                workspaces,
                apis[0].error_response,
            )
        )
        mounted = [
            health(made_of),
            *pages(made_of, pay=payer.pay_requested),
            Mounted("the sandbox", Mount(prefix="/sandbox"), app, app.routes, owns_mount=True),
            Mounted("the console", Mount(), console, console.routes),
        ]
        own.extend(one.app for one in mounted)
        return mounted

    application = build_application(
        database,
        clock=clock,
        ids=ids,
        senders=senders,
        webhook_sender=webhook_sender,
        inline=True,
        base_url=base_url,
        keyring=InMemoryKeyring,  # not stored: they are given at each start, and may be short
        apis=shared.served,
        guards=shared.guards,
        parts=parts,
        charges_automatically=True,  # its payer pays at /sandbox/invoices/{id}/payments
    )
    if state is None:
        _open(application, opened)
        # Before there are endpoints: webhooks are of what happens after the start.
        load(
            start.file,
            application.service,
            {key.id: account_of(key) for key in credentials.keys},
            ids,
            [api.keep_customer for api in apis if api.keep_customer is not None],
        )
    _add_keys(application, credentials, opened)
    if state is None:
        _save_webhooks(application, credentials, opened, webhook, shared.box, formats)

    def is_api(scope: Scope) -> bool:
        return application.table.app(scope) not in own

    app = failing(application.app, recorded.faults, is_api, application.table.failed)
    return Sandbox(application, log.logging(app, is_api), clock, moves_of[0], ids, recorded, log)


def _open(application: Application, accounts: Sequence[Account]) -> None:
    for account in accounts:
        if isinstance(application.service.execute(OpenAccount.of(account)), Failure):
            # The account exists: an earlier sandbox used the same database.
            policy = AccountPolicy.model_validate(dict(account.policy))
            application.service.execute(
                UpdateAccount(
                    account=account.id, name=account.name, policy=policy, profile=account.profile
                )
            ).unwrap()


def _add_keys(
    application: Application, credentials: Credentials, accounts: Sequence[Account]
) -> None:
    for key in credentials.keys:
        application.keys.add(account_of(key), key.id, key.secret)
    for account, location in zip(accounts, credentials.locations, strict=False):
        token = token_key(location.token, location.id)
        application.keys.add(account.id, token.id, token.secret, location=token.location)


def _save_webhooks(
    application: Application,
    credentials: Credentials,
    accounts: Sequence[Account],
    webhook: Webhook,
    box: SecretBox,
    formats: Mapping[str, WebhookFormat],
) -> None:
    for account, location in zip_longest(accounts, credentials.locations):
        endpoint = WebhookEndpoint(
            account=account.id,
            id=WEBHOOK,
            url=webhook.url,
            style=webhook.style,
            events=formats[webhook.style].events,
            location=None if location is None else location.id,
            sealed_secret=box.seal(webhook.secret),
            public_key=webhook.public_key,
        )
        application.service.execute(
            SaveWebhookEndpoint(account=account.id, webhook_endpoint=endpoint)
        ).unwrap()


def _opened(credentials: Credentials, apis: Sequence[VendorApi], start: Start) -> list[Account]:
    """The accounts of the keys, then those of further locations."""
    keys, locations = credentials.keys, credentials.locations
    named = [(account_of(key), key.id) for key in keys]
    named += [
        (AccountId(derived_id("acc", "location", location.id)), location.id)
        for location in locations[len(keys) :]
    ]
    key, both = Authentication.API_KEY, set(Authentication)
    return [
        Account(
            id=account,
            name=start.name_of(name),
            profile=start.profile,
            policy=account_policy(apis, both if index < len(locations) else {key}),
        )
        for index, (account, name) in enumerate(named)
    ]


def _accesses(credentials: Credentials, accounts: Sequence[Account]) -> list[AccountAccess]:
    """Which credentials open each account."""
    by_position = zip_longest(accounts, credentials.keys, credentials.locations)
    return [
        AccountAccess(account.id, *(key or (None, None)), *(location or (None, None)))
        for account, key, location in by_position
    ]


def account_of(key: Key) -> AccountId:
    """The account of a key of the sandbox."""
    return AccountId(derived_id("acc", key.id))
