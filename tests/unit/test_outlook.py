"""What would happen: commands that are tried out, forecasts, and invoices as they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from returns.result import Failure, Success

from billhook import (
    AccountId,
    Cancel,
    Command,
    Contact,
    Draft,
    DraftAndSend,
    ForecastMessage,
    Guard,
    GuardRefused,
    Invoice,
    InvoiceId,
    InvoiceNotFound,
    Issue,
    Medium,
    MessageKey,
    MessageNotFound,
    Notify,
    Operation,
    OperationNotAllowed,
    Overpayment,
    Pay,
    Recipients,
    ReminderSchedule,
    Search,
    Status,
    SuppressAddress,
    Update,
    or_raise,
)
from billhook.application.outlook import invoice_after
from billhook.messaging.delivery import DeliveryStatus
from billhook.model.patch import Patch
from billhook.model.reminder_schedule import QuietHours
from billhook.model.sms_budget import SmsBudget
from billhook_adapters.testing import NOON, a_document, a_payment
from billhook_adapters.testing.running import RunningService

ACME, ID = AccountId("acc_1"), InvoiceId("inv_1")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def everything(running: RunningService) -> object:
    """All that is stored of the account."""
    service = running.service
    return (
        service.search(ACME, Search(limit=1000)),
        [running.events(one.id) for one in service.search(ACME, Search(limit=1000))],
        service.unapplied(ACME),
        service.account(ACME),
        service.upcoming_number(ACME),
    )


def test_commands_are_tried_one_after_the_other_and_nothing_is_stored() -> None:
    running = RunningService(number_prefix="INV-")
    running.issued()
    before = everything(running)
    tried = running.service.what_if(
        Pay(account=ACME, invoice=ID, payment=a_payment(300)),
        Cancel(account=ACME, invoice=ID),
        Notify(account=ACME, invoice=ID, medium=Medium.EMAIL),
        DraftAndSend(account=ACME, document=a_document(), media=(Medium.SMS,)),
    )
    paid, cancelled, notified, sent = tried.results
    assert paid.unwrap().status is Status.PARTIALLY_PAID
    assert isinstance(cancelled.failure(), OperationNotAllowed)
    assert isinstance(notified, Success)
    assert sent.unwrap().invoice.number == "INV-0002"
    assert [one.paid for one in tried.invoices] == [300, 0]
    assert [one.medium for one in tried.messages] == [Medium.EMAIL, Medium.SMS]
    after = [invoice_after(result) for result in tried.results]
    assert after == [paid.unwrap(), None, None, sent.unwrap().invoice]
    assert everything(running) == before
    assert running.messages() == ()


def test_what_is_tried_is_what_the_commands_then_do() -> None:
    running = RunningService()
    running.issued()
    commands: Sequence[Command[Any, Any]] = [
        Update(account=ACME, invoice=ID, patch=Patch(notes={"a": "b"})),
        Pay(account=ACME, invoice=ID, payment=a_payment(99800)),
        Pay(account=ACME, invoice=ID, payment=a_payment(1, reference="pay_2")),
    ]
    tried = running.service.what_if(*commands)
    assert list(tried.results) == running.service.execute_all(commands)
    assert tried.invoices == (running.invoice(),)


def test_a_payment_that_is_too_large_is_tried_without_being_recorded() -> None:
    running = RunningService()
    running.issued()
    (refused,) = running.service.what_if(
        Pay(account=ACME, invoice=ID, payment=a_payment(99801))
    ).results
    assert refused == Failure(Overpayment(99801, 99800))
    assert running.unapplied() == []


def simulated(running: RunningService, until: datetime) -> list[ForecastMessage]:
    """What is really sent up to a time by the background jobs: each day, and when a step is due."""
    sent: list[ForecastMessage] = []
    known = {one.id for one in running.messages() if one.sent_at is not None}
    clock: Any = running.clock
    while clock.now() <= until:
        running.background_jobs.sweep()
        for message in running.messages():
            running.background_jobs.deliver(message.key)
        for message in running.messages():
            if message.sent_at is not None and message.id not in known:
                known.add(message.id)
                sent.append(
                    ForecastMessage(
                        message.sent_at, message.medium, message.address, message.reminder
                    )
                )
        planned = or_raise(running.service.reminders(ACME, ID)).planned
        clock.set(min([clock.now() + DAY, *(one for one in planned if one > clock.now())]))
    return sorted(sent, key=lambda one: (one.at, one.medium, one.address))


SCHEDULE = ReminderSchedule(
    before=[3 * DAY, HOUR], after=[timedelta(0), DAY, 7 * DAY, 200 * DAY, 364 * DAY]
)
DAYTIME = QuietHours(start="10:00", end="18:00")
BOTH = Recipients(
    emails=("ravi@example.com", "books@example.com"), contacts=("+919876543210", "+919876543211")
)
SITUATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a schedule": ({}, {}),
    "quiet hours": (
        {"reminders": SCHEDULE.model_copy(update={"quiet_hours": DAYTIME})},
        {},
    ),
    "at most three": ({"reminders": SCHEDULE.model_copy(update={"max_reminders": 3})}, {}),
    "by e-mail alone": ({"reminders": SCHEDULE.model_copy(update={"media": (Medium.EMAIL,)})}, {}),
    "several recipients": ({}, {"recipients": BOTH}),
    "waits between messages": ({"resend_wait": 2 * DAY, "invoice_wait": 3 * HOUR}, {}),
    "a budget of SMS": (
        {"sms_budget": SmsBudget(per_day=1), "sms_prefix_budget": SmsBudget(per_hour=1)},
        {"recipients": BOTH},
    ),
    "an expiry": ({}, {"expire_by": NOON + 12 * DAY}),
    "a test invoice": ({}, {"live": False}),
    "no due date": ({}, {"due_by": None}),
    "no schedule": ({"reminders": None}, {}),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_forecast_is_what_is_later_sent_in_a_year(name: str) -> None:
    policy, document = SITUATIONS[name]
    running = RunningService(**{"reminders": SCHEDULE, **policy})
    running.issued(**{"due_by": NOON + 5 * DAY, **document})
    if document.get("recipients") is None:
        or_raise(running.service.execute(Notify(account=ACME, invoice=ID, medium=Medium.EMAIL)))
    forecast = or_raise(running.service.forecast(ACME, ID, 365 * DAY))
    assert list(forecast) == simulated(running, NOON + 365 * DAY)
    assert bool(forecast) == (name != "a test invoice")


def test_a_forecast_ends_with_its_period_and_changes_nothing() -> None:
    running = RunningService(reminders=SCHEDULE)
    running.issued(due_by=NOON + 5 * DAY)
    before = everything(running)
    month = or_raise(running.service.forecast(ACME, ID))
    assert max(one.at for one in month) <= NOON + 30 * DAY
    assert {one.reminder for one in month} == {1, 2, 3, 4, 5}
    assert or_raise(running.service.forecast(ACME, ID, DAY)) == ()
    assert everything(running) == before


def test_a_forecast_leaves_out_what_will_be_refused() -> None:
    def no_sms(invoice: Invoice, operation: Operation, now: datetime) -> GuardRefused | None:
        return GuardRefused("quiet_week", "Not this week.") if now < NOON + 4 * DAY else None

    rules: list[Guard] = []
    running = RunningService(reminders=SCHEDULE, guards=lambda _: rules)
    running.issued(due_by=NOON + 5 * DAY)
    or_raise(running.service.execute(Notify(account=ACME, invoice=ID, medium=Medium.SMS)))
    suppressed = Contact(ACME, Medium.EMAIL, "ravi@example.com")
    or_raise(
        running.service.execute(
            SuppressAddress(account=ACME, contact=suppressed, reason="opted_out")
        )
    )
    rules.append(no_sms)
    forecast = or_raise(running.service.forecast(ACME, ID))
    assert {one.medium for one in forecast} == {Medium.SMS}
    assert min(one.at for one in forecast) >= NOON + 4 * DAY
    assert list(forecast) == simulated(running, NOON + 30 * DAY)


def test_a_message_that_was_sent_is_not_forecast() -> None:
    running = RunningService()
    running.issued()
    notify = Notify(account=ACME, invoice=ID, medium=Medium.SMS)
    message = or_raise(running.service.execute(notify))
    assert len(or_raise(running.service.forecast(ACME, ID))) == 1
    running.background_jobs.deliver(message.key)
    assert or_raise(running.service.forecast(ACME, ID)) == ()


def test_nothing_is_forecast_of_an_unknown_invoice() -> None:
    service = RunningService().service
    assert service.forecast(ACME, ID) == Failure(InvoiceNotFound())
    assert service.forecast(AccountId("acc_9"), ID) == Failure(InvoiceNotFound())


def test_an_invoice_is_shown_as_it_was_at_any_time() -> None:
    running = RunningService()
    running.drafted(expire_by=NOON + 3 * DAY)
    clock: Any = running.clock
    shown = {NOON: running.invoice()}
    for hours, command in (
        (1, Issue(account=ACME, invoice=ID)),
        (2, Pay(account=ACME, invoice=ID, payment=a_payment(300))),
    ):
        clock.set(NOON + hours * HOUR)
        or_raise(running.service.execute(command))
        shown[clock.now()] = running.invoice()
    clock.set(NOON + 4 * DAY)
    running.background_jobs.sweep()
    service = running.service
    for at, invoice in shown.items():
        assert service.get_at(ACME, ID, at) == Success(invoice)
        assert service.get_at(ACME, ID, at + HOUR - timedelta(microseconds=1)) == Success(invoice)
    assert service.get_at(ACME, ID, NOON + 3 * DAY).unwrap().status is Status.EXPIRED
    assert service.get_at(ACME, ID, NOON - HOUR) == Failure(InvoiceNotFound())
    assert service.get_at(AccountId("acc_2"), ID, NOON) == Failure(InvoiceNotFound())
    with pytest.raises(ValueError, match="at must carry a time zone"):
        service.get_at(ACME, ID, datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose


def test_a_message_that_was_sent_is_explained() -> None:
    running = RunningService()
    running.issued()
    message = or_raise(running.service.execute(Notify(account=ACME, invoice=ID, medium=Medium.SMS)))
    waiting = or_raise(running.service.explain_message(message.key))
    assert (waiting.ended, waiting.error) == (None, None)
    running.background_jobs.deliver(message.key)
    sent = or_raise(running.service.explain_message(message.key))
    assert sent.ended is not None
    assert (sent.requested.status, sent.requested.version) == (Status.ISSUED, 2)
    assert (sent.ended.status, sent.error) == (Status.ISSUED, None)
    assert sent.message.status is DeliveryStatus.SENT
    assert [one.event.name for one in sent.events] == [
        "invoice.drafted", "invoice.issued", "invoice.notification_requested",
    ]  # fmt: skip


def test_a_message_that_was_not_sent_is_explained_by_the_rule_and_the_version() -> None:
    running = RunningService()
    running.issued()
    message = or_raise(running.service.execute(Notify(account=ACME, invoice=ID, medium=Medium.SMS)))
    clock: Any = running.clock
    clock.set(NOON + HOUR)
    or_raise(running.service.execute(Pay(account=ACME, invoice=ID, payment=a_payment(99800))))
    running.background_jobs.deliver(message.key)
    explained = or_raise(running.service.explain_message(message.key))
    assert explained.message.status is DeliveryStatus.SUPPRESSED
    assert explained.ended is not None
    assert (explained.requested.version, explained.ended.version) == (2, 3)
    assert isinstance(explained.error, OperationNotAllowed)
    assert explained.error.status is Status.PAID


def test_an_unknown_message_has_no_explanation() -> None:
    running = RunningService()
    running.issued()
    draft = Draft(account=ACME, document=a_document())
    or_raise(running.service.execute(draft))
    unknown = MessageKey(ACME, "msg_none")  # type: ignore[arg-type]  # an id of no message
    assert running.service.explain_message(unknown) == Failure(MessageNotFound())
