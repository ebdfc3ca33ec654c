"""A short-message centre that speaks SMPP 3.4: it takes what is submitted and sends receipts.

Written from the specification with no part of the library under test.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from itertools import count
from typing import NamedTuple, Self

BIND, UNBIND, SUBMIT, DELIVER, ENQUIRE = 0x09, 0x06, 0x04, 0x05, 0x15
RESPONSE = 0x8000_0000


class Submitted(NamedTuple):
    """One part of a message, as it was submitted."""

    source: str
    to: str
    esm_class: int
    wants_receipt: bool
    coding: int
    body: bytes
    options: dict[int, bytes]
    name: str

    @property
    def text(self) -> str:
        """Its text; of GSM-7, the letters, digits and signs that our texts have."""
        body = self.body[6:] if self.esm_class & 0x40 else self.body
        if self.coding == 8:
            return body.decode("utf-16-be")
        return body.decode("ascii").translate({0x00: "@", 0x11: "_"})


class Centre:
    """Listens on a free port as long as the block lasts."""

    def __init__(self, *, delivery_reports: str | None = "DELIVRD") -> None:
        self.delivery_reports = delivery_reports
        """The state in receipts; None where no receipts are sent."""
        self.status = 0
        """What submissions are answered with."""
        self.bind_status = 0
        self.silent = False
        """Whether submissions are taken and never answered."""
        self.parts: list[Submitted] = []
        self.answers: list[int] = []
        """The statuses with which receipts were taken."""
        self.taken = threading.Condition()
        self.enquired = threading.Event()
        self._names, self._sequences = count(1), count(1)
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join()

    def hang_up(self) -> None:
        """Break every connection."""
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def answered(self, delivery_reports: int, within: float = 20) -> bool:
        """Whether so many receipts were answered in time."""
        with self.taken:
            return self.taken.wait_for(lambda: len(self.answers) >= delivery_reports, within)

    def report(self, name: str, state: str, error: str = "000") -> None:
        """Send a receipt over the newest connection."""
        self._report(self._open[-1], "+919876543210", name, state, error)

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(caller)
            self._threads.append(threading.Thread(target=self._serve, args=(caller,)))
            self._threads[-1].start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            while head := _receive_exactly(caller, 16):
                length, command, status, sequence = struct.unpack(">4I", head)
                body = _receive_exactly(caller, length - 16)
                if command == BIND:
                    self._respond(caller, command, self.bind_status, sequence, b"centre\0")
                elif command in (UNBIND, ENQUIRE):
                    if command == ENQUIRE:
                        self.enquired.set()
                    self._respond(caller, command, 0, sequence, b"")
                elif command == SUBMIT:
                    self._submitted(caller, sequence, body)
                elif command == DELIVER | RESPONSE:
                    with self.taken:
                        self.answers.append(status)
                        self.taken.notify_all()

    def _submitted(self, caller: socket.socket, sequence: int, body: bytes) -> None:
        part = _read(body, f"sms-{next(self._names)}")
        self.parts.append(part)
        if self.silent:
            return
        self._respond(caller, SUBMIT, self.status, sequence, part.name.encode() + b"\0")
        if part.wants_receipt and self.delivery_reports is not None and not self.status:
            self._report(caller, part.to, part.name, self.delivery_reports, "000")

    def _report(self, caller: socket.socket, to: str, name: str, state: str, error: str) -> None:
        text = f"id:{name} sub:001 dlvrd:001 submit date:2601011200 done date:2601011201 "
        text += f"stat:{state} err:{error} text:"
        text_bytes = text.encode()
        body = b"\0\1\1" + to.encode() + b"\0\1\1acme\0" + bytes([4]) + bytes(8)
        body += bytes([len(text_bytes)]) + text_bytes
        named = name.encode() + b"\0"
        body += struct.pack(">HH", 0x1E, len(named)) + named
        head = struct.pack(">4I", 16 + len(body), DELIVER, 0, next(self._sequences))
        with suppress(OSError):
            caller.sendall(head + body)

    def _respond(
        self, caller: socket.socket, command: int, status: int, sequence: int, body: bytes
    ) -> None:
        head = struct.pack(">4I", 16 + len(body), command | RESPONSE, status, sequence)
        caller.sendall(head + body)


def _receive_exactly(caller: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = caller.recv(length - len(found))
        if not part:
            return b""
        found += part
    return found


def _read(body: bytes, name: str) -> Submitted:
    _service, rest = _text(body)
    source, rest = _text(rest[2:])
    to, rest = _text(rest[2:])
    esm_class = rest[0]
    _schedule, rest = _text(rest[3:])
    _validity, rest = _text(rest)
    receipt, _replace, coding, _default, length = rest[:5]
    text_bytes, rest = rest[5 : 5 + length], rest[5 + length :]
    options = dict[int, bytes]()
    while rest:
        tag, size = struct.unpack(">HH", rest[:4])
        options[tag], rest = rest[4 : 4 + size], rest[4 + size :]
    return Submitted(source, to, esm_class, bool(receipt & 1), coding, text_bytes, options, name)


def _text(body: bytes) -> tuple[str, bytes]:
    text, _, rest = body.partition(b"\0")
    return text.decode(), rest
