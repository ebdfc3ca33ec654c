"""An HTTP server in place of a provider: it gives set responses and keeps the requests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit


class Request(NamedTuple):
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


class Response(NamedTuple):
    """One response; with `hang_up` the connection is closed instead."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed
    hang_up: bool = False


class Gateway:
    """Serves on a free port as long as the block lasts."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer, self.requests = answer, list[Request]()

    def __enter__(self) -> Self:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                request = Request(self.command, parts.path, query, headers, body)
                gateway.requests.append(request)
                response = gateway.answer(request)
                if response.hang_up:
                    return
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                self.wfile.write(response.body)

            do_GET = do_POST = respond  # noqa: N815  # the library's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    @contextmanager
    def no_response(self) -> Iterator[None]:
        """Answer nothing until the block has ended."""
        ended, usual = threading.Event(), self.answer

        def answer_late(request: Request) -> Response:
            ended.wait(30)
            return usual(request)._replace(hang_up=True)

        self.answer = answer_late
        try:
            yield
        finally:
            self.answer = usual
            ended.set()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
