"""Who is calling, and what they may see: one way in, and no word about anybody else's."""

from __future__ import annotations

import pytest

from adapters.native.world import DOCUMENT, World, basic

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
def test_anothers_invoice_answers_byte_for_byte_as_an_unknown_one(
    world: World, others: World, method: str, below: str, body: object, unknown: str
) -> None:
    theirs = others.issued()
    sent = {} if body is None else {"json": body}
    foreign = world.ask(method, f"/invoices/{theirs}{below}", **sent)
    strange = world.ask(method, f"/invoices/{unknown}{below}", **sent)
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
        basic("nobody:s3cret").encode(),
        basic("acc_1").encode(),
    ],
)
def test_every_wrong_credential_gets_one_identical_answer(
    world: World, header: bytes | None
) -> None:
    plain = world.ask("GET", "/invoices", headers={"Authorization": "Basic x"})
    assert (plain.status_code, plain.json()["code"]) == (401, "unauthorized")
    assert plain.headers["www-authenticate"].startswith("Basic realm=")
    for method, path in [("GET", "/invoices"), ("POST", "/invoices"), ("GET", "/invoices/x")]:
        wrong = world.ask(method, path, headers={"Authorization": header or b""}, content=b"{")
        assert (wrong.content, wrong.headers) == (plain.content, plain.headers)


def test_a_list_holds_only_the_callers_own(world: World, others: World) -> None:
    others.made()
    path = f"/invoices/{others.made()}/payments"
    others.got("POST", path, 409, json={"amount": 1, "currency": "INR", "report": True})
    assert world.got("GET", "/invoices")["invoices"] == []
    assert world.got("GET", "/unapplied-payments")["payments"] == []


def test_credentials_of_an_account_that_is_not_open_change_nothing(world: World) -> None:
    headers = {"Authorization": basic("closed:s3cret")}
    said = world.got("POST", "/invoices", 403, json=DOCUMENT, headers=headers)
    assert said["code"] == "account_not_found"


@pytest.mark.parametrize("unknown", ["%00", "x" * 65])
def test_the_desk_is_not_asked_for_what_has_the_shape_of_no_id(
    world: World, monkeypatch: pytest.MonkeyPatch, unknown: str
) -> None:
    monkeypatch.setattr(world.service, "get", None)
    assert world.got("GET", f"/invoices/{unknown}", 404)["code"] == "invoice_not_found"
