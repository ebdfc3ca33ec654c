"""Opens a database by the scheme of its URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from billhook_adapters.composition.plugins import BACKENDS, PluginError, load
from billhook_adapters.system.backend import BackendError, CountsOutbox

if TYPE_CHECKING:  # who only counts loads none of it
    from datetime import datetime

    from billhook.messaging.outbox_counts import OutboxCounts
    from billhook_adapters.system.backend import Backend, OpenBackend

EXAMPLES = "sqlite:///billhook.sqlite3 or postgresql://user@host/billhook"


def open_backend(url: str, *, create: bool = True) -> Backend:
    """The database at this URL, migrated to the newest schema.

    `url` is such as `sqlite:///billhook.sqlite3` or `postgresql://user@host/billhook`. Its scheme
    names the backend: one of ours, or one that another distribution registers. With `create` a
    database is made where there is none. Raises BackendError.

    >>> open_backend("memory://").is_durable
    False
    """
    return _opener(url)(url, create=create)


def outbox_counts(url: str, now: datetime, most: int) -> OutboxCounts | None:
    """The counts of the outbox at this URL, where they can be had without opening the database.

    None where it has to be opened: to count in it, to migrate it, or to learn what is wrong.
    """
    try:
        opener = _opener(url)
    except BackendError:
        return None
    return opener.outbox_counts(url, now, most) if isinstance(opener, CountsOutbox) else None


def _opener(url: str) -> OpenBackend:
    # Only the scheme is repeated: the rest may hold a password.
    scheme, colon, _ = url.partition(":")
    if not colon:
        raise BackendError(f"not a URL; give one such as {EXAMPLES}")
    try:
        return cast("OpenBackend", load(BACKENDS, scheme.partition("+")[0]))
    except PluginError as error:
        raise BackendError(f"{error}; give a URL such as {EXAMPLES}") from None
