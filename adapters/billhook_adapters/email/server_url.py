"""A mail server by its URL: smtp:// (STARTTLS), smtps:// (TLS), smtp+plain:// (neither).

With `?smtputf8=yes` it takes local parts of addresses outside ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from billhook_adapters.email.connection import SmtpServer


class _Kind(NamedTuple):
    security: Literal["starttls", "tls", "none"]
    port: int


_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "smtp": _Kind("starttls", 587),
        "smtps": _Kind("tls", 465),
        "smtp+plain": _Kind("none", 25),
    }
)

_SMTPUTF8 = MappingProxyType({"": False, "smtputf8=no": False, "smtputf8=yes": True})


def smtp_server(url: str) -> SmtpServer:
    """The mail server of a URL. Raises ValueError on one of another shape.

    >>> smtp_server("smtps://acme:secret@mail.example").port
    465
    """
    parts = urlsplit(url)
    kind = _KINDS.get(parts.scheme)
    if kind is None or not parts.hostname:
        raise ValueError(f"must begin with one of {', '.join(_KINDS)}, and name a host")
    if parts.query not in _SMTPUTF8:
        raise ValueError("may end in ?smtputf8=yes or ?smtputf8=no")
    return SmtpServer(
        parts.hostname,
        parts.port or kind.port,
        kind.security,
        parts.username and unquote(parts.username),
        parts.password and unquote(parts.password),
        smtputf8=_SMTPUTF8[parts.query],
    )
