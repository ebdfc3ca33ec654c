"""The account of `billhook account create`: validated, then stored in one transaction."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError
from returns.result import Failure

from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import (
    MAX_NUMBER_START,
    RECOMMENDED_LIMITS,
    Account,
    AccountPolicy,
)
from billhook.model.base import AccountId, storable
from billhook_adapters.cli.account_limits import NO_LIMIT, countries_of
from billhook_adapters.cli.error_texts import key_error_text
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.webhook_endpoints import new_endpoint
from billhook_adapters.documents.untrusted_text import visible
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


class NewAccount(NamedTuple):
    """An account with its credentials and its webhook endpoint."""

    account: Account
    key: NewKey
    token: NewKey | None
    webhook: WebhookEndpoint | None


def new_account(arguments: argparse.Namespace) -> NewAccount:
    """The account that the options describe. Raises CliError on invalid ones; stores nothing."""
    require_both(arguments, "key_id", "key_secret")
    require_both(arguments, "webhook_url", "webhook_secret")
    token = None
    if arguments.location is not None:
        token = location_token(arguments.location, arguments.token)
    elif arguments.token is not None:
        raise CliError("--token: requires --location; give both, or neither")
    policy = _policy(
        arguments.number_prefix, arguments.number_start, with_location=token is not None
    ).updated(RECOMMENDED_LIMITS)
    if arguments.sms_countries is not None:
        policy = policy.updated(
            AccountPolicy.model_validate({"sms_countries": countries_of(arguments.sms_countries)})
        )
    if arguments.country not in (None, NO_LIMIT):
        policy = policy.updated(AccountPolicy(country=arguments.country))
    if arguments.time_zone not in (None, NO_LIMIT):
        policy = policy.updated(AccountPolicy(time_zone=arguments.time_zone))
    if arguments.language not in (None, NO_LIMIT):
        policy = policy.updated(AccountPolicy(language=arguments.language))
    account = _account(arguments.name, policy)
    key = (
        new_key()
        if arguments.key_id is None
        else _given_key(arguments.key_id, arguments.key_secret)
    )
    webhook = None
    if arguments.webhook_url is not None:
        secret = strong_secret("--webhook-secret", arguments.webhook_secret)
        webhook = new_endpoint(account.id, arguments.webhook_url, secret)
    return NewAccount(account, key, token, webhook)


def _account(name: str, policy: AccountPolicy) -> Account:
    wrong = CliError(
        "--name: must be 1 to 256 characters of valid text on one line; give the name that payers "
        "see"
    )
    if not visible(name) or name.splitlines() != [name]:
        raise wrong
    try:
        return Account(id=AccountId(new_id("acc_")), name=name, policy=policy)
    except ValidationError:
        raise wrong from None


def _policy(prefix: str | None, start: int | None, *, with_location: bool) -> AccountPolicy:
    """The policy that the APIs of the credentials require, numbered as the options say."""
    with needs("all"):
        from billhook_adapters.composition.apis import ApiError, account_policy, registered
        from billhook_adapters.http.core.authentication import Authentication
    credentials = set(Authentication) if with_location else {Authentication.API_KEY}
    try:
        policy = account_policy(registered(), credentials)
    except ApiError as error:
        raise CliError(str(error)) from None
    if prefix is not None:
        policy = _numbered(policy, prefix)
    if start is None:
        return policy
    if policy.number_prefix is None:
        raise CliError("--number-start: this account assigns no numbers; add --number-prefix")
    try:
        return AccountPolicy.model_validate({**dict(policy), "number_start": start})
    except ValidationError:
        raise CliError(
            f"--number-start: must be a whole number from 1 to {MAX_NUMBER_START}"
        ) from None


def _numbered(policy: AccountPolicy, prefix: str) -> AccountPolicy:
    width = AccountPolicy().number_width if prefix else 1
    wrong = CliError(
        "--number-prefix: must be at most 32 characters that can be printed on one line, and not "
        "end with a digit; give a prefix such as INV-"
    )
    if not prefix.isprintable():
        raise wrong
    try:
        return AccountPolicy.model_validate(
            {**dict(policy), "number_prefix": prefix, "number_width": width}
        )
    except ValidationError:
        raise wrong from None


def valid_location(location: str) -> str:
    """The location, if it has the form of one. Raises CliError otherwise."""
    if LOCATION.fullmatch(location) is None:
        raise CliError(
            "--location: must be 1 to 64 ASCII letters, digits, `_`, `.` or `-`; give the altId "
            "that the client sends"
        )
    return location


def location_token(location: str, token: str | None) -> NewKey:
    """The given token of a location, or a generated one. Raises CliError on an invalid one."""
    valid_location(location)
    if token is None:
        return token_key(new_token(), location)
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise CliError("--token: must be ASCII without spaces; omit it to generate one")
    return token_key(strong_secret("--token", token), location)


def store(created: NewAccount, backend: Backend) -> None:
    """Store it in one transaction. Raises CliError where its key or token was used before."""
    account, key, token, webhook = created
    keys = [key] if token is None else [key, token]
    done = backend.accounts.open(account, keys, webhook, SystemClock().now())
    if isinstance(done, Failure):
        option = "--key-id" if token is None else "--key-id, --token"
        raise CliError(key_error_text(done.failure(), option=option), REFUSED)


def require_both(arguments: argparse.Namespace, *names: str) -> None:
    """Raise CliError if only one of two options is given."""
    missing = [name for name in names if getattr(arguments, name) is None]
    if len(missing) == 1:
        first, second = (f"--{name.replace('_', '-')}" for name in names)
        raise CliError(f"{first} and {second} require each other; give both, or neither")


def strong_secret(option: str, secret: str) -> str:
    """The given secret. Raises CliError on one that can be guessed."""
    if len(secret) < SHORTEST_SECRET:
        raise CliError(
            f"{option}: fewer than {SHORTEST_SECRET} characters cannot hold 128 random bits; "
            "generate a longer random one (short secrets are for the sandbox only)"
        )
    try:
        return storable(secret)
    except ValueError:
        raise CliError(
            f"{option}: must be valid text; generate one of ASCII letters and digits"
        ) from None


def _given_key(id: str, secret: str) -> NewKey:
    if KEY_ID.fullmatch(id) is None:
        raise CliError(
            "--key-id: must be 1 to 64 ASCII letters, digits, `_`, `.` or `-`; omit it to "
            "generate one"
        )
    return NewKey(id, strong_secret("--key-secret", secret))
