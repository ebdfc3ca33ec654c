"""URLs at which providers report deliveries: one for each message, which cannot be guessed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from billhook.messaging.delivery import MessageId, MessageKey
from billhook.model.base import AccountId


@dataclass(frozen=True)
class Callbacks:
    """URLs for delivery reports, each signed under the operator's secret key.

    >>> callbacks = Callbacks("https://bill.example/delivery_reports/", "k" * 22)
    >>> url = callbacks.url("kannel", ("acc_1", "msg_1"))
    >>> url.startswith("https://bill.example/delivery_reports/kannel/acc_1/msg_1/")
    True
    """

    base_url: str
    secret_key: str = field(repr=False)

    @cached_property
    def _key(self) -> bytes:
        return hmac.digest(self.secret_key.encode(), b"billhook delivery callbacks", sha256)

    def url(self, provider: str, key: MessageKey | tuple[str, str]) -> str:
        """Where a provider is to report one message."""
        account, message = key
        path = f"{provider}/{account}/{message}"
        return f"{self.base_url}{path}/{self._signed(path)}"

    def url_of_all(self, provider: str) -> str:
        """Where a provider is to report all messages, for providers with one URL for all."""
        return f"{self.base_url}{provider}/{self._signed(provider)}"

    def named(self, path: tuple[str, ...]) -> MessageKey | str | None:
        """The message of a signed path, or the provider of one for all; None where neither."""
        *parts, signature = path or ("",)
        if len(parts) not in (1, 3) or not self._is_signed("/".join(parts), signature):
            return None
        if len(parts) == 1:
            return parts[0]
        return MessageKey(AccountId(parts[1]), MessageId(parts[2]))

    def _is_signed(self, path: str, signature: str) -> bool:
        given = signature.encode("utf-8", "surrogatepass")
        return hmac.compare_digest(self._signed(path).encode(), given)

    def _signed(self, path: str) -> str:
        signed = path.encode("utf-8", "surrogatepass")
        return hmac.new(self._key, signed, sha256).hexdigest()[:32]
