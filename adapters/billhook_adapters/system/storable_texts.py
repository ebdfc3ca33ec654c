"""Texts that reach a store beside the validated values: keys, actors and addresses."""

from __future__ import annotations

from collections.abc import Iterator

from billhook.application.ports import StoreConflictError
from billhook.application.records import PendingWrites
from billhook.model.base import storable


def refuse_unstorable(outcome: PendingWrites) -> None:
    """Raise StoreConflictError on a text that not every database can hold."""
    for text in _unchecked(outcome):
        try:
            storable(text)
        except ValueError:
            raise StoreConflictError(
                "a key, an actor or an address holds NUL or a surrogate"
            ) from None


def _unchecked(outcome: PendingWrites) -> Iterator[str]:
    for stamped in outcome.events:
        if stamped.actor is not None:
            yield stamped.actor
    for answer in outcome.idempotency_records:
        yield answer.request.key
    for contact in outcome.suppressed:
        yield contact.address
