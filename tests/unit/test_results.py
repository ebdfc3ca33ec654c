"""Results for code that works with exceptions, and errors and verdicts as JSON."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter
from returns.result import Failure, Success

from billhook import (
    AccountId,
    Contact,
    Delivered,
    DeliveryReport,
    DomainError,
    EntryChanged,
    Event,
    InvoiceId,
    InvoiceKey,
    MergePatch,
    MessageNotFound,
    NotDeadLetter,
    Notification,
    Overpayment,
    PartialNotAllowed,
    Patch,
    ProviderMessageId,
    RefusedError,
    Remedy,
    ReminderDecision,
    ReminderOutlook,
    Status,
    TooSoon,
    Verdict,
    WebhookEndpointNotFound,
    as_json,
    explain,
    notify,
    or_raise,
    pay,
    sentence,
)
from billhook.lifecycle.errors import InvalidDocument, InvalidField
from billhook.messaging.delivery import DeliveryStatus
from billhook.model.customer import Medium
from billhook.sentences import AnyError
from billhook_adapters.testing import NOON, a_payment, an_invoice
from billhook_adapters.testing.contracts.events import EVERY_EVENT


def test_or_raise_returns_the_value_of_a_success() -> None:
    assert or_raise(Success(3)) == 3


def test_or_raise_raises_what_leads_to_the_error() -> None:
    with pytest.raises(RefusedError) as raised:
        or_raise(pay(an_invoice(Status.PAID), a_payment(), now=NOON))
    assert raised.value.error == pay(an_invoice(Status.PAID), a_payment(), now=NOON).failure()
    assert str(raised.value) == (
        "pay is not allowed when paid, only when issued or partially_paid. (operation_not_allowed)"
    )


@pytest.mark.parametrize(
    "error",
    [
        MessageNotFound(),
        NotDeadLetter(DeliveryStatus.SENT),
        WebhookEndpointNotFound(),
        EntryChanged(),
    ],
)
def test_errors_about_messages_have_a_sentence_a_code_and_a_remedy(error: AnyError) -> None:
    assert sentence(error).endswith(".")
    assert as_json(error)["code"] == error.code
    assert error.remedy in Remedy


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Overpayment(5, 3), {"remedy": "pay_less", "field": None, "amount": 5, "due": 3}),
        (
            TooSoon(Medium.SMS, NOON),
            {"remedy": "wait", "field": None, "medium": "sms", "until": "2026-01-01T12:00:00Z"},
        ),
        (
            InvalidDocument((InvalidField("lines.0.name", "missing", "is required"),)),
            {
                "remedy": "change_field",
                "field": "lines.0.name",
                "invalid_fields": [
                    {"path": "lines.0.name", "kind": "missing", "message": "is required"}
                ],
            },
        ),
    ],
)
def test_an_error_is_json_with_its_code_remedy_and_field(
    error: DomainError, expected: dict[str, Any]
) -> None:
    assert as_json(error) == {"code": error.code, **expected}
    assert TypeAdapter(DomainError).validate_json(json.dumps(as_json(error))) == error


@pytest.mark.parametrize(
    "kind", [kind for kind in get_args(DomainError) if not kind.__match_args__]
)
def test_errors_without_details_are_read_back_by_their_code(kind: type[DomainError]) -> None:
    written: Any = as_json(kind())  # type: ignore[call-arg]  # these kinds have no fields
    assert type(TypeAdapter(DomainError).validate_python(written)) is kind


def test_a_model_of_ones_own_writes_an_error_with_its_code() -> None:
    class Answer(BaseModel):
        error: DomainError

    answer = Answer(error=Overpayment(5, 3))
    assert answer.model_dump(mode="json")["error"]["code"] == "overpayment"
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    schema = Answer.model_json_schema(mode="serialization")
    assert schema["$defs"]["Overpayment"]["properties"]["code"]["const"] == "overpayment"


def test_a_verdict_is_json_with_whether_it_is_allowed() -> None:
    verdicts = as_json(explain(an_invoice(Status.DRAFT), now=NOON))
    by_operation = {verdict["operation"]: verdict for verdict in verdicts}
    assert by_operation["issue"]["allowed"] is True
    assert by_operation["pay"]["allowed"] is False
    assert by_operation["pay"]["reasons"][0]["code"] == "operation_not_allowed"
    assert TypeAdapter(tuple[Verdict, ...]).validate_python(verdicts)[0].allowed


def test_a_notification_is_an_object_and_not_a_list() -> None:
    notification = or_raise(notify(an_invoice(Status.ISSUED), "email", now=NOON))
    written = TypeAdapter(Notification).dump_json(notification)
    assert json.loads(written)["medium"] == "email"
    assert TypeAdapter(Notification).validate_json(written) == notification


@pytest.mark.parametrize(
    "value",
    [
        or_raise(pay(an_invoice(Status.ISSUED), a_payment(), now=NOON)),
        Contact(AccountId("acc_1"), Medium.SMS, "+919876543210"),
        InvoiceKey(AccountId("acc_1"), InvoiceId("inv_1")),
        an_invoice(Status.ISSUED).document.summary,
        ReminderOutlook(2, (NOON,)),
        ReminderDecision((), None),
        DeliveryReport(ProviderMessageId(Medium.SMS, "SM1"), Delivered()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_named_tuple_is_an_object_by_its_field_names(value: Any) -> None:
    written = as_json(value)
    assert list(written) == list(value._fields)
    assert TypeAdapter(type(value)).validate_python(written) == value


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.name)
def test_an_event_is_an_object_with_its_name(event: Event) -> None:
    written = as_json(event)
    assert written["name"] == event.name
    assert TypeAdapter(Event).validate_python(written) == event
    assert TypeAdapter(Event).validate_json(json.dumps(written)) == event


def test_a_patch_is_written_with_the_fields_that_were_given() -> None:
    patch = Patch(terms=None, notes={"a": "b"})
    assert patch.model_dump(mode="json") == {"terms": None, "notes": {"a": "b"}}
    assert Patch.model_validate(patch.model_dump(mode="json")).fields == patch.fields
    update = MergePatch(patch=patch, sms=True)
    assert MergePatch.model_validate_json(update.model_dump_json()).patch.fields == patch.fields


def test_a_union_is_written_by_its_own_member() -> None:
    class Answer(BaseModel):
        error: DomainError

    partial = PartialNotAllowed(3, 5)
    assert Answer(error=partial).model_dump(mode="json")["error"]["code"] == partial.code


def test_json_goes_through_lists_and_dicts() -> None:
    assert as_json({Medium.SMS: [Overpayment(5, 3)]})["sms"][0]["due"] == 3


def test_or_raise_raises_the_errors_about_messages_too() -> None:
    with pytest.raises(RefusedError):
        or_raise(Failure(MessageNotFound()))
