"""Whatever is given for a parameter is what it says, or is refused with the parameter's name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure

import billhook
from billhook import AccountId, Medium, Status, examples
from billhook.application.command import Command
from billhook.application.records import Contact, Listing
from billhook.lifecycle.errors import ERRORS
from billhook.lifecycle.events import InvoiceCancelled
from billhook.messaging.delivery import MessageKey
from billhook.messaging.delivery_reports import Delivered
from billhook.model.account import AccountPolicy
from billhook.model.reminder_schedule import ReminderProgress, ReminderSchedule
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_line,
    a_message,
    a_payment,
    a_webhook_endpoint,
    an_invoice,
)
from billhook_adapters.testing.running import RunningService

DAY = timedelta(days=1)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # the mistake that is looked for
NEIGHBOURS: tuple[Any, ...] = (
    "email", "fax", "", "0", "INR", b"email", 0, 1, -1, 5, 2**70, 1.5, float("nan"), True, False,
    None, [], {}, (), ["email"], ("fax",), [5], {"sms": 1}, object(), object, Decimal("1.5"),
    Fraction(1, 2), NAIVE, NOON, date(2026, 1, 1), DAY, Medium.SMS, Status.PAID,
    a_document(), a_line(), a_payment(), an_invoice(), billhook.Patch(), Failure(5), lambda: 5,
)  # fmt: skip

SCHEDULE = ReminderSchedule(before=(DAY,))
CALLS: Mapping[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "as_of": (billhook.as_of, {"invoice": an_invoice(), "now": NOON}),
    "apply": (
        billhook.apply, {"invoice": an_invoice(), "event": InvoiceCancelled(NOON)},
    ),
    "cancel": (billhook.cancel, {"invoice": an_invoice(), "now": NOON, "guards": ()}),
    "currency": (billhook.currency, {"code": "INR"}),
    "delete": (billhook.delete, {"invoice": an_invoice(Status.DRAFT), "now": NOON, "guards": ()}),
    "destination": (billhook.destination, {"number": "+919876543210"}),
    "draft": (
        billhook.draft,
        {"document": a_document(), "account": "acc_1", "id": "inv_1", "now": NOON,
         "min_expiry_lead": DAY},
    ),
    "expire": (
        billhook.expire, {"invoice": an_invoice(expire_by=NOON + DAY), "now": NOON + DAY},
    ),
    "explain": (
        billhook.explain,
        {"invoice": an_invoice(), "now": NOON, "min_expiry_lead": DAY, "deliverabilities": {},
         "guards": ()},
    ),
    "is_overdue": (billhook.is_overdue, {"invoice": an_invoice(), "now": NOON}),
    "is_partially_overdue": (
        billhook.is_partially_overdue, {"invoice": an_invoice(), "now": NOON},
    ),
    "issue": (
        billhook.issue,
        {"invoice": an_invoice(Status.DRAFT), "now": NOON, "short_url": "https://b.example/i/x",
         "number": "A-1", "min_expiry_lead": DAY, "guards": ()},
    ),
    "major": (billhook.major, {"amount": 5, "code": "INR"}),
    "minor": (billhook.minor, {"major": Decimal(5), "code": "INR"}),
    "notify": (
        billhook.notify,
        {"invoice": an_invoice(), "medium": Medium.EMAIL, "now": NOON,
         "address": "ravi@example.com", "guards": ()},
    ),
    "pay": (
        billhook.pay,
        {"invoice": an_invoice(), "payment": a_payment(), "now": NOON, "guards": ()},
    ),
    "remind": (
        billhook.remind,
        {"invoice": an_invoice(), "schedule": SCHEDULE, "zone": UTC,
         "progress": ReminderProgress(NOON), "now": NOON, "deliverabilities": {}, "unapplied": 0,
         "guards": ()},
    ),
    "reminder_times": (
        billhook.reminder_times, {"invoice": an_invoice(), "schedule": SCHEDULE, "zone": UTC},
    ),
    "reserve_short_url": (
        billhook.reserve_short_url,
        {"invoice": an_invoice(Status.DRAFT), "now": NOON, "short_url": "https://b.example/i/x"},
    ),
    "status_at": (billhook.status_at, {"invoice": an_invoice(), "now": NOON}),
    "update": (
        billhook.update,
        {"invoice": an_invoice(Status.DRAFT), "patch": billhook.Patch(comment="x"), "now": NOON,
         "min_expiry_lead": DAY, "guards": ()},
    ),
}  # fmt: skip

FIELDS: Mapping[str, Any] = {
    "account": "acc_1", "invoice": "inv_1", "key": "key_1", "actor": "a person",
    "expected_version": 2, "document": a_document(), "patch": billhook.Patch(comment="x"),
    "medium": Medium.EMAIL, "media": (Medium.SMS,), "payment": a_payment(), "amount": 5,
    "id": "item_1", "body": "{}", "message": a_message().id, "name": "Acme",
    "policy": AccountPolicy(), "webhook_endpoint": a_webhook_endpoint(), "address": "a@b.example",
}  # fmt: skip

OF_ONE: Mapping[str, Mapping[str, Any]] = {
    "ApplyPayment": {"payment": "UTR-7"},
    "RecordRefund": {"payment": "UTR-7"},
    "SaveLogo": {"logo": billhook.Logo(format="svg", data=b"<svg/>")},
    "SilenceWebhookEndpoint": {"webhook_endpoint": "hook_1"},
    "RecordDeliveryReport": {"outcome": Delivered()},
    "SuppressAddress": {
        "contact": Contact(AccountId("acc_1"), Medium.SMS, "+919876543210"), "reason": "bounced",
    },
}  # fmt: skip
"""What only one command calls so."""


def _commands() -> Iterator[type[Command[Any, Any]]]:
    for name in billhook.__all__:
        kind = getattr(billhook, name)
        if inspect.isclass(kind) and issubclass(kind, Command) and not inspect.isabstract(kind):
            yield kind


def _cases() -> Iterator[Any]:
    for name, (function, values) in CALLS.items():
        for parameter in values:
            yield pytest.param(function, values, parameter, id=f"{name}-{parameter}")
    for kind in _commands():
        required = {
            one.name: FIELDS[one.name]
            for one in inspect.signature(kind).parameters.values()
            if one.default is one.empty and one.name in FIELDS
        }
        required |= OF_ONE.get(kind.__name__, {})
        for parameter in inspect.signature(kind).parameters:
            yield pytest.param(kind, required, parameter, id=f"{kind.__name__}-{parameter}")


@pytest.mark.parametrize(("function", "values", "parameter"), list(_cases()))
def test_a_neighbour_of_an_argument_is_never_taken_for_something_else(
    function: Callable[..., Any], values: Mapping[str, Any], parameter: str
) -> None:
    for value in NEIGHBOURS:
        answer = _answer(function, {**values, parameter: value})
        if isinstance(answer, TypeError | ValueError):
            assert parameter in str(answer) or _is_of_the_domain(answer), (value, answer)
        elif not isinstance(answer, Failure) or type(answer.failure()) not in ERRORS.values():
            assert _stands_for(value, values.get(parameter)), (value, answer)


def _answer(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """What the function returns, or how it refuses its arguments; any other exception is a bug."""
    try:
        return function(**given)
    except (TypeError, ValueError) as error:
        return error


def _is_of_the_domain(error: Exception) -> bool:
    """A text or a number of the right kind, of which the function says what is wrong."""
    return isinstance(error, ValidationError) or (
        type(error) is ValueError and "must" in str(error)
    )


def _stands_for(value: object, known: object) -> bool:
    """Whether a value is of the class of one that is known to be right."""
    if value is None or known is None:
        return True
    if isinstance(known, bool) or isinstance(value, bool):
        return type(value) is type(known)
    if isinstance(known, Medium):
        return value in tuple(Medium)
    if isinstance(known, tuple | dict):
        return isinstance(value, tuple | list | dict)
    if isinstance(known, int | Decimal):
        return isinstance(value, int | Decimal)
    return isinstance(value, type(known)) or type(known).__mro__[1] in type(value).__mro__[1:-1]


def test_every_public_function_is_tried() -> None:
    functions = {name for name in billhook.__all__ if inspect.isfunction(getattr(billhook, name))}
    assert functions - CALLS.keys() == {
        "as_json", "canonical", "decision_table", "decode_event", "encode_event", "medium_status",
        "gst_parts", "or_raise", "priced", "replay", "sentence", "summary", "tax_sums",
    }  # fmt: skip


def test_a_text_is_taken_for_its_medium() -> None:
    by_text = billhook.notify(examples.issued(), "email", now=NOON)
    assert by_text == billhook.notify(examples.issued(), Medium.EMAIL, now=NOON)
    assert by_text.unwrap().address == "ravi@example.com"
    unknown = billhook.notify(examples.issued(), "fax", now=NOON)
    assert unknown == Failure(billhook.UnknownMedium(tuple(Medium)))
    command = billhook.Notify(account="a", invoice="i", medium="email")  # type: ignore[arg-type]  # as above
    assert command.medium is Medium.EMAIL
    assert billhook.Send(account="a", invoice="i", media=["sms"]).media == (Medium.SMS,)  # type: ignore[arg-type]  # as above


def _query(name: str) -> Callable[..., Any]:
    """A query of a service that has one invoice, each time a new one."""

    def call(**values: Any) -> Any:
        running = RunningService()
        running.issued()
        return getattr(running.service, name)(**values)

    return call


OF_INVOICE: Mapping[str, Any] = {"account": "acc_1", "invoice": "inv_1"}
QUERIES: Mapping[str, Mapping[str, Any]] = {
    "account": {"account": "acc_1"},
    "contact": {"contact": Contact(AccountId("acc_1"), Medium.SMS, "+919876543210")},
    "entries_of": {"account": "acc_1", "prefix": "item_", "listing": Listing(10)},
    "entry": {"account": "acc_1", "entry": "item_1"},
    "explain": OF_INVOICE,
    "explain_message": {"key": MessageKey(AccountId("acc_1"), a_message().id)},
    "forecast": {**OF_INVOICE, "period": DAY},
    "get": OF_INVOICE,
    "get_at": {**OF_INVOICE, "at": NOON},
    "history": OF_INVOICE,
    "message": {"key": MessageKey(AccountId("acc_1"), a_message().id)},
    "messages": OF_INVOICE,
    "payment": {"account": "acc_1", "reference": "pay_1"},
    "payments": OF_INVOICE,
    "payments_of": {"account": "acc_1", "listing": Listing(10)},
    "reminders": OF_INVOICE,
    "search": {"account": "acc_1", "search": billhook.Search(), "fill": True},
    "search_and_count": {"account": "acc_1", "search": billhook.Search()},
    "unapplied": {"account": "acc_1"},
    "upcoming_number": {"account": "acc_1"},
    "webhook_endpoints": {"account": "acc_1"},
}


@pytest.mark.parametrize(
    ("name", "parameter"),
    [(name, parameter) for name, values in QUERIES.items() for parameter in values],
)
def test_a_neighbour_of_an_argument_of_a_query_is_refused_by_name(
    name: str, parameter: str
) -> None:
    values = QUERIES[name]
    for value in NEIGHBOURS:
        answer = _answer(_query(name), {**values, parameter: value})
        if isinstance(answer, TypeError | ValueError):
            assert parameter in str(answer), (value, answer)
        else:
            assert _stands_for(value, values[parameter]), (value, answer)


@pytest.mark.parametrize("command", ["cancel", None, 5, billhook.Cancel])
def test_what_is_no_command_is_refused(command: Any) -> None:
    service = RunningService().service
    for call in (service.execute, service.what_if, lambda one: service.execute_all([one])):
        with pytest.raises(TypeError, match="a command must be a Command, not"):
            call(command)
