"""A webhook endpoint from the options of a command: its URL checked, its secret sealed."""

from __future__ import annotations

import os

from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId
from billhook.model.base import AccountId
from billhook_adapters.cli.errors import CliError
from billhook_adapters.system.api_keys import new_id
from billhook_adapters.system.optional_dependencies import needs


def a_webhook(
    account: AccountId, url: str, secret: str, style: str | None = None
) -> WebhookEndpoint:
    """A webhook endpoint for all events of its format; without `style`, of the default format.

    Raises CliError with the remedy.
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
    return WebhookEndpoint(
        account=account,
        id=WebhookEndpointId(new_id("sub_")),
        url=url,
        style=style,
        events=formats[style].events,
        sealed_secret=_sealed(secret),
    )


def _sealed(secret: str) -> str:
    from billhook_adapters.composition.settings import SECRET_KEY, SettingError, secret_key

    with needs("webhooks"):
        from billhook_adapters.webhooks.secret_box import SecretBox
    try:
        return SecretBox(secret_key(os.environ)).seal(secret)
    except UnicodeError:
        raise CliError(f"--webhook-secret: {SECRET_KEY} must be valid text") from None
    except SettingError as error:
        raise CliError(f"--webhook-secret: {error}") from None
