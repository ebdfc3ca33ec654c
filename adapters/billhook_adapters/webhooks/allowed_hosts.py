"""Hosts of a private network to which the operator lets webhooks be posted, such as `shop:9000`."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from billhook_adapters.webhooks.hosts import Address, is_name, is_public, literal, normal_host

DEFAULT_PORTS = {"http": 80, "https": 443}
FORM = "must be HOST or HOST:PORT, such as shop:9000"

# Where hosts of a private network are, this machine and Docker's networks among them.
_PRIVATE = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
        "198.18.0.0/15", "::1/128", "fc00::/7",
    )
)  # fmt: skip
# Metadata services of clouds, which give credentials to every client.
_METADATA = tuple(map(ip_address, ("100.100.100.200", "fd00:ec2::254", "fd20:ce::254")))

AllowedHosts = Collection[tuple[str, int]]
"""Hosts in their normal form, each with a port."""

NO_HOSTS: AllowedHosts = frozenset()


def allowed_hosts(text: str) -> AllowedHosts:
    """The host of `HOST` or `HOST:PORT` with each port that it allows.

    Without a port these are the ports of http and https, 80 and 443. An IPv6 address with a port
    is in brackets. Raises ValueError with the remedy.

    >>> sorted(allowed_hosts("Shop:9000")), sorted(allowed_hosts("[fd00::1]"))
    ([('shop', 9000)], [('fd00::1', 80), ('fd00::1', 443)])
    """
    if "://" in text:
        raise ValueError(f"{FORM}, without http:// or https://")
    if not text.isascii() or not text.isprintable() or set(text) & set(" /?#@\\%"):
        raise ValueError(FORM)
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"{FORM}, with a port from 1 to 65535") from None
    if port == 0 or text.endswith(":"):
        raise ValueError(f"{FORM}, with a port from 1 to 65535")
    address = literal(host)
    if address is None and not is_name(host.removesuffix(".")):
        raise ValueError(FORM)
    if address is not None and not is_allowable(address):
        raise ValueError("must not be an address of a metadata service, or of no single host")
    ports = frozenset(DEFAULT_PORTS.values()) if port is None else {port}
    return frozenset((normal_host(host), one) for one in ports)


def is_allowable(address: Address) -> bool:
    """Whether an allowed host may have this address.

    Link-local addresses, which metadata services have, and those of no single host are never.

    >>> is_allowable(ip_address("172.18.0.3")), is_allowable(ip_address("169.254.169.254"))
    (True, False)
    """
    if "%" in str(address) or address in _METADATA:
        return False
    return is_public(address) or any(address in network for network in _PRIVATE)
