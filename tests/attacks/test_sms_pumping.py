"""SMS pumping: fraud by SMS to numbers whose owner earns with each of them.

The attacks are those that providers of SMS describe: many numbers of one range, numbers of other
countries and premium-rate numbers, several accounts, several servers, and what is queued already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from attacks.in_process import BEARER, JSON, Answered, InProcess, basic
from billhook.application.account_commands import OpenAccount, UpdateAccount
from billhook.application.commands import DraftAndSend
from billhook.application.ports import Store
from billhook.application.sending import MissingAddressPolicy
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import CountryNotAllowed, PremiumNumber, SmsBudgetUsedUp
from billhook.model.account import RECOMMENDED_LIMITS, AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import NOON, a_customer, a_document, an_account
from billhook_adapters.testing.builders import open_account
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.running import RunningService, issued

HOUR = timedelta(hours=1)
ACCOUNTS = tuple(AccountId(f"acc_{name}") for name in ("one", "two", "three"))


def protected(store: Store, clock: SettableClock, **changes: Any) -> InvoiceService:
    """A service with three accounts that have the recommended limits, and these changes."""
    service = InvoiceService(store, clock, RandomIds())
    policy = RECOMMENDED_LIMITS.updated(AccountPolicy.model_validate(changes))
    for account in ACCOUNTS:
        service.execute(OpenAccount(account=account, name="Acme", policy=policy)).unwrap()
    return service


def texted(
    service: InvoiceService, numbers: Sequence[str], account: AccountId = ACCOUNTS[0]
) -> list[Result[Any, Any]]:
    """The results of an invoice for each number, sent by SMS, in one transaction."""
    return service.execute_all(
        [
            DraftAndSend(
                account=account,
                document=a_document(customer=a_customer(contact=number)),
                media=(Medium.SMS,),
                addresses=MissingAddressPolicy.REQUIRED,
            )
            for number in numbers
        ]
    )


def accepted(results: Sequence[Result[Any, Any]]) -> int:
    return sum(isinstance(result, Success) for result in results)


def numbers_of_one_range(count: int) -> list[str]:
    return [f"+9198765{n:05}" for n in range(count)]


def test_a_thousand_numbers_of_one_range_get_what_its_budget_allows() -> None:
    clock, store = SettableClock(NOON), InMemoryStore()
    service, numbers = protected(store, clock), numbers_of_one_range(1000)
    results = texted(service, numbers)
    assert accepted(results) == 50
    assert results[-1] == Failure(SmsBudgetUsedUp("+919876", NOON + HOUR))
    with store.snapshot() as snapshot:  # what was refused left no invoice behind
        assert len(snapshot.rows.invoices) == len(snapshot.rows.messages) == 50


def test_hours_of_it_get_what_the_budget_of_a_day_allows() -> None:
    clock = SettableClock(NOON)
    service, sent = protected(InMemoryStore(), clock), 0
    for hour in range(6):
        sent += accepted(texted(service, [f"+91987650{hour:02}{n:02}" for n in range(60)]))
        clock.advance(HOUR)
    assert sent == 200


def test_many_ranges_get_what_the_budget_of_the_account_allows() -> None:
    service = protected(InMemoryStore(), SettableClock(NOON))
    assert accepted(texted(service, [f"+91{7000 + n}123456" for n in range(300)])) == 200


def test_each_account_has_budgets_of_its_own() -> None:
    service, numbers = protected(InMemoryStore(), SettableClock(NOON)), numbers_of_one_range(60)
    assert [accepted(texted(service, numbers, account)) for account in ACCOUNTS] == [50] * 3


def test_an_hour_across_two_hours_of_the_clock_has_one_budget() -> None:
    clock = SettableClock(NOON + timedelta(minutes=59))
    service, numbers = protected(InMemoryStore(), clock), numbers_of_one_range(150)
    assert accepted(texted(service, numbers[:60])) == 50
    clock.advance(timedelta(minutes=2))
    assert accepted(texted(service, numbers[60:])) == 0
    clock.advance(timedelta(minutes=58))
    assert accepted(texted(service, numbers[60:])) == 50


def test_ways_to_write_a_number_are_one_prefix() -> None:
    clock = SettableClock(NOON)
    service = protected(InMemoryStore(), clock, sms_prefix_budget={"per_hour": 1})
    written = ["+919876543210", "+9109876543210", "+91009876543210", "+9198765432109"]
    results = texted(service, written)
    assert accepted(results) == 1


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("+979123456789", PremiumNumber()),
        ("+881612345678", PremiumNumber()),
        ("+19005550123", PremiumNumber()),
        ("+447012345678", PremiumNumber()),
        ("+18765550123", CountryNotAllowed("JM")),  # it looks like a number of the USA
        ("+447797712345", CountryNotAllowed("JE")),
        ("+99365123456", CountryNotAllowed("TM")),
    ],
)
def test_numbers_beyond_the_countries_of_an_account_are_refused(number: str, error: object) -> None:
    service = protected(InMemoryStore(), SettableClock(NOON), sms_countries=("GB", "IN", "US"))
    assert texted(service, [number]) == [Failure(error)]
    assert accepted(texted(service, ["+12145596993", "+447400123456"])) == 2


def test_one_number_is_written_to_once_a_minute() -> None:
    clock = SettableClock(NOON)
    service = protected(InMemoryStore(), clock)
    results = texted(service, ["+919876543210"] * 5)
    assert accepted(results) == 1
    assert results[-1].failure().code == "too_soon"
    clock.advance(timedelta(minutes=1))
    assert accepted(texted(service, ["+919876543210"])) == 1


def test_two_servers_at_once_have_one_budget(tmp_path: Path) -> None:
    engines = [open_database(f"sqlite:///{tmp_path}/billhook.sqlite3") for _ in range(2)]
    clock = SettableClock(NOON)
    protected(SqlStore(engines[0]), clock, sms_prefix_budget={"per_hour": 7})
    servers = [InvoiceService(SqlStore(engine), clock, RandomIds()) for engine in engines]
    numbers = numbers_of_one_range(24)
    results = at_once(
        *(
            lambda server=server, some=some: texted(server, some)
            for server, some in zip(servers * 2, _parts(numbers, 4), strict=True)
        )
    )
    for engine in engines:
        engine.dispose()
    assert sum(map(accepted, results)) == 7


def test_what_is_queued_is_not_sent_once_the_switch_is_off() -> None:
    running = RunningService()
    for n, number in enumerate(numbers_of_one_range(3)):
        running.drafted(f"inv_{n}", customer=a_customer(contact=number))
    sent = texted(running.service, numbers_of_one_range(3), AccountId("acc_1"))
    keys = [result.unwrap().messages[0].key for result in sent]
    running.background_jobs.deliver(keys[0])
    off = UpdateAccount(account=AccountId("acc_1"), policy=AccountPolicy(sms_enabled=False))
    running.service.execute(off).unwrap()
    for key in keys[1:]:
        running.background_jobs.deliver(key)
    assert len(running.sender.delivered) == 1  # type: ignore[attr-defined]  # it captures


def _parts(numbers: Sequence[str], count: int) -> Iterator[Sequence[str]]:
    size = len(numbers) // count
    for n in range(count):
        yield numbers[n * size : (n + 1) * size]


LIMITS: Sequence[tuple[dict[str, Any], str, int]] = (
    ({"sms_enabled": False}, "sms_disabled", 400),
    ({"sms_countries": ("US",)}, "country_not_allowed", 400),
    ({"sms_budget": {"per_day": 1}}, "sms_budget_used_up", 429),
)


@pytest.mark.parametrize(("limits", "code", "status"), LIMITS)
def test_every_api_refuses_in_its_own_format(
    service: InProcess, limits: dict[str, Any], code: str, status: int
) -> None:
    account = AccountId(f"acc_{code}")
    made, keys = service.application.service, service.application.keys
    open_account(made, an_account(account))
    keys.add(account, f"key_{code}", "secret")
    token = token_key(f"pit-{code}", f"loc_{code}")
    keys.add(account, token.id, token.secret, location=token.location)
    ids = [f"inv_{code[:8].replace('_', 'x')}{n:06}" for n in range(3)]
    for one in ids:
        issued(made, one, account)
    policy = AccountPolicy.model_validate(limits)
    made.execute(UpdateAccount(account=account, policy=policy)).unwrap()
    if "sms_budget" in limits:
        texted(made, ["+12145596993"], account)

    def post(path: str, headers: Sequence[tuple[bytes, bytes]], body: object) -> Answered:
        return service.ask("POST", path, [*headers, JSON], [json.dumps(body).encode()])

    razorpay = post(f"/v1/invoices/{ids[0]}/notify_by/sms", basic(f"key_{code}", "secret"), {})
    assert razorpay.status == status
    error = json.loads(razorpay.body)["error"]
    assert (error["code"], "SMS" in error["description"]) == ("BAD_REQUEST_ERROR", True)

    sending = {"altId": token.location, "altType": "location", "action": "sms", "userId": "u"}
    sending |= {"liveMode": True}
    bearer = [(b"authorization", b"Bearer " + f"pit-{code}".encode()), BEARER[1]]
    highlevel = post(f"/invoices/{ids[1]}/send", bearer, sending)
    assert highlevel.status == status
    assert "SMS" in json.loads(highlevel.body)["message"]

    native = post(
        f"/api/invoices/{ids[2]}/notify", basic(f"key_{code}", "secret"), {"medium": "sms"}
    )
    assert json.loads(native.body)["code"] == code
    assert not any(made.messages(account, InvoiceId(one)) for one in ids)
