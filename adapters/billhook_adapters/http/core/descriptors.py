"""File descriptors: whether the process may open as many as its connections need."""

from __future__ import annotations

import logging
import sys

from billhook_adapters.http.core.limits import HttpLimits

_log = logging.getLogger(__name__)

RESERVED = 128
"""Descriptors for everything that is no client: databases, senders, files, the event loop."""


def possible_connections(limits: HttpLimits) -> int:
    """How many of these connections the hard limit of descriptors allows, at least 1."""
    if sys.platform == "win32":
        return limits.connections
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        return limits.connections
    return max(1, min(limits.connections, hard - RESERVED))


def fitted(limits: HttpLimits) -> HttpLimits:
    """These limits, with no more connections than the process can have descriptors for.

    Raises the soft limit of descriptors where the hard one allows it. Says in one line of the log
    what it changed.
    """
    if sys.platform == "win32":
        return limits
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = limits.connections + RESERVED
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return limits
    possible = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    connections = possible_connections(limits)
    if connections == limits.connections:
        _log.info("the limit of open files is %d now; it was %d", needed, soft)
        return limits
    _log.warning(
        "%d connections at most, not %d: the hard limit of open files is %d and %d are needed",
        *(connections, limits.connections, hard, needed),
    )
    return limits._replace(connections=connections)
