"""Workspaces: sandboxes of one process that do not see each other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.sandbox.in_process import INVOICE, KEY, SandboxClient
from billhook_adapters.sandbox import workspaces


@pytest.fixture
def made(sandbox: SandboxClient) -> Any:
    return sandbox.json_of("POST", "/sandbox/workspaces", {"name": "t-1"})


def test_a_workspace_has_a_path_a_key_and_a_location_of_its_own(made: Any) -> None:
    assert made == {
        "name": "t-1",
        "path": "/workspaces/t-1",
        "key_id": "key_t-1",
        "key_secret": "sandbox",
        "token": "token_t-1",
        "location": "location_t-1",
    }


def test_its_key_leads_to_it_whatever_the_path(sandbox: SandboxClient, made: Any) -> None:
    key = (made["key_id"], made["key_secret"])
    invoice = sandbox.create(key)
    assert sandbox.json_of("GET", "/v1/invoices", key=key)["count"] == 1
    assert sandbox.json_of("GET", "/v1/invoices", key=KEY)["count"] == 0
    assert sandbox.items("outbox") == []
    sent = sandbox.json_of("GET", "/workspaces/t-1/sandbox/outbox")["items"]
    assert {one["invoice_id"] for one in sent} == {invoice["id"]}


def test_its_bearer_token_leads_to_it(sandbox: SandboxClient, made: Any) -> None:
    def listed(token: str, location: str) -> int:
        headers = {"authorization": f"Bearer {token}", "version": "2021-07-28"}
        path = f"/invoices/?altId={location}&altType=location&limit=10&offset=0"
        found = sandbox.json_of("GET", path, headers=headers)
        total: int = found["total"]
        return total

    sandbox.create((made["key_id"], made["key_secret"]))
    assert listed(made["token"], made["location"]) == 1
    assert listed("sandbox_token", "sandbox_location") == 0


def test_the_header_leads_to_it_where_there_are_no_credentials(
    sandbox: SandboxClient, made: Any
) -> None:
    sandbox.create((made["key_id"], made["key_secret"]))
    named = {"Sandbox-Workspace": "t-1"}
    assert len(sandbox.json_of("GET", "/sandbox/outbox", headers=named)["items"]) == 2
    assert sandbox.items("outbox") == []


def test_a_header_that_names_no_workspace_is_refused(sandbox: SandboxClient) -> None:
    answer = sandbox.ask("GET", "/sandbox/outbox", headers={"Sandbox-Workspace": "t-2"})
    assert (answer.status, answer.json["code"]) == (404, "no_such_workspace")


def test_a_path_that_names_no_workspace_is_unknown(sandbox: SandboxClient) -> None:
    assert sandbox.ask("GET", "/workspaces/t-2/sandbox/outbox").status == 404


def test_the_page_of_an_invoice_is_found_in_its_workspace(
    sandbox: SandboxClient, made: Any
) -> None:
    url = sandbox.create((made["key_id"], made["key_secret"]))["short_url"]
    assert url.startswith("http://sandbox.test/workspaces/t-1/i/")
    assert "Asha Rao" in sandbox.ask("GET", url).text


def test_the_time_of_a_workspace_is_its_own(sandbox: SandboxClient, made: Any) -> None:
    before = sandbox.json_of("GET", "/sandbox/clock")["now"]
    sandbox.json_of("POST", "/workspaces/t-1/sandbox/clock", {"advance_seconds": 86400})
    assert sandbox.json_of("GET", "/sandbox/clock")["now"] < before + 86400


def test_a_reset_is_that_of_one_workspace(sandbox: SandboxClient, made: Any) -> None:
    sandbox.create((made["key_id"], made["key_secret"]))
    sandbox.create()
    sandbox.json_of("POST", "/sandbox/reset")
    assert sandbox.items("outbox") == []
    assert len(sandbox.json_of("GET", "/workspaces/t-1/sandbox/outbox")["items"]) == 2


def test_a_closed_workspace_is_gone_and_its_key_opens_nothing(
    sandbox: SandboxClient, made: Any
) -> None:
    (kept,) = sandbox.workspaces
    sandbox.json_of("DELETE", "/sandbox/workspaces/t-1")
    delivering = kept.workspace.sandbox.application.delivering
    assert delivering is not None
    assert not delivering.alive
    assert sandbox.items("workspaces") == []
    key = (made["key_id"], made["key_secret"])
    assert sandbox.ask("GET", "/v1/invoices", key=key).status == 401
    assert sandbox.ask("DELETE", "/sandbox/workspaces/t-1").status == 404


def test_a_name_is_taken_once(sandbox: SandboxClient, made: Any) -> None:
    answer = sandbox.ask("POST", "/sandbox/workspaces", {"name": "t-1"})
    assert (answer.status, answer.json["error"]["description"]) == (
        409,
        "name: there is a workspace of this name, or a key of it.",
    )


def test_a_name_whose_key_the_default_workspace_has_is_refused(sandbox: SandboxClient) -> None:
    answer = sandbox.ask("POST", "/sandbox/workspaces", {"name": "sandbox"})
    assert answer.status == 409
    sandbox.create()
    assert len(sandbox.items("outbox")) == 2


def test_a_path_to_a_workspace_without_a_slash_at_its_end_is_its_first_page(
    sandbox: SandboxClient, made: Any
) -> None:
    assert sandbox.ask("GET", "/workspaces/t-1").status == 200
    unknown = sandbox.ask("GET", "/workspaces/t-2/console")
    assert (unknown.status, unknown.json["code"]) == (404, "no_such_workspace")


@pytest.mark.parametrize("name", ["", "T", "a b", "-a", "a-", "a/b", "a" * 41, None, 5, "ä"])
def test_a_name_of_another_form_is_refused(sandbox: SandboxClient, name: object) -> None:
    answer = sandbox.ask("POST", "/sandbox/workspaces", {"name": name})
    assert answer.status == 400
    assert answer.json["error"]["description"].startswith("name: ")
    assert sandbox.items("workspaces") == []


def test_there_are_so_many_at_most(sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspaces, "MOST_WORKSPACES", 1)
    sandbox.json_of("POST", "/sandbox/workspaces", {"name": "a"})
    assert sandbox.ask("POST", "/sandbox/workspaces", {"name": "b"}).status == 400


def test_a_workspace_makes_no_others(sandbox: SandboxClient, made: Any) -> None:
    answer = sandbox.ask("POST", "/workspaces/t-1/sandbox/workspaces", {"name": "b"})
    assert answer.status == 400


def test_a_hundred_at_once_do_not_see_each_other(sandbox: SandboxClient) -> None:
    async def life(number: int) -> tuple[int, int, int]:
        made = (
            await sandbox.requested("POST", "/sandbox/workspaces", {"name": f"n-{number}"})
        ).json
        key, root = (made["key_id"], made["key_secret"]), f"{made['path']}/sandbox"
        count = number % 3 + 1
        for _ in range(count):
            await sandbox.requested("POST", "/v1/invoices", INVOICE, key=key)
        await sandbox.requested("POST", f"{root}/clock", {"advance_seconds": number * 60})
        listed = (await sandbox.requested("GET", "/v1/invoices", key=key)).json["items"]
        sent = (await sandbox.requested("GET", f"{root}/outbox")).json["items"]
        await sandbox.requested("DELETE", f"/sandbox/workspaces/n-{number}")
        return count, len(listed), len(sent)

    async def all_of_them() -> list[tuple[int, int, int]]:
        return await asyncio.gather(*map(life, range(100)))

    found = sandbox.runner.run(all_of_them())
    assert found == [(count, count, 2 * count) for count, *_ in found]
