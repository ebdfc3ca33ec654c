"""The webhooks of the sandbox: each is kept, and posted where there is a receiver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple, Protocol

from returns.result import Failure, Result, Success

from billhook.application.ports import Clock, WebhookContext, WebhookSender
from billhook.messaging.delivery import Accepted, SendError
from billhook_adapters.webhooks.post import Exchange
from billhook_adapters.webhooks.sender import Posts

NOWHERE = "http://127.0.0.1/"
"""The URL of the sandbox's endpoint where no receiver was given: nothing is posted there."""

MOST_READ = 4096
"""Bytes of an answer that are kept; receivers of webhooks answer with a line at the most."""


class Exchanges(Protocol):
    """What posts a body once and reads the answer, such as a `Poster`."""

    def exchange(self, url: str, body: bytes, headers: Mapping[str, str], *, most: int) -> Exchange:
        """Post once, and read up to `most` bytes of the answer."""
        ...


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
    answer_status: int | None = None
    """The status that the receiver answered; None where no answer came, or nothing was posted."""
    answer_body: bytes = b""
    """The beginning of the receiver's answer."""

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
        self, poster: Exchanges, clock: Clock, make: MakeSender, posted: list[CapturedWebhook]
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
        url, body, headers = webhook.url, webhook.body, webhook.headers
        posted = (
            Exchange(Success(Accepted()))
            if url == NOWHERE
            else self._poster.exchange(url, body, headers, most=MOST_READ)
        )
        failed = isinstance(posted.result, Failure)
        at = self._clock.now()
        with self._lock:
            kept = webhook._replace(
                number=len(self.posted) + 1,
                at=at,
                accepted=not failed,
                refusal=posted.result.failure().reason if failed else None,
                answer_status=posted.status,
                answer_body=posted.body,
            )
            self.posted.append(kept)
        return kept, posted.result


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
