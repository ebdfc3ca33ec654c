"""A provider's HTTP server that says what it was told to say, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Its fields."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)


class Says(NamedTuple):
    """What is answered; with `hang_up` the connection breaks instead."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed
    hang_up: bool = False


class Gateway:
    """Serves on a free port as long as the block lasts."""

    def __init__(self, answer: Callable[[Asked], Says]) -> None:
        self.answer, self.asked = answer, list[Asked]()

    def __enter__(self) -> Self:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                asked = Asked(self.command, parts.path, query, headers, body)
                gateway.asked.append(asked)
                says = gateway.answer(asked)
                if says.hang_up:
                    return
                self.send_response(says.status)
                for name, value in says.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(says.body)))
                self.end_headers()
                self.wfile.write(says.body)

            do_GET = do_POST = respond  # noqa: N815  # the library's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    @contextmanager
    def held(self) -> Iterator[None]:
        """Say nothing until the block has ended."""
        ended, said = threading.Event(), self.answer

        def late(asked: Asked) -> Says:
            ended.wait(30)
            return said(asked)._replace(hang_up=True)

        self.answer = late
        try:
            yield
        finally:
            self.answer = said
            ended.set()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
