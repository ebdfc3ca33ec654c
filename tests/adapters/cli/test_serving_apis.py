"""`billhook serve --api`: which APIs are served, and where."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.test_serving import run, running
from plugins.installing import EXAMPLE_API, build_and_install

NEUTRAL = "urn:billhook:problem:no_such_route"
VERSIONED = {"Version": "2021-07-28"}


def ask(
    url: str, path: str, method: str = "GET", headers: Mapping[str, str] | None = None
) -> tuple[int, str, Any]:
    """The status, the media type and the JSON of an answer."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        answer = connection.getresponse()
        body = answer.read()
        kind = answer.headers["content-type"]
        return answer.status, kind, json.loads(body) if "json" in kind else body.decode()
    finally:
        connection.close()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/b.sqlite3"


def test_all_apis_share_the_root_and_no_one_gets_the_rest(database: str) -> None:
    with running("serve", "--port", "0", "--database", database) as (_, url):
        status, _, vendor = ask(url, "/v1/orders")
        assert (status, vendor["error"]["code"]) == (400, "BAD_REQUEST_ERROR")
        status, kind, other = ask(url, "/calendars/events", "POST")
        assert (status, kind) == (404, "application/json")
        assert (other["statusCode"], other["message"]) == (404, "Cannot POST /calendars/events")
        for path in ("/", "/index.php", "/v2/invoices", "/sandbox/clock"):
            status, kind, problem = ask(url, path)
            assert (status, kind, problem["type"]) == (404, "application/problem+json", NEUTRAL)
        assert ask(url, "/api/nothing")[2]["code"] == "no_such_route"


def test_apis_are_mounted_by_prefix_and_by_host(database: str) -> None:
    apis = ("--api", "razorpay=/razorpay", "--api", "highlevel=services.example.com")
    with running("serve", "--port", "0", "--database", database, *apis) as (_, url):
        assert ask(url, "/razorpay/v1/invoices")[0] == 401
        assert ask(url, "/razorpay/other")[2]["error"]["code"] == "BAD_REQUEST_ERROR"
        for path in ("/v1/invoices", "/invoices/x", "/api/invoices"):
            assert ask(url, path)[2]["type"] == NEUTRAL
        host = {"Host": "services.example.com", **VERSIONED}
        assert ask(url, "/invoices/x", headers=host)[0] == 401
        assert ask(url, "/v1/invoices", headers=host)[2]["message"] == "Cannot GET /v1/invoices"
        assert ask(url, "/healthz", headers=host)[0] == 200


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (["rasorpay"], "--api: there is no API named 'rasorpay'; installed are highlevel, native"),
        (["native=http://x"], "--api: the mount of native must be a path such as /billing, a host"),
        (["native=x y"], "--api: must be NAME or NAME=MOUNT, without spaces"),
        (["native=/sandbox"], "--api: billhook and native both claim /sandbox on every host"),
        (["native=/i"], "--api: the hosted pages and native both claim /i on every host; mount"),
        (["native=/v1", "razorpay"], "--api: native and razorpay both claim /v1 on every host"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(
    database: str, workers: str, choices: list[str], words: str
) -> None:
    given = [part for choice in choices for part in ("--api", choice)]
    done = run("serve", "--port", "0", "--database", database, "--workers", workers, *given)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_an_api_of_another_package_is_served_without_a_change_of_ours(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "installed"
    monkeypatch.setenv("PYTHONPATH", _path(build_and_install(EXAMPLE_API, target)))
    with running("serve", "--port", "0", "--database", database) as (_, url):
        assert ask(url, "/bills/today")[0] == 200
        assert ask(url, "/bills/other") == (404, "text/plain", "no such bill")
        assert ask(url, "/v1/invoices")[0] == 401
    with running("serve", "--port", "0", "--database", database, "--api", "example=/ex") as (
        _,
        url,
    ):
        assert ask(url, "/ex/bills/today")[0] == 200
        assert ask(url, "/bills/today")[2]["type"] == NEUTRAL


def test_a_package_that_cannot_be_imported_is_named_in_one_line(
    database: str, tmp_path: Path
) -> None:
    target = tmp_path / "installed"
    build_and_install(EXAMPLE_API, target)
    (target / "example_api" / "__init__.py").write_text("import nothing_of_this_name")
    environ = {"PYTHONPATH": _path(target)}
    done = run("serve", "--port", "0", "--database", database, **environ)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the API example of example-api 1.0 cannot be imported (ModuleNotFound" in done.stderr
    assert "Traceback" not in done.stderr


def _path(folder: Path) -> str:
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
