"""Ids of what the vendor has ids for and the domain has places."""

from __future__ import annotations

from billhook_adapters.http.core.ids import derived_id


def line_id(invoice: str, position: int) -> str:
    """The id of the line at this position; lines are added and changed, never taken away."""
    return derived_id("li", invoice, position)
