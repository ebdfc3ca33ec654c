"""A number costs what its text costs: digits and exponents are bounded where it is read."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from attacks.in_process import BASIC, BEARER, CALLBACKS, JSON, LOCATION, InProcess
from billhook_adapters.http.core.parsing import LARGEST_EXPONENT, MOST_DIGITS, from_json

NUMBERS = (
    b"1e3000000", b"1.5e5000", b"-0e999999999", b"1e-999999999", b"0E99999999999999999999",
    b"1E+100", b"1e400", b"1" * 100_000, b"-" + b"9" * 100_000, b"1." + b"1" * 100_000,
    b"0." + b"0" * 100_000 + b"1", b"NaN", b"Infinity", b"-Infinity",
)  # fmt: skip

ITEM = b'{"name":"a","currency":"USD","amount":1,"qty":1}'
HIGHLEVEL = (
    b'{"altId":"%b","altType":"location","name":"n","businessDetails":{},"currency":"USD",'
    b'"items":[%b],"discount":{"type":"fixed","value":0},"sentTo":{"email":["alex@example.com"]},'
    b'"issueDate":"2026-01-01","liveMode":true,'
    b'"contactDetails":{"id":"c","name":"n","email":"alex@example.com","phoneNo":"+1-214-559-6993","customFields":[{"value":$}]}}'
) % (LOCATION.encode(), ITEM)

PLACES = {
    "Razorpay's notes": ("/v1/invoices", BASIC, b'{"type":"invoice","notes":{"a":$}}'),
    "Razorpay's amount": ("/v1/invoices", BASIC, b'{"line_items":[{"name":"a","amount":$}]}'),
    "HighLevel's custom field": ("/invoices/", BEARER, HIGHLEVEL),
    "HighLevel's price": ("/invoices/", BEARER, HIGHLEVEL.replace(b'"amount":1', b'"amount":$')),
    "a note": ("/api/invoices", BASIC, b'{"currency":"INR","notes":{"a":$}}'),
    "an unknown field": ("/api/invoices", BASIC, b'{"currency":"INR","x":$}'),
    "the sandbox's clock": ("/sandbox/clock", [], b'{"advance_seconds":$}'),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_number_beyond_its_bounds_is_refused_wherever_it_stands(
    service: InProcess, place: str
) -> None:
    path, given, body = PLACES[place]
    for number in NUMBERS:
        sent = body.replace(b"$", number)
        assert service.ask("POST", path, [*given, JSON], [sent]).status == 400, number[:20]


def test_a_provider_s_report_with_such_a_number_is_not_read(service: InProcess) -> None:
    url = CALLBACKS.url_of_all("msg91").removeprefix("http://127.0.0.1")
    for number in NUMBERS:
        sent = b'{"requestId":"r","status":$}'.replace(b"$", number)
        assert service.ask("POST", url, [JSON], [sent]).status == 404, number[:20]


def test_the_same_documents_are_accepted_with_a_number_of_a_usual_size(service: InProcess) -> None:
    path, given, body = PLACES["HighLevel's custom field"]
    for number in (b"1", b"1.50", b"1e21", b"1e99", b"-1E-7"):
        answered = service.ask("POST", path, [*given, JSON], [body.replace(b"$", number)])
        assert answered.status == 200, answered.body
        assert len(answered.body) < 4096


def test_what_is_at_the_bounds_is_read() -> None:
    assert from_json(b"1" * MOST_DIGITS) == int("1" * MOST_DIGITS)
    assert from_json(b"1e%d" % LARGEST_EXPONENT, parse_float=Decimal) == 10**LARGEST_EXPONENT
    assert from_json(b"1e-%d" % LARGEST_EXPONENT) == 10.0**-LARGEST_EXPONENT


@pytest.mark.parametrize("exponent", [b"e", b"E", b"e+", b"E-", b"e000000"])
def test_an_exponent_is_bounded_however_it_is_written(exponent: bytes) -> None:
    with pytest.raises(ValueError, match="exponent"):
        from_json(b"1" + exponent + b"%d" % (LARGEST_EXPONENT + 1), parse_float=Decimal)


def test_of_a_name_given_twice_the_last_value_counts() -> None:
    assert from_json(b'{"a":1,"a":2}') == {"a": 2}


def test_brackets_and_commas_in_a_text_are_no_structure() -> None:
    text = '[{,\\"' * 20_000
    assert from_json(json.dumps({"a": text}).encode()) == {"a": text}
