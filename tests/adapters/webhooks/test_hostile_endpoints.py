"""Limits of a webhook against hostile endpoints and names: time, size, address, TLS."""

from __future__ import annotations

import random
import socket
import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from returns.result import Failure, Success
from standardwebhooks import Webhook, WebhookVerificationError

from billhook.messaging.delivery import Accepted, Permanent, Transient, Unknown
from billhook_adapters.system.bounded_http import LONGEST_ANSWER, Deadline
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.webhooks.hosts import is_public
from billhook_adapters.webhooks.network import GuardedBackend, PrivateAddressError, within
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.signing import standard_headers
from billhook_adapters.webhooks.url_rules import check_url

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@contextmanager
def receiver(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):  # the client closed the connection, or never connected
            connection, _ = listener.accept()
            with connection:
                serve(connection)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # ends a waiting accept
        listener.close()
        thread.join(10)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each read from the network brought."""
    sizes: list[int] = []

    class Counting(httpcore.SyncBackend):
        def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
            stream = super().connect_tcp(*args, **kwargs)
            original = stream.read

            def counted(max_bytes: int, timeout: float | None = None) -> bytes:
                data = original(
                    min(max_bytes, 1000), timeout
                )  # a size that does not divide the limit
                sizes.append(len(data))
                return data

            monkeypatch.setattr(stream, "read", counted)
            return stream

    monkeypatch.setattr(httpcore, "SyncBackend", Counting)
    return sizes


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X: " + b"a" * 1000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"a" * 1000),
    ],
    ids=["interim answers", "headers", "one header"],
)
def test_an_endless_response_is_read_up_to_64_kib(
    read: list[int], first: bytes, again: bytes
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(first)
        while True:
            connection.sendall(again * 100)

    with receiver(serve) as port:
        # The clock stands still: only the limit of bytes can end this.
        poster = Poster(allow_loopback=True, monotonic=lambda: 0.0)
        result = poster.post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert result == Failure(Unknown("no answer in time, or the connection broke"))
    assert sum(read) == LONGEST_ANSWER == 65536


def test_a_resolver_that_hangs_is_stopped_by_the_timeout() -> None:
    never = Event()

    def hanging(host: str, port: int) -> Sequence[str]:
        never.wait(60)
        return ["8.8.8.8"]

    with pytest.raises(TimeoutError):
        within(0.0001, hanging, "shop.example", 443)
    never.set()


def test_the_connection_is_made_to_the_checked_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[tuple[str, int]] = []

    class Recording(httpcore.SyncBackend):
        def connect_tcp(
            self, host: str, port: int, *args: Any, **kwargs: Any
        ) -> httpcore.NetworkStream:
            connected.append((host, port))
            raise httpcore.ConnectError

    monkeypatch.setattr(httpcore, "SyncBackend", Recording)
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])  # the second is the rebinding
    poster = Poster(resolver=lambda _host, _port: next(answers))
    result = poster.post("https://shop.example:8443/", b"{}", {})
    assert result == Failure(Transient("could not be reached"))
    assert connected == [("8.8.8.8", 8443)]
    assert next(answers) == ["127.0.0.1"]  # it was looked up once


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "shop.example"])
def test_the_network_refuses_localhost_whatever_the_url_was(host: str) -> None:
    deadline = Deadline(5, lambda: 0.0)
    backend = GuardedBackend(lambda _host, _port: ["127.0.0.1"], deadline, allow_loopback=False)
    with pytest.raises(PrivateAddressError):
        backend.connect_tcp(host, 443)


@pytest.mark.parametrize(
    "url", ["https://shop.example/₹", "https://shop.example/\\x", "https://shop.example/\x7f"]
)
def test_ambiguous_characters_are_refused_in_paths(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        check_url(url)


def test_a_timeout_before_the_connection_is_transient() -> None:
    moments = iter([0.0, 0.1, 6.0])
    poster = Poster(resolver=lambda _host, _port: ["8.8.8.8"], monotonic=lambda: next(moments))
    result = poster.post("https://shop.example/", b"{}", {})
    assert result == Failure(Transient("could not be reached"))


def test_an_exception_of_the_resolver_is_raised_to_its_caller() -> None:
    def broken(host: str, port: int) -> Sequence[str]:
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        within(10, broken, "shop.example", 443)


@pytest.mark.parametrize(
    "address",
    [
        "168.63.129.16", "192.0.0.192", "192.88.99.1", "100.100.100.200", "169.254.169.254",
        "3fff::1", "5f00::1", "2001:2::1", "2001:10::1", "2001:20::1", "fd00:ec2::254",
    ],
)  # fmt: skip
def test_metadata_services_relays_and_unrouted_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(ValueError, match="must not lead to a private address"):
        check_url(f"https://{host}/")


@pytest.mark.parametrize(
    "host",
    [
        "a" * 64 + ".example",
        ".".join(["a" * 60] * 5),
        "-a.example",
        "a-.example",
        "8.8.8.8%.evil.example",
        "%31%32%37.0.0.1",
        "shop.example..",
    ],
)
def test_an_invalid_host_name_is_refused_and_never_looked_up(host: str) -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    result = Poster(resolver=never).post(f"https://{host}/", b"{}", {})
    assert result == Failure(Permanent("the URL must name a public host, such as shop.example"))


def test_a_name_that_begins_like_a_loopback_address_is_not_localhost() -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        check_url("http://127.0.0.1%.evil.example:22/", allow_loopback=True)


@pytest.mark.parametrize("value", ["a\r\nX-Evil: b", "₹", "a\x00b"])
def test_an_invalid_header_is_a_permanent_error_and_nothing_is_sent(value: str) -> None:
    received: list[bytes] = []
    with receiver(lambda connection: received.append(connection.recv(65536))) as port:
        poster = Poster(allow_loopback=True)
        result = poster.post(f"http://127.0.0.1:{port}/", b"{}", {"X-Test": value})
    assert result == Failure(Permanent("a header cannot be sent over HTTP"))
    assert received in ([], [b""])


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(OK)

    with receiver(serve) as port:
        result = Poster(allow_loopback=True).post(f"http://127.0.0.1:{port}/", b"", {})
    assert result == Success(Accepted())


def test_a_large_body_is_sent_whole() -> None:
    body = random.Random(1).randbytes(1_000_003)  # noqa: S311  # it only fills space
    arrived = bytearray()

    def serve(connection: socket.socket) -> None:
        while not arrived.endswith(body):
            arrived.extend(connection.recv(65536))
        connection.sendall(OK)

    with receiver(serve) as port:
        result = Poster(allow_loopback=True).post(f"http://127.0.0.1:{port}/", body, {})
    assert result == Success(Accepted())


def certificate(name: str, folder: Path, *addresses: str) -> Path:
    """A certificate of its own for this name, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = SystemClock().now()
    names = [x509.DNSName(name), *(x509.IPAddress(ip_address(one)) for one in addresses)]
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, lock = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / f"{name}.pem"
    path.write_bytes(signed.public_bytes(pem) + key.private_bytes(pem, form, lock))
    return path


@pytest.mark.parametrize(
    ("certified", "outcome"),
    [
        ("localhost", Success(Accepted())),
        ("another.example", Failure(Transient("could not be reached"))),
    ],
)
def test_tls_verifies_the_name_over_the_checked_address(
    tmp_path: Path, certified: str, outcome: object
) -> None:
    path = certificate(certified, tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(path)
    trusted = ssl.create_default_context(cafile=path)
    server_names: list[str | None] = []
    served.sni_callback = lambda _socket, name, _context: server_names.append(name)
    bodies: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with served.wrap_socket(connection, server_side=True) as safe:
            request = b""
            while b"\r\n\r\n{}" not in request:
                request += safe.recv(65536)
            bodies.append(request)
            safe.sendall(OK)

    looked_up: list[str] = []

    def resolver(host: str, port: int) -> Sequence[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    with receiver(serve) as port:
        poster = Poster(allow_loopback=True, resolver=resolver, tls=trusted)
        result = poster.post(f"https://localhost:{port}/", b"{}", {})
    assert result == outcome
    assert (server_names, looked_up) == (["localhost"], ["localhost"])
    assert len(bodies) == isinstance(outcome, Success)


def test_an_untrusted_certificate_gets_no_request(tmp_path: Path) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate("localhost", tmp_path))
    received: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with served.wrap_socket(connection, server_side=True) as safe:
            received.append(safe.recv(65536))

    with receiver(serve) as port:
        result = Poster(allow_loopback=True, resolver=lambda _host, _port: ["127.0.0.1"]).post(
            f"https://localhost:{port}/", b"{}", {}
        )
    assert result == Failure(Transient("could not be reached"))
    assert received == []


def test_a_time_is_signed_the_same_in_every_time_zone() -> None:
    now = SystemClock().now()
    kolkata = now.astimezone(timezone(timedelta(hours=5, minutes=30)))
    headers = standard_headers("evt_1", kolkata, b"{}", SECRET)
    assert headers == standard_headers("evt_1", now, b"{}", SECRET)
    assert Webhook(SECRET).verify("{}", headers) == {}


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_x"])
def test_a_secret_without_a_key_is_a_value_error(secret: str) -> None:
    with pytest.raises(ValueError, match=r"empty|base64"):
        standard_headers("evt_1", datetime(2026, 1, 1, tzinfo=UTC), b"{}", secret)


def test_a_signature_with_one_byte_changed_is_never_accepted() -> None:
    headers = standard_headers("evt_1", SystemClock().now(), b"{}", SECRET)
    signature = b64decode(headers["webhook-signature"].removeprefix("v1,"))
    chance = random.Random(1)  # noqa: S311  # it only picks places
    for _ in range(1000):
        changed = bytearray(signature)
        changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
        forged = {**headers, "webhook-signature": "v1," + b64encode(changed).decode()}
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify("{}", forged)


@pytest.mark.parametrize(
    ("url", "host", "server_names"),
    [
        ("https://shop.example/a;b?c", b"shop.example", "shop.example"),
        ("https://SHOP.example.:8443/a;b?c", b"shop.example:8443", "shop.example"),
        ("https://[2606:4700:4700::1111]/a;b?c", b"[2606:4700:4700::1111]", None),
    ],
)
def test_the_host_header_and_the_server_name_are_the_host_of_the_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, host: bytes, server_names: str | None
) -> None:
    path = certificate("shop.example", tmp_path, "2606:4700:4700::1111")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(path)
    names: list[str | None] = []
    served.sni_callback = lambda _socket, name, _context: names.append(name)
    received: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with served.wrap_socket(connection, server_side=True) as safe:
            received.append(safe.recv(65536))
            safe.sendall(OK)

    with receiver(serve) as local_port:

        class RedirectingBackend(httpcore.SyncBackend):
            """The internet, replaced by this machine."""

            def connect_tcp(
                self, host: str, port: int, *args: Any, **kwargs: Any
            ) -> httpcore.NetworkStream:
                assert (host, port) in {("8.8.8.8", 443), ("8.8.8.8", 8443)}
                return super().connect_tcp("127.0.0.1", local_port, *args, **kwargs)

        monkeypatch.setattr(httpcore, "SyncBackend", RedirectingBackend)
        poster = Poster(
            resolver=lambda _host, _port: ["8.8.8.8"], tls=ssl.create_default_context(cafile=path)
        )
        result = poster.post(url, b"", {})
    assert result == Success(Accepted())
    assert names == [server_names]
    assert received[0].startswith(b"POST /a;b?c HTTP/1.1\r\nHost: " + host + b"\r\n")


@pytest.mark.parametrize("seconds", [0.0, 1.0], ids=["no answer", "no time"])
def test_a_failure_after_the_request_was_sent_over_tls_is_unknown(
    tmp_path: Path, seconds: float
) -> None:
    path = certificate("localhost", tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(path)

    def serve(connection: socket.socket) -> None:
        with served.wrap_socket(connection, server_side=True) as safe:
            safe.recv(65536)
            if seconds:
                while True:
                    safe.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    moments = (seconds * look for look in range(1000))  # each look at the clock finds it later
    with receiver(serve) as port:
        poster = Poster(
            allow_loopback=True,
            resolver=lambda _host, _port: ["127.0.0.1"],
            monotonic=lambda: next(moments),
            tls=ssl.create_default_context(cafile=path),
        )
        # Connecting, TLS and the request take all looks but the last.
        result = poster.post(f"https://localhost:{port}/", b"", {})
    assert result == Failure(Unknown("no answer in time, or the connection broke"))
