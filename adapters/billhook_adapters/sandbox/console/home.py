"""The first page: what the sandbox is, how to point a client at it, and what happened last."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlsplit

from billhook.application.records import Search
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console import invoices, outbox
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.snippets import snippets
from billhook_adapters.sandbox.console.sources import Sources

LATEST = 5
"""Rows of each list."""

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


async def home_page(sources: Sources, pages: Pages, request: Request, fields: Fields) -> Response:
    """The first page."""
    sent = sources.sent[::-1][:LATEST]
    messages = await sources.batched.read(lambda _: outbox.rows_of(sources, sent))
    found = await sources.batched.read(
        partial(invoices.read, sources=sources, search=Search(limit=LATEST + 1))
    )
    url = base_url(sources, request.header(b"host"))
    return pages.page(
        "home.html",
        fields,
        section="home",
        url=url,
        snippets=snippets(url, sources.accounts),
        messages=messages,
        rows=found.rows,
    )


def base_url(sources: Sources, host: str | None) -> str:
    """The URL of the sandbox as the client of a request reaches it, without a slash at its end."""
    known = urlsplit(sources.base_url)
    reached = host if host is not None and _HOST.fullmatch(host) else known.netloc
    return f"{known.scheme}://{reached}{sources.root}"
