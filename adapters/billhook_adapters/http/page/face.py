"""The page below the short URLs' path: no credentials but the URL itself."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from returns.result import Failure

from billhook.invoice import Status
from billhook_adapters.http.exchange import Answer, Call
from billhook_adapters.http.face import Face, Trouble
from billhook_adapters.http.lane import Lane
from billhook_adapters.http.page.rendering import page, sentence
from billhook_adapters.http.page.sheet import sheet

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")

UNKNOWN = sentence(404, "There is no invoice here", "Check the link, or ask who sent it.")
CANCELLED = sentence(410, "This invoice was cancelled", "Nothing is to be paid.")
BROKEN = sentence(503, "This page cannot be shown now", "Try again in a moment.")


class PageFace(Face):
    """Serves the pages of invoices whose short URLs begin with `base_url`."""

    def __init__(self, lane: Lane, base_url: str) -> None:
        self._lane, self._base_url = lane, base_url
        self._depth = urlsplit(base_url).path.rstrip("/").count("/")

    async def serve(self, call: Call) -> Answer:
        """The invoice's page, or that there is none."""
        rest = call.path[self._depth :]
        if call.method not in ("GET", "HEAD") or len(rest) != 1 or not _TOKEN.fullmatch(rest[0]):
            return UNKNOWN
        url = self._base_url + rest[0]
        found = await self._lane.read(lambda desk: desk.behind(url))
        if isinstance(found, Failure):
            return UNKNOWN
        hosted = found.unwrap()
        if hosted.invoice.status is Status.CANCELLED:
            return CANCELLED
        return page(sheet(hosted))

    def troubled(self, trouble: Trouble) -> Answer:
        """Whatever it is: try again."""
        del trouble
        return BROKEN
