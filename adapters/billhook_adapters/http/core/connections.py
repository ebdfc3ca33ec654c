"""The open connections of a server process: how many there may be, and which has to give way."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from billhook_adapters.http.core.failures import RequestFailure
from billhook_adapters.http.core.limits import HttpLimits


class Connection(Protocol):
    """A connection, as far as it is counted here."""

    peer: str

    def give_way(self) -> None:
        """Close at once."""
        ...


@dataclass(slots=True)
class _Counted:
    most: int
    open: int = 0
    waiting: OrderedDict[Connection, None] = field(default_factory=OrderedDict["Connection", None])
    """Those that wait for their client, the one that waits longest first."""


class Connections:
    """Admits connections up to the limits.

    Where a limit is reached, the one that has waited longest for its client gives way: what is
    being served is never broken off, and idle connections keep no client out.
    """

    def __init__(self, limits: HttpLimits) -> None:
        self.limits = limits
        self._all = _Counted(limits.connections)
        self._peers: dict[str, _Counted] = {}

    def __len__(self) -> int:
        return self._all.open

    def admit(self, connection: Connection) -> RequestFailure | None:
        """Count a new connection, which waits for its client; or why it is not admitted."""
        peer = self._peers.get(connection.peer) or _Counted(self.limits.connections_per_peer)
        for counted, failure in (
            (peer, RequestFailure.TOO_MANY_CONNECTIONS),
            (self._all, RequestFailure.OVERLOADED),
        ):
            if counted.open < counted.most:
                continue
            if not counted.waiting:
                return failure
            oldest = next(iter(counted.waiting))
            self.forget(oldest)
            oldest.give_way()
        self._peers[connection.peer] = peer
        for counted in (peer, self._all):
            counted.open += 1
            counted.waiting[connection] = None
        return None

    def set_waiting(self, connection: Connection, *, waiting: bool) -> None:
        """Whether a connection waits for its client, rather than the client for a response."""
        peer = self._peers.get(connection.peer)
        if peer is None or waiting == (connection in peer.waiting):
            return
        for counted in (peer, self._all):
            if waiting:
                counted.waiting[connection] = None
            else:
                del counted.waiting[connection]

    def forget(self, connection: Connection) -> None:
        """A connection that was admitted is closed."""
        peer = self._peers[connection.peer]
        for counted in (peer, self._all):
            counted.open -= 1
            counted.waiting.pop(connection, None)
        if not peer.open:
            del self._peers[connection.peer]


def peer_of(address: str) -> str:
    """What is counted as one client: an IPv4 address, or the /64 of an IPv6 address.

    >>> peer_of("192.0.2.1"), peer_of("2001:db8::1"), peer_of("::ffff:192.0.2.1")
    ('192.0.2.1', '2001:db8::/64', '192.0.2.1')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:  # a Unix socket has no address
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
