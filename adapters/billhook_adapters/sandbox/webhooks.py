"""The webhooks of the sandbox: each is kept, and posted where there is a receiver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.application.ports import Clock, WebhookContext, WebhookSender
from billhook.messaging.delivery import Accepted, SendError
from billhook_adapters.webhooks.sender import Posts

NOWHERE = "http://127.0.0.1/"
"""The URL of the sandbox's endpoint where no receiver was given: nothing is posted there."""

MakeSender = Callable[[Posts], WebhookSender]
"""Makes what sends webhooks by what posts them."""


class CapturedWebhook(NamedTuple):
    """A webhook as its receiver got it, and whether the receiver accepted it."""

    number: int
    at: datetime
    account: str
    invoice: str
    event: str
    """Its type, such as `invoice.paid`; the body may name it in the words of its format."""
    url: str
    body: bytes
    headers: Mapping[str, str]
    accepted: bool
    refusal: str | None = None
    """Why it counts as not accepted."""

    @property
    def signature(self) -> str | None:
        """The header that signs the body."""
        return next((value for name, value in self.headers.items() if is_signature(name)), None)


def is_signature(header: str) -> bool:
    """Whether a header signs a body, by its name.

    >>> is_signature("X-Shop-Signature"), is_signature("Content-Type")
    (True, False)
    """
    return header.lower().endswith("-signature")


class CapturingWebhookSender:
    """Sends webhooks by another sender, and keeps each in `posted`, the oldest first."""

    def __init__(
        self, poster: Posts, clock: Clock, make: MakeSender, posted: list[CapturedWebhook]
    ) -> None:
        self._poster, self._clock, self._make, self.posted = poster, clock, make, posted
        self._lock = Lock()  # several threads post

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        """Send one event; what goes nowhere is accepted."""
        return self._make(_Capturing(context, self._post)).send(context)

    def resend(self, webhook: CapturedWebhook) -> CapturedWebhook:
        """Post the same bytes with the same headers again."""
        return self._post(webhook)[0]

    def _post(self, webhook: CapturedWebhook) -> Posted:
        posted: Result[Accepted, SendError] = (
            Success(Accepted())
            if webhook.url == NOWHERE
            else self._poster.post(webhook.url, webhook.body, webhook.headers)
        )
        refusal = posted.failure().reason if isinstance(posted, Failure) else None
        accepted, at = refusal is None, self._clock.now()
        with self._lock:
            number = len(self.posted) + 1
            kept = webhook._replace(number=number, at=at, accepted=accepted, refusal=refusal)
            self.posted.append(kept)
        return kept, posted


Posted = tuple[CapturedWebhook, Result[Accepted, SendError]]


class _Capturing:
    """Posts the webhook of one event."""

    def __init__(self, context: WebhookContext, post: Callable[[CapturedWebhook], Posted]) -> None:
        self._event, self._post = context.webhook_event, post

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Result[Accepted, SendError]:
        event = self._event
        webhook = CapturedWebhook(
            number=0,
            at=event.requested_at,
            account=event.account,
            invoice=event.invoice,
            event=event.event_type.value,
            url=url,
            body=body,
            headers=headers,
            accepted=False,
        )
        return self._post(webhook)[1]
