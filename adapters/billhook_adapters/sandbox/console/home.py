"""The first page: what the sandbox is, how to point a client at it, and what happened last."""

from __future__ import annotations

from functools import partial

from billhook.application.records import Search
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console import invoices, outbox, requests
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.snippets import snippets
from billhook_adapters.sandbox.console.sources import Sources

LATEST = 5
"""Rows of each list."""


async def home_page(sources: Sources, pages: Pages, request: Request, fields: Fields) -> Response:
    """The first page."""
    sent = sources.sent[::-1][:LATEST]
    messages = await sources.batched.read(lambda _: outbox.rows_of(sources, sent))
    found = await sources.batched.read(
        partial(invoices.read, sources=sources, search=Search(limit=LATEST + 1))
    )
    url = sources.url(request.header(b"host"))
    return pages.page(
        "home.html",
        fields,
        section="home",
        url=url,
        snippets=snippets(url, sources.accounts),
        messages=messages,
        rows=found.rows,
        requests=requests.rows_of([*sources.log][-LATEST:][::-1]),
    )
