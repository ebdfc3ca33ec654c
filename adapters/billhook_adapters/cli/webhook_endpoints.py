"""A webhook endpoint from the options of a command: its URL checked, its secret sealed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId
from billhook.model.base import AccountId
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.parser import not_one_of
from billhook_adapters.system.api_keys import new_id
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook_adapters.webhooks.allowed_hosts import AllowedHosts
    from billhook_adapters.webhooks.formats import WebhookFormat
    from billhook_adapters.webhooks.secret_box import SecretBox


class Signing(NamedTuple):
    """The format of a webhook endpoint, and what signs its events."""

    format: WebhookFormat
    secret: str
    public_key: str | None
    """By which the receiver verifies, where the secret is a private key."""


def new_endpoint(
    account: AccountId,
    url: str,
    secret: str | None,
    style: str | None = None,
    location: str | None = None,
) -> WebhookEndpoint:
    """A webhook endpoint for all events of its format; without `style`, of the default format.

    Raises CliError with the remedy.
    """
    with needs("all"):
        from billhook_adapters.composition.apis import DEFAULT_STYLE
        from billhook_adapters.composition.settings import SettingError, webhook_hosts
        from billhook_adapters.composition.variables import WEBHOOK_HOSTS
    style = style or DEFAULT_STYLE
    try:
        allowed = webhook_hosts(os.environ)
    except SettingError as error:
        raise CliError(str(error)) from None
    check_webhook_url(url, allowed, allowed_by=WEBHOOK_HOSTS)
    chosen = signing(style, secret, option="--style")
    return WebhookEndpoint(
        account=account,
        id=WebhookEndpointId(new_id("sub_")),
        url=url,
        style=style,
        events=chosen.format.events,
        location=location,
        sealed_secret=_box().seal(chosen.secret),
        public_key=chosen.public_key,
    )


def check_webhook_url(
    url: str, allowed: AllowedHosts, *, allowed_by: str, allow_loopback: bool = False
) -> None:
    """Refuse a URL that a webhook must not have, and is not of an `allowed` host.

    `allowed_by` is where an operator allows a host. Raises CliError with the remedy.
    """
    from billhook_adapters.webhooks.url_rules import check_url, host_to_allow

    try:
        check_url(url, allow_loopback=allow_loopback, allowed=allowed)
    except ValueError as error:
        host = host_to_allow(url)
        allow = "" if host is None else f", or allow the host with {allowed_by} {host}"
        raise CliError(f"--webhook-url: {error}{allow}") from None


def signing(style: str, secret: str | None, *, option: str) -> Signing:
    """The format of this style; one that signs with a key pair makes its secret.

    `option` is where the style was given. Raises CliError with the remedy.
    """
    from billhook_adapters.composition.apis import ApiError, registered, webhook_formats

    try:
        formats = webhook_formats(registered())
    except ApiError as error:
        raise CliError(str(error)) from None
    if style not in formats:
        raise CliError(f"{option}: {not_one_of(sorted(formats), style)}")
    made = formats[style].new_secret
    if made is None:
        if secret is None:
            raise CliError(f"--webhook-secret: {style} signs with a secret; give one")
        return Signing(formats[style], secret, None)
    if secret is not None:
        raise CliError(f"--webhook-secret: {style} signs with a key pair of its own; leave out")
    return Signing(formats[style], *made())


def _box() -> SecretBox:
    from billhook_adapters.composition.settings import SECRET_KEY, SettingError, secret_key

    with needs("webhooks"):
        from billhook_adapters.webhooks.secret_box import SecretBox
    try:
        return SecretBox(secret_key(os.environ))
    except UnicodeError:
        raise CliError(f"--webhook-secret: {SECRET_KEY} must be valid text") from None
    except SettingError as error:
        raise CliError(f"--webhook-secret: {error}") from None
