"""The example of the reference page, run as it is written there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from adapters.native.api_client import ApiClient
from billhook_adapters.http.native.error_statuses import STATUS

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "native-api.md").read_text()


def block(language: str) -> str:
    return PAGE.partition(f"```{language}\n")[2].partition("```")[0]


def answer_to(api: ApiClient, line: str) -> Any:
    """The JSON that a line of curl gets."""
    _, *words = shlex.split(line)
    headers, method, body, url = {}, "GET", None, ""
    while words:
        match words.pop(0):
            case "-s":
                pass
            case "-u":
                assert words.pop(0) == "$KEY"
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                method, body = "POST", words.pop(0)
            case "-X":
                method = words.pop(0)
            case address:
                url = address
    assert url.startswith("$BILLHOOK/api/")
    path = url.removeprefix("$BILLHOOK/api")
    return api.request(method, path, headers=headers, content=body).json()


def test_the_example_of_the_page_runs_as_it_says(api: ApiClient) -> None:
    created, sent, paid, listed, refused = (
        answer_to(api, line) for line in block("sh").splitlines()
    )
    assert created["invoice"]["status"] == "draft"
    assert [message["medium"] for message in sent["messages"]] == ["email"]
    assert paid["invoice"]["due"] == 49900
    assert [invoice["id"] for invoice in listed["invoices"]] == ["inv_walk"]
    assert refused == json.loads(block("json"))


def test_the_page_names_every_status_and_every_path(api: ApiClient) -> None:
    named = {int(status) for status in re.findall(r"\b([45]\d\d)\b", PAGE)}
    assert set(STATUS.values()) <= named
    paths = api.json_of("GET", "/openapi.json")["paths"]
    for path in paths:
        assert path in PAGE or path.replace("/invoices/{id}", "") in PAGE, path


@pytest.mark.parametrize("word", ["idempotency_key_reused", "conflict", "invalid_request"])
def test_the_page_names_the_codes(api: ApiClient, word: str) -> None:
    assert f"`{word}`" in PAGE
