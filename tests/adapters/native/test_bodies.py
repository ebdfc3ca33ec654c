"""Bodies: one JSON text in UTF-8, within limits."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.native.api_client import DOCUMENT, ApiClient

JSON = {"Content-Type": "application/json"}
VALID = json.dumps(DOCUMENT).encode()
MEBIBYTE = 1024 * 1024


def nested(levels: int) -> bytes:
    return b'{"notes":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        VALID.decode().encode("utf-16"),
        VALID.replace(b"Ravi", b"Ravi\xe9"),
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1}{}',
        nested(33),
        b"[" * 200_000,
        b'{"a":' * 100_000,
    ],
)
def test_a_body_that_is_no_json_or_beyond_the_limits_is_malformed(
    api: ApiClient, body: bytes
) -> None:
    problem = api.json_of("POST", "/invoices", 400, content=body, headers=JSON)
    assert problem["code"] == "malformed"


@pytest.fixture
def no_limit_of_the_interpreter() -> Iterator[None]:
    usual = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(usual)


@pytest.mark.usefixtures("no_limit_of_the_interpreter")
def test_an_integer_of_more_than_1000_digits_is_malformed_whatever_the_host_allows(
    api: ApiClient,
) -> None:
    for digits, status in ((1000, 422), (1001, 400)):
        body = b'{"currency":"INR","first_payment_min_amount":' + b"1" * digits + b"}"
        api.json_of("POST", "/invoices", status, content=body, headers=JSON)


@pytest.mark.parametrize("levels", [2, 32])
def test_up_to_32_levels_are_read(api: ApiClient, levels: int) -> None:
    problem = api.json_of("POST", "/invoices", 422, content=nested(levels), headers=JSON)
    assert problem["code"] == "invalid_request"


@pytest.mark.parametrize("text", ["\x00", "\ud800", "a\udfff"])
@pytest.mark.parametrize("place", ["description", "note's value", "note's name", "unknown name"])
def test_text_that_no_store_can_keep_is_refused_in_every_place(
    api: ApiClient, text: str, place: str
) -> None:
    document = {
        "description": {**DOCUMENT, "description": text},
        "note's value": {**DOCUMENT, "notes": {"a": text}},
        "note's name": {**DOCUMENT, "notes": {text: "a"}},
        "unknown name": {**DOCUMENT, text: 1},
    }[place]
    body = json.dumps(document).encode()
    (error,) = api.json_of("POST", "/invoices", 422, content=body, headers=JSON)["errors"]
    assert error["detail"].startswith("must not hold")


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"a"', b"true", b"", b"{}"])
def test_a_body_without_fields_is_an_invalid_request(api: ApiClient, body: bytes) -> None:
    problem = api.json_of("POST", "/invoices", 422, content=body, headers=JSON)
    assert problem["code"] == "invalid_request"


@pytest.mark.parametrize("declared", [True, False])
def test_a_mebibyte_is_read_and_a_byte_more_is_not(api: ApiClient, declared: bool) -> None:
    def sent(body: bytes) -> object:
        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 65536):
                yield body[start : start + 65536]

        return body if declared else chunks()

    valid = VALID + b" " * (MEBIBYTE - len(VALID))
    api.json_of("POST", "/invoices", 201, content=sent(valid), headers=JSON)
    problem = api.json_of("POST", "/invoices", 413, content=sent(valid + b" "), headers=JSON)
    assert problem["code"] == "too_large"


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""],
)
def test_a_body_of_another_kind_is_a_415(api: ApiClient, kind: str) -> None:
    problem = api.json_of("POST", "/invoices", 415, content=VALID, headers={"Content-Type": kind})
    assert problem["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "kind", ["application/json; charset=UTF-8", 'Application/JSON;charset="utf-8"']
)
def test_json_may_name_its_encoding_utf_8(api: ApiClient, kind: str) -> None:
    api.json_of("POST", "/invoices", 201, content=VALID, headers={"Content-Type": kind})


def test_an_operation_without_fields_takes_nothing_or_an_empty_object(api: ApiClient) -> None:
    for body, status in ((b"", 200), (b"{}", 200), (b'{"a":1}', 422), (b"[]", 422), (b"{", 400)):
        path = f"/invoices/{api.drafted()}/issue"
        assert api.request("POST", path, content=body, headers=JSON).status_code == status
