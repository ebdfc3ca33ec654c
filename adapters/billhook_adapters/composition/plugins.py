"""What installed distributions offer under an entry-point group, each under a name.

All entry points are read here. billhook's own backends and senders are found in the same way as
those of others.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import cast

BACKENDS, SENDERS = "billhook.backends", "billhook.senders"
APIS, GUARDS = "billhook.apis", "billhook.guards"
_KINDS = {BACKENDS: "backend", SENDERS: "sender", APIS: "API", GUARDS: "guard"}


class PluginError(ValueError):
    """No installed distribution offers this name, more than one does, or it cannot be imported."""


def names(group: str) -> list[str]:
    """The names that are offered, sorted.

    >>> names(BACKENDS)
    ['memory', 'postgresql', 'sqlite']
    """
    return sorted(_installed().select(group=group).names)


def load(group: str, name: str) -> object:
    """The object that is offered under this name. Raises PluginError."""
    kind, found = _KINDS[group], _offered(group, name)
    if not found:
        raise PluginError(f"unknown {kind} {name!r}; installed: {', '.join(names(group))}")
    if len(found) > 1:
        offered = ", ".join(sorted(map(_distribution, found)))
        raise PluginError(f"{name!r} is offered by {offered}; uninstall all but one")
    try:
        return found[0].load()
    except Exception as error:  # a package of others may raise any exception
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise PluginError(
            f"the {kind} {name} of {package(group, name)} cannot be imported ({reason}); "
            "correct or uninstall it"
        ) from error


def package(group: str, name: str) -> str:
    """The distribution that offers this name, with its version: `example-api 1.0`."""
    dist = _offered(group, name)[0].dist
    return "a package" if dist is None else f"{dist.name} {dist.version}"


def _offered(group: str, name: str) -> list[EntryPoint]:
    # A distribution that is on the path twice is one.
    return list({one.value: one for one in _installed().select(group=group, name=name)}.values())


def _installed() -> EntryPoints:
    return _found(tuple(sys.path))


@lru_cache(maxsize=4)
def _found(_path: tuple[str, ...]) -> EntryPoints:
    # It reads a file of every distribution. Python 3.11 has another type that selects alike.
    return cast("EntryPoints", entry_points())


def _distribution(entry: EntryPoint) -> str:
    return entry.value if entry.dist is None else entry.dist.name
