"""`billhook sandbox` with a seed, a start file and a ready line, as scripts use it."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from billhook_adapters.cli.main import main

SANDBOX = [sys.executable, "-m", "billhook_adapters.cli", "sandbox", "--port", "0"]
EXAMPLE = Path(__file__).parents[3] / "examples" / "compose" / "start.json"
REQUESTS = (
    ("POST", "/api/invoices", '{"currency": "INR", "lines": [{"name": "x", "unit_amount": 5}]}'),
    ("POST", "/v1/items", '{"name": "Book", "amount": 100, "currency": "INR"}'),
    ("POST", "/v1/customers", '{"name": "Asha", "email": "asha@example.com"}'),
    ("POST", "/v1/invoices", '{"customer": {"name": "Asha"}, "line_items": [{"name": "x", '
     '"amount": 500}], "currency": "INR"}'),
    ("POST", "/api/invoices/inv_draft/issue", "{}"),
    ("POST", "/api/invoices/inv_draft/payments", '{"amount": 99800, "currency": "INR"}'),
    ("POST", "/sandbox/invoices/inv_issued/payments", '{"amount": 100}'),
    ("POST", "/sandbox/clock", '{"advance_seconds": 60}'),
    ("GET", "/api/invoices", None),
    ("GET", "/v1/customers", None),
    ("GET", "/sandbox/outbox", None),
)  # fmt: skip
"""What mints every kind of id, and what shows all of them."""


@contextmanager
def running(*arguments: str) -> Iterator[tuple[list[str], int]]:
    """The lines of a sandbox that is ready, and its port."""
    command = [*SANDBOX, *arguments, "--until-stdin-ends"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        while said[-1] and not said[-1].startswith(("ready ", "{")):
            said.append(process.stdout.readline())
        try:
            lines = [line.rstrip("\n") for line in said]
            url = json.loads(lines[-1])["url"] if said[-1][:1] == "{" else lines[-1].split()[1]
            yield lines, int(url.rpartition(":")[2])
        finally:
            process.terminate()


def ask(port: int, method: str, path: str, body: str | None = None) -> bytes:
    """The body of a success."""
    key = b64encode(b"key_sandbox:sandbox").decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
    assert answer.status in (200, 201), text
    return text


def test_a_seed_gives_the_same_bytes_in_every_process_and_after_every_reset() -> None:
    options = ("--seed", "7", "--start", str(EXAMPLE), "--base-url", "http://localhost:8080")

    def answers(port: int) -> list[bytes]:
        return [ask(port, *request) for request in REQUESTS]

    with running(*options) as (said, port):
        first = answers(port)
        ask(port, "POST", "/sandbox/reset")
        assert answers(port) == first
    assert "  seed 7: ids and short URLs can be guessed" in said
    assert "  the clock stands at 2026-01-01T09:00:00+00:00 until it is moved" in said
    with running(*options) as (_, port):
        assert answers(port) == first


def test_the_last_line_is_ready_and_the_url_and_the_first_ends_with_it() -> None:
    with running("--host", "0.0.0.0", "--seller", "Acme") as (said, port):  # noqa: S104  # its lines are read
        assert said[-1] == f"ready http://127.0.0.1:{port}"
        assert said[0].split()[-1] == f"http://127.0.0.1:{port}"
        assert [line for line in said if line.startswith("ready")] == said[-1:]
        done = subprocess.run(
            [*SANDBOX[:-1], str(port)], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "billhook sandbox: --port: cannot listen on it (Address already in use); give a free "
        "port, or 0 to select one\n"
    )


def test_one_json_object_is_printed_instead_where_that_is_wanted() -> None:
    with running("--json", "--account", "key_1:a", "--location", "token_1:place_1") as (said, port):
        (line,) = said
    assert json.loads(line) == {
        "url": f"http://127.0.0.1:{port}",
        "base_url": f"http://127.0.0.1:{port}/i/",
        "keys": [{"id": "key_1", "secret": "a"}],
        "locations": [{"id": "place_1", "token": "token_1"}],
        "public_key": None,
        "seed": None,
    }


def said_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """What a sandbox that does not start says on stderr."""
    assert main(["sandbox", "--port", "0", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()


@pytest.fixture
def start_file(tmp_path: Path) -> Any:
    def write(text: str) -> str:
        file = tmp_path / "start.json"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def test_all_faults_of_a_start_file_are_said_at_once(
    capsys: pytest.CaptureFixture[str], start_file: Any
) -> None:
    name = start_file('{"now": 1, "invoices": [{"currency": "INR", "lines": 3}], "x": 1}')
    assert said_of(capsys, "--start", name) == [
        "billhook sandbox: --start: "
        "now: must be a time with its zone, such as 2026-01-31T12:00:00Z; "
        "invoices.0.lines: must be a list; x: is not known; leave it out"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "--start: it is not JSON that can be used"),
        ('{"now": null, "now": null}', "now is there twice; keep one"),
        ("[" * 100_000, "--start: it is nested too deeply"),
        ('{"invoices": [{"currency": "INR", "lines": [{"name": "x", "unit_amount": 5}], '
         '"issue": true}]}', "--start: invoices.0.issue: An invoice needs a customer"),
    ],
)  # fmt: skip
def test_a_start_file_that_cannot_be_used_is_refused_before_anything_is_served(
    capsys: pytest.CaptureFixture[str], start_file: Any, text: str, words: str
) -> None:
    (line,) = said_of(capsys, "--start", start_file(text))
    assert words in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--start", "/none/start.json"], "--start: it cannot be read"),
        (["--seed", "1", "--database", "sqlite:///b"], "--seed: cannot be combined with"),
        (["--now", "2026-01-01T00:00:00Z", "--database", "sqlite:///b"], "--now: cannot be"),
        (["--start", "-", "--until-stdin-ends"], "--start: cannot be - with --until-stdin-ends"),
        (["--seller", ""], "--seller: must be 1 to 256 characters"),
        (["--base-url", "localhost:8080"], "--base-url: must be a URL"),
        (["--base-url", "http://localhost/api/"], "--base-url: "),
        (["--host", "no.such.host.invalid"], "--host: is no address of this machine"),
        (
            ["--webhook-url", "http://shop:9000/hook", "--webhook-secret", "s"],
            "or allow the host with --allow-webhook-host shop:9000",
        ),
        (
            ["--allow-webhook-host", "shop:9000", "--webhook-url", "http://shop:9001/",
             "--webhook-secret", "s"],
            "or allow the host with --allow-webhook-host shop:9001",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_remedy(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    (line,) = said_of(capsys, *arguments)
    assert words in line


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--seed", "x", "whole number"),
        ("--seed", "-1", "whole number"),
        ("--now", "2026-01-01", "time with its zone"),
        ("--now", "1969-12-31T00:00:00Z", "1970 to 2999"),
        ("--allow-webhook-host", "http://shop", "without http://"),
    ],
)
def test_an_option_of_another_form_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, value: str, words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sandbox", "--port", "0", f"{option}={value}"])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
