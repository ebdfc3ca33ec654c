"""What pages of other sites cannot do: press a button, call a route, or read under their name."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.sandbox.in_process import SandboxClient
from billhook_adapters.sandbox.hosts import only_for


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_page_of_another_site_changes_nothing(
    sandbox: SandboxClient, headers: dict[str, str]
) -> None:
    sandbox.create()
    assert sandbox.ask("POST", "/sandbox/reset", headers=headers).status == 403
    assert len(sandbox.items("outbox")) == 2
    assert sandbox.ask("POST", "/sandbox/reset").status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"localhost:8080", 200),
        (b"127.0.0.1:8080", 200),
        (b"[::1]:8080", 200),
        (b"Pay.example", 200),
        (b"shop.localhost", 200),
        (b"evil.example", 403),
        (b"127.0.0.1.evil.example", 403),
        (b"", 403),
        (b"[", 403),
    ],
)
def test_a_sandbox_of_this_machine_answers_under_its_own_names(host: bytes, status: int) -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    scope = {"type": "http", "method": "GET", "headers": [(b"host", host)]}

    def answered(path: str) -> int:
        async def call() -> None:
            await only_for(app, {"pay.example"})({**scope, "path": path}, receive, send)

        asyncio.run(call())
        found: int = sent[0]["status"]
        sent.clear()
        return found

    assert [answered(path) for path in ("/", "/console", "/sandbox/clock")] == [status] * 3
    assert answered("/v1/invoices") == 200  # the APIs have credentials


def test_a_route_names_the_methods_that_it_takes(sandbox: SandboxClient) -> None:
    answer = sandbox.ask("PUT", "/sandbox/clock", {})
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert sandbox.ask("HEAD", "/sandbox/clock/").status == 200
