"""Every error is answered as one kind of problem, without the values of the request."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest

from adapters.native.api_client import DOCUMENT, ApiClient
from billhook.lifecycle.errors import (
    CODES,
    ERRORS,
    DomainError,
    NotYetDue,
    OperationNotAllowed,
    SmsBudgetUsedUp,
)
from billhook.lifecycle.operation import Operation
from billhook.model.invoice import Status
from billhook.sentences import sentence
from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.native.error_statuses import STATUS
from billhook_adapters.http.native.errors import problem_of
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account
from unit.every_error import REFUSED


def test_every_error_has_an_http_status() -> None:
    assert set(STATUS) == set(ERRORS.values())
    assert set(STATUS.values()) == {403, 404, 409, 422, 429}


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: CODES[type(refusal)])
def test_every_error_has_a_sentence_and_a_type_of_its_own(refusal: DomainError) -> None:
    problem, code = problem_of(refusal).problem, CODES[type(refusal)]
    assert (problem.type, problem.code) == (f"urn:billhook:problem:{code}", code)
    assert (problem.status, problem.remedy) == (STATUS[type(refusal)], refusal.remedy.value)
    assert problem.field == refusal.field
    assert problem.detail.endswith(".")
    assert "datetime" not in problem.detail
    assert "Status." not in problem.detail


def test_sentences_leave_out_what_is_missing() -> None:
    assert sentence(NotYetDue(None)) == "This invoice expires never."
    assert sentence(SmsBudgetUsedUp(None, NOON)).startswith("The SMS budget of the account")
    gone = OperationNotAllowed(Operation.PAY, Status.DRAFT, ())
    assert sentence(gone) == "pay is not allowed when draft, nor in any other status."


def test_a_refusal_has_its_details(api: ApiClient) -> None:
    path = f"/invoices/{api.issued()}/payments"
    response = api.request("POST", path, json={"amount": 99801, "currency": "INR"})
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:billhook:problem:overpayment",
        "title": "Overpayment",
        "status": 422,
        "detail": "99801 is more than the 99800 that is due.",
        "code": "overpayment",
        "remedy": "pay_less",
        "details": {"amount": 99801, "due": 99800},
    }


def test_too_soon_says_when_to_retry(api: ApiClient) -> None:
    open_account(api.service, an_account(resend_wait=timedelta(minutes=1)))
    path = f"/invoices/{api.issued()}/notify"
    api.clock.set(NOON + timedelta(microseconds=1))
    api.json_of("POST", path, 202, json={"medium": "sms"})
    response = api.request("POST", path, json={"medium": "sms"})
    assert (response.status_code, response.json()["code"]) == (429, "too_soon")
    assert response.headers["retry-after"] == "Thu, 01 Jan 2026 12:01:01 GMT"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"currency": "inr"}, "currency"),
        ({"currency": None}, "currency"),
        ({"lines": [{"name": "Book"}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": "4,5"}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": 4.5}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": "0.0000000000001"}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": True}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": 2**53}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": 5, "quantity": 1.5}]}, "lines.0.quantity"),
        ({"lines": [{"name": "Book", "unit_amount": 5, "quantity": "1e3"}]}, "lines.0.quantity"),
        ({"lines": [{"name": "B", "unit_amount": 5, "currency": "INR"}]}, "lines.0.currency"),
        ({"lines": [{"name": "Book", "unit_amount": 5}] * 1001}, "lines"),
        ({"customer": {"email": "s3nsitive"}}, "customer.email"),
        ({"customer": {"contact": "s3nsitive"}}, "customer.contact"),
        ({"customer": {"billing_address": {"country": "in"}}}, "customer.billing_address.country"),
        ({"customer": {"time_zone": "Asia/Atlantis"}}, "customer.time_zone"),
        ({"customer": {"time_zone": "../passwd"}}, "customer.time_zone"),
        ({"due_by": "2026-02-01"}, "due_by"),
        ({"expire_by": 1767268800}, "expire_by"),
        ({"expire_by": "2026-02-01"}, "expire_by"),
        ({"expire_by": "2026-02-30T00:00:00Z"}, "expire_by"),
        ({"expire_by": "2026-02-01T00:00:00"}, "expire_by"),
        ({"expire_by": "0001-01-01T00:00:00+01:00"}, "expire_by"),
        ({"notes": {"a": 1}}, "notes.a"),
        ({"partial_payment": "yes"}, "partial_payment"),
        ({"media": ["fax"]}, "media.0"),
        ({"extras": {}}, "extras"),
        ({"id": "no id"}, "id"),
        ({"send": {"media": None, "again": True}}, "send.again"),
    ],
)
def test_each_wrong_field_is_named_without_its_value(
    api: ApiClient, fields: dict[str, Any], field: str
) -> None:
    response = api.request("POST", "/invoices", json={**DOCUMENT, **fields})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "invalid_request")
    assert [(e["place"], e["field"]) for e in problem["errors"]] == [("body", field)]
    assert "s3nsitive" not in response.text
    assert api.json_of("GET", "/invoices")["invoices"] == []


def test_unknown_field_names_are_not_repeated_and_errors_are_limited(
    api: ApiClient,
) -> None:
    secret = {f"<s3nsitive {number}>": 1 for number in range(1000)}
    response = api.request("POST", "/invoices", json={**DOCUMENT, **secret, "notes": {"a<b": 1}})
    assert "<" not in response.text
    assert len(response.json()["errors"]) == 50


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "limit=%2B5", "limit=5.0"])
def test_a_limit_is_a_whole_number_within_bounds(api: ApiClient, query: str) -> None:
    (error,) = api.json_of("GET", f"/invoices?{query}", 422)["errors"]
    assert (error["place"], error["field"]) == ("query", "limit")


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=W10=",
        "cursor=%C3%A9",
        "cursor=WyIyMDI2LTAxLTAxVDEyOjAwOjAwWiIsICJcdTAwMDAiXQ==",
        "status=open",
        "created_from=1767268800",
        "receipt=%00",
        "skip=-1",
        "skip=1000001",
        "order=newest",
        "nonsense=1",
    ],
)
def test_a_wrong_condition_of_a_list_is_a_problem(api: ApiClient, query: str) -> None:
    (error,) = api.json_of("GET", f"/invoices?{query}", 422)["errors"]
    assert (error["place"], error["field"].partition(".")[0]) == ("query", query.split("=")[0])


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_unknown_parameters_are_a_problem(api: ApiClient, method: str) -> None:
    problem = api.json_of(
        method, f"/invoices/{api.drafted()}{'/issue' * (method == 'POST')}?a=1", 422
    )
    assert problem["errors"][0]["place"] == "query"


@pytest.mark.parametrize("version", ["1", 'W/"1"', '"1", "2"', '""', '"-1"', "**"])
def test_an_etag_of_another_shape_is_a_problem(api: ApiClient, version: str) -> None:
    path = f"/invoices/{api.drafted()}"
    problem = api.json_of("PATCH", path, 422, json={}, headers={"If-Match": version})
    assert [(e["place"], e["field"]) for e in problem["errors"]] == [("header", "If-Match")]


@pytest.mark.parametrize(
    ("method", "below"),
    [("DELETE", ""), ("POST", "/issue"), ("POST", "/cancel"), ("POST", "/send"), ("PATCH", "")],
)
def test_every_change_may_name_the_version_it_expects(
    api: ApiClient, method: str, below: str
) -> None:
    path = f"/invoices/{api.drafted()}{below}"
    body = {} if method == "DELETE" else {"json": {}}
    problem = api.json_of(method, path, 409, headers={"If-Match": '"2"'}, **body)
    assert problem["code"] == "conflict"
    assert api.request(method, path, headers={"If-Match": "*"}, **body).is_success


def test_new_lines_are_in_the_currency_of_the_invoice_or_of_the_patch(
    api: ApiClient,
) -> None:
    path = f"/invoices/{api.drafted(currency='USD')}"
    lines = [{"name": "Ink", "unit_amount": 5}]
    assert api.json_of("PATCH", path, json={"lines": lines})["currency"] == "USD"
    changed = api.json_of("PATCH", path, json={"lines": lines, "currency": "EUR"})
    assert (changed["currency"], changed["amount"]) == ("EUR", 5)
    problem = api.json_of("PATCH", path, 422, json={"currency": "INR"})
    assert problem["code"] == "currency_mismatch"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "no_such_route"),
        ("GET", "/invoices/", 404, "no_such_route"),
        ("GET", "/invoices/a/b", 404, "no_such_route"),
        ("PUT", "/invoices", 405, "method_not_allowed"),
        ("TRACE", "/invoices/x", 405, "method_not_allowed"),
        ("POST", "/docs", 405, "method_not_allowed"),
    ],
)
def test_wrong_paths_and_methods_are_problems(
    api: ApiClient, method: str, path: str, status: int, code: str
) -> None:
    response = api.request(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_wrong_method_is_answered_with_the_allowed_methods(api: ApiClient) -> None:
    allowed = api.request("PUT", "/invoices/x").headers["allow"]
    assert re.split(", ", allowed) == ["DELETE", "GET", "PATCH"]


def test_a_bug_is_a_500_without_details(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("s3nsitive row")

    monkeypatch.setattr(api.service, "search", broken)
    with caplog.at_level(logging.ERROR):
        response = api.request("GET", "/invoices")
    assert (response.status_code, response.json()["code"]) == (500, "server_error")
    assert "RuntimeError" not in response.text
    assert "RuntimeError" in caplog.text
    assert "s3nsitive" not in response.text + caplog.text


def test_an_overloaded_service_answers_503_with_a_time_to_retry(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OverloadedError

    monkeypatch.setattr(api.service, "search", full)
    response = api.request("GET", "/invoices")
    assert (response.status_code, response.json()["code"]) == (503, "overloaded")
    assert response.headers["retry-after"] == "1"
