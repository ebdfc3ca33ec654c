"""The URLs that a webhook may have: none of them leads into the network of the operator."""

from __future__ import annotations

from collections.abc import Sequence

import httpcore
import pytest
from returns.result import Failure

from billhook.messaging.delivery import Permanent
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.url_rules import check_url, connectable

ALLOWED = [
    "https://shop.example/hooks",
    "https://shop.example:8443/hooks?x=1",
    "https://shop.example:443/",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://sub.shop.example.",
    "HTTPS://SHOP.EXAMPLE/",
]

REFUSED = [
    "http://shop.example/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "gopher://shop.example/",
    "javascript:alert(1)",
    "//shop.example/",
    "shop.example",
    "",
    " ",
    "https://",
    "https:///x",
    "https://shop.example:80/",
    "https://shop.example:22/",
    "https://shop.example:0/",
    "https://shop.example:65536/",
    "https://shop.example:x/",
    "https://user@shop.example/",
    "https://user:pass@shop.example/",
    "https://shop.example@127.0.0.1/",
    "https://127.0.0.1#@shop.example/",
    "https://shop.example/#part",
    "https://shop.example/#",
    "https://shop.example\\@127.0.0.1/",
    "https://shop.example/a b",
    "https://shop.example/\n",
    "https://shop.example/\x00",
    "https://sh\u00f6p.example/",
    "https://shop.example/" + "a" * 2048,
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://a.localhost/",
    "https://printer.local/",
    "https://db.internal/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://printer/",
    "https://printer./",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[2606:4700:4700::1111%25eth0]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[::1/",
    "https://..../",
    "https://.example/",
]


@pytest.mark.parametrize("url", ALLOWED)
def test_a_public_host_is_allowed(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize("url", REFUSED)
def test_anything_else_is_refused_with_a_remedy(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        check_url(url)


def test_no_refused_url_is_looked_up_or_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []

    class Counting(httpcore.SyncBackend):
        def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.NetworkStream:
            calls.append(args)
            raise httpcore.ConnectError

    def resolver(host: str, port: int) -> Sequence[str]:
        calls.append(host)
        return ["8.8.8.8"]

    monkeypatch.setattr(httpcore, "SyncBackend", Counting)
    poster = Poster(resolver=resolver)
    for url in REFUSED:
        result = poster.post(url, b"{}", {})
        assert isinstance(result, Failure)
        assert isinstance(result.failure(), Permanent)
    assert len(set(REFUSED)) >= 60
    assert calls == []
    poster.post(ALLOWED[0], b"{}", {})
    assert len(calls) == 2  # one look-up and one connection: both would have been counted


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost/", "http://[::1]:80/"])
def test_a_sandbox_may_send_to_localhost(url: str) -> None:
    check_url(url, allow_loopback=True)
    with pytest.raises(ValueError, match="must"):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://192.168.1.1/", "http://shop.example/"]
)
def test_a_sandbox_may_not_send_to_other_private_hosts(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        check_url(url, allow_loopback=True)


def test_one_private_address_among_public_ones_is_refused() -> None:
    assert connectable(["8.8.8.8", "1.1.1.1"], loopback=False) == "8.8.8.8"
    for private in ("10.0.0.1", "127.0.0.1", "::ffff:8.8.8.8", "fe80::1%eth0"):
        assert connectable(["8.8.8.8", private], loopback=False) is None
        assert connectable([private, "8.8.8.8"], loopback=False) is None
    assert connectable([], loopback=False) is None


def test_localhost_must_have_loopback_addresses_only() -> None:
    assert connectable(["127.0.0.1", "::1"], loopback=True) == "127.0.0.1"
    for elsewhere in ("10.0.0.1", "8.8.8.8"):
        assert connectable([elsewhere], loopback=True) is None
        assert connectable(["127.0.0.1", elsewhere], loopback=True) is None
    assert connectable([], loopback=True) is None
