"""The Dockerfile and the compose files say what they promise, and their commands are right."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import pytest
import yaml

from billhook_adapters.composition.settings import VARIABLES, settings
from deployment.dockerfile import DOCKERFILE, ROOT, copies, is_sent, stages, value_of

COMPOSE = ROOT / "examples" / "compose"
BUILD, FINAL = stages(DOCKERFILE.read_text())
IGNORE = (ROOT / ".dockerignore").read_text()
HEALTH = value_of(FINAL, "HEALTHCHECK").exec_form


def services(name: str) -> dict[str, Any]:
    """The services of a compose file."""
    found: dict[str, Any] = yaml.safe_load((COMPOSE / name).read_text())["services"]
    return found


def test_the_image_has_a_user_without_rights_and_a_fixed_number() -> None:
    user = value_of(FINAL, "USER").value
    assert user == "10001:10001"
    assert [one.name for one in FINAL].index("USER") > [one.name for one in FINAL].index("COPY")


def test_what_is_copied_exists_and_is_sent_and_little_else_is() -> None:
    for source, names, _ in copies(BUILD):
        assert source is None
        assert [name for name in names if not (ROOT / name).exists()] == []
        assert [name for name in names if not is_sent(name, IGNORE)] == []
    for secret in (".env", ".git/config", "examples/compose/.env", "billhook.sqlite3",
                   "domain/x.sqlite3", "tests/conftest.py"):  # fmt: skip
        assert not is_sent(secret, IGNORE)


def test_every_package_is_installed_from_a_lock_with_hashes() -> None:
    installs = [one.value for one in BUILD if one.name == "RUN" and " install " in one.value]
    assert len(installs) == 3
    for command in installs:
        assert "--no-deps" in command
        assert "--require-hashes -r requirements/" in command or command.endswith("/dist/*.whl")


def test_no_secret_and_no_setting_is_baked_in() -> None:
    for stage in (BUILD, FINAL):
        assert "ARG" not in {one.name for one in stage}
        assert not any("BILLHOOK_" in one.value for one in stage if one.name == "ENV")


def test_the_image_serves_by_default_and_the_check_needs_no_other_program() -> None:
    assert value_of(FINAL, "ENTRYPOINT").exec_form == ["billhook"]
    assert value_of(FINAL, "CMD").exec_form[0] == "serve"
    assert HEALTH[0] == "python"


class Running(NamedTuple):
    """The sandbox of the compose file, and the shop that receives its webhooks."""

    url: str
    port: int
    received: list[str]

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
        """A request as a container of the same network makes it."""
        key = b64encode(b"key_sandbox:sandbox").decode()
        headers = {"Host": "sandbox:8080", "Authorization": f"Basic {key}"}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        return answer.status, json.loads(text) if text[:1] in b"{[" else text.decode()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "WEBHOOK_SECRET", services("sandbox.yaml")["shop"]["environment"]["WEBHOOK_SECRET"]
        )
        receiver: Any = importlib.import_module("compose.receiver")
    with ThreadingHTTPServer(("127.0.0.1", 0), receiver.Shop) as shop:
        Thread(target=shop.serve_forever, daemon=True).start()
        command = [
            word.replace("--port=8080", "--port=0")
            .replace("/etc/billhook/start.json", str(COMPOSE / "start.json"))
            .replace("shop:9000", f"localhost:{shop.server_port}")
            for word in services("sandbox.yaml")["sandbox"]["command"]
        ]
        program = [sys.executable, "-m", "billhook_adapters.cli", *command, "--until-stdin-ends"]
        with subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            said = [process.stdout.readline()]
            while said[-1] and not said[-1].startswith("ready "):
                said.append(process.stdout.readline())
            try:
                url = said[-1].split()[1]
                yield Running(url, int(url.rpartition(":")[2]), receiver.received)
            finally:
                process.terminate()
        shop.shutdown()


def test_the_health_check_passes_for_a_sandbox_and_fails_where_there_is_none(
    running: Running,
) -> None:
    def check(port: int) -> int:
        words = [sys.executable, *(word.replace("8080", str(port)) for word in HEALTH[1:])]
        return subprocess.run(words, check=False, capture_output=True).returncode

    assert check(running.port) == 0
    with ThreadingHTTPServer(("127.0.0.1", 0), object) as closed:  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # it takes no request
        port = closed.server_port
    assert check(port) != 0


def test_the_sandbox_answers_by_the_name_of_its_service_and_links_to_the_published_port(
    running: Running,
) -> None:
    status, invoice = running.ask("GET", "/api/invoices/inv_issued")
    assert (status, invoice["amount"]) == (200, 49900)
    assert invoice["short_url"].startswith("http://localhost:8080/i/")
    page = invoice["short_url"].removeprefix("http://localhost:8080")
    status, html = running.ask("GET", page)
    assert status == 200
    assert "Acme Books" in html
    assert running.ask("GET", "/v1/invoices/inv_draft")[0] == 200
    assert running.ask("GET", "/v1/customers/cust_ravi")[1]["name"] == "Ravi"
    assert running.ask("GET", "/invoices/")[0] == 401  # the third API, which has other credentials
    assert running.url == f"http://127.0.0.1:{running.port}"


def test_the_shop_receives_what_happens_after_the_start(running: Running) -> None:
    assert running.ask("POST", "/sandbox/reset")[0] == 200
    running.received.clear()
    assert running.ask("GET", "/sandbox/webhooks") == (200, {"items": []})
    status, paid = running.ask("POST", "/sandbox/invoices/inv_issued/payments", '{"amount": 39900}')
    assert (status, paid["status"]) == (200, "paid")
    items = running.ask("GET", "/sandbox/webhooks")[1]["items"]
    assert [one["accepted"] for one in items] == [True]
    assert running.received == ["invoice.paid"]


def test_the_compose_file_of_the_sandbox_names_one_host_everywhere() -> None:
    found = services("sandbox.yaml")
    options = dict(word[2:].split("=", 1) for word in found["sandbox"]["command"][1:])
    assert set(found) == {"sandbox", "shop"}
    assert options["webhook-url"] == f"http://{options['allow-webhook-host']}/hook"
    assert options["allow-webhook-host"].partition(":")[0] in found
    assert found["shop"]["environment"]["SANDBOX_URL"] == f"http://sandbox:{options['port']}"
    assert found["shop"]["environment"]["WEBHOOK_SECRET"] == options["webhook-secret"]
    assert found["shop"]["depends_on"]["sandbox"]["condition"] == "service_healthy"
    assert options["host"] == "0.0.0.0"  # noqa: S104  # a published port leads to no other


def test_files_that_compose_mounts_exist_and_every_user_can_read_them() -> None:
    for name in ("sandbox.yaml", "service.yaml"):
        for service in services(name).values():
            for volume in service.get("volumes", []):
                source = volume.partition(":")[0]
                if source.startswith("."):
                    assert (COMPOSE / source).is_file()
                    assert (COMPOSE / source).stat().st_mode & 0o004


def test_server_and_worker_have_the_same_settings_which_the_service_knows() -> None:
    found = services("service.yaml")
    server, worker = found["server"], found["worker"]
    assert server["environment"] == worker["environment"]
    assert set(server["environment"]) <= set(VARIABLES)
    filled = {
        name: value.split(":-")[1].removesuffix("}") if ":-" in value else value
        for name, value in server["environment"].items()
    }
    assert settings({**filled, "BILLHOOK_SECRET_KEY": "k" * 43}).engine == "procrastinate"
    assert worker["healthcheck"] == {"disable": True}
    assert worker["command"] == ["worker"]


def test_secrets_of_the_compose_file_come_from_outside() -> None:
    text = (COMPOSE / "service.yaml").read_text()
    assert "${POSTGRES_PASSWORD:?" in text
    assert "${BILLHOOK_SECRET_KEY:?" in text
    assert ".env" in (ROOT / ".gitignore").read_text().split()


def test_published_ports_are_of_this_machine_alone() -> None:
    for name in ("sandbox.yaml", "service.yaml"):
        ports = [port for service in services(name).values() for port in service.get("ports", [])]
        assert ports
        assert all(port.startswith("127.0.0.1:") for port in ports)
