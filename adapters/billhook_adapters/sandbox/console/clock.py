"""The clock: what time it is in the sandbox, buttons that move it, and what the moves caused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import Moment, moment, words
from billhook_adapters.sandbox.schemas import LAST
from billhook_adapters.sandbox.state import Effect, Move
from billhook_adapters.sandbox.webhooks import NOWHERE

_PATH = "/console/clock"
_STEPS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime.fromtimestamp(LAST, UTC)


class EffectRow(NamedTuple):
    """Something that a move caused; `path` is its own page, where it has one."""

    at: Moment
    name: str
    account: str
    invoice: str
    details: str
    path: str | None


class MoveRow(NamedTuple):
    """A move of the clock as a table."""

    since: Moment
    until: Moment
    effects: Sequence[EffectRow]


async def clock_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The page of the clock."""
    now = sources.now()
    due_at = await _next_at(sources)
    return pages.page(
        "clock.html",
        fields,
        section="clock",
        steps=list(_STEPS),
        local=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M}",
        next=None if due_at is None else moment(due_at, UTC),
        moves=[_row(one) for one in reversed(sources.recorded.moves)],
    )


async def move(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """Move the clock as the button of a form says."""
    now, by = sources.now(), fields.get("by", "")
    if by == "next":
        due_at = await _next_at(sources)
        if due_at is None:
            return pages.back(_PATH, "Nothing happens within the next ten years.", refused=True)
        to: datetime | None = max(due_at, now)
    elif by in _STEPS:
        to = now + _STEPS[by]
    else:
        to = _instant(fields.get("to", ""))
    if to is None or not _FIRST <= to <= _LAST:
        refusal = "to: enter a date and a time in UTC from 1970 to 2999, such as 2026-03-02T14:30."
        return pages.back(_PATH, refusal, refused=True)
    done = await sources.moves.moved(to)
    happened = "what happened is below" if done.effects else "nothing happened"
    return pages.back(_PATH, f"The clock was moved to {moment(to, UTC).text}; {happened}.")


async def _next_at(sources: Sources) -> datetime | None:
    return await sources.batched.read(lambda _: sources.moves.next_at())


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _row(move: Move) -> MoveRow:
    effects = [_effect(one) for one in move.effects]
    return MoveRow(moment(move.since, UTC), moment(move.until, UTC), effects)


def _effect(effect: Effect) -> EffectRow:
    details = ["" if effect.to == NOWHERE else effect.to or "", words(effect.reason or "")]
    if effect.name.startswith("webhook."):
        details = [effect.detail, *details]
    return EffectRow(
        at=moment(effect.at, UTC),
        name=words(effect.name.replace(".", " ")),
        account=effect.account,
        invoice=effect.invoice,
        details=": ".join(one for one in details if one),
        path=f"/console/outbox/{effect.detail}" if effect.name == "message.sent" else None,
    )
