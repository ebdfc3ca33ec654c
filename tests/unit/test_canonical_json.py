"""The canonical form: one value, one sequence of bytes, on every machine and in every year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from billhook.model.canonical_json import adapter, canonical
from billhook.model.customer import Customer, Medium, PostalAddress
from billhook.model.invoice import Status
from billhook.model.patch import Patch

INDIA = timezone(timedelta(hours=5, minutes=30))


class Colour(Enum):
    RED = 1


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
        (Decimal("1.50"), '"1.50"'),
        (Decimal("1E+3"), '"1000"'),
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
            '"shipping_address":null,"time_zone":null}',
        ),
    ],
)
def test_a_value_has_one_form(value: object, body: str) -> None:
    assert canonical(value) == body.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), b"bytes", object(), Pair, {"a": [1.5]}])
def test_what_has_no_exact_form_is_a_bug(value: object) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical(value)


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
