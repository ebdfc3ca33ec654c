"""What JSON columns and parsed request bodies hold is read back as the value that it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from billhook import (
    Account,
    AccountPolicy,
    Patch,
    QuietHours,
    ReminderSchedule,
    Status,
)
from billhook.model.base import Value
from billhook_adapters.testing import NOON, a_document, a_message, a_payment, an_invoice
from billhook_adapters.testing.builders import a_full_document

VALUES: list[Value] = [
    *(an_invoice(status) for status in Status),
    an_invoice(expire_by=NOON + timedelta(days=1), due_by=NOON),
    a_document(),
    a_full_document(),
    a_payment(),
    a_message(),
    Account(
        id="acc_1",
        name="Acme",
        policy=AccountPolicy(
            reminders=ReminderSchedule(
                before=(timedelta(days=1),), quiet_hours=QuietHours(start="21:00", end="08:00")
            )
        ),
    ),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_read_back_from_parsed_json(value: Value) -> None:
    dumped = value.model_dump(mode="json")
    assert type(value).model_validate(json.loads(json.dumps(dumped))) == value
    assert type(value).model_validate_json(value.model_dump_json()) == value
    assert type(value).model_validate(value.model_dump()) == value


def test_the_fields_that_a_patch_sets_are_read_back() -> None:
    patch = Patch(due_by=NOON, terms=None)
    assert Patch.model_validate(patch.model_dump(mode="json", exclude_unset=True)) == patch


@pytest.mark.parametrize(
    "text",
    ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "2026-01-31 12:00:00.000000+00:00"],
)
def test_a_time_is_read_from_text(text: str) -> None:
    assert a_document(due_by=text).due_by == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2026-01-31T12:00:00", "must carry a time zone"),
        ("2026-01-31", "must carry a time zone"),
        ("tomorrow", "must be a date and time such as 2026-01-31T12:00:00Z"),
        ("", "must be a date and time such as"),
        ("1767268800", "must be a date and time such as"),
        (1767268800, "valid datetime"),
        (True, "valid datetime"),
    ],
)
def test_what_is_no_time_is_refused_by_name(given: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        a_document(due_by=given)
    assert refused.value.errors()[0]["loc"] == ("due_by",)
