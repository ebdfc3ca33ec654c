"""How much of a server one client may take: the defaults of what an operator can set."""

from __future__ import annotations

from typing import NamedTuple


class HttpLimits(NamedTuple):
    """The limits of one server process; times are in seconds.

    >>> HttpLimits(connections=100).head_fields
    100
    """

    head_bytes: int = 128 * 1024
    """Of a request's target and header fields together."""
    head_fields: int = 100
    """Header fields of a request."""
    target_bytes: int = 16 * 1024
    """Of a request's path and query."""
    head_seconds: float = 10
    """From the first byte of a request, or the opening of a connection, to the end of its head."""
    idle_seconds: float = 5
    """Between two requests of a connection, and for a client that reads nothing of a response."""
    body_seconds: float = 10
    """The time over which the rate of a body is measured."""
    body_rate: int = 1024
    """Bytes per second that a body arrives with at least."""
    connections: int = 1000
    """Connections of all clients together."""
    connections_per_peer: int = 256
    """Connections of one network address, or of the /64 of an IPv6 address."""


DEFAULT_LIMITS = HttpLimits()
