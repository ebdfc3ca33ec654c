"""`billhook serve` and `billhook sandbox` as processes: they serve, drain, and say why not."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import connect
from threading import Timer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

BILLHOOK = [sys.executable, "-m", "billhook_adapters.cli"]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BILLHOOK, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environ},
    )


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A serving process and its URL, which its first line has."""
    with started([*BILLHOOK, *arguments]) as served:
        yield served


@contextmanager
def started(command: list[str], seconds: float = 60) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process and the URL in its first line; it and its workers are killed at the end.

    Without a URL in so many seconds the test fails with what the process wrote.
    """
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    limit = Timer(seconds, _kill, [process])
    limit.start()
    try:
        first = process.stdout.readline()
        limit.cancel()
        url = next((word.rstrip(";") for word in first.split() if "://" in word), None)
        if url is None:
            _kill(process)
            pytest.fail(f"it did not serve: {first}{''.join(process.communicate())}")
        yield process, url
    finally:
        limit.cancel()
        _kill(process)
        process.communicate()


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a process with its workers, which would keep its output open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def test_a_server_that_ends_while_it_starts_fails_its_test_with_the_reason() -> None:
    program = "import sys; sys.stderr.write('no disk')"
    with (
        pytest.raises(pytest.fail.Exception, match="it did not serve: no disk"),
        started([sys.executable, "-c", program]),
    ):
        raise AssertionError("started")


def test_a_server_that_hangs_while_it_starts_fails_its_test_and_its_workers_end() -> None:
    program = "import os, signal; os.fork(); signal.pause()"
    with (
        pytest.raises(pytest.fail.Exception, match="it did not serve"),
        started([sys.executable, "-c", program], seconds=0.5),
    ):
        raise AssertionError("started")


def answer_of(
    url: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """An answer's status and JSON."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    request = Request(url, data, sent)  # noqa: S310  # our own server
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310  # likewise
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/b.sqlite3"


def test_the_service_answers_both_apis_and_ends_well_on_sigterm(database: str) -> None:
    with running("serve", "--port", "0", "--database", database) as (process, url):
        status, answer = answer_of(f"{url}/v1/invoices")
        assert (status, answer["error"]["description"]) == (401, "Authentication failed")
        assert answer_of(f"{url}/api/invoices")[0] == 401
        assert answer_of(f"{url}/sandbox/clock")[0] == 404  # only a sandbox has it
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    lines = [json.loads(line) for line in errors.splitlines()]
    warned = [line["message"] for line in lines if line["level"] != "info"]
    assert ["can be sent" in one for one in warned] == [True, True]  # no sender is set up
    routes = [line["route"] for line in lines if line["message"] == "answered"]
    assert routes == ["/v1/invoices", "/api/invoices", "other"]


@pytest.mark.parametrize(("delivery", "status"), [("server", "failed"), ("workers", "queued")])
def test_a_server_delivers_unless_that_is_left_to_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delivery: str, status: str
) -> None:
    monkeypatch.setenv("BILLHOOK_DELIVERY", delivery)
    database = f"sqlite:///{tmp_path}/b.sqlite3"
    account = run("account", "create", "--name", "Acme", "--json", "--database", database)
    given = json.loads(account.stdout)
    credentials = f"{given['key_id']}:{given['key_secret']}".encode()
    headers = {"Authorization": f"Basic {b64encode(credentials).decode()}"}
    with running("serve", "--port", "0", "--database", database) as (process, url):
        line = {"name": "Book", "amount": 100, "currency": "INR"}
        body = {"customer": {"email": "ravi@example.com"}, "line_items": [line], "type": "invoice"}
        _, invoice = answer_of(f"{url}/v1/invoices", body, headers)
        process.send_signal(signal.SIGTERM)  # what it has claimed is finished
        process.communicate(timeout=30)
    with connect(tmp_path / "b.sqlite3") as connection:
        found = connection.execute("SELECT invoice, status FROM messages").fetchall()
    assert found == [(invoice["id"], status)]  # no sender is set up


def test_several_workers_serve_one_database(database: str) -> None:
    command = ("serve", "--port", "0", "--database", database, "--workers", "2")
    with running(*command) as (process, url):
        assert {answer_of(f"{url}/v1/invoices")[0] for _ in range(20)} == {401}
        assert answer_of(f"{url}/readyz") == (200, {"status": "ready"})
        with urlopen(f"{url}/metrics", timeout=30) as metrics:  # noqa: S310  # likewise
            page = metrics.read().decode()
        # Each worker reports the metrics of both.
        assert 'billhook_requests_total{route="/v1/invoices",status="4xx"} 20.0' in page
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_sandbox_leaves_nothing_behind(tmp_path: Path) -> None:
    os.environ["TMPDIR"] = str(tmp_path)
    try:
        with running("sandbox", "--port", "0") as (process, url):
            assert answer_of(f"{url}/sandbox/clock")[0] == 200
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
    finally:
        del os.environ["TMPDIR"]
    assert (process.returncode, errors) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said_in_one_line(database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--port", port, "--database", database)
    assert done.returncode == 2
    assert done.stderr.startswith("billhook serve: --port: cannot listen on it")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--port", "70000"], "must be a whole number from 0 to 65535"),
        (["serve", "--port", "x"], "must be a whole number from 0 to 65535"),
        (["serve", "--port", "0", "--workers", "0"], "must be a whole number from 1 to 256"),
        (["serve", "--port", "0", "--database", "mysql://u@h/d"], "unknown backend 'mysql'"),
        (["serve", "--database", "postgresql://u:hush@h/d"], "must not hold the password"),
        (["serve", "--port", "0", "--database", "sqlite:////none/b.db"], "there is no folder"),
        (["sandbox", "--port", "0", "--account", "hush"], "must be KEY_ID:KEY_SECRET"),
        (
            ["sandbox", "--port", "0", "--webhook-url", "http://127.0.0.1/"],
            "--webhook-secret: razorpay signs with a secret; give one",
        ),
        (
            ["sandbox", "--port", "0", "--webhook-style", "highlevel"],
            "--webhook-style: requires --webhook-url; add it",
        ),
        (
            [
                "sandbox",
                "--port",
                "0",
                "--webhook-url",
                "http://127.0.0.1/",
                "--webhook-style",
                "x",
            ],
            "--webhook-style: must be one of highlevel, native, razorpay",
        ),
        (
            [
                "sandbox",
                "--port",
                "0",
                "--webhook-url",
                "http://h.example/",
                "--webhook-secret",
                "w",
            ],
            "--webhook-url: must begin with https://",
        ),
    ],
)
def test_wrong_usage_is_said_with_its_remedy(arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "hush" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_base_url_is_refused_by_the_name_of_its_option(database: str) -> None:
    options = ("--port", "0", "--database", database, "--base-url", "https://bill.example")
    done = run("serve", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("billhook serve: --base-url: must have a path")


def test_a_wrong_setting_is_said_before_anything_is_served(database: str) -> None:
    done = run(
        "serve", "--port", "0", "--database", database, BILLHOOK_SMTP_URL="smtp://u:hush@m.example"
    )
    assert done.returncode == 2
    assert "BILLHOOK_MAIL_FROM" in done.stderr
    assert "hush" not in done.stderr + done.stdout
