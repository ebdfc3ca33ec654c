"""A TCP proxy that treats each connection well, or delays, resets or swallows what it carries."""

from __future__ import annotations

import random
import socket
import struct
from contextlib import suppress
from threading import Event, Lock, Thread

UNREACHABLE = b"HTTP/1.1 599 No Server\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
"""Its own answer where no server takes the connection, so that no request reached one."""

TREATMENTS = {
    "pass": 80,
    "delay": 10,
    "cut the request": 2,
    "reset before the answer": 4,
    "swallow the answer": 4,
}
MOST_DELAY_SECONDS = 0.08


class Proxy:
    """Carries connections to a port that may change."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # faults, not a secret
        self._lock = Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.target: int | None = None
        self.is_kind = False
        """Whether it passes everything on."""
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            try:
                if self.target is None:
                    raise ConnectionRefusedError
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.recv(65536)
                client.sendall(UNREACHABLE)
                return
            with server:
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._treat(client, server)
                # A thread that waits for bytes keeps its connection open, and is woken only so.
                for one in (client, server):
                    with suppress(OSError):
                        one.shutdown(socket.SHUT_RD)

    def _treat(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:
            names = [*TREATMENTS]
            treatment = self._chance.choices(names, [*TREATMENTS.values()])[0]
            pause, cut = self._chance.uniform(0, MOST_DELAY_SECONDS), self._chance.random()
        if self.is_kind:
            treatment = "pass"
        request = client.recv(65536)
        if treatment == "delay":
            Event().wait(pause)
        if treatment == "cut the request":
            server.sendall(request[: int(len(request) * cut)])
            _reset(server)
            return
        server.sendall(request)
        answering = Thread(target=_pass, args=(client, server), daemon=True)
        answering.start()  # the rest of the request, and its end
        first = server.recv(65536)
        if treatment == "reset before the answer":
            _reset(client)
            return
        if treatment == "swallow the answer":
            Event().wait(pause)
            return
        client.sendall(first)
        _pass(server, client)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _reset(one: socket.socket) -> None:
    # Lingering for no time makes the kernel send a reset.
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
