"""A webhook from what was asked for: its URL checked, its secret sealed."""

from __future__ import annotations

import os

from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId, WebhookEventType
from billhook.model.base import AccountId
from billhook_adapters.cli.errors import CliError
from billhook_adapters.system.api_keys import new_id
from billhook_adapters.system.optional_dependencies import needs

STYLE = "razorpay"
EVENTS = (
    WebhookEventType.PARTIALLY_PAID,
    WebhookEventType.PAID,
    WebhookEventType.EXPIRED,
)  # its dialect has them, behind an extra


def a_webhook(account: AccountId, url: str, secret: str, style: str = STYLE) -> WebhookEndpoint:
    """A subscriber: the vendor's to its three events, a native one to all.

    Raises Stopped with the remedy.
    """
    with needs("webhooks"):
        from billhook_adapters.webhooks.url_rules import check_url
    try:
        check_url(url)
    except ValueError as wrong:
        raise CliError(f"--webhook-url: {wrong}") from None
    return WebhookEndpoint(
        account=account,
        id=WebhookEndpointId(new_id("sub_")),
        url=url,
        style=style,
        events=EVENTS if style == STYLE else tuple(WebhookEventType),
        sealed_secret=_sealed(secret),
    )


def _sealed(secret: str) -> str:
    from billhook_adapters.composition.settings import SECRET_KEY, SettingError, secret_key

    with needs("webhooks"):
        from billhook_adapters.webhooks.secret_box import SecretBox
    try:
        return SecretBox(secret_key(os.environ)).seal(secret)
    except UnicodeError:
        raise CliError(f"--webhook-secret: {SECRET_KEY} must be well-formed text") from None
    except SettingError as error:
        raise CliError(f"--webhook-secret: {error}") from None
