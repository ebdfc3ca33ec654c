"""uvicorn's HTTP protocol within limits: what a client may send, how slowly, and over how much.

A request that passes a limit is answered by the API that its path belongs to: the application
gets it with a `RequestFailure` in its scope. What a client sends after that is discarded for a
moment, so that it can read the response, and the connection is closed.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Any
from urllib.parse import unquote

from billhook_adapters.http.core.bodies import FAILURE, LARGEST_BODY, declared_length
from billhook_adapters.http.core.connections import Connections, peer_of
from billhook_adapters.http.core.failures import RequestFailure
from billhook_adapters.http.core.hosts import is_ambiguous
from billhook_adapters.system.optional_dependencies import needs

with needs("http"):
    import httptools
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

PIECE = 4096
"""Bytes that are parsed at a time; limits are checked between pieces."""
LINE_PARTS = 16
"""Parts of a line that are parsed as they arrive; further ones are collected."""
FRAMING = 32 * 1024
"""Bytes of chunk sizes, chunk extensions and trailers that a body may have anyway."""
FRAMING_RATIO = 8
"""Bytes of these for each byte of the body: a chunk of one byte takes six."""
LINGER_SECONDS = 2
LINGER_BYTES = 1024 * 1024
"""What is discarded of a request after it was refused."""


class _Phase(Enum):
    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    RECEIVED = auto()


class _RefusedError(Exception):
    """Stops the parser at a limit."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection, admitted and bounded by the limits of its server's `Connections`."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._parser: Any = self.parser  # uvicorn drops its own when the connection is lost
        config: Any = self.config
        self._application = config.loaded_app
        self._state: dict[str, Any] = {}
        self._admitted, self._limits = connections, connections.limits
        self.peer = ""
        self._is_admitted = False
        self._phase, self._requests, self._unanswered = _Phase.IDLE, 0, 0
        self._failure: RequestFailure | None = None
        self._is_refused, self._lingered = False, 0
        self._partial, self._parts, self._held = bytearray(), 0, b""
        self.headers = []
        self._head = self._body = self._framing = self._body_before = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timed: tuple[_Phase, int] | None = None

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Admit it, or answer that there are too many."""
        super().connection_made(_Transport(transport, self))
        self.peer = peer_of(self.client[0] if self.client else "")
        failure = self._admitted.admit(self)
        self._is_admitted = failure is None
        if failure is not None:
            self._refuse(failure)
            return
        self._timer = self.loop.call_later(self._limits.head_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        if self._is_admitted:
            self._is_admitted = False
            self._admitted.forget(self)
        self._cancel()
        super().connection_lost(exc)

    def give_way(self) -> None:
        """Close at once, in favour of another connection."""
        self._is_admitted = False
        self.transport.abort()

    def timeout_keep_alive_handler(self) -> None:
        """The client sent no other request."""
        self.transport.close()

    # What arrives

    def data_received(self, data: bytes) -> None:
        """Parse what the client sent, unless it is no longer wanted."""
        if self._is_refused or self.transport.is_closing():
            self._lingered += len(data)
            if self._lingered > LINGER_BYTES:
                self.flow.pause_reading()
            return
        if self._held:  # of a client that does not wait for its responses
            self._held += data
            self.flow.pause_reading()
            return
        if self._phase in (_Phase.IDLE, _Phase.RECEIVED):
            self._unset_keepalive_if_required()
        if self._phase is _Phase.IDLE:
            self._phase = _Phase.HEAD
        if self._phase is _Phase.HEAD and b"\n" not in data:
            # The parser joins the parts of a line, which is quadratic unless it gets few of them.
            self._parts += 1
            if self._parts > LINE_PARTS:
                self._partial += data
                if len(self._partial) < PIECE:
                    self._settle()
                    return
                data = b""
        else:
            self._parts = 0
        if self._partial:
            data = bytes(self._partial + data)
            self._partial.clear()
        self._parse(data)
        self._settle()

    def _parse(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            if self._is_refused or self.transport.is_closing():
                return
            if self.pipeline:  # enough, until that is answered
                self._held = data[start:]
                return
            piece = data[start : start + PIECE]
            before, phase = self._body, self._phase
            self._feed(piece)
            if phase is _Phase.BODY is self._phase:
                self._framing += len(piece) - (self._body - before)
                if self._framing > FRAMING + FRAMING_RATIO * self._body:
                    self._fail(RequestFailure.BODY_TOO_LARGE)
            elif self._phase is _Phase.HEAD:
                self._head += len(piece)
                if self._head > self._limits.head_bytes or self._has_too_many_fields:
                    self._fail(RequestFailure.HEAD_TOO_LARGE)

    def _feed(self, piece: bytes) -> None:
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserError:
            self._fail(self._failure or RequestFailure.MALFORMED)
        except httptools.HttpParserUpgrade:
            pass  # no other protocol is spoken; a body that is lost by this is noticed later

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        scope: Any = self.scope
        self._state = scope["state"]
        self._phase, self._requests = _Phase.HEAD, self._requests + 1
        self._head = self._body = self._framing = 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        super().on_url(url)
        if len(self.url) > self._limits.target_bytes:
            raise self._refusing(RequestFailure.TARGET_TOO_LONG)

    def on_headers_complete(self) -> None:
        """Start to serve a request whose head is sound."""
        if self._has_too_many_fields:
            raise self._refusing(RequestFailure.HEAD_TOO_LARGE)
        hosts = [value for name, value in self.headers if name == b"host"]
        if is_ambiguous(hosts):
            raise self._refusing(RequestFailure.INVALID_HOST)
        if self._parser.get_http_version() == "1.0" and declared_length(self.headers) is None:
            raise self._refusing(RequestFailure.MALFORMED)  # it has no chunks (RFC 9112, 6.1)
        if not self.url.startswith(b"/"):  # its own host is the one that counts (RFC 9112, 3.2.2)
            host = httptools.parse_url(self.url).host or b""
            self.headers[:] = [(b"host", host), *(one for one in self.headers if one[0] != b"host")]
        super().on_headers_complete()
        self.headers = []  # fields behind the body are none of the request (RFC 9110, 6.5.1)
        self._phase, self._unanswered = _Phase.BODY, self._unanswered + 1

    @property
    def _has_too_many_fields(self) -> bool:
        return len(self.headers) > self._limits.head_fields

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        super().on_body(body)
        self._body += len(body)
        if self._body > LARGEST_BODY and self.cycle.response_complete:
            self.transport.close()

    def on_message_complete(self) -> None:
        """End a request."""
        super().on_message_complete()
        self._phase = _Phase.RECEIVED

    def on_response_complete(self) -> None:
        """Go on with what the client sent before it had this response."""
        self._unanswered -= 1
        super().on_response_complete()
        if self._held and not self.pipeline:
            held, self._held = self._held, b""
            self._parse(held)
        self._settle()

    def _refusing(self, failure: RequestFailure) -> _RefusedError:
        self._failure = failure
        return _RefusedError()

    # What does not arrive

    def _settle(self) -> None:
        """Time what is awaited from the client, and say whether anything is."""
        if self._is_refused or self.transport.is_closing():
            return
        if self._phase is _Phase.RECEIVED and not self._unanswered:
            self._phase = _Phase.IDLE
        timed = self._phase, self._requests
        if timed != self._timed:
            self._cancel()
            self._timed = timed
            if self._phase is _Phase.HEAD:
                self._timer = self.loop.call_later(self._limits.head_seconds, self._head_is_late)
            elif self._phase is _Phase.BODY:
                self._watch_body()
        if self._is_admitted:
            waits = self._phase is _Phase.BODY or not self._unanswered
            self._admitted.set_waiting(self, waiting=waits)

    def _watch_body(self) -> None:
        self._body_before = self._body
        self._timer = self.loop.call_later(self._limits.body_seconds, self._check_rate)

    def _check_rate(self) -> None:
        arrived = self._body - self._body_before
        if self.flow.read_paused or arrived >= self._limits.body_rate * self._limits.body_seconds:
            self._watch_body()
        else:
            self._fail(RequestFailure.TIMEOUT)

    def _head_is_late(self) -> None:
        if self._phase is _Phase.IDLE:
            self.transport.abort()
        else:
            self._fail(RequestFailure.TIMEOUT)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Refusing

    def _fail(self, failure: RequestFailure) -> None:
        if self._is_refused:
            return
        self._is_refused = True
        self._cancel()
        if self._unanswered:
            self.cycle.keep_alive = False
            if self._phase is _Phase.BODY:
                self._state[FAILURE] = failure
                self.cycle.message_event.set()
            return  # in other phases it is the response to an earlier request
        if self._phase is _Phase.BODY:
            self.transport.close()
        else:
            self._refuse(failure)

    def _refuse(self, failure: RequestFailure) -> None:
        """Let the application answer a request whose head is not there, or not acceptable."""
        self._is_refused = True
        if not self._requests:
            self.on_message_begin()
        path = self.url.partition(b"?")[0] if self.url.startswith(b"/") else b"/"
        method = self._parser.get_method().decode("ascii") if self.url else "GET"
        scope: Any = {
            **self.scope,
            "method": method,
            "path": unquote(path.decode("latin-1")),
            "raw_path": path,
            "query_string": b"",
            "headers": [],
        }
        self._state[FAILURE] = failure
        self._unanswered += 1
        self.cycle = RequestResponseCycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        self._start_asgi_task(self.cycle, self._application)

    # Closing

    def linger(self, transport: asyncio.Transport) -> bool:
        """Whether a closed connection waits a moment for its client, instead of a reset.

        A reset may reach the client before it has read the response.
        """
        is_read = not self._is_refused and self._phase is not _Phase.BODY
        if is_read or not self._is_admitted or not transport.can_write_eof():
            return False
        self._cancel()
        self.flow.resume_reading()
        transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, self._end, transport)
        return True

    def _end(self, transport: asyncio.Transport) -> None:
        transport.close()
        self.watch_drain(transport)

    def watch_drain(self, transport: asyncio.Transport, before: int | None = None) -> None:
        """Give up a closed connection whose client reads nothing of what is left to send."""
        left = transport.get_write_buffer_size()
        if not left:
            return
        if left == before:
            transport.abort()
            return
        self._cancel()
        self._timer = self.loop.call_later(
            self._limits.idle_seconds, self.watch_drain, transport, left
        )


class _Transport(asyncio.Transport):
    """A transport that closes as its protocol says."""

    def __init__(self, transport: Any, protocol: BoundedProtocol) -> None:
        super().__init__()
        self._transport, self._protocol, self._is_closed = transport, protocol, False

    def close(self) -> None:
        if self.is_closing():
            return
        self._is_closed = True
        if not self._protocol.linger(self._transport):
            self._transport.close()
            self._protocol.watch_drain(self._transport)

    def is_closing(self) -> bool:
        return self._is_closed or bool(self._transport.is_closing())

    def abort(self) -> None:
        self._is_closed = True
        self._transport.abort()

    def write(self, data: Any) -> None:
        self._transport.write(data)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()
