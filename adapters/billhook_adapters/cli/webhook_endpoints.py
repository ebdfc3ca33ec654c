"""A webhook endpoint from the options of a command: its URL checked, its secret sealed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId
from billhook.model.base import AccountId
from billhook_adapters.cli.errors import CliError
from billhook_adapters.system.api_keys import new_id
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook_adapters.webhooks.secret_box import SecretBox


class NewEndpoint(NamedTuple):
    """A webhook endpoint, and the key by which its receiver verifies, where one was made."""

    endpoint: WebhookEndpoint
    public_key: str | None


def new_endpoint(
    account: AccountId,
    url: str,
    secret: str | None,
    style: str | None = None,
    location: str | None = None,
) -> NewEndpoint:
    """A webhook endpoint for all events of its format; without `style`, of the default format.

    A format that signs with a key pair makes its secret. Raises CliError with the remedy.
    """
    with needs("all"):
        from billhook_adapters.composition.apis import (
            DEFAULT_STYLE,
            ApiError,
            registered,
            webhook_formats,
        )
        from billhook_adapters.webhooks.url_rules import check_url
    try:
        formats = webhook_formats(registered())
    except ApiError as error:
        raise CliError(str(error)) from None
    style = style or DEFAULT_STYLE
    if style not in formats:
        raise CliError(f"--style: must be one of {', '.join(sorted(formats))}")
    try:
        check_url(url)
    except ValueError as error:
        raise CliError(f"--webhook-url: {error}") from None
    made = formats[style].new_secret
    public_key = None
    if made is not None:
        if secret is not None:
            raise CliError(f"--webhook-secret: {style} signs with a key pair of its own; leave out")
        secret, public_key = made()
    elif secret is None:
        raise CliError(f"--webhook-secret: {style} signs with a secret; give one")
    endpoint = WebhookEndpoint(
        account=account,
        id=WebhookEndpointId(new_id("sub_")),
        url=url,
        style=style,
        events=formats[style].events,
        location=location,
        sealed_secret=_sealed(secret),
    )
    return NewEndpoint(endpoint, public_key)


def public_key_of(endpoint: WebhookEndpoint) -> str:
    """The public key of an endpoint that signs with a key pair. Raises CliError for another one."""
    with needs("webhooks"):
        from billhook_adapters.webhooks.key_pairs import public_key
        from billhook_adapters.webhooks.secret_box import SecretKeyMismatchError
    try:
        return public_key(_box().open(endpoint.sealed_secret or ""))
    except SecretKeyMismatchError as error:
        raise CliError(f"WEBHOOK_ID: its key is {error}") from None
    except ValueError:
        raise CliError(
            f"WEBHOOK_ID: {endpoint.style} signs with the secret that was given, not with a key "
            "pair; choose a webhook whose style has one"
        ) from None


def _sealed(secret: str) -> str:
    return _box().seal(secret)


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
