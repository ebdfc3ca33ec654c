"""Clients that guess short URLs are refused, and no others: behind proxies, from many addresses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import pytest

from adapters.page.test_page import BASE, PageService
from billhook_adapters.composition.settings import SettingError, Settings, settings
from billhook_adapters.http.core.connections import peer_of
from billhook_adapters.http.core.mounts import Mount, Mounted, MountTable
from billhook_adapters.http.core.proxies import TrustedProxies
from billhook_adapters.http.hosted_page.api import HostedPageApi
from billhook_adapters.http.hosted_page.guessing import MOST

PROXY, PAYER, GUESSER = "10.0.0.5", "203.0.113.9", "198.51.100.7"


class Proxied(PageService):
    """The pages behind a proxy, as the server composes them."""

    def __init__(self, proxies: Iterable[str] = (PROXY,)) -> None:
        super().__init__()
        table = MountTable([Mounted("pages", Mount(prefix="/i"), self.api, HostedPageApi.routes)])
        self.app: Any = TrustedProxies(table, list(proxies))
        self.url = self.issued()

    def get(self, url: str, peer: str, **headers: str) -> int:
        """The status that a client, or a proxy for it, gets."""
        return asyncio.run(self._get(url, peer, headers))

    async def _get(self, url: str, peer: str, headers: Mapping[str, str]) -> int:
        transport = httpx.ASGITransport(app=self.app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.get(url, headers=headers)).status_code

    def guess(self, peer: str, **headers: str) -> None:
        """As many wrong URLs as are allowed."""
        for number in range(MOST):
            assert self.get(f"{BASE}guess{number}", peer, **headers) == 404


def forwarded(*addresses: str) -> dict[str, str]:
    """What a proxy adds."""
    return {"x-forwarded-for": ", ".join(addresses)}


def test_a_guesser_behind_a_proxy_turns_no_payer_away() -> None:
    pages = Proxied()
    pages.guess(PROXY, **forwarded(GUESSER))
    assert pages.get(pages.url, PROXY, **forwarded(GUESSER)) == 429
    assert pages.get(pages.url, PROXY, **forwarded(PAYER)) == 200


def test_addresses_that_a_guesser_puts_before_its_own_do_not_count() -> None:
    pages = Proxied()
    for number in range(MOST):
        forged = forwarded(f"192.0.2.{number}", GUESSER)
        assert pages.get(f"{BASE}guess{number}", PROXY, **forged) == 404
    assert pages.get(pages.url, PROXY, **forwarded(PAYER, GUESSER)) == 429
    assert pages.get(pages.url, PROXY, **forwarded(PAYER)) == 200


def test_a_client_that_is_no_proxy_is_not_believed_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pages = Proxied()
    with caplog.at_level(logging.WARNING):
        for number in range(MOST):
            assert (
                pages.get(f"{BASE}guess{number}", GUESSER, **forwarded(f"192.0.2.{number}")) == 404
            )
    assert pages.get(pages.url, GUESSER, **forwarded(PAYER)) == 429
    assert pages.get(pages.url, PAYER) == 200
    (said,) = caplog.messages
    assert "BILLHOOK_TRUSTED_PROXIES" in said
    assert GUESSER not in said


def test_addresses_of_one_ipv6_network_are_one_client() -> None:
    pages = Proxied()
    for number in range(MOST):
        assert pages.get(f"{BASE}guess{number}", f"2001:db8:0:1::{number:x}") == 404
    assert pages.get(pages.url, "2001:db8:0:1:ffff::1") == 429
    assert pages.get(pages.url, "2001:db8:0:2::1") == 200


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
        ("999.1.1.1", "999.1.1.1"),
    ],
)
def test_what_counts_as_one_client(peer: str, client: str) -> None:
    assert peer_of(peer) == client


@pytest.mark.parametrize(
    ("given", "trusted"),
    [
        ("10.0.0.5", ("10.0.0.5/32",)),
        ("10.1.0.0/16 2001:db8::/32", ("10.1.0.0/16", "2001:db8::/32")),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(given: str, trusted: tuple[str, ...]) -> None:
    environ = {"BILLHOOK_DATABASE": "sqlite:///b", "BILLHOOK_TRUSTED_PROXIES": given}
    assert settings(environ).trusted_proxies == trusted


@pytest.mark.parametrize("given", ["*", "proxy", "10.0.0.5/16", "10.0.0.5,10.0.0.6", "10.0.0.300"])
def test_what_is_no_address_is_refused_at_the_start(given: str) -> None:
    environ = {"BILLHOOK_DATABASE": "sqlite:///b", "BILLHOOK_TRUSTED_PROXIES": given}
    with pytest.raises(SettingError, match="BILLHOOK_TRUSTED_PROXIES must be addresses"):
        settings(environ)


def test_only_a_proxy_on_this_machine_is_trusted_unless_set() -> None:
    default = Settings(database="sqlite:///b").trusted_proxies
    for local in ("127.0.0.1", "::1"):
        pages = Proxied(default)
        pages.guess(local, **forwarded(GUESSER))
        assert pages.get(pages.url, local, **forwarded(PAYER)) == 200
