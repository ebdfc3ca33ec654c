"""How receivers can tell that a webhook is ours and whole."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import datetime
from hashlib import sha256

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from billhook.model.base import utc


def razorpay_signature(body: bytes, secret: str) -> str:
    """The vendor's signature: HMAC-SHA256 of the raw body, in lower-case hex.

    >>> razorpay_signature(b"{}", "secret")[:8]
    '77325902'
    """
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def standard_headers(event_id: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The headers of Standard Webhooks, signed at an instant.

    A secret in the standard's own form, `whsec_` and base64, is taken as it is; any other text
    stands for its bytes. Raises ValueError where a secret holds no key.
    """
    at = utc(at)  # the library takes every time for one of UTC
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
