"""Limits and types in the vendor's words, never with a validator's or a class's name."""

from __future__ import annotations

import re
from typing import Any

import pytest

from billhook_adapters.http.razorpay.schemas.customers import CustomerAlone
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError
from billhook_adapters.http.razorpay.schemas.invoices import CreateIn, checked
from billhook_adapters.http.razorpay.schemas.items import ItemIn

LINE = {"name": "x", "amount": 100}


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        # "The name may not be greater than 50 characters." is in the vendor's list of errors.
        (CustomerAlone, {"name": "x" * 51}, "The name may not be greater than 50 characters."),
        (CustomerAlone, {"name": "ab"}, "The name must be at least 3 characters."),
        (CustomerAlone, {"gstin": "x" * 65}, "The gstin may not be greater than 64 characters."),
        (CustomerAlone, {"name": 5}, "The name must be a string."),
        (
            CustomerAlone,
            {"contact": "1" * 16},
            "Contact number should not be greater than 15 digits, including country code.",
        ),
        (
            CustomerAlone,
            {"contact": "1234567"},  # the failure that the vendor's page of POST /customers shows
            "Contact number should be at least 8 digits, including country code",
        ),
        (CustomerAlone, {"contact": "98-76543210"}, "Contact number contains invalid characters"),
        (CreateIn, {"receipt": "x" * 41}, "The receipt may not be greater than 40 characters."),
        (CreateIn, {"terms": 5}, "The terms must be a string."),
        (CreateIn, {"customer": 5}, "The customer must be an object."),
        (CreateIn, {"line_items": 5}, "The line items must be an array."),
        (CreateIn, {"line_items": [5]}, "The line items must be an object."),
        (CreateIn, {"line_items": [LINE] * 51}, "The line_items may not have more than 50 items."),
        (CreateIn, {"line_items": [{"quantity": 0}]}, "The quantity must be at least 1."),
        (CreateIn, {"expire_by": -1}, "The expire by must be at least 0."),
        (CreateIn, {"expire_by": "soon"}, "The expire by must be an integer."),
        (CreateIn, {"first_payment_min_amount": 0}, "The first payment min amount must be greater"),
        (CreateIn, {"notes": dict.fromkeys(map(str, range(16)), "x")}, "The notes may not have"),
        (CreateIn, {"notes": {"a": "x" * 257}}, "The notes may not be greater than 256 characters"),
        (CreateIn, {"notes": {"a": []}}, "The notes must be a string."),
        (CreateIn, {"callback_method": "post"}, "The selected callback method is invalid."),
        (CreateIn, {"draft": 1}, "The selected draft is invalid."),
        (ItemIn, {"name": "x" * 257, "amount": 1}, "The name may not be greater than 256"),
        (ItemIn, {"name": "x", "amount": 1, "currency": "IN"}, "Currency is not supported."),
    ],
)
def test_a_limit_is_worded_as_the_vendor_words_it(
    kind: type[Any], body: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        checked(body, kind)
    assert str(refused.value).startswith(words)
    assert re.search(r"[Vv]alidation|\[|Input|_type|Value|Tuple", str(refused.value)) is None
