"""Whatever goes wrong is one kind of answer: a problem, in words, without what was given."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest

from adapters.native.world import DOCUMENT, World
from billhook.lifecycle.errors import (
    ERRORS,
    AddressSuppressed,
    DomainError,
    InvalidDocument,
    InvalidField,
    NotEditable,
    NotYetDue,
    OperationNotAllowed,
    TooSoon,
)
from billhook.lifecycle.operation import Operation
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.patch import DocumentField
from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.native.error_texts import STATUS, detail
from billhook_adapters.http.native.errors import problem_of
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account

SPECIAL: dict[str, DomainError] = {
    "operation_not_allowed": OperationNotAllowed(Operation.PAY, Status.DRAFT, (Status.ISSUED,)),
    "not_editable": NotEditable(
        Status.PAID, (DocumentField.LINES,), (DocumentField.NOTES, DocumentField.MEDIA)
    ),
    "address_suppressed": AddressSuppressed(Medium.SMS, "opted_out"),
    "too_soon": TooSoon(Medium.SMS, NOON + timedelta(microseconds=1)),
    "not_yet_due": NotYetDue(NOON),
    "invalid_document": InvalidDocument((InvalidField("lines.0.name", "missing", "is missing"),)),
}
ARGUMENTS = {
    "expires_too_soon": (NOON, NOON),
    "currency_mismatch": ("INR", "USD"),
    "amount_too_large": (7,),
    "line_not_found": (7,),
    **dict.fromkeys(("overpayment", "partial_not_allowed", "below_minimum", "conflict"), (5, 7)),
}


def a_refusal(code: str) -> DomainError:
    return SPECIAL.get(code) or ERRORS[code](*ARGUMENTS.get(code, ()))


def test_the_table_has_a_status_for_every_refusal_and_no_other() -> None:
    assert set(STATUS) == set(ERRORS.values())
    assert set(STATUS.values()) == {403, 404, 409, 422, 429}


@pytest.mark.parametrize("code", ERRORS)
def test_every_refusal_is_a_sentence_under_a_type_of_its_own(code: str) -> None:
    refusal = a_refusal(code)
    said = problem_of(refusal).problem
    assert (said.type, said.code) == (f"urn:billhook:problem:{code}", code)
    assert (said.status, said.remedy) == (STATUS[type(refusal)], refusal.remedy.value)
    assert said.field == getattr(refusal, "field", None)
    assert said.detail.endswith(".")
    assert "datetime" not in said.detail
    assert "Status." not in said.detail


def test_sentences_do_without_what_is_not_there() -> None:
    assert detail(NotYetDue(None)) == "This invoice expires never."
    gone = OperationNotAllowed(Operation.PAY, Status.DRAFT, ())
    assert detail(gone) == "pay is not allowed when draft, nor in any other status."


def test_a_refusal_brings_its_facts(world: World) -> None:
    path = f"/invoices/{world.issued()}/payments"
    response = world.ask("POST", path, json={"amount": 99801, "currency": "INR"})
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


def test_too_soon_says_when_to_come_back(world: World) -> None:
    open_account(world.service, an_account(resend_wait=timedelta(minutes=1)))
    path = f"/invoices/{world.issued()}/notify"
    world.clock.set(NOON + timedelta(microseconds=1))
    world.got("POST", path, 202, json={"medium": "sms"})
    response = world.ask("POST", path, json={"medium": "sms"})
    assert (response.status_code, response.json()["code"]) == (429, "too_soon")
    assert response.headers["retry-after"] == "Thu, 01 Jan 2026 12:01:01 GMT"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"currency": "inr"}, "currency"),
        ({"currency": None}, "currency"),
        ({"lines": [{"name": "Book"}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": "5"}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": True}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": 2**53}]}, "lines.0.unit_amount"),
        ({"lines": [{"name": "Book", "unit_amount": 5, "quantity": 1.5}]}, "lines.0.quantity"),
        ({"lines": [{"name": "Book", "unit_amount": 5, "quantity": "1e3"}]}, "lines.0.quantity"),
        ({"lines": [{"name": "B", "unit_amount": 5, "currency": "INR"}]}, "lines.0.currency"),
        ({"lines": [{"name": "Book", "unit_amount": 5}] * 51}, "lines"),
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
def test_each_field_that_is_wrong_is_named_and_its_value_is_not(
    world: World, fields: dict[str, Any], field: str
) -> None:
    response = world.ask("POST", "/invoices", json={**DOCUMENT, **fields})
    said = response.json()
    assert (response.status_code, said["code"]) == (422, "invalid_request")
    assert [(e["place"], e["field"]) for e in said["errors"]] == [("body", field)]
    assert "s3nsitive" not in response.text
    assert world.got("GET", "/invoices")["invoices"] == []


def test_names_that_the_caller_made_up_are_not_repeated_and_errors_are_not_endless(
    world: World,
) -> None:
    secret = {f"<s3nsitive {number}>": 1 for number in range(1000)}
    response = world.ask("POST", "/invoices", json={**DOCUMENT, **secret, "notes": {"a<b": 1}})
    assert "<" not in response.text
    assert len(response.json()["errors"]) == 50


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "limit=%2B5", "limit=5.0"])
def test_a_limit_is_a_whole_number_within_bounds(world: World, query: str) -> None:
    (error,) = world.got("GET", f"/invoices?{query}", 422)["errors"]
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
def test_a_condition_of_no_sense_is_problem_of(world: World, query: str) -> None:
    (error,) = world.got("GET", f"/invoices?{query}", 422)["errors"]
    assert (error["place"], error["field"].partition(".")[0]) == ("query", query.split("=")[0])


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_parameters_that_no_operation_knows_are_problem_of(world: World, method: str) -> None:
    said = world.got(method, f"/invoices/{world.made()}{'/issue' * (method == 'POST')}?a=1", 422)
    assert said["errors"][0]["place"] == "query"


@pytest.mark.parametrize("version", ["1", 'W/"1"', '"1", "2"', '""', '"-1"', "**"])
def test_an_etag_of_another_shape_is_problem_of(world: World, version: str) -> None:
    path = f"/invoices/{world.made()}"
    said = world.got("PATCH", path, 422, json={}, headers={"If-Match": version})
    assert [(e["place"], e["field"]) for e in said["errors"]] == [("header", "If-Match")]


@pytest.mark.parametrize(
    ("method", "below"),
    [("DELETE", ""), ("POST", "/issue"), ("POST", "/cancel"), ("POST", "/send"), ("PATCH", "")],
)
def test_every_change_may_name_the_version_that_it_means(
    world: World, method: str, below: str
) -> None:
    path = f"/invoices/{world.made()}{below}"
    body = {} if method == "DELETE" else {"json": {}}
    said = world.got(method, path, 409, headers={"If-Match": '"2"'}, **body)
    assert said["code"] == "conflict"
    assert world.ask(method, path, headers={"If-Match": "*"}, **body).is_success


def test_new_lines_are_in_the_invoices_currency_or_in_the_one_named_with_them(
    world: World,
) -> None:
    path = f"/invoices/{world.made(currency='USD')}"
    lines = [{"name": "Ink", "unit_amount": 5}]
    assert world.got("PATCH", path, json={"lines": lines})["currency"] == "USD"
    changed = world.got("PATCH", path, json={"lines": lines, "currency": "EUR"})
    assert (changed["currency"], changed["amount"]) == ("EUR", 5)
    said = world.got("PATCH", path, 422, json={"currency": "INR"})
    assert said["code"] == "currency_mismatch"


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
def test_wrong_paths_and_methods_are_problems_too(
    world: World, method: str, path: str, status: int, code: str
) -> None:
    response = world.ask(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_wrong_method_names_all_the_right_ones(world: World) -> None:
    allowed = world.ask("PUT", "/invoices/x").headers["allow"]
    assert re.split(", ", allowed) == ["DELETE", "GET", "PATCH"]


def test_a_bug_is_a_500_that_tells_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("s3nsitive row")

    monkeypatch.setattr(world.service, "search", broken)
    with caplog.at_level(logging.ERROR):
        response = world.ask("GET", "/invoices")
    assert (response.status_code, response.json()["code"]) == (500, "server_error")
    assert "RuntimeError" not in response.text
    assert "RuntimeError" in caplog.text
    assert "s3nsitive" not in response.text + caplog.text


def test_a_full_lane_is_a_503_that_says_when_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OverloadedError

    monkeypatch.setattr(world.service, "search", full)
    response = world.ask("GET", "/invoices")
    assert (response.status_code, response.json()["code"]) == (503, "overloaded")
    assert response.headers["retry-after"] == "1"
