"""Connections that go only where the guard lets them, and end when their time is up."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import httpcore

from billhook_adapters.webhooks.guard import connectable, is_local

LONGEST_ANSWER = 64 * 1024
"""The most bytes that are read of an answer, its head and what comes before it included."""

Resolver = Callable[[str, int], Sequence[str]]
"""All addresses of a name. Raises OSError where there are none."""


class Private(Exception):  # noqa: N818  # it says what the address is
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

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except Exception as error:  # noqa: BLE001  # raised again below, in the asker's thread
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class Deadline:
    """The one limit of time over a whole exchange, in seconds from its making."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds left. Raises httpcore.ReadTimeout where there are none."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name once, checks every answer, and connects to exactly what was checked.

    `sent` is set once the first byte of a request went out: from then on nobody can tell what a
    failure means.
    """

    def __init__(self, resolver: Resolver, deadline: Deadline, *, allow_loopback: bool) -> None:
        self._resolver, self._deadline = resolver, deadline
        self._allow_loopback = allow_loopback
        self.sent = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline stands for every timeout
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the checked address; the name stays TLS's to check."""
        try:
            addresses = within(self._deadline.left(), self._resolver, host, port)
        except OSError as unknown:
            raise httpcore.ConnectError from unknown
        # A public name that leads to this machine is a rebinding, and stays refused.
        address = connectable(addresses, loopback=self._allow_loopback and is_local(host))
        if address is None:
            raise Private
        stream = httpcore.SyncBackend().connect_tcp(
            address, port, self._deadline.left(), local_address, socket_options
        )
        return _Stream(stream, self._deadline, self)


_RECORD = 16 * 1024


class _Stream(httpcore.NetworkStream):
    def __init__(
        self, stream: httpcore.NetworkStream, deadline: Deadline, backend: GuardedBackend
    ) -> None:
        self._stream, self._deadline, self._backend = stream, deadline, backend
        self._readable = LONGEST_ANSWER

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # as above
        if self._readable == 0:
            raise httpcore.ReadError  # no subscriber needs so many words
        data = self._stream.read(min(max_bytes, self._readable), self._deadline.left())
        self._readable -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # as above
        # One record of TLS at a time, because each of them gets a timeout of its own.
        for start in range(0, len(buffer), _RECORD):
            left = self._deadline.left()
            self._backend.sent = True
            self._stream.write(buffer[start : start + _RECORD], left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  # as above
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Stream(inner, self._deadline, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
