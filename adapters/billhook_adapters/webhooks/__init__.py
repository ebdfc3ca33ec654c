"""Webhooks out: guarded, signed, and told truthfully. Extra: `billhook[webhooks]`."""

from billhook_adapters.system.optional_dependencies import needs

with needs("webhooks"):
    from billhook_adapters.webhooks.post import Poster
    from billhook_adapters.webhooks.secret_box import (
        SecretBox,
        SecretKeyMismatchError,
    )
    from billhook_adapters.webhooks.signing import razorpay_signature, standard_headers
    from billhook_adapters.webhooks.url_rules import check_url

__all__ = [
    "Poster",
    "SecretBox",
    "SecretKeyMismatchError",
    "check_url",
    "razorpay_signature",
    "standard_headers",
]
