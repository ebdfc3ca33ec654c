"""Hosts of URLs: names of DNS, and addresses, of which some are public."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

LONGEST_NAME = 253

Address = IPv4Address | IPv6Address

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)

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


def literal(host: str) -> Address | None:
    """The address that a host is, where it is one and no name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_name(host: str) -> bool:
    """Whether a host in small letters has the form of a name, without a dot at its end.

    The last label of a number in disguise has a digit first; names that DNS cannot hold are none,
    since looking them up raises.

    >>> is_name("shop.example"), is_name("0x7f.1")
    (True, False)
    """
    labels = host.split(".")
    return (
        len(host) <= LONGEST_NAME
        and all(map(_LABEL.fullmatch, labels))
        and not labels[-1][0].isdigit()
    )


def normal_host(host: str) -> str:
    """A host as it is compared: in small letters, without the dot that ends a complete name.

    >>> normal_host("Shop."), normal_host("FD00:0::1")
    ('shop', 'fd00::1')
    """
    name = host.lower()
    address = literal(name)
    return name.removesuffix(".") if address is None else str(address)
