"""Texts that reach a store beside the validated values: keys, actors and addresses."""

from __future__ import annotations

from collections.abc import Iterator

from billhook.application.ports import StoreRefused
from billhook.application.records import Outcome
from billhook.model.base import storable


def refuse_unstorable(outcome: Outcome) -> None:
    """Raises StoreRefused on a text that not every database can hold, so that all stores agree."""
    for text in _unchecked(outcome):
        try:
            storable(text)
        except ValueError:
            raise StoreRefused("a key, an actor or an address holds NUL or a surrogate") from None


def _unchecked(outcome: Outcome) -> Iterator[str]:
    for stamped in outcome.facts:
        if stamped.actor is not None:
            yield stamped.actor
    for answer in outcome.remembered:
        yield answer.request.key
    for contact in outcome.suppressed:
        yield contact.address
