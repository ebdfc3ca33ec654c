"""`example://NAME`: a database in this process, which all who open the same name share."""

from __future__ import annotations

from urllib.parse import urlsplit

from billhook_adapters.memory import InMemoryBackend
from billhook_adapters.system.backend import Backend, BackendError

_OPEN: dict[str, InMemoryBackend] = {}


def open_example(url: str, *, create: bool) -> Backend:
    """The database of this name."""
    name = urlsplit(url).netloc
    if not name:
        raise BackendError("give a URL such as example://NAME")
    if name not in _OPEN and not create:
        raise BackendError(f"there is no database {name}; create it first")
    return _OPEN.setdefault(name, InMemoryBackend())
