"""The webhooks of the sandbox: each is kept, and posted where there is a receiver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from returns.result import Result, Success

from billhook.messaging.delivery import Accepted, SendError
from billhook_adapters.webhooks.post import Poster

NOWHERE = "http://127.0.0.1/"
"""The URL of the sandbox's endpoint where no receiver was given: nothing is posted there."""


class CapturedWebhook(NamedTuple):
    """A webhook as its receiver got it, and whether the receiver accepted it."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    accepted: bool


class CapturingPoster:
    """Posts by another poster, and keeps everything that was posted in `posted`, oldest first."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster
        self.posted: list[CapturedWebhook] = []

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Result[Accepted, SendError]:
        """Post once; what goes nowhere is accepted."""
        posted: Result[Accepted, SendError] = (
            Success(Accepted()) if url == NOWHERE else self._poster.post(url, body, headers)
        )
        self.posted.append(CapturedWebhook(url, body, headers, isinstance(posted, Success)))
        return posted
