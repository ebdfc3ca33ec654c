"""The sandbox's own routes are documented by the table that serves them."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.in_process import SandboxClient
from billhook_adapters.sandbox.faults import FaultKind
from billhook_adapters.sandbox.routes import ROUTES

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "test-against-the-sandbox.md"


@pytest.fixture
def document(sandbox: SandboxClient) -> Any:
    return sandbox.json_of("GET", "/sandbox/openapi.json")


def test_it_has_every_route(document: Any) -> None:
    found = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert found == {(route.method, f"/sandbox{route.path}") for route in ROUTES}


def test_the_page_about_the_sandbox_has_every_route_and_every_fault() -> None:
    text = PAGE.read_text()
    documented = {
        pair
        for cell in re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
        for pair in product(
            re.findall(r"\b(?:GET|POST|DELETE)\b", cell), re.findall(r"/sandbox/[^`\s]+", cell)
        )
    }
    assert {(route.method, f"/sandbox{route.path}") for route in ROUTES} <= documented
    assert set(FaultKind) <= set(re.findall(r"[`\"]([a-z_]+)[`\"]", text))


def test_every_operation_has_a_name_of_its_own(document: Any) -> None:
    names = [
        one["operationId"]
        for operations in document["paths"].values()
        for one in operations.values()
    ]
    assert len(set(names)) == len(names) == len(ROUTES)


def test_every_reference_leads_to_a_schema(document: Any) -> None:
    schemas = document["components"]["schemas"]
    references = set(_references(document))
    assert references
    assert {one.removeprefix("#/components/schemas/") for one in references} <= set(schemas)


def test_a_route_that_there_is_not_is_refused(sandbox: SandboxClient) -> None:
    for method, path in (
        ("GET", "/sandbox/nothing"),
        ("GET", "/sandbox"),
    ):
        answer = sandbox.ask(method, path)
        assert (answer.status, answer.json["error"]["code"]) == (404, "BAD_REQUEST_ERROR")


def _references(value: Any) -> list[str]:
    return re.findall(r'"\$ref": "([^"]+)"', json.dumps(value))
