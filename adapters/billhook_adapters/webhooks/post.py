"""Posts a webhook once, within five seconds, and reports the true result."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient, Unknown
from billhook_adapters.system.optional_dependencies import needs
from billhook_adapters.webhooks.allowed_hosts import NO_HOSTS, AllowedHosts
from billhook_adapters.webhooks.url_rules import check_url

with needs("webhooks"):
    import httpcore

    from billhook_adapters.system.bounded_http import Deadline
    from billhook_adapters.webhooks.network import (
        GuardedBackend,
        PrivateAddressError,
        Resolver,
        resolved,
    )

SECONDS = 5.0
"""How long an endpoint may take for its complete response."""


class Exchange(NamedTuple):
    """Whether a webhook was accepted, and what its receiver answered: None where it did not."""

    result: Result[Accepted, SendError]
    status: int | None = None
    body: bytes = b""


PRIVATE = "the URL must not lead to a private address, unless the operator allows its host"


class Poster:
    """Posts to URLs that the guard lets through; follows no redirect and no proxy.

    `allowed` are the hosts of a private network that the operator allows.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        allowed: AllowedHosts = NO_HOSTS,
        resolver: Resolver = resolved,
        monotonic: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_loopback, self._allowed = allow_loopback, allowed
        self._resolver, self._monotonic = resolver, monotonic
        self._tls = tls or httpcore.default_ssl_context()

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Result[Accepted, SendError]:
        """Post once. Any 2xx is an acceptance; its body is not read.

        Headers that HTTP cannot carry are permanent: no later attempt would go out either.
        """
        return self.exchange(url, body, headers, most=0).result

    def exchange(self, url: str, body: bytes, headers: Mapping[str, str], *, most: int) -> Exchange:
        """Post once, and read up to `most` bytes of the answer, as far as they come in time."""
        try:
            check_url(url, allow_loopback=self._allow_loopback, allowed=self._allowed)
        except ValueError as wrong:
            return Exchange(Failure(Permanent(f"the URL {wrong}")))
        target, authority = _addressed(url)
        deadline = Deadline(SECONDS, self._monotonic)
        backend = GuardedBackend(
            self._resolver, deadline, allow_loopback=self._allow_loopback, allowed=self._allowed
        )
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
                pool.stream(
                    "POST", target, headers=_ascii({"Host": authority, **headers}), content=body
                ) as response,
            ):
                status = response.status
                answered = _read(response, most)
        except PrivateAddressError:
            return Exchange(Failure(Permanent(PRIVATE)))
        except (httpcore.LocalProtocolError, UnicodeEncodeError):
            return Exchange(Failure(Permanent("a header cannot be sent over HTTP")))
        except _BROKEN:
            if backend.sent:
                return Exchange(Failure(Unknown("no answer in time, or the connection broke")))
            return Exchange(Failure(Transient("could not be reached")))
        accepted = 200 <= status < 300
        result = Success(Accepted()) if accepted else Failure(Transient(f"answered {status}"))
        return Exchange(result, status, answered)


_BROKEN = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    OSError,
)


def _read(response: httpcore.Response, most: int) -> bytes:
    """The beginning of a body; its status counts already, whatever happens to the rest."""
    found = bytearray()
    with suppress(*_BROKEN):
        for part in response.iter_stream() if most else ():
            found += part
            if len(found) >= most:
                break
    return bytes(found[:most])


def _addressed(url: str) -> tuple[httpcore.URL, str]:
    """The URL to request, and its Host header.

    By the guard's own reader of URLs: httpcore's loses what follows a `;` in a path, and the
    brackets of IPv6. The dot after a complete name is for DNS alone; no certificate has one.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = f"[{host}]" if ":" in host else host
    authority = named if parts.port is None else f"{named}:{parts.port}"
    return httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=path), authority


def _ascii(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
