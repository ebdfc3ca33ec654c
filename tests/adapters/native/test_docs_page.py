"""The documentation is served without other hosts, and is complete."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from fastapi.openapi.docs import get_swagger_ui_html

from adapters.native.api_client import ApiClient

OPERATIONS = {
    ("post", "/invoices"): {201, 403, 409, 415},
    ("get", "/invoices"): {200},
    ("get", "/invoices/{id}"): {200, 404},
    ("patch", "/invoices/{id}"): {200, 403, 404, 409, 415},
    ("delete", "/invoices/{id}"): {204, 403, 404, 409},
    ("post", "/invoices/{id}/issue"): {200, 403, 404, 409, 415},
    ("post", "/invoices/{id}/cancel"): {200, 403, 404, 409, 415},
    ("post", "/invoices/{id}/send"): {200, 403, 404, 409, 415},
    ("post", "/invoices/{id}/notify"): {202, 403, 404, 409, 415},
    ("post", "/invoices/{id}/payments"): {201, 403, 404, 409, 415},
    ("get", "/invoices/{id}/payments"): {200, 404},
    ("get", "/invoices/{id}/messages"): {200, 404},
    ("get", "/invoices/{id}/reminders"): {200, 404},
    ("get", "/invoices/{id}/e-invoice"): {200, 404, 409, 501},
    ("get", "/invoices/{id}/events"): {200, 404},
    ("get", "/invoices/{id}/explain"): {200, 404},
    ("get", "/invoices/{id}/forecast"): {200, 404},
    ("post", "/invoices/{id}/what-if"): {200, 404, 415},
    ("get", "/messages/{id}/explain"): {200, 404},
    ("get", "/unapplied-payments"): {200},
    ("post", "/unapplied-payments/apply"): {200, 403, 404, 409, 415},
    ("post", "/unapplied-payments/refund"): {200, 403, 404, 409, 415},
    ("post", "/contacts/find"): {200, 415},
    ("put", "/contacts"): {200, 403, 415},
    ("get", "/account"): {200, 403},
    ("get", "/account/logo"): {200, 404},
    ("put", "/account/logo"): {200, 403, 415},
    ("delete", "/account/logo"): {204, 403},
    ("get", "/webhook-endpoints"): {200},
    ("patch", "/account"): {200, 403, 409, 415},
}
ALWAYS = {400, 401, 408, 413, 414, 422, 429, 431, 500, 503}


def without_credentials(api: ApiClient, path: str) -> httpx.Response:
    return api.request("GET", path, headers={"Authorization": ""})


def other_hosts(page: str) -> list[str]:
    """Every URL in a page that leads to another host."""
    return re.findall(r"""(?:\w+:)?//[^\s"'<>]+""", page)


def test_the_page_names_no_other_host_and_all_its_links_work(api: ApiClient) -> None:
    page = without_credentials(api, "/docs")
    assert page.status_code == 200
    assert other_hosts(page.text) == []
    assert '"validatorUrl": null' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    named = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page.text)
    paths = [path for pair in named for path in pair if path and path != "data:,"]
    assert len(paths) == 3
    for path in paths:
        assert without_credentials(api, path.removeprefix("/api")).status_code == 200


def test_the_page_of_the_framework_names_other_hosts() -> None:
    page = get_swagger_ui_html(openapi_url="/openapi.json", title="x")
    assert len(other_hosts(bytes(page.body).decode())) == 3


def test_no_page_of_the_framework_is_served(api: ApiClient) -> None:
    for path in ("/redoc", "/docs/oauth2-redirect"):
        assert without_credentials(api, path).status_code == 404


@pytest.fixture
def document(api: ApiClient) -> Any:
    return without_credentials(api, "/openapi.json").json()


def test_the_document_names_its_mount_and_its_authentication(document: Any) -> None:
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
                made = "application/xml" if path.endswith("/e-invoice") else "application/json"
                expected = {made if status < "300" else "application/problem+json"}
                assert kinds == (set() if status == "204" else expected), (method, path, status)
            if method == "post" and not path.endswith(("/find", "/what-if")):  # they have no effect
                names = {parameter["name"] for parameter in operation["parameters"]}
                assert "Idempotency-Key" in names


def test_every_reference_has_a_schema_and_the_error_of_the_framework_is_gone(document: Any) -> None:
    schemas = document["components"]["schemas"]
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert referred <= set(schemas)
    assert "HTTPValidationError" not in schemas
    assert "examples" in schemas["PaymentIn"]["properties"]["amount"]
