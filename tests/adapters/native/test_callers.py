"""Authentication, and that an account sees nothing of another one's."""

from __future__ import annotations

import pytest

from adapters.native.api_client import DOCUMENT, ApiClient, basic

OPERATIONS = [
    ("GET", "", None),
    ("PATCH", "", {}),
    ("DELETE", "", None),
    ("POST", "/issue", {}),
    ("POST", "/cancel", {}),
    ("POST", "/send", {}),
    ("POST", "/notify", {"medium": "sms"}),
    ("POST", "/payments", {"amount": 1, "currency": "INR"}),
    ("POST", "/payments", {"amount": 1, "currency": "INR", "report": True}),
    ("PATCH", "", {"lines": []}),
    ("GET", "/payments", None),
    ("GET", "/messages", None),
    ("GET", "/events", None),
    ("GET", "/explain", None),
]


@pytest.mark.parametrize(("method", "below", "body"), OPERATIONS)
@pytest.mark.parametrize("unknown", ["inv_unknown", "%00", "a b", "x" * 65, "%ED%A0%80"])
def test_an_invoice_of_another_account_is_answered_like_an_unknown_one(
    api: ApiClient, other_account: ApiClient, method: str, below: str, body: object, unknown: str
) -> None:
    theirs = other_account.issued()
    sent = {} if body is None else {"json": body}
    foreign = api.request(method, f"/invoices/{theirs}{below}", **sent)
    strange = api.request(method, f"/invoices/{unknown}{below}", **sent)
    assert foreign.status_code == strange.status_code == 404
    assert (foreign.content, foreign.headers) == (strange.content, strange.headers)


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"Basic",
        b"Basic \xe9",
        b"Basic /w==",
        b"Bearer x",
        basic("acc_1:wrong").encode(),
        basic("unknown:s3cret").encode(),
        basic("acc_1").encode(),
    ],
)
def test_every_wrong_credential_gets_one_identical_answer(
    api: ApiClient, header: bytes | None
) -> None:
    plain = api.request("GET", "/invoices", headers={"Authorization": "Basic x"})
    assert (plain.status_code, plain.json()["code"]) == (401, "unauthorized")
    assert plain.headers["www-authenticate"].startswith("Basic realm=")
    for method, path in [("GET", "/invoices"), ("POST", "/invoices"), ("GET", "/invoices/x")]:
        wrong = api.request(method, path, headers={"Authorization": header or b""}, content=b"{")
        assert (wrong.content, wrong.headers) == (plain.content, plain.headers)


def test_a_list_holds_only_the_callers_own(api: ApiClient, other_account: ApiClient) -> None:
    other_account.drafted()
    path = f"/invoices/{other_account.drafted()}/payments"
    other_account.json_of("POST", path, 409, json={"amount": 1, "currency": "INR", "report": True})
    assert api.json_of("GET", "/invoices")["invoices"] == []
    assert api.json_of("GET", "/unapplied-payments")["payments"] == []


def test_credentials_of_an_account_that_is_not_open_change_nothing(api: ApiClient) -> None:
    headers = {"Authorization": basic("closed:s3cret")}
    problem = api.json_of("POST", "/invoices", 403, json=DOCUMENT, headers=headers)
    assert problem["code"] == "account_not_found"


@pytest.mark.parametrize("unknown", ["%00", "x" * 65])
def test_the_service_is_not_called_for_an_id_of_the_wrong_shape(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, unknown: str
) -> None:
    monkeypatch.setattr(api.service, "get", None)
    assert api.json_of("GET", f"/invoices/{unknown}", 404)["code"] == "invoice_not_found"
