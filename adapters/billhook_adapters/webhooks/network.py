"""Connections to public addresses only, and to the hosts that the operator allows."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread

from billhook_adapters.system.optional_dependencies import needs
from billhook_adapters.webhooks.allowed_hosts import NO_HOSTS, AllowedHosts
from billhook_adapters.webhooks.hosts import normal_host
from billhook_adapters.webhooks.url_rules import connectable, is_local

with needs("webhooks"):
    import httpcore

    from billhook_adapters.system.bounded_http import BoundedBackend, Deadline

Resolver = Callable[[str, int], Sequence[str]]
"""All addresses of a name. Raises OSError where there are none."""


class PrivateAddressError(Exception):
    """The name leads to an address that its webhook may not reach."""


def resolved(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the machine knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def within(seconds: float, resolver: Resolver, host: str, port: int) -> Sequence[str]:
    """What the resolver answers in time. Raises OSError, TimeoutError among them."""
    # The system's resolver takes no timeout. Its thread is a daemon, because one that hangs must
    # hold up neither the exchange nor the end of the process.
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolver(host, port))
        except Exception as error:  # noqa: BLE001  # raised again below, in the asker's thread
            answers.put(error)

    Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class GuardedBackend(BoundedBackend):
    """Resolves a name once, checks every answer, and connects to exactly what was checked."""

    def __init__(
        self,
        resolver: Resolver,
        deadline: Deadline,
        *,
        allow_loopback: bool,
        allowed: AllowedHosts = NO_HOSTS,
    ) -> None:
        super().__init__(deadline)
        self._resolver, self._allow_loopback, self._allowed = resolver, allow_loopback, allowed

    def address_of(self, host: str, port: int) -> str:
        """The checked address; the name stays TLS's to check."""
        try:
            addresses = within(self._deadline.left(), self._resolver, host, port)
        except OSError as unknown:
            raise httpcore.ConnectError from unknown
        # A public name that leads to this machine is a rebinding, and stays refused; so does
        # another name of an allowed host's address.
        is_allowed = (normal_host(host), port) in self._allowed
        address = connectable(
            addresses,
            loopback=self._allow_loopback and is_local(host) and not is_allowed,
            private=is_allowed,
        )
        if address is None:
            raise PrivateAddressError
        return address
