"""Ids of things that the domain knows by something else: a line by its position."""

from __future__ import annotations

from billhook_adapters.http.core.ids import derived_id


def line_id(invoice: str, position: int) -> str:
    """The id of the line at this position; lines are added and changed, never removed."""
    return derived_id("li", invoice, position)
