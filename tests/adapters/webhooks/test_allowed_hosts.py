"""Hosts of a private network that the operator allows: these alone, and only as they are named."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest
from returns.result import Failure, Success

from adapters.webhooks.test_post import OK, answering, receiver
from billhook.messaging.delivery import Accepted, Permanent, Transient
from billhook_adapters.composition.settings import SettingError, settings
from billhook_adapters.webhooks.allowed_hosts import allowed_hosts
from billhook_adapters.webhooks.post import PRIVATE, Poster
from billhook_adapters.webhooks.url_rules import check_url, host_to_allow

SHOP = allowed_hosts("shop:9000")


def resolving_to(*addresses: str) -> Poster:
    """A poster that may post to shop:9000, and finds these addresses for every name."""
    return Poster(allowed=SHOP, resolver=lambda _host, _port: addresses)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop:9000/hook",
        "https://shop:9000/hook",
        "http://SHOP:9000/",
        "http://Shop.:9000/",
        "http://shop:9000?x=1",
    ],
)
def test_an_allowed_host_may_be_written_in_every_way_that_dns_takes(url: str) -> None:
    check_url(url, allowed=SHOP)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop/",
        "http://shop:9001/",
        "https://shop/",
        "http://shop:90000/",
        "http://shop:/",
        "http://shop2:9000/",
        "http://other.shop:9000/",
        "http://shop.example:9000/",
        "http://shop..:9000/",
        "http://shop:9000@evil.example/",
        "http://shop:9000@evil.example:9000/",
        "http://evil.example#@shop:9000/",
        "http://evil.example\\@shop:9000/",
        "http://user@shop:9000/",
        "http://shop:9000/#part",
        "http://sh%6fp:9000/",
        "http://\u017fhop:9000/",
        "http://10.0.0.5:9000/",
        "http://[fd00::1]:9000/",
        "ftp://shop:9000/",
        "//shop:9000/",
    ],
)
def test_everything_else_stays_refused_before_it_is_looked_up(url: str) -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError((host, port))

    with pytest.raises(ValueError, match="must"):
        check_url(url, allowed=SHOP)
    posted = Poster(allowed=SHOP, resolver=never).post(url, b"", {})
    assert isinstance(posted, Failure)
    assert isinstance(posted.failure(), Permanent)


@pytest.mark.parametrize("address", ["172.18.0.3", "10.0.0.5", "fd12::3", "127.0.0.1"])
def test_another_name_of_the_same_private_address_stays_refused(address: str) -> None:
    for url in ("https://shop.example/", "https://shop.example:8443/"):
        assert resolving_to(address).post(url, b"", {}) == Failure(Permanent(PRIVATE))


def test_an_allowed_host_at_another_port_may_not_have_a_private_address() -> None:
    poster = Poster(
        allowed=allowed_hosts("shop.example:9000"), resolver=lambda _host, _port: ["10.0.0.5"]
    )
    assert poster.post("https://shop.example/", b"", {}) == Failure(Permanent(PRIVATE))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "100.100.100.200",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "0.0.0.0",  # noqa: S104  # nothing listens on it
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_an_allowed_host_never_leads_to_a_metadata_service_or_to_many_hosts(address: str) -> None:
    for addresses in ([address], ["172.18.0.3", address]):
        posted = resolving_to(*addresses).post("http://shop:9000/", b"", {})
        assert posted == Failure(Permanent(PRIVATE))
    named = f"[{address}]:9000" if ":" in address else f"{address}:9000"
    with pytest.raises(ValueError, match="metadata"):
        allowed_hosts(named)


def test_an_allowed_host_is_posted_to_by_http_with_its_name_and_port() -> None:
    with receiver(answering(OK % (200, 0))) as (port, requests):
        poster = Poster(
            allowed=allowed_hosts(f"shop:{port}"), resolver=lambda _host, _port: ["127.0.0.1"]
        )
        assert poster.post(f"http://shop:{port}/hook", b"{}", {}) == Success(Accepted())
    assert f"host: shop:{port}\r\n".encode() in requests[0].replace(b"Host:", b"host:")


def test_a_redirect_of_an_allowed_host_is_not_followed() -> None:
    answer = b"HTTP/1.1 307 There\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    looked_up: list[str] = []

    def resolver(host: str, _port: int) -> Sequence[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    with receiver(answering(answer)) as (port, _):
        poster = Poster(allowed=allowed_hosts(f"shop:{port}"), resolver=resolver)
        assert poster.post(f"http://shop:{port}/", b"", {}) == Failure(Transient("answered 307"))
    assert looked_up == ["shop"]


def test_a_name_of_an_allowed_host_is_resolved_once_and_that_address_is_connected_to() -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    with receiver(answering(OK % (200, 0))) as (port, _):
        poster = Poster(
            allowed=allowed_hosts(f"shop:{port}"), resolver=lambda _host, _port: next(answers)
        )
        assert poster.post(f"http://shop:{port}/", b"", {}) == Success(Accepted())


def test_an_unknown_allowed_host_is_tried_again() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    posted = Poster(allowed=SHOP, resolver=unknown).post("http://shop:9000/", b"", {})
    assert posted == Failure(Transient("could not be reached"))


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("shop:9000", {("shop", 9000)}),
        ("SHOP.:9000", {("shop", 9000)}),
        ("shop", {("shop", 80), ("shop", 443)}),
        ("my_shop-1.test:1", {("my_shop-1.test", 1)}),
        ("host.docker.internal:3000", {("host.docker.internal", 3000)}),
        ("172.18.0.3:9000", {("172.18.0.3", 9000)}),
        ("[FD00:0::1]:9000", {("fd00::1", 9000)}),
        ("localhost:9000", {("localhost", 9000)}),
    ],
)
def test_a_host_is_given_with_or_without_a_port(text: str, hosts: set[tuple[str, int]]) -> None:
    assert set(allowed_hosts(text)) == hosts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "*.shop",
        "http://shop:9000",
        "shop:9000/",
        "shop:9000/hook",
        "user@shop:9000",
        "shop:0",
        "shop:",
        "shop:x",
        "shop:65536",
        "shop name",
        "sh\u00f6p",
        "10.0.0.0/8",
        "127.1",
        "0x7f.1",
        "2130706433",
        "fd00::1",
        "[fe80::1%25eth0]",
        ".shop",
        "shop..",
        "a" * 64,
        "shop,other",
    ],
)
def test_what_is_no_single_host_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        allowed_hosts(text)


def test_a_refused_url_names_the_host_to_allow_where_that_would_help() -> None:
    assert host_to_allow("http://Shop:9000/hook") == "shop:9000"
    assert host_to_allow("http://shop/") == "shop:80"
    assert host_to_allow("https://[fd00::1]/") == "[fd00::1]:443"
    assert host_to_allow("http://shop:9000@evil.example/") is None
    assert host_to_allow("http://169.254.169.254/") is None


def test_the_setting_names_hosts_between_spaces() -> None:
    environ = {"BILLHOOK_DATABASE": "sqlite:///b", "BILLHOOK_WEBHOOK_HOSTS": "shop:9000 other:1"}
    assert settings(environ).webhook_hosts == {("shop", 9000), ("other", 1)}
    with pytest.raises(SettingError, match=r"BILLHOOK_WEBHOOK_HOSTS must be HOST or HOST:PORT"):
        settings({**environ, "BILLHOOK_WEBHOOK_HOSTS": "http://shop:9000"})
