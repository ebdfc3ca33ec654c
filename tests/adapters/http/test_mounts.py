"""Which application a request belongs to: by host, then by the longest path prefix."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.mounts import Mount, Mounted, MountError, MountTable


def answering(name: str) -> App:
    """An application that answers its name and what the path is below its mount."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        below = scope["path"].removeprefix(scope.get("root_path", ""))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{name} {below}".encode()})

    return app


def mounted(name: str, mount: str, *routes: str, **how: Any) -> Mounted:
    return Mounted(name, Mount.parse(mount), answering(name), routes, **how)


def ask(table: MountTable, path: str, host: str | None = None) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    headers = [] if host is None else [(b"host", host.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    asyncio.run(table(scope, None, send))  # type: ignore[arg-type]  # nothing is received
    return sent[0]["status"], sent[1]["body"]


def served_by(table: MountTable, path: str, host: str | None = None) -> str | None:
    status, body = ask(table, path, host)
    return body.decode().partition(" ")[0] if status == 200 else None


V1 = mounted("one", "/", "/v1/bills", "/v1/bills/*")
BILLS = mounted("two", "/", "/bills/*", other_segments=frozenset({"people", "places"}))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/bills", "one"),
        ("/v1/anything", "one"),
        ("/v1", "one"),
        ("/v1/", "one"),
        ("/v10", None),
        ("/V1", None),
        ("/bills/7", "two"),
        ("/people/7", "two"),
        ("/peoples", None),
        ("/", None),
        ("//v1", None),
        ("*", None),
    ],
)
def test_two_apis_share_the_root_by_the_first_segments_of_their_routes(
    path: str, name: str | None
) -> None:
    assert served_by(MountTable([V1, BILLS]), path) == name


def test_what_belongs_to_no_api_is_a_neutral_problem() -> None:
    status, body = ask(MountTable([V1]), "/elsewhere")
    assert status == 404
    assert json.loads(body) == {
        "type": "urn:billhook:problem:no_such_route",
        "title": "No such route",
        "status": 404,
        "detail": "Nothing is served at this path.",
        "code": "no_such_route",
    }


def test_an_api_alone_at_a_prefix_has_everything_below_it() -> None:
    table = MountTable([mounted("one", "/one", "/v1/bills"), BILLS])
    assert ask(table, "/one/v1/bills") == (200, b"one /v1/bills")
    assert ask(table, "/one/elsewhere") == (200, b"one /elsewhere")
    assert served_by(table, "/v1/bills") is None


def test_two_apis_may_claim_the_same_path_by_other_prefixes_or_hosts() -> None:
    other = mounted("other", "Pay.example", "/v1/bills")
    table = MountTable([V1, other, mounted("third", "/third", "/v1/bills")])
    assert served_by(table, "/v1/bills") == "one"
    assert served_by(table, "/v1/bills", "else.example") == "one"
    for host in ("pay.example", "PAY.example:8080", "pay.example."):
        assert served_by(table, "/v1/bills", host) == "other"
    assert served_by(table, "/third/v1/bills") == "third"


def test_an_api_alone_at_a_host_has_everything_there_but_the_services_own_parts() -> None:
    probes = Mounted("probes", Mount(), answering("probes"), ("/healthz",))
    table = MountTable([V1, mounted("two", "pay.example", "/bills")], [probes])
    assert served_by(table, "/anything", "pay.example") == "two"
    assert served_by(table, "/v1/bills", "pay.example") == "two"
    for host in (None, "pay.example"):
        assert served_by(table, "/healthz", host) == "probes"


@pytest.mark.parametrize("mount", ["/", "/x", "pay.example", "pay.example/x"])
def test_two_apis_that_claim_one_path_on_one_mount_are_refused(mount: str) -> None:
    same = [mounted(name, mount, "/v1/bills", "/v1/others") for name in ("one", "two")]
    with pytest.raises(MountError, match=r"^one and two both claim /.*v1 on .*; mount one of them"):
        MountTable(same)


def test_an_api_that_claims_a_part_of_the_services_own_is_refused() -> None:
    pages = Mounted("the pages", Mount(prefix="/v1"), answering("pages"), ("/*",), owns_mount=True)
    with pytest.raises(MountError, match="the pages and one both claim /v1 on every host"):
        MountTable([V1], [pages])


def test_a_segment_without_routes_goes_to_who_has_some_and_of_two_to_no_one() -> None:
    people = mounted("people", "/", "/people/*")
    assert served_by(MountTable([BILLS, people]), "/people/7") == "people"
    both = mounted("three", "/", "/three", other_segments=frozenset({"places"}))
    assert served_by(MountTable([BILLS, both]), "/places/7") is None


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("/", Mount()),
        ("/a", Mount(prefix="/a")),
        ("/a/b/", Mount(prefix="/a/b")),
        ("localhost", Mount("localhost")),
        ("A.example/b", Mount("a.example", "/b")),
    ],
)
def test_a_mount_is_a_prefix_a_host_or_both(text: str, mount: Mount) -> None:
    assert Mount.parse(text) == mount


@pytest.mark.parametrize(
    "text", ["", "//", "/a//b", "/a?b", "/..", "a/./b", "a.example:80", "https://a.example", "a b"]
)
def test_what_is_no_mount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a path such as"):
        Mount.parse(text)
