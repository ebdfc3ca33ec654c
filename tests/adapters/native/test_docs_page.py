"""The documentation comes from here alone, and is complete."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from fastapi.openapi.docs import get_swagger_ui_html

from adapters.native.world import World

OPERATIONS = {
    ("post", "/invoices"): {201, 400, 403, 409, 413, 415, 429},
    ("get", "/invoices"): {200},
    ("get", "/invoices/{id}"): {200, 404},
    ("patch", "/invoices/{id}"): {200, 400, 403, 404, 409, 413, 415},
    ("delete", "/invoices/{id}"): {204, 403, 404, 409},
    ("post", "/invoices/{id}/issue"): {200, 400, 403, 404, 409, 413, 415},
    ("post", "/invoices/{id}/cancel"): {200, 400, 403, 404, 409, 413, 415},
    ("post", "/invoices/{id}/send"): {200, 400, 403, 404, 409, 413, 415, 429},
    ("post", "/invoices/{id}/notify"): {202, 400, 403, 404, 409, 413, 415, 429},
    ("post", "/invoices/{id}/payments"): {201, 400, 403, 404, 409, 413, 415},
    ("get", "/invoices/{id}/payments"): {200, 404},
    ("get", "/invoices/{id}/messages"): {200, 404},
    ("get", "/invoices/{id}/reminders"): {200, 404},
    ("get", "/invoices/{id}/events"): {200, 404},
    ("get", "/invoices/{id}/explain"): {200, 404},
    ("get", "/unapplied-payments"): {200},
    ("post", "/contacts/find"): {200, 400, 413, 415},
    ("put", "/contacts"): {200, 400, 403, 413, 415},
}
ALWAYS = {401, 422, 500, 503}


def anybody(world: World, path: str) -> httpx.Response:
    return world.ask("GET", path, headers={"Authorization": ""})


def foreign(page: str) -> list[str]:
    """Everything in a page that leads to another host."""
    return re.findall(r"""(?:\w+:)?//[^\s"'<>]+""", page)


def test_the_page_names_no_other_host_and_all_that_it_names_is_here(world: World) -> None:
    page = anybody(world, "/docs")
    assert page.status_code == 200
    assert foreign(page.text) == []
    assert '"validatorUrl": null' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    named = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page.text)
    paths = [path for pair in named for path in pair if path and path != "data:,"]
    assert len(paths) == 3
    for path in paths:
        assert anybody(world, path.removeprefix("/api")).status_code == 200


def test_the_frameworks_own_page_would_not_pass() -> None:
    page = get_swagger_ui_html(openapi_url="/openapi.json", title="x")
    assert len(foreign(bytes(page.body).decode())) == 3


def test_there_is_no_page_of_the_framework_beside_it(world: World) -> None:
    for path in ("/redoc", "/docs/oauth2-redirect"):
        assert anybody(world, path).status_code == 404


@pytest.fixture
def document(world: World) -> Any:
    return anybody(world, "/openapi.json").json()


def test_the_document_says_where_it_is_mounted_and_who_may_call(document: Any) -> None:
    assert document["servers"] == [{"url": "/api"}]
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "basic")


def test_every_operation_lists_every_status_that_it_can_answer(document: Any) -> None:
    listed = {
        (method, path): {int(status) for status in operation["responses"]}
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert listed == {which: statuses | ALWAYS for which, statuses in OPERATIONS.items()}


def test_every_operation_is_described_secured_and_modelled(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], path
            assert operation["security"] == [{"Basic": []}]
            for status, response in operation["responses"].items():
                kinds = set(response.get("content", ()))
                expected = {"application/json" if status < "300" else "application/problem+json"}
                assert kinds == (set() if status == "204" else expected), (method, path, status)
            if method == "post" and not path.endswith("/find"):  # a question has no effect
                names = {parameter["name"] for parameter in operation["parameters"]}
                assert "Idempotency-Key" in names


def test_every_reference_leads_somewhere_and_the_frameworks_error_is_gone(document: Any) -> None:
    schemas = document["components"]["schemas"]
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert referred <= set(schemas)
    assert "HTTPValidationError" not in schemas
    assert "examples" in schemas["PaymentIn"]["properties"]["amount"]
