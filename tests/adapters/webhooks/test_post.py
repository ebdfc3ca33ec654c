"""Posting a webhook over a real socket: one attempt and its outcome."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from threading import Thread

import pytest
from returns.result import Failure, Success

from billhook.messaging.delivery import Accepted, Permanent, Transient, Unknown
from billhook_adapters.webhooks.network import Resolver
from billhook_adapters.webhooks.post import PRIVATE, Exchange, Poster

Serve = Callable[[socket.socket], None]


OK = b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n"


def read_request(connection: socket.socket) -> bytes:
    """One request, read to its end."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def receiver(serve: Serve) -> Iterator[tuple[int, list[bytes]]]:
    """A server for one connection; the requests that it read."""
    requests: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            requests.append(read_request(connection))
            serve(connection)

    thread = Thread(target=run, daemon=True)
    thread.start()
    yield listener.getsockname()[1], requests
    listener.close()
    thread.join(10)


def answering(*parts: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return serve


def post(port: int, **result: object) -> object:
    poster = Poster(allow_loopback=True, **result)  # type: ignore[arg-type]  # a test passes any argument
    return poster.post(f"http://127.0.0.1:{port}/hook?token=t", b'{"a":1}', {"X-Test": "yes"})


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_accepted(status: int) -> None:
    with receiver(answering(OK % (status, 0))) as (port, requests):
        assert post(port) == Success(Accepted())
    (request,) = requests
    assert request.startswith(b"POST /hook?token=t HTTP/1.1\r\n")
    assert b"X-Test: yes\r\n" in request
    assert request.endswith(b'\r\n\r\n{"a":1}')


@pytest.mark.parametrize("path", ["/hook;v=1", "/a;b/c;d?e=f;g", "/%2e%2e/x?y=%20&z", "//x", "/"])
def test_the_path_is_sent_as_given(path: str) -> None:
    with receiver(answering(OK % (200, 0))) as (port, requests):
        result = Poster(allow_loopback=True).post(f"http://127.0.0.1:{port}{path}", b"", {})
    assert result == Success(Accepted())
    assert requests[0].startswith(
        b"POST %b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % (path.encode(), port)
    )


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (OK % (200, 5) + b"taken", b"taken"),
        (OK % (200, 9) + b"taken by u", b"taken by"),
        (OK % (200, 999) + b"taken by us", b"taken by"),
        (OK % (200, 999) + b"bro", b"bro"),
        (OK % (200, 0), b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ntaken\r\nnot", b"taken"),
    ],
)
def test_the_beginning_of_an_answer_is_read_and_its_end_changes_no_result(
    answer: bytes, read: bytes
) -> None:
    with receiver(answering(answer)) as (port, _):
        url = f"http://127.0.0.1:{port}/hook"
        found = Poster(allow_loopback=True).exchange(url, b"{}", {}, most=8)
    assert found == Exchange(Success(Accepted()), 200, read)


def test_no_reason_has_the_body_the_secret_or_the_path() -> None:
    private: Resolver = lambda _host, _port: ["10.0.0.1"]  # noqa: E731  # a constant
    outcomes: list[object] = []
    for serve in (answering(b""), answering(OK % (500, 0))):
        with receiver(serve) as (port, _):
            outcomes.append(post(port))
    outcomes.append(post(1, resolver=private))
    outcomes.append(post(port))
    poster = Poster(resolver=private)
    urls = ("https://shop.example/hook?token=t", "https://u:yes@shop.example/hook?token=t")
    outcomes.extend(poster.post(url, b'{"a":1}', {"X-Test": "yes"}) for url in urls)
    assert len(outcomes) == 6
    for outcome in outcomes:
        assert isinstance(outcome, Failure)
        assert not any(word in str(outcome) for word in ("token", "hook", '"a"', "yes", "shop"))


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_any_other_response_is_tried_again(status: int) -> None:
    with receiver(answering(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)) as (port, _):
        assert post(port) == Failure(Transient(f"answered {status}"))


def test_a_redirect_is_not_followed() -> None:
    answer = b"HTTP/1.1 307 There\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    with receiver(answering(answer)) as (port, _):
        assert post(port) == Failure(Transient("answered 307"))


def test_the_body_of_a_response_is_not_read() -> None:
    with receiver(answering(OK % (200, 10**10), b"abc")) as (port, _):
        assert post(port) == Success(Accepted())


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1", b"nonsense\r\n\r\n"])
def test_a_connection_that_breaks_after_the_request_leaves_it_unknown(answer: bytes) -> None:
    with receiver(answering(answer)) as (port, _):
        assert post(port) == Failure(Unknown("no answer in time, or the connection broke"))


def test_a_slow_response_ends_at_the_timeout_of_the_whole_request() -> None:
    seconds = count()  # each look at the clock finds it a second later

    def clock() -> float:
        return float(next(seconds))

    drips = [b"HTTP/1.1 200 OK\r\n", *(b"X-%d: 1\r\n" % n for n in range(50))]

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):  # the client closed the connection
            for drip in drips:
                connection.sendall(drip)
            connection.recv(1)

    with receiver(serve) as (port, _):
        result = post(port, monotonic=clock)
    assert result == Failure(Unknown("no answer in time, or the connection broke"))


def test_a_closed_port_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert post(port) == Failure(Transient("could not be reached"))


def test_an_unknown_name_is_tried_again() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    result = Poster(resolver=unknown).post("https://shop.example/", b"", {})
    assert result == Failure(Transient("could not be reached"))


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"]])
def test_a_name_with_a_private_address_is_never_connected_to(answers: list[str]) -> None:
    looked_up: list[tuple[str, int]] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        looked_up.append((host, port))
        return answers

    result = Poster(resolver=rebinding).post("https://shop.example/", b"", {})
    assert result == Failure(Permanent(PRIVATE))
    assert looked_up == [("shop.example", 443)]


@pytest.mark.parametrize(
    ("url", "answers"),
    [
        ("https://shop.example/", ["127.0.0.1"]),
        ("https://shop.example:8443/", ["::1"]),
        ("http://localhost:9/", ["8.8.8.8"]),
        ("http://localhost:9/", ["127.0.0.1", "10.0.0.1"]),
        ("http://localhost:9/", []),
    ],
)
def test_a_sandbox_connects_to_loopback_for_localhost_only(url: str, answers: list[str]) -> None:
    result = Poster(allow_loopback=True, resolver=lambda _host, _port: answers).post(url, b"", {})
    assert result == Failure(Permanent(PRIVATE))


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    looked_up = iter([["127.0.0.1"], ["10.0.0.1"]])
    resolver: Resolver = lambda _host, _port: next(looked_up)  # noqa: E731  # the addresses change
    with receiver(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as (port, _):
        poster = Poster(allow_loopback=True, resolver=resolver)
        assert poster.post(f"http://localhost:{port}/", b"", {}) == Success(Accepted())


def test_a_refused_url_is_never_looked_up() -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    result = Poster(resolver=never).post("http://shop.example/", b"", {})
    assert result == Failure(Permanent("the URL must begin with https://"))
