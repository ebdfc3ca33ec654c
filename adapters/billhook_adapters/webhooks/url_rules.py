"""Which URLs a webhook may have: public ones, and of a private network those of allowed hosts."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from billhook_adapters.webhooks.allowed_hosts import (
    DEFAULT_PORTS,
    NO_HOSTS,
    AllowedHosts,
    allowed_hosts,
    is_allowable,
)
from billhook_adapters.webhooks.hosts import is_name, is_public, literal, normal_host

LONGEST = 2048
PORTS = (443, 8443)


def check_url(url: str, *, allow_loopback: bool = False, allowed: AllowedHosts = NO_HOSTS) -> None:
    """Refuse a URL that a webhook must not have. Raises ValueError with the remedy.

    With `allow_loopback` plain http and any port are taken as well, on this machine only; so are
    they for the hosts that are `allowed`, at the ports that these have there.

    >>> check_url("https://shop.example/hooks")
    """
    parts = _parts(url)
    host = parts.hostname or ""
    if (allow_loopback and is_local(host)) or is_allowed(parts, allowed):
        return
    if parts.scheme != "https":
        raise ValueError("must begin with https://")
    if parts.port not in (None, *PORTS):
        raise ValueError("must use port 443 or 8443")
    address = literal(host)
    if address is not None:
        if not is_public(address):
            raise ValueError("must not lead to a private address; give a public host")
    elif not _is_public_name(host):
        raise ValueError("must name a public host, such as shop.example")


def is_local(host: str) -> bool:
    """Whether a host names this machine.

    >>> is_local("localhost"), is_local("shop.example")
    (True, False)
    """
    address = literal(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def is_allowed(parts: SplitResult, allowed: AllowedHosts) -> bool:
    """Whether the host of a URL is among the allowed ones, at the port that the URL has."""
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    return (normal_host(parts.hostname or ""), port) in allowed


def host_to_allow(url: str) -> str | None:
    """The `HOST:PORT` that an operator would allow for a URL; None where that would not help.

    >>> host_to_allow("http://shop:9000/hook"), host_to_allow("http://169.254.169.254/")
    ('shop:9000', None)
    """
    try:
        parts = _parts(url)
        host = normal_host(parts.hostname or "")
        named = f"[{host}]" if ":" in host else host
        wanted = f"{named}:{parts.port or DEFAULT_PORTS[parts.scheme]}"
        return wanted if is_allowed(parts, allowed_hosts(wanted)) else None
    except ValueError:
        return None


def connectable(addresses: Sequence[str], *, loopback: bool, private: bool = False) -> str | None:
    """The address to connect to, out of all that a name resolved to; None where one is private.

    One private answer among public ones is reason enough: the name is not to be trusted. With
    `loopback` this machine's own addresses are the only ones to take, with `private` also those of
    a private network.
    """
    found = [ip_address(address) for address in addresses]
    usable = is_allowable if private else is_public
    wanted = all(address.is_loopback if loopback else usable(address) for address in found)
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


def _is_public_name(host: str) -> bool:
    """A name of the public DNS."""
    name = host.removesuffix(".")
    labels = name.split(".")
    inside = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "arpa")
    return len(labels) > 1 and is_name(name) and labels[-1] not in inside
