"""Signatures by which the receiver of a webhook knows that it is authentic and complete."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

from billhook.model.instants import utc
from billhook_adapters.system.optional_dependencies import needs

with needs("webhooks"):
    from standardwebhooks import Webhook
    from standardwebhooks.webhooks import EmptyWebhookSecretError


def standard_headers(event_id: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The headers of Standard Webhooks, signed at an instant.

    A secret in the standard's own form, `whsec_` and base64, is taken as it is; any other text
    stands for its bytes. Raises ValueError where a secret holds no key.
    """
    at = utc(at)  # the library reads every time as UTC
    own = secret.startswith("whsec_")
    key = secret if own else b64encode(secret.encode()).decode()
    try:
        webhook = Webhook(key)
    except EmptyWebhookSecretError:
        raise ValueError("the secret is empty; make one of at least 24 random bytes") from None
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhook.sign(event_id, at, body.decode()),
    }
