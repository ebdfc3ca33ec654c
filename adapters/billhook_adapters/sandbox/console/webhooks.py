"""The webhooks that were posted, and one of them: what was sent, and what its receiver answered."""

from __future__ import annotations

import asyncio
from datetime import UTC

from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields, part
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import moment, pretty
from billhook_adapters.sandbox.webhooks import NOWHERE, CapturedWebhook


async def webhooks_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The list, the newest first."""
    shown = part(sources.webhooks, fields.get("page"))
    rows = [(one, moment(one.at, UTC), one.url == NOWHERE) for one in shown.rows]
    return pages.page("webhooks.html", fields, section="webhooks", rows=rows, part=shown)


def webhook_page(sources: Sources, pages: Pages, number: int, fields: Fields) -> Response:
    """One webhook."""
    one = _posted(sources, number)
    if one is None:
        return pages.not_found()
    return pages.page(
        "webhook.html",
        fields,
        section="webhooks",
        webhook=one,
        at=moment(one.at, UTC),
        nowhere=one.url == NOWHERE,
        is_private=sources.has_key_pair,
        secret=sources.webhook_secret,
        body=pretty(one.body),
        answer=pretty(one.answer_body),
    )


async def send_again(sources: Sources, pages: Pages, number: int) -> Response:
    """Post the same bytes and headers again; they are kept as another webhook."""
    one = _posted(sources, number)
    if one is None:
        return pages.not_found()
    again = await asyncio.to_thread(sources.resend, one)
    path = f"/console/webhooks/{again.number}"
    if again.accepted:
        return pages.back(path, "It was posted again, and accepted.")
    refusal = f"It was posted again, and not accepted: {again.refusal}."
    return pages.back(path, refusal, refused=True)


def _posted(sources: Sources, number: int) -> CapturedWebhook | None:
    return next((one for one in sources.webhooks if one.number == number), None)
