"""Which URLs a webhook may have: public ones, never those of the operator's own network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

LONGEST = 2048
LONGEST_NAME = 253
PORTS = (443, 8443)

# What the standard library's own tables lack, or lacked in a Python that we support: clouds'
# metadata services at addresses that look public (Azure's 168.63.129.16, Oracle's in 192.0.0.0/24),
# relays, documentation, and IPv6 addresses that carry an IPv4 address inside.
_CLOSED = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
        "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
    )
)  # fmt: skip

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)

Address = IPv4Address | IPv6Address


def check_url(url: str, *, allow_loopback: bool = False) -> None:
    """Refuse a URL that a webhook must not have. Raises ValueError with the remedy.

    With `allow_loopback` plain http and any port are taken as well, on this machine only.

    >>> check_url("https://shop.example/hooks")
    """
    parts = _parts(url)
    host = parts.hostname or ""
    if allow_loopback and is_local(host):
        return
    if parts.scheme != "https":
        raise ValueError("must begin with https://")
    if parts.port not in (None, *PORTS):
        raise ValueError("must use port 443 or 8443")
    address = _literal(host)
    if address is not None:
        if not is_public(address):
            raise ValueError("must not lead to a private address; give a public host")
    elif not _is_name(host):
        raise ValueError("must name a public host, such as shop.example")


def is_local(host: str) -> bool:
    """Whether a host names this machine.

    >>> is_local("localhost"), is_local("shop.example")
    (True, False)
    """
    address = _literal(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet's; none with a zone is.

    >>> is_public(ip_address("10.0.0.1"))
    False
    """
    return (
        address.is_global
        and "%" not in str(address)
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address in network for network in _CLOSED)
    )


def connectable(addresses: Sequence[str], *, loopback: bool) -> str | None:
    """The address to connect to, out of all that a name resolved to; None where one is private.

    One private answer among public ones is reason enough: the name is not to be trusted. With
    `loopback` this machine's own addresses are the only ones to take.
    """
    found = [ip_address(address) for address in addresses]
    wanted = all(address.is_loopback if loopback else is_public(address) for address in found)
    return addresses[0] if found and wanted else None


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"must be at most {LONGEST} printable ASCII characters without spaces")
    if "\\" in url:
        raise ValueError("must hold no backslash")  # readers of URLs disagree about them
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("must be a URL, such as https://shop.example/hooks") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL, such as https://shop.example/hooks")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name or password")
    if "#" in url:
        raise ValueError("must hold no fragment")
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    """A name of the public DNS; the last label of a number in disguise has a digit first.

    Names that DNS cannot hold are refused, since looking them up raises.
    """
    name = host.removesuffix(".")
    labels = name.split(".")
    inside = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "arpa")
    return (
        len(name) <= LONGEST_NAME
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
        and not labels[-1][0].isdigit()
        and labels[-1] not in inside
    )
