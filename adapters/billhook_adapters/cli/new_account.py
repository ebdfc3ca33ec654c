"""What `billhook account create` opens: read and refused first, then stored whole or not at all."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError
from returns.result import Failure

from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account, AccountPolicy
from billhook.model.base import AccountId, storable
from billhook_adapters.cli.error_texts import of_key
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.webhook_endpoints import a_webhook
from billhook_adapters.system.api_keys import (
    KEY_ID,
    LOCATION,
    SHORTEST_SECRET,
    NewKey,
    new_id,
    new_key,
    new_token,
    token_key,
)
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook_adapters.system.backend import Backend


class Opening(NamedTuple):
    """An account with what opens it and what hears of it."""

    account: Account
    key: NewKey
    token: NewKey | None
    webhook: WebhookEndpoint | None


def read(asked: argparse.Namespace) -> Opening:
    """What is to be opened. Raises Stopped on what cannot be, before anything is touched."""
    together(asked, "key_id", "key_secret")
    together(asked, "webhook_url", "webhook_secret")
    token = None
    if asked.location is not None:
        token = a_token(asked.location, asked.token)
    elif asked.token is not None:
        raise CliError("--token goes with --location; give both, or neither")
    account = _an_account(asked.name, _policy(asked.number_prefix, with_location=token is not None))
    key = new_key() if asked.key_id is None else _chosen(asked.key_id, asked.key_secret)
    webhook = None
    if asked.webhook_url is not None:
        secret = strong("--webhook-secret", asked.webhook_secret)
        webhook = a_webhook(account.id, asked.webhook_url, secret)
    return Opening(account, key, token, webhook)


def _an_account(name: str, policy: AccountPolicy) -> Account:
    try:
        return Account(id=AccountId(new_id("acc_")), name=name, policy=policy)
    except ValidationError:
        raise CliError(
            "--name: must have 1 to 256 characters, well-formed; give the name that payers read"
        ) from None


def _policy(prefix: str | None, *, with_location: bool) -> AccountPolicy:
    """What the APIs that the credentials open require, numbered by the prefix if there is one."""
    with needs("all"):
        from billhook_adapters.composition.apis import ApiError, account_policy, registered
        from billhook_adapters.http.core.authentication import Authentication
    credentials = set(Authentication) if with_location else {Authentication.API_KEY}
    try:
        policy = account_policy(registered(), credentials)
    except ApiError as wrong:
        raise CliError(str(wrong)) from None
    if prefix is None:
        return policy
    width = AccountPolicy().number_width if prefix else 1
    try:
        return AccountPolicy.model_validate(
            {**dict(policy), "number_prefix": prefix, "number_width": width}
        )
    except ValidationError:
        raise CliError(
            "--number-prefix: must have at most 32 characters and not end in a digit; give one "
            "such as INV-"
        ) from None


def a_token(location: str, token: str | None) -> NewKey:
    """A token of a location, made where none is given. Raises Stopped on what cannot be one."""
    if LOCATION.fullmatch(location) is None:
        raise CliError(
            "--location: must have 1 to 64 ASCII letters, digits, `_`, `.` or `-`; give the altId "
            "that the client sends"
        )
    if token is None:
        return token_key(new_token(), location)
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise CliError("--token: must be ASCII without spaces; leave it out to have one made")
    return token_key(strong("--token", token), location)


def stored(opening: Opening, backend: Backend) -> None:
    """Store it in one transaction. Raises Stopped where its key's id is taken."""
    account, key, token, webhook = opening
    keys = [key] if token is None else [key, token]
    done = backend.accounts.open(account, keys, webhook, SystemClock().now())
    if isinstance(done, Failure):
        raise CliError(of_key(done.failure()))


def together(asked: argparse.Namespace, *names: str) -> None:
    """Refuse one of two options without the other."""
    missing = [name for name in names if getattr(asked, name) is None]
    if len(missing) == 1:
        first, second = (f"--{name.replace('_', '-')}" for name in names)
        raise CliError(f"{first} and {second} go together; give both, or neither")


def strong(option: str, secret: str) -> str:
    """A secret that somebody chose. Raises Stopped on one that can be guessed."""
    if len(secret) < SHORTEST_SECRET:
        raise CliError(
            f"{option}: fewer than {SHORTEST_SECRET} characters cannot hold 128 random bits; draw "
            "a longer one at random (chosen short secrets are for the sandbox only)"
        )
    try:
        return storable(secret)
    except ValueError:
        raise CliError(f"{option}: must be well-formed text; draw one of ASCII letters") from None


def _chosen(id: str, secret: str) -> NewKey:
    if KEY_ID.fullmatch(id) is None:
        raise CliError(
            "--key-id: must have 1 to 64 ASCII letters, digits, `_`, `.` or `-`; leave it out to "
            "have one made"
        )
    return NewKey(id, strong("--key-secret", secret))
