"""The limits of SMS: kill switch, countries and budgets, decided by the service."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Success

from billhook.application.account_commands import UpdateAccount
from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Notify, Remind, Send
from billhook.application.inline_delivery import InlineDeliveryService
from billhook.application.sending import MissingAddressPolicy
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import (
    CountryNotAllowed,
    PremiumNumber,
    SmsBudgetUsedUp,
    SmsDisabled,
    SmsError,
    TooSoon,
)
from billhook.messaging.delivery import DeliveryStatus
from billhook.model.account import RECOMMENDED_LIMITS, AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.sms_budget import LARGEST_BUDGET, NO_BUDGET, SmsBudget
from billhook_adapters.testing import NOON, a_customer
from unit.running_service import ACME, ONE, InMemoryService

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
INDIAN, AMERICAN, PREMIUM = "+919876543210", "+12145596993", "+979123456789"
BY_SMS = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)


def notify(running: InMemoryService, number: str, id: str) -> Any:
    """The result of an SMS to a number, about an invoice of its own."""
    running.issued(id, customer=a_customer(contact=number))
    return running.service.execute(replace(BY_SMS, invoice=InvoiceId(id)))


def numbers(count: int) -> list[str]:
    """Numbers that share a prefix."""
    return [f"+9198765{n:05}" for n in range(count)]


def refusals(running: InMemoryService) -> list[tuple[AccountId, SmsError]]:
    """What the service reports as refused from now on."""
    found: list[tuple[AccountId, SmsError]] = []
    running.service = InvoiceService(
        running.store,
        running.clock,
        running.ids,
        sms_refused=lambda account, error: found.append((account, error)),
    )
    return found


def test_a_policy_without_limits_sends_as_many_as_it_likes() -> None:
    running = InMemoryService()
    assert all(
        isinstance(notify(running, number, f"inv_{n}"), Success)
        for n, number in enumerate(numbers(9))
    )


def test_the_recommended_limits_are_limits() -> None:
    policy = AccountPolicy(number_width=6).updated(RECOMMENDED_LIMITS)
    assert policy.number_width == 6
    assert policy.resend_wait == policy.invoice_wait == timedelta(minutes=1)
    assert policy.sms_budget == SmsBudget(per_hour=200, per_day=1000)
    assert policy.sms_prefix_budget == SmsBudget(per_hour=50, per_day=200)


@pytest.mark.parametrize(
    ("policy", "number", "error"),
    [
        ({"sms_enabled": False}, INDIAN, SmsDisabled()),
        ({"sms_countries": ("US",)}, INDIAN, CountryNotAllowed("IN")),
        ({"sms_countries": ("US",)}, "+18765550123", CountryNotAllowed("JM")),
        ({}, PREMIUM, PremiumNumber()),
        ({"sms_countries": ("US",)}, PREMIUM, PremiumNumber()),
    ],
)
def test_an_sms_that_is_not_allowed_leaves_nothing(
    policy: dict[str, Any], number: str, error: SmsError
) -> None:
    running = InMemoryService(**policy)
    found = refusals(running)
    assert notify(running, number, "inv_1") == Failure(error)
    assert running.messages() == ()
    assert found == [(ACME, error)]
    (sms,) = [
        verdict.reasons
        for verdict in running.service.explain(ACME, ONE).unwrap()
        if verdict.medium is Medium.SMS
    ]
    assert sms == (error,)


def test_the_mail_of_a_send_goes_where_the_sms_may_be_left_out() -> None:
    running = InMemoryService(sms_countries=("US",))
    found = refusals(running)
    running.drafted()
    available = MissingAddressPolicy.AVAILABLE
    send = Send(account=ACME, invoice=ONE, media=tuple(Medium), addresses=available)
    sent = running.service.execute(send).unwrap()
    assert [message.medium for message in sent.messages] == [Medium.EMAIL]
    assert found == [(ACME, CountryNotAllowed("IN"))]


def test_a_send_that_requires_the_sms_does_nothing_without_it() -> None:
    running = InMemoryService(sms_enabled=False)
    running.drafted()
    send = Send(account=ACME, invoice=ONE, media=tuple(Medium))
    assert running.service.execute(send) == Failure(SmsDisabled())
    assert running.invoice().issued_at is None
    assert running.messages() == ()


def test_the_switch_of_the_service_is_for_all_accounts() -> None:
    running = InMemoryService()
    running.issued()
    off = InvoiceService(running.store, running.clock, running.ids, sms_enabled=False)
    assert off.execute(BY_SMS) == Failure(SmsDisabled())
    assert isinstance(off.execute(replace(BY_SMS, medium=Medium.EMAIL)), Success)
    jobs = replace(running.background_jobs, sms_enabled=False)
    assert InlineDeliveryService(jobs).execute(BY_SMS) == Failure(SmsDisabled())


def test_the_budget_of_an_account_counts_any_hour_and_any_day() -> None:
    running = InMemoryService(sms_budget=SmsBudget(per_hour=2, per_day=3))
    running.clock.advance(timedelta(minutes=50))
    assert isinstance(notify(running, INDIAN, "inv_1"), Success)
    running.clock.advance(timedelta(minutes=20))  # in the next hour of the clock
    assert isinstance(notify(running, AMERICAN, "inv_2"), Success)
    first = NOON + timedelta(minutes=50)
    used_up = Failure(SmsBudgetUsedUp(None, first + HOUR))
    assert notify(running, INDIAN, "inv_3") == used_up
    running.clock.set(first + HOUR - timedelta(microseconds=1))
    assert running.service.execute(replace(BY_SMS, invoice=InvoiceId("inv_3"))) == used_up
    running.clock.set(first + HOUR)
    assert isinstance(notify(running, INDIAN, "inv_4"), Success)
    assert notify(running, INDIAN, "inv_5") == Failure(SmsBudgetUsedUp(None, first + DAY))
    running.clock.set(first + DAY)
    assert isinstance(notify(running, INDIAN, "inv_6"), Success)


def test_the_budget_of_a_prefix_leaves_the_other_prefixes_alone() -> None:
    running = InMemoryService(sms_prefix_budget=SmsBudget(per_hour=2))
    results = [notify(running, number, f"inv_{n}") for n, number in enumerate(numbers(4))]
    assert [isinstance(result, Success) for result in results] == [True, True, False, False]
    assert results[2] == Failure(SmsBudgetUsedUp("+919876", NOON + HOUR))
    assert isinstance(notify(running, AMERICAN, "inv_us"), Success)
    assert running.store.outbox_counts(NOON, 10).sms_budgets_used_up == 1


def test_of_several_budgets_the_one_that_lasts_longest_is_named() -> None:
    running = InMemoryService(
        sms_budget=SmsBudget(per_hour=1, per_day=1), sms_prefix_budget=SmsBudget(per_hour=1)
    )
    notify(running, INDIAN, "inv_1")
    assert notify(running, INDIAN, "inv_2") == Failure(SmsBudgetUsedUp(None, NOON + DAY))


def test_a_budget_holds_within_a_batch_and_within_a_command() -> None:
    running = InMemoryService(sms_budget=SmsBudget(per_hour=3))
    many = {"emails": (), "contacts": tuple(numbers(5))}
    running.issued(recipients=many)
    first, second = running.service.execute_all([BY_SMS, BY_SMS])
    assert isinstance(first, Success)
    assert second == Failure(SmsBudgetUsedUp(None, NOON + HOUR))
    assert sorted(message.address for message in running.messages()) == numbers(3)


def test_a_budget_holds_from_one_command_of_a_batch_to_the_next() -> None:
    running = InMemoryService(sms_budget=SmsBudget(per_hour=2))
    for n, number in enumerate(numbers(4)):
        running.issued(f"inv_{n}", customer=a_customer(contact=number))
    commands = [replace(BY_SMS, invoice=InvoiceId(f"inv_{n}")) for n in range(4)]
    results = running.service.execute_all(commands)
    assert [isinstance(result, Success) for result in results] == [True, True, False, False]
    assert results[3] == Failure(SmsBudgetUsedUp(None, NOON + HOUR))


def test_a_recipient_that_is_not_written_to_takes_nothing_of_a_budget() -> None:
    running = InMemoryService(sms_budget=SmsBudget(per_hour=2), resend_wait=timedelta(minutes=5))
    first, second, _ = numbers(3)
    assert isinstance(notify(running, first, "inv_0"), Success)
    running.issued(recipients={"contacts": (first, second)})
    assert running.service.execute(BY_SMS).unwrap().address == second
    assert running.service.execute(BY_SMS) == Failure(
        TooSoon(Medium.SMS, NOON + timedelta(minutes=5))
    )


def test_reminders_count_and_those_beyond_the_budget_are_left_out() -> None:
    schedule = {"before": (), "after": (timedelta(0),), "media": ("sms",)}
    running = InMemoryService(reminders=schedule, sms_budget=SmsBudget(per_hour=1))
    found: list[SmsError] = []
    ids = ["inv_1", "inv_2"]
    for one in ids:
        running.issued(one, due_by=NOON + HOUR)
    running.clock.advance(HOUR)

    def refused(_account: AccountId, error: SmsError) -> None:
        found.append(error)

    jobs = replace(running.background_jobs, sms_refused=refused)
    assert jobs.remind() == 2
    assert sorted(len(running.messages(one)) for one in ids) == [0, 1]
    assert found == [SmsBudgetUsedUp(None, NOON + 2 * HOUR)]


def test_a_queued_sms_is_not_sent_once_sms_are_switched_off() -> None:
    running = InMemoryService()
    running.issued()
    message = running.service.execute(BY_SMS).unwrap()
    off = UpdateAccount(account=ACME, policy=AccountPolicy(sms_enabled=False))
    running.service.execute(off).unwrap()
    assert running.background_jobs.deliver(message.key) is AttemptResult.SUPPRESSED
    (queued,) = running.messages()
    assert (queued.status, queued.reason) == (DeliveryStatus.SUPPRESSED, "sms_disabled")
    assert running.sender.delivered == []


def test_a_queued_sms_is_not_sent_while_the_service_has_sms_switched_off() -> None:
    running = InMemoryService()
    running.issued()
    message = running.service.execute(BY_SMS).unwrap()
    jobs = replace(running.background_jobs, sms_enabled=False)
    assert jobs.deliver(message.key) is AttemptResult.SUPPRESSED


def test_a_claimed_sms_is_not_handed_over_once_sms_are_switched_off() -> None:
    running = InMemoryService()
    running.issued()
    sms = running.service.execute(BY_SMS).unwrap()
    mail = running.service.execute(replace(BY_SMS, medium=Medium.EMAIL)).unwrap()
    jobs: BackgroundJobs = running.background_jobs
    claimed = [job for job in jobs.claim([sms.key, mail.key]) if not isinstance(job, AttemptResult)]
    off = UpdateAccount(account=ACME, policy=AccountPolicy(sms_enabled=False))
    running.service.execute(off).unwrap()
    assert [job is not None for job in jobs.held(claimed)] == [False, True]
    running.clock.advance(jobs.lease)
    assert jobs.deliver(sms.key) is AttemptResult.SUPPRESSED


@pytest.mark.parametrize(
    "budget", [{"per_hour": 0}, {"per_day": LARGEST_BUDGET + 1}, {"per_hour": True}]
)
def test_a_budget_is_a_number_in_bounds(budget: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmsBudget.model_validate(budget)
    assert not [*NO_BUDGET.limits()]


@pytest.mark.parametrize("countries", [(), ("ZZ",), ("in",)])
def test_countries_are_known_ones(countries: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        AccountPolicy.model_validate({"sms_countries": countries})


def test_countries_are_sorted_and_distinct() -> None:
    policy = AccountPolicy.model_validate({"sms_countries": ("US", "IN", "US")})
    assert policy.sms_countries == ("IN", "US")


def test_an_invoice_without_a_reminder_due_reports_nothing() -> None:
    running = InMemoryService(sms_enabled=False)
    running.issued()
    found = refusals(running)
    running.service.execute(Remind(account=ACME, invoice=ONE)).unwrap()
    assert found == []
