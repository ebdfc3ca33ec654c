"""The webhook of a new account: where it is told of its invoices, with a sealed secret."""

from __future__ import annotations

import os

from billhook.account import AccountId
from billhook.announcement import Subscriber
from billhook_adapters.cli.stopped import Stopped

SECRET_KEY = "BILLHOOK_SECRET_KEY"  # noqa: S105  # the variable's name


def a_webhook(account: AccountId, url: str, secret: str) -> Subscriber:  # noqa: ARG001  # until there is a box to seal it in
    """A subscriber to the vendor's three events. Raises Stopped with the remedy."""
    if not os.environ.get(SECRET_KEY):
        raise Stopped(f"--webhook-secret: it is kept encrypted; set {SECRET_KEY} first")
    raise Stopped("--webhook-url: webhooks are not there yet; leave it out")
