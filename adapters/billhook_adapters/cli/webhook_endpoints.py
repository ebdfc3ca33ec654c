"""A webhook from what was asked for: its URL checked, its secret sealed."""

from __future__ import annotations

import os

from billhook.messaging.webhooks import Event, Subscriber, SubscriberId
from billhook.model.base import AccountId
from billhook_adapters.cli.errors import Stopped
from billhook_adapters.system.api_keys import new_id
from billhook_adapters.system.optional_dependencies import needs

STYLE = "razorpay"
EVENTS = (Event.PARTIALLY_PAID, Event.PAID, Event.EXPIRED)  # its dialect has them, behind an extra
SECRET_KEY = "BILLHOOK_SECRET_KEY"  # noqa: S105  # the variable's name


def a_webhook(account: AccountId, url: str, secret: str, style: str = STYLE) -> Subscriber:
    """A subscriber: the vendor's to its three events, a native one to all.

    Raises Stopped with the remedy.
    """
    with needs("webhooks"):
        from billhook_adapters.webhooks.url_rules import check_url
    try:
        check_url(url)
    except ValueError as wrong:
        raise Stopped(f"--webhook-url: {wrong}") from None
    return Subscriber(
        account=account,
        id=SubscriberId(new_id("sub_")),
        url=url,
        style=style,
        events=EVENTS if style == STYLE else tuple(Event),
        sealed_secret=_sealed(secret),
    )


def _sealed(secret: str) -> str:
    key = os.environ.get(SECRET_KEY, "")
    if not key:
        raise Stopped(f"--webhook-secret: it is kept encrypted; set {SECRET_KEY} first")
    with needs("webhooks"):
        from billhook_adapters.webhooks.secret_box import SecretBox, WeakSecretKey
    try:
        return SecretBox(key).seal(secret)
    except UnicodeError:
        raise Stopped(f"--webhook-secret: {SECRET_KEY} must be well-formed text") from None
    except WeakSecretKey as weak:  # it names the variable itself
        raise Stopped(f"--webhook-secret: {weak}") from None
