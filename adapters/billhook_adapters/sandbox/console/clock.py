"""The clock: what time it is in the sandbox, and buttons that move it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import moment

LAST = datetime(2999, 12, 31, tzinfo=UTC)
"""The clock can be moved up to then: later times overflow."""

_STEPS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_FORM = "to: enter a date and a time in UTC, such as 2026-03-02T14:30."


def clock_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The page of the clock."""
    now = sources.now()
    return pages.page(
        "clock.html",
        fields,
        section="clock",
        steps=list(_STEPS),
        local=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M}",
    )


async def move(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """Move the clock as the button of a form says."""
    step = _STEPS.get(fields.get("by", ""))
    if step is not None:
        to = sources.now() + step
    else:
        try:
            to = datetime.fromisoformat(fields.get("to", ""))
        except ValueError:
            return pages.back("/console/clock", _FORM, refused=True)
        to = to.replace(tzinfo=UTC) if to.tzinfo is None else to
    if not datetime(1970, 1, 1, tzinfo=UTC) <= to <= LAST:
        refusal = f"to: the clock goes from the year 1970 to {LAST.year}."
        return pages.back("/console/clock", refusal, refused=True)
    await move_clock(sources, to)
    return pages.back("/console/clock", f"The clock was moved to {moment(to, UTC).text}.")


async def move_clock(sources: Sources, to: datetime) -> None:
    """Move the clock, and keep what the move caused."""
    sources.recorded.moves.append(await asyncio.to_thread(sources.moves.move, to))
