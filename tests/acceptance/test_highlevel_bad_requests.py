"""Requests to HighLevel's routes that no SDK sends: 422, 400, 401 or 403 in their shapes, and
nothing stored. What is wrong is judged by the vendor's own schemas."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest

from acceptance.bad_input.case import JSON, PRIVATE, Case, case, text
from acceptance.bad_input.fields import VALUES
from acceptance.bad_input.server import Seen, Server, sandbox
from acceptance.contract.highlevel import SCHEMAS, a_payment, a_request, a_send, an_item, an_update
from acceptance.test_razorpay_bad_requests import INNARDS, check_log

TOKEN = b"Bearer pit-ours"
SCOPE = "altId=loc_ours&altType=location"
VERSION = ((b"Version", b"2021-07-28"),)
NAMES = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 413: "Payload Too Large",
         415: "Unsupported Media Type", 422: "Unprocessable Entity"}  # fmt: skip

FULL = a_request(
    title="T", description="D", invoiceNumber="A-1", invoiceNumberPrefix="A-", dueDate="2026-02-01",
    termsNotes="N", automaticTaxesEnabled=True,
    items=[an_item(description="D", productId="p", priceId="q", type="one_time", taxInclusive=True,
                   isSetupFeeItem=False, taxes=[{"_id": "t", "name": "VAT", "rate": 10,
                                                 "calculation": "exclusive"}])],
    discount={"type": "fixed", "value": 5, "validOnProductIds": ["p"]},
    sentTo={"email": ["a@b.example"], "emailCc": [], "emailBcc": [], "phoneNo": ["+12145596993"]},
    paymentSchedule={"type": "percentage", "schedules": [{"value": 100}]},
    lateFeesConfiguration={"enable": True, "value": 1, "type": "fixed",
                           "frequency": {"intervalCount": 1, "interval": "day"},
                           "grace": {"intervalCount": 1, "interval": "day"},
                           "maxLateFees": {"type": "fixed", "value": 10}},
    tipsConfiguration={"tipsPercentage": [5], "tipsEnabled": True},
    paymentMethods={"stripe": {"enableBankDebitOnly": False}},
    attachments=[{"id": "a", "name": "n", "url": "https://x.example", "type": "t", "size": 1}],
)  # fmt: skip
SEND = a_send(
    sentFrom={"fromName": "A", "fromEmail": "a@b.example"},
    autoPayment={"enable": True, "type": "t", "card": {"brand": "b", "last4": "4"}, "provider": {}},
)
PAYMENT = a_payment(
    amount=1, meta={}, paymentScheduleIds=[], fulfilledAt="2026-01-01T00:00:00.000Z"
)
LONG = text({**PAYMENT, "meta": {"x": "y" * 40_000}})
BODIES: Mapping[str, tuple[str, str, dict[str, Any], str]] = {
    "create": ("POST", "/invoices/", FULL, "CreateInvoiceDto"),
    "update": ("PUT", "/invoices/@draft", an_update(contactDetails=FULL["contactDetails"]),
               "UpdateInvoiceDto"),
    "send": ("POST", "/invoices/@issued/send", SEND, "SendInvoiceDto"),
    "pay": ("POST", "/invoices/@issued/record-payment", PAYMENT, "RecordPaymentDto"),
}  # fmt: skip


TAKEN = {
    ("create", "businessDetails", "address"): (b'"',),
    ("create", "paymentSchedule"): (b"{",),
}
"""What the vendor's schema does not take and its service does: an address as text, of which its
documents have examples, and the empty schedule that its own answers hold."""


def highlevel_case(name: str, method: str, target: str, body: bytes = b"", **given: Any) -> Case:
    """A case with the vendor's headers."""
    known: dict[str, Any] = {"auth": TOKEN, "more": VERSION}
    return case(name, method, target, body, range(200, 500), **{**known, **given})


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is anything in a body."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in pairs:
        yield (*above, name)
        if isinstance(inner, dict | list):
            yield from _paths(inner, (*above, name))


def _spoiled(body: dict[str, Any], path: tuple[Any, ...], value: bytes | None) -> bytes:
    """The body with something else at a path, or without what is there."""
    spoiled = deepcopy(body)
    *above, last = path
    place: Any = spoiled
    for name in above:
        place = place[name]
    if value is None:
        del place[last]
        return text(spoiled)
    place[last] = "@@"
    return text(spoiled).replace(b'"@@"', value)


def _takes(schema: str, body: bytes) -> bool | None:
    """Whether the vendor's own schema takes a body; None where it is no JSON."""
    try:
        value = json.loads(body, parse_constant=lambda _: 1 / 0)
        whole = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": SCHEMAS}}
        return jsonschema_rs.Draft4Validator(whole).is_valid(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def _fields() -> list[Any]:
    return [
        pytest.param(what, path, id=f"{what}-{'.'.join(map(str, path))}")
        for what, (_, _, body, _) in BODIES.items()
        for path in _paths(body)
    ]


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> Iterator[Server]:
    folder, given = tmp_path_factory.mktemp("sandbox"), ("--location", "pit-ours:loc_ours")
    with sandbox(folder, new_database(), *given) as server:
        yield server


def check(server: Server, seen: Seen) -> None:
    """An error in the shape of the vendor, without internals."""
    for innard in (*INNARDS, *(secret.encode() for secret in PRIVATE), b"alex@example.com"):
        assert innard not in seen.body
    problem = json.loads(seen.body)
    assert problem["statusCode"] == seen.status
    assert problem.get("error") == NAMES.get(seen.status)
    assert isinstance(problem["message"], list if seen.status == 422 else str)
    assert problem["message"]
    check_log(server)


@pytest.mark.parametrize(("what", "path"), _fields())
def test_every_value_of_a_field_gets_a_valid_response_and_an_error_stores_nothing(
    server: Server, what: str, path: tuple[Any, ...]
) -> None:
    method, target, body, schema = BODIES[what]
    for name, value in {**VALUES, "nothing": None}.items():
        spoiled = _spoiled(body, path, value)
        before = server.rows()
        seen = server.send(highlevel_case(name, method, target, spoiled))
        if seen.status == 200:
            # A null is like an absent field here; the vendor requires more than is needed.
            taken = name in ("null", "nothing") or (value or b"")[:1] in TAKEN.get(
                (what, *path), ()
            )
            assert taken or _takes(schema, spoiled), (name, seen.body)
            continue
        assert seen.status in (400, 403, 422), (name, seen.body)
        check(server, seen)
        assert server.rows() == before, name


@pytest.mark.parametrize(
    ("name", "given", "status", "message"),
    [
        ("no version", {"more": ()}, 401, "version header was not found."),
        ("another", {"more": ((b"Version", b"2020-01-01"),)}, 401, "version header is invalid"),
        ("no token", {"auth": None}, 401, "Invalid token: access token is invalid"),
        ("basic", {"auth": b"Basic b3Vyczp4"}, 401, "Invalid token: access token is invalid"),
        ("unknown", {"auth": b"Bearer x"}, 401, "Invalid token: access token is invalid"),
        ("empty", {"auth": b"Bearer "}, 401, "Invalid token: access token is invalid"),
        ("long", {"auth": b"Bearer " + b"x" * 9000}, 401, "Invalid token: access token is invalid"),
        ("8-bit", {"auth": b"Bearer \xff\xfe"}, 401, "Invalid token: access token is invalid"),
        ("form", {"kind": b"application/x-www-form-urlencoded"}, 415,
         "The request body must be application/json"),
    ],
)  # fmt: skip
def test_headers(server: Server, name: str, given: Any, status: int, message: str) -> None:
    before = server.rows()
    seen = server.send(highlevel_case(name, "POST", "/invoices/", text(FULL), **given))
    assert (seen.status, json.loads(seen.body)["message"]) == (status, message)
    check(server, seen)
    assert server.rows() == before


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/invoices/", b"", 422),
        ("POST", "/invoices/", b"null", 422),
        ("POST", "/invoices/", b"[]", 422),
        ("POST", "/invoices/", b"{", 400),
        ("POST", "/invoices/", b'{"a":' * 40 + b"1" + b"}" * 40, 400),
        ("POST", "/invoices/", b"\xff\xfe", 400),
        ("POST", "/invoices/", b" " * (1024 * 1024 + 1), 413),
        ("POST", "/invoices/", text({**FULL, "altId": "loc_theirs"}), 403),
        ("POST", "/invoices/", text({**FULL, "altType": "company"}), 422),
        ("POST", "/invoices/", text({**FULL, "items": [an_item()] * 51}), 422),
        ("POST", "/invoices/", text({**FULL, "termsNotes": "x" * 16_385}), 422),
        ("POST", "/invoices/", text({**FULL, "xeroDetails": {"x": "y" * 33_000}}), 422),
        ("GET", "/invoices/@draft", b"", 422),
        ("GET", "/invoices/@draft?altId=loc_ours", b"", 422),
        ("GET", "/invoices/@draft?altId=loc_theirs&altType=location", b"", 403),
        ("GET", f"/invoices/@theirs?{SCOPE}", b"", 400),
        ("GET", f"/invoices/inv%00?{SCOPE}", b"", 400),
        ("GET", f"/invoices/*?{SCOPE}", b"", 400),
        ("GET", f"/invoices/%2A?{SCOPE}", b"", 400),
        ("GET", f"/invoices/a%2Fb?{SCOPE}", b"", 400),
        ("GET", f"/invoices/?{SCOPE}", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=-1&offset=0", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=ten&offset=0", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&status=overdue", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&startAt=yesterday", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&endAt=2026-02-30", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&sortField=total", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&paymentMode=maybe", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&search={'x' * 257}", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&search=%00", b"", 422),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&search=%ff", b"", 400),
        ("GET", f"/invoices/?{SCOPE}&limit=10&offset=0&more=1", b"", 422),
        ("DELETE", f"/invoices/@issued?{SCOPE}", b"", 400),
        ("DELETE", f"/invoices/@theirdraft?{SCOPE}", b"", 400),
        ("POST", "/invoices/@draft/void", text({"altId": "loc_ours", "altType": "location"}), 400),
        ("POST", "/invoices/@theirs/send", text(SEND), 400),
        ("POST", "/invoices/@theirs/record-payment", text(PAYMENT), 400),
        ("POST", "/invoices/@issued/record-payment", text({**PAYMENT, "amount": 0}), 422),
        ("POST", "/invoices/@issued/record-payment", text({**PAYMENT, "amount": 0.001}), 422),
        ("POST", "/invoices/@issued/record-payment", text({**PAYMENT, "amount": 10**15}), 422),
        ("POST", "/invoices/@issued/record-payment", LONG, 422),
        ("POST", "/invoices/@issued/sendmail", text(SEND), 404),
        ("PATCH", "/invoices/@draft", text(FULL), 404),
        ("PUT", "/invoices/", text(FULL), 404),
        ("POST", "/invoices/@draft/send/again", text(SEND), 404),
        ("PATCH", "/invoices/stats/last-visited-at", b"{}", 422),
        ("PATCH", "/invoices/stats/last-visited-at", text({"invoiceId": "@theirs"}), 400),
        ("GET", "/invoices/stats/last-visited-at", b"", 404),
        ("POST", "/invoices/text2pay", text({**FULL, "action": "pay", "userId": "u"}), 422),
        ("POST", "/invoices/text2pay",
         text({**FULL, "action": "send", "userId": "u", "id": "@theirdraft"}), 400),
        ("PATCH", "/invoices/@issued/late-fees-configuration",
         text({"altId": "loc_ours", "altType": "location",
               "lateFeesConfiguration": FULL["lateFeesConfiguration"]}), 400),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_served_gets_an_error_and_changes_nothing(
    server: Server, method: str, target: str, body: bytes, status: int
) -> None:
    before = server.rows()
    seen = server.send(highlevel_case(target, method, target, body, kind=JSON))
    assert seen.status == status, seen.body
    check(server, seen)
    assert server.rows() == before


@pytest.mark.parametrize("rest", ["", "/send", "/record-payment", "/void"])
def test_an_invoice_of_another_account_is_answered_like_an_unknown_one(
    server: Server, rest: str
) -> None:
    method = "POST" if rest else "GET"
    bodies = {"/send": SEND, "/record-payment": PAYMENT}
    scope = {"altId": "loc_ours", "altType": "location"}
    body = text(bodies.get(rest, scope)) if rest else b""
    theirs, unknown = (
        server.send(highlevel_case(one, method, f"/invoices/{one}{rest}?{SCOPE}", body))
        for one in ("@theirs", "inv_AAAAAAAAAAAAAA")
    )
    assert theirs.whole == unknown.whole
    assert theirs.status == 400
