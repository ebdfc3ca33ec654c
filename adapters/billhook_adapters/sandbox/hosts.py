"""Keeps pages of other sites out that lead a browser to this machine under a name of their own."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.http.core.response import problem_response, send_response

_OWN_SEGMENTS = ([""], ["console"], ["sandbox"], ["workspaces"])
"""The first segments of the pages and routes of a sandbox, which take no credentials."""

_REFUSED = problem_response(
    403,
    "host_not_allowed",
    "Host not allowed",
    "The sandbox listens on this machine alone, and is served as localhost or by its address; "
    "other names go with --base-url or --host.",
)


def only_for(app: App, hosts: Collection[str]) -> App:
    """An application whose own routes answer under these names, as localhost, and by its address.

    The APIs answer under every name, as they do in production.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        is_own = scope["type"] == "http" and scope["path"].split("/")[1:2] in _OWN_SEGMENTS
        if is_own and not _is_own_name(scope, hosts):
            await send_response(send, _REFUSED, head=scope["method"] == "HEAD")
            return
        await app(scope, receive, send)

    return guarded


def _is_own_name(scope: Scope, hosts: Collection[str]) -> bool:
    header = next((value for name, value in scope["headers"] if name == b"host"), b"")
    name = host_name(header.decode("latin-1"))
    return name in hosts or name == "localhost" or name.endswith(".localhost") or is_loopback(name)


def host_name(authority: str) -> str:
    """The name in a Host header, in lower case; empty where there is none.

    >>> host_name("Shop.example:8080"), host_name("[::1]:80")
    ('shop.example', '::1')
    """
    try:
        return (urlsplit(f"//{authority}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    """Whether a name is an address of this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("shop.example")
    (True, False)
    """
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
