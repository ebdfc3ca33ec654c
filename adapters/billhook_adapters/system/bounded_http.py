"""HTTP that ends when its time is up, whatever the other side does."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

LONGEST_ANSWER = 64 * 1024
"""The most bytes that are read of an answer, its head and what comes before it included."""


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


class BoundedBackend(httpcore.NetworkBackend):
    """Connections within a deadline, whose answers are short.

    `sent` is set once the first byte of a request went out: from then on it is unknown
    whether a failed request arrived.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self.sent = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline stands for every timeout
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, to wherever `address_of` says."""
        address = self.address_of(host, port)
        stream = httpcore.SyncBackend().connect_tcp(
            address, port, self._deadline.left(), local_address, socket_options
        )
        return _Stream(stream, self._deadline, self)

    def address_of(self, host: str, port: int) -> str:
        """Where to connect to for a host; the host itself, unless a subclass checks it."""
        del port
        return host


_RECORD = 16 * 1024


class _Stream(httpcore.NetworkStream):
    def __init__(
        self, stream: httpcore.NetworkStream, deadline: Deadline, backend: BoundedBackend
    ) -> None:
        self._stream, self._deadline, self._backend = stream, deadline, backend
        self._readable = LONGEST_ANSWER

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # as above
        if self._readable == 0:
            raise httpcore.ReadError  # no provider needs so long a response
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
