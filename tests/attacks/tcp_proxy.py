"""A TCP proxy that can delay, reset, or swallow what passes through it."""

from __future__ import annotations

import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread

CHUNK = 64 * 1024


class TcpProxy:
    """Passes bytes between its clients and a server, unless it is set to do otherwise.

    `swallow` keeps all connections open and passes nothing on: each side gets acknowledgements from
    its kernel and never an answer. `reset` ends all connections with a TCP reset. `delay` holds
    back what arrives until the event is set.
    """

    def __init__(self, server: str | tuple[str, int]) -> None:
        """`server` is a host and port, or the path of a Unix socket."""
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._passing = Event()
        self._passing.set()
        self._swallowing = False
        self.accepted = 0
        self.swallowed = Event()
        """Set once something was swallowed."""

    @property
    def port(self) -> int:
        """Where it listens on this machine."""
        port: int = self._listener.getsockname()[1]
        return port

    def swallow(self, *, swallows: bool = True) -> None:
        """Pass nothing on; or pass on what arrives from now on."""
        self._swallowing = swallows

    def delay(self, *, delays: bool = True) -> None:
        """Hold back what arrives; or let it go on."""
        if delays:
            self._passing.clear()
        else:
            self._passing.set()

    def reset(self) -> None:
        """End all connections with a reset."""
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    # Lingering for no time makes the kernel send a reset.
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RD)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.accepted += 1
                server = self._connected()
                with self._lock:
                    self._open |= {client, server}
                for source, target in ((client, server), (server, client)):
                    Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _connected(self) -> socket.socket:
        if isinstance(self._server, tuple):
            return socket.create_connection(self._server)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        return server

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._passing.wait()
                if self._swallowing:
                    self.swallowed.set()
                else:
                    target.sendall(data)
        if not self._swallowing:
            for one in (source, target):
                with self._lock:
                    self._open.discard(one)
                with suppress(OSError):
                    one.close()

    def _close(self) -> None:
        self._passing.set()
        self._swallowing = False
        # A thread that waits for a connection is not woken by closing the socket alone.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            open_now = [*self._open]
        for one in open_now:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def proxied(server: str | tuple[str, int]) -> Generator[TcpProxy]:
    """A proxy in front of a server, for as long as the block lasts."""
    proxy = TcpProxy(server)
    accepting = Thread(target=proxy._accept, daemon=True)
    accepting.start()
    try:
        yield proxy
    finally:
        proxy._close()
        accepting.join(timeout=10)
