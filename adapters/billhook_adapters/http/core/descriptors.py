"""File descriptors: whether the process may open as many as its connections need."""

from __future__ import annotations

import logging
import sys

from billhook_adapters.http.core.limits import HttpLimits

_log = logging.getLogger(__name__)

RESERVED = 128
"""Descriptors for everything that is no client: databases, senders, files, the event loop."""


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
    if possible == needed:
        _log.info("the limit of open files is %d now; it was %d", needed, soft)
        return limits
    connections = max(1, min(limits.connections, possible - RESERVED))
    _log.warning(
        "%d connections at most, not %d: the hard limit of open files is %d and %d are needed",
        *(connections, limits.connections, hard, needed),
    )
    return limits._replace(connections=connections)
