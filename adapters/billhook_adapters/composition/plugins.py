"""What installed distributions offer under an entry-point group, each under a name.

billhook's own backends and senders are found in the same way as those of others.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

BACKENDS, SENDERS, APIS = "billhook.backends", "billhook.senders", "billhook.apis"


class PluginError(ValueError):
    """No installed distribution offers this name, or more than one does."""


def names(group: str) -> list[str]:
    """The names that are offered, sorted.

    >>> names(BACKENDS)
    ['memory', 'postgresql', 'sqlite']
    """
    return sorted(entry_points(group=group).names)


def load(group: str, name: str) -> object:
    """The object that is offered under this name. Raises PluginError."""
    found = {one.value: one for one in entry_points(group=group, name=name)}
    if not found:
        kind = group.rpartition(".")[2].removesuffix("s")
        raise PluginError(f"unknown {kind} {name!r}; installed: {', '.join(names(group))}")
    if len(found) > 1:
        offered = ", ".join(sorted(map(_distribution, found.values())))
        raise PluginError(f"{name!r} is offered by {offered}; uninstall all but one")
    (one,) = found.values()
    return one.load()


def _distribution(entry: EntryPoint) -> str:
    return entry.value if entry.dist is None else entry.dist.name
