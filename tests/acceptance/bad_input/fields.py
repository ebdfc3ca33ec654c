"""Every field of create and update, with a value of every wrong kind."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from acceptance.bad_input.case import BASE, Case, case, text

VALUES: Mapping[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "number": b"700",
    "zero": b"0",
    "negative": b"-700",
    "fraction": b"1.5",
    "whole_float": b"700.0",
    "exponent": b"7e2",
    "overflow": b"1e400",
    "negative_overflow": b"-1e400",
    "nan": b"NaN",
    "infinity": b"Infinity",
    "negative_infinity": b"-Infinity",
    "beyond_64_bits": b"9223372036854775808",
    "400_digits": b"1" + b"0" * 399,
    "4301_digits": b"1" * 4301,
    "word": b'"x"',
    "empty": b'""',
    "text_1": b'"1"',
    "text_true": b'"true"',
    "digits": b'"700"',
    "grouped": b'"1_000"',
    "plus": b'"+700"',
    "spaced": b'" 700 "',
    "text_fraction": b'"700.0"',
    "text_exponent": b'"7e2"',
    "text_negative": b'"-700"',
    "arabic_digits": b'"\\u0667\\u0660\\u0660"',
    "superscript": b'"\\u00b2\\u00b2\\u00b2"',
    "text_nan": b'"NaN"',
    "4301_text_digits": b'"%b"' % (b"1" * 4301),
    "long": b'"%b"' % (b"x" * 40_000),
    "nul": b'"a\\u0000b"',
    "lone_surrogate": b'"a\\ud800b"',
    "list": b"[]",
    "list_of_one": b"[1]",
    "list_of_lists": b"[[]]",
    "object": b"{}",
    "object_of_text": b'{"a":"b"}',
    "object_of_objects": b'{"0":{}}',
}

NULL = {"null"}
WORDS = {
    "word", "text_1", "text_true", "digits", "grouped", "plus", "spaced", "text_fraction",
    "text_exponent", "text_negative", "arabic_digits", "superscript", "text_nan",
}  # fmt: skip
TEXTS = WORDS | {"empty"}
WHOLE = {"number", "digits"}
NUMBERS = {"number", "zero", "negative", "beyond_64_bits"}
FLAGS = {"true", "false", "zero", "text_1", "text_true"}
SECONDS = {"number", "zero", "digits", "text_1"}

ALIKE = {
    "false", "whole_float", "exponent", "negative_overflow", "infinity", "negative_infinity",
    "text_1", "text_true", "text_fraction", "text_exponent", "superscript", "text_nan",
    "list_of_lists", "4301_digits", "spaced",
}  # fmt: skip
"""What an update need not be given too: a create is, by the same reader."""

ADDRESS = {
    "line1": "1 MG Road", "city": "Bengaluru", "zipcode": "560001", "state": "KA", "country": "in",
}  # fmt: skip
LINE = {"name": "Book", "amount": 100}

TAKEN: Mapping[str, Collection[str]] = {
    "type": (),
    "description": NULL | TEXTS,
    "draft": {"text_1"},
    "customer_id": NULL,
    "customer": NULL | {"object"},
    "customer.name": NULL | WORDS - {"word", "text_1"},
    "customer.email": NULL | {"empty"},
    "customer.contact": NULL | {"empty"},
    "customer.gstin": NULL | TEXTS,
    "customer.billing_address": NULL,
    "customer.shipping_address": NULL,
    "customer.billing_address.line1": TEXTS,
    "customer.billing_address.line2": NULL | TEXTS,
    "customer.billing_address.city": TEXTS,
    "customer.billing_address.zipcode": TEXTS | NUMBERS,
    "customer.billing_address.state": TEXTS,
    "customer.billing_address.country": TEXTS,
    "line_items": NULL | {"list", "object"},
    "line_items.0": (),
    "line_items.0.id": NULL | TEXTS | {"4301_text_digits", "long"},
    "line_items.0.item_id": NULL,
    "line_items.0.name": WORDS,
    "line_items.0.description": NULL | TEXTS,
    "line_items.0.amount": WHOLE,
    "line_items.0.currency": NULL,
    "line_items.0.quantity": NULL | WHOLE | {"text_1"},
    "currency": NULL | {"empty"},
    "expire_by": NULL,
    "sms_notify": NULL | FLAGS,
    "email_notify": NULL | FLAGS,
    "partial_payment": NULL | FLAGS,
    "first_payment_min_amount": NULL | WHOLE | {"text_1"},
    "receipt": NULL | TEXTS,
    "invoice_number": NULL | TEXTS,
    "date": NULL | SECONDS,
    "terms": NULL | TEXTS,
    "comment": NULL | TEXTS,
    "notes": NULL | {"list", "object", "object_of_text"},
    "notes.a": TEXTS | NUMBERS,
    "unknown_field": (),
}
"""Which values each field of a create takes; every other is refused."""

TAKEN_BY_UPDATE: Mapping[str, Collection[str]] = {
    **TAKEN,
    "currency": NULL,
    "line_items.0.id": NULL,  # a line is changed by its id, and added without
    "line_items.0.name": NULL | WORDS,
    "line_items.0.amount": NULL | WHOLE,
}


def cases() -> Iterator[Case]:
    """A create and an update for every field and value."""
    line = {"id": "@ourline", **LINE}
    for field, taken in TAKEN.items():
        for name, value in VALUES.items():
            expected = 200 if name in taken else 400
            body = _with(BASE, field, value)
            yield case(f"create-{field}-{name}", "POST", "/v1/invoices", body, expected)
    for field, taken in TAKEN_BY_UPDATE.items():
        top = field.partition(".")[0]
        base = {top: [line] if top == "line_items" else BASE.get(top)}
        for name, value in VALUES.items():
            if name in ALIKE and field != "draft":
                continue
            expected, path = (200, "@fresh") if name in taken else (400, "@draft")
            body = _with(base, field, value)
            if path == "@fresh":
                body = body.replace(b"@ourline", b"@line")
            yield case(f"update-{field}-{name}", "PATCH", f"/v1/invoices/{path}", body, expected)


def _with(base: Mapping[str, Any], field: str, value: bytes) -> bytes:
    """The body with one field changed, its value being raw JSON."""
    body: Any = copy.deepcopy(dict(base))
    *parents, last = field.split(".")
    holder = body
    for part in parents:
        if isinstance(holder, list):
            holder = holder[int(part)]
        else:
            holder[part] = _filled(part, holder.get(part))
            holder = holder[part]
    holder[int(last) if isinstance(holder, list) else last] = "@@"
    return text(body).replace(b'"@@"', value)


def _filled(part: str, given: Any) -> Any:
    return dict(ADDRESS) if part == "billing_address" else given or {}
