"""The canonical form: one value, one sequence of bytes, on every machine and in every year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from billhook.model.base import Value
from billhook.model.canonical_json import adapter, canonical, stored
from billhook.model.customer import Customer, Medium, PostalAddress, Recipients
from billhook.model.document import Document
from billhook.model.instalments import Instalment, PaymentSchedule
from billhook.model.invoice import Status
from billhook.model.line_items import Line, Tax
from billhook.model.patch import LineChange, Patch
from billhook.model.pricing import Discount
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.testing.builders import INR, a_line

INDIA = timezone(timedelta(hours=5, minutes=30))


class Colour(Enum):
    RED = 1


class Name(str):
    """A text of a class of its own, as libraries have them."""


class Rate(Decimal):
    """Likewise a number."""


class Moment(datetime):
    """Likewise a time."""


@dataclass(frozen=True)
class Pair:
    first: int
    second: object = None


@pytest.mark.parametrize(
    ("value", "body"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        ("₹\n", '"₹\\n"'),
        (Status.PAID, '"paid"'),
        (Colour.RED, "1"),
        (b"\x89PNG", '"89504e47"'),
        (Decimal("1.50"), '"1.50"'),
        (Decimal("1E+3"), '"1000"'),
        (Name("Ravi"), '"Ravi"'),
        (Rate("1.50"), '"1.50"'),
        (Moment(2026, 1, 1, tzinfo=UTC), '"2026-01-01T00:00:00.000000Z"'),
        (timedelta(seconds=1, microseconds=5), '"PT1.000005S"'),
        (datetime(2026, 1, 1, tzinfo=UTC), '"2026-01-01T00:00:00.000000Z"'),
        (datetime(2026, 1, 1, 5, 30, 0, 7, tzinfo=INDIA), '"2026-01-01T00:00:00.000007Z"'),
        (datetime(1, 2, 3, tzinfo=UTC), '"0001-02-03T00:00:00.000000Z"'),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), '"9999-12-31T23:59:00.000000Z"'),
        ({"b": 1, "a": [2, (3,)]}, '{"a":[2,[3]],"b":1}'),
        ({Medium.SMS: None}, '{"sms":null}'),
        (frozenset({"b", "a"}), '["a","b"]'),
        (Pair(1, Pair(2)), '{"first":1,"second":{"first":2,"second":null}}'),
        (Patch(terms=None), '{"terms":null}'),
        (
            Customer(billing_address=PostalAddress(city="Bengaluru")),
            '{"billing_address":{"city":"Bengaluru","country":null,"line1":"","line2":"",'
            '"postal_code":"","state":""},"contact":null,"email":null,"id":null,"language":null,"name":null,'
            '"shipping_address":null,"tax_ids":[],"time_zone":null}',
        ),
    ],
)
def test_a_value_has_one_form(value: object, body: str) -> None:
    assert canonical(value) == body.encode()


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), bytearray(b"bytes"), object(), Pair, {"a": [1.5]}]
)
def test_what_has_no_exact_form_is_a_bug(value: object) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical(value)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        (
            Customer(name="Ravi", billing_address=PostalAddress()),
            '{"billing_address":{},"name":"Ravi"}',
        ),
        (
            a_line(0, tax_inclusive=True),
            '{"currency":"INR","name":"Book","quantity":"2","tax_inclusive":true,"unit_amount":0}',
        ),
        (LineChange(position=0), '{"position":0}'),
        (
            Document(currency=INR),
            '{"currency":"INR","live":true,"rounding":"per_line"}',
        ),
        (
            Patch(terms=None, notes={}, customer=Customer(name="Ravi")),
            '{"customer":{"name":"Ravi"},"notes":{},"terms":null}',
        ),
    ],
)
def test_what_is_stored_leaves_out_what_is_empty(value: object, body: str) -> None:
    assert stored(value) == body.encode()
    read = adapter(type(value)).validate_json(body)
    assert (read, canonical(read)) == (value, canonical(value))


EMPTY = {
    Document: "title customer seller recipients lines discount schedule description receipt date "
    "due_by expire_by partial_payment first_payment_min_amount terms comment notes media extras",
    Customer: "id name email contact billing_address shipping_address language time_zone tax_ids",
    PostalAddress: "line1 line2 city state postal_code country",
    Recipients: "emails contacts cc bcc",
    SellerProfile: "legal_name address email phone website tax_ids accent_color footer "
    "payment_text payment_link",
    Line: "description item taxes hsn_sac tax_inclusive",
    Tax: "id",
    Discount: "percentage amount items",
    PaymentSchedule: "",
    Instalment: "amount percentage due_by",
}


@pytest.mark.parametrize("kind", EMPTY)
def test_a_field_that_was_stored_as_nothing_stays_empty_by_default(kind: type[Value]) -> None:
    # A default that changes would change every document stored so far: names are only added here.
    fields = kind.model_fields
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in fields.items()
        if not field.is_required()
    }
    empty = {name for name, default in defaults.items() if not default}
    assert empty == {*EMPTY[kind].split()}


def test_a_naive_instant_has_no_form() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        canonical(datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose


def test_a_reader_is_built_once_a_type() -> None:
    kind: type[Any] = Pair
    assert adapter(kind) is adapter(kind)


def test_a_reader_reads_its_own_type() -> None:
    @dataclass(frozen=True)
    class Fresh:  # never read before
        first: int

    assert adapter(Fresh).validate_json(canonical(Fresh(1))) == Fresh(1)
