"""A sandbox starts as its file, time and seed say, whole or not at all, and again with a reset."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billhook.application.records import Search
from billhook.messaging.outbox_counts import OutboxCounts
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook_adapters.composition.service import Application
from billhook_adapters.memory import InMemoryBackend
from billhook_adapters.sandbox.running import Credentials, Key
from billhook_adapters.sandbox.service import CAPTURED, Shared, account_of, build_sandbox
from billhook_adapters.sandbox.start import SEEDED_NOW, Start
from billhook_adapters.sandbox.start_file import StartFileError, read_start_file
from billhook_adapters.system.clock import SettableClock, SystemClock
from billhook_adapters.system.ids import SeededIds, is_id
from billhook_adapters.webhooks.allowed_hosts import allowed_hosts

KEYS = [Key("key_1", "secret"), Key("key_2", "secret")]
LINES = [{"name": "Book", "unit_amount": 49900}]
RAVI = {"name": "Ravi", "email": "ravi@example.com"}
SHARED = Shared.made()
EXAMPLE = Path(__file__).parents[3] / "examples" / "compose" / "start.json"


def invoice(**fields: object) -> dict[str, object]:
    return {"currency": "INR", "lines": LINES, "customer": RAVI, **fields}


def started(*invoices: object, seed: int | None = None, **fields: Any) -> Application:
    """A sandbox with these invoices; it is not served, and delivers nothing by itself."""
    file = read_start_file({**fields, "invoices": list(invoices)})
    return build_sandbox(
        InMemoryBackend(),
        base_url="http://x.example/i/",
        credentials=Credentials(KEYS),
        start=Start(seed=seed, file=file),
        shared=SHARED,
    ).application


def found(application: Application, key: Key = KEYS[0]) -> list[Invoice]:
    return list(application.service.search(account_of(key), Search(oldest_first=True)))


def faults(value: object) -> dict[str, str]:
    """What is wrong with a start file, by its paths."""
    with pytest.raises(StartFileError) as refused:
        read_start_file(value)
    return {fault.path: fault.detail for fault in refused.value.faults}


def refused(*invoices: object, **fields: Any) -> Sequence[str]:
    """What is wrong with invoices that have the right form."""
    with pytest.raises(StartFileError) as error:
        started(*invoices, **fields)
    return [str(fault) for fault in error.value.faults]


def test_invoices_are_drafted_issued_paid_and_sent() -> None:
    application = started(
        invoice(id="inv_1"),
        invoice(id="inv_2", issue=True, notify=["email"]),
        invoice(id="inv_3", issue=True, payments=[{"amount": 49900}]),
        invoice(id="inv_4", issue=True, partial_payment=True,
                payments=[{"amount": 100, "reference": "pay_a"}, {"amount": 200}]),
    )  # fmt: skip
    by_id = {one.id: one for one in found(application)}
    assert {name: one.status for name, one in by_id.items()} == {
        "inv_1": Status.DRAFT,
        "inv_2": Status.ISSUED,
        "inv_3": Status.PAID,
        "inv_4": Status.PARTIALLY_PAID,
    }
    assert by_id[InvoiceId("inv_4")].paid == 300
    messages = application.service.messages_of(account_of(KEYS[0]), list(by_id))
    assert {name: [one.medium for one in sent] for name, sent in messages.items() if sent} == {
        "inv_2": [Medium.EMAIL]
    }


def test_an_invoice_belongs_to_the_account_of_a_key() -> None:
    application = started(invoice(id="inv_1"), invoice(id="inv_2", account="key_2"))
    assert [one.id for one in found(application)] == ["inv_1"]
    assert [one.id for one in found(application, KEYS[1])] == ["inv_2"]


def test_the_seller_of_every_account_has_the_name_and_the_profile_of_the_file() -> None:
    application = started(seller={"name": "Acme Books", "footer": "Thank you"})
    for key in KEYS:
        account = application.service.account(account_of(key))
        assert account is not None
        assert (account.name, account.profile.footer) == ("Acme Books", "Thank you")


def test_a_name_that_is_given_besides_wins() -> None:
    file = read_start_file({"seller": {"name": "Acme"}})
    assert Start(seller="Other", file=file).name_of("key_1") == "Other"
    assert Start(file=file).name_of("key_1") == "Acme"
    assert Start().name_of("key_1") == "Sandbox key_1"


def test_customers_are_named_by_their_ids() -> None:
    application = started(invoice(customer="cust_1"), customers=[{"id": "cust_1", **RAVI}])
    customer = found(application)[0].document.customer
    assert customer is not None
    assert (customer.id, customer.email) == ("cust_1", "ravi@example.com")


def test_all_that_has_a_wrong_form_is_said_at_once_with_its_path_and_remedy() -> None:
    assert faults(
        {
            "now": "tomorrow",
            "colour": "red",
            "customers": [{"name": "Ravi"}],
            "seller": {"accent_color": "red"},
            "invoices": [
                {"lines": [{"name": ""}], "customer": "cust_9"},
                3,
                invoice(issue="yes", notify=["fax"], payments=[{"amount": -1}]),
            ],
        }
    ) == {
        "now": "must be a time with its zone, such as 2026-01-31T12:00:00Z",
        "colour": "is not known; leave it out",
        "customers.0": "id is required: invoices name a customer by it",
        "seller.accent_color": "must be a colour of six hexadecimal digits, such as #0a5cd8",
        "invoices.0.customer": "must be the id of one of `customers`, or a customer",
        "invoices.0.currency": "is required",
        "invoices.0.lines.0.name": "must have at least 1 character",
        "invoices.0.lines.0.unit_amount": "is required",
        "invoices.0.lines.0.currency": "is required",
        "invoices.1": "must be an object",
        "invoices.2.issue": "must be true or false",
        "invoices.2.notify.0": "must be sms or email",
        "invoices.2.payments.0.amount": "must be more than 0",
    }


@pytest.mark.parametrize("value", [[], 3, "x", None, {"invoices": 3}, {"customers": 3}])
def test_what_is_no_start_file_is_refused(value: object) -> None:
    assert faults(value)


@pytest.mark.parametrize("now", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_time_that_the_clock_cannot_have_is_refused(now: str) -> None:
    assert faults({"now": now}) == {"now": "must be in the years 1970 to 2999"}


def test_all_that_a_rule_refuses_is_said_at_once_with_its_path() -> None:
    said = refused(
        invoice(id="inv_1", issue=True, payments=[{"amount": 49901}], notify=["sms"]),
        invoice(id="inv_1"),
        invoice(account="key_9"),
        invoice(lines=[], issue=True),
        invoice(payments=[{"amount": 1}]),
    )
    assert [one.partition(":")[0] for one in said] == [
        "invoices.0.payments.0",
        "invoices.0.notify.0",
        "invoices.1",
        "invoices.2.account",
        "invoices.3.issue",
        "invoices.4.payments.0",
    ]
    assert said[3].endswith("must be the id of an API key of this sandbox: key_1, key_2")


def test_nothing_that_happened_before_the_start_is_sent_as_a_webhook() -> None:
    application = started(invoice(issue=True, payments=[{"amount": 49900}]))
    assert (
        application.background_jobs.store.outbox_counts(SystemClock().now(), 100) == OutboxCounts()
    )


def test_a_sandbox_without_a_time_starts_again_at_the_present_and_with_one_at_that() -> None:
    at = datetime(2027, 5, 1, tzinfo=UTC)
    assert Start().is_at_present
    assert not Start(now=at).is_at_present
    assert not Start(seed=1).is_at_present
    assert not Start(file=read_start_file({"invoices": [invoice()]})).is_at_present


def test_a_workspace_that_is_made_later_has_the_invoices_of_the_first_account() -> None:
    file = read_start_file({"invoices": [invoice(id="inv_1"), *map(of_key, ("key_1", "key_2"))]})
    (first, second) = Start(file=file).of_one_account("key_1").file.invoices
    assert (first.id, second.id) == ("inv_1", "inv_key_1")
    assert (first.account, second.account) == (None, None)


def of_key(key: str) -> dict[str, object]:
    return invoice(id=f"inv_{key}", account=key)


def test_the_clock_starts_at_the_option_else_the_file_else_the_present() -> None:
    first, second = (datetime(year, 5, 1, tzinfo=UTC) for year in (2027, 2028))
    file = read_start_file({"now": first.isoformat()})
    minute = timedelta(minutes=1)
    assert Start(file=file).clock().now() - first < minute
    assert Start(now=second, file=file).clock().now() - second < minute
    assert Start(seed=1, file=file).clock().now() == first
    assert Start(seed=1).clock().now() == SEEDED_NOW


def test_a_clock_with_a_seed_moves_only_when_it_is_moved() -> None:
    clock = Start(seed=1).clock()
    assert clock.now() == clock.now() == SEEDED_NOW
    clock.advance(timedelta(hours=1))
    assert clock.now() == clock.now() == SEEDED_NOW + timedelta(hours=1)


def drawn(ids: SeededIds) -> list[str]:
    return [
        *(str(make()) for _ in range(50) for make in (ids.invoice, ids.message, ids.payment)),
        ids.webhook_event(),
        ids.short_url(),
    ]


def test_a_seed_and_a_time_determine_ids_and_short_urls() -> None:
    def made(seed: int, now: datetime = SEEDED_NOW) -> list[str]:
        return drawn(SeededIds(seed, SettableClock(now)))

    assert made(1) == made(1)
    assert not set(made(1)) & set(made(2))
    assert not set(made(1)[:-1]) & set(made(1, SEEDED_NOW + timedelta(hours=1))[:-1])
    assert len(set(made(1))) == 152


def test_ids_of_a_seed_have_the_form_of_others_and_are_in_order() -> None:
    clock = SettableClock(datetime(1999, 1, 1, tzinfo=UTC))  # before the first time of an id
    ids = SeededIds(7, clock)
    made = [ids.invoice() for _ in range(200)]
    clock.set(SEEDED_NOW)
    made += [ids.invoice() for _ in range(200)]
    clock.set(datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=1))
    made += [ids.invoice() for _ in range(200)]
    assert made == sorted(made)
    assert all(is_id(one) and len(one) == 18 for one in made)
    assert len(ids.short_url().rpartition("/")[2]) == 22


def test_delays_of_failed_attempts_change_no_id() -> None:
    first, second = (SeededIds(1, SettableClock(SEEDED_NOW)) for _ in range(2))
    assert 0 <= first.jitter() <= 1
    assert first.invoice() == second.invoice()


def test_two_sandboxes_of_one_seed_make_the_same_invoices() -> None:
    def made(seed: int) -> list[Mapping[str, Any]]:
        value = json.loads(EXAMPLE.read_text())
        application = started(*value.pop("invoices"), invoice(issue=True), seed=seed, **value)
        return [one.model_dump(mode="json") for one in found(application)]

    first = made(1)
    assert made(1) == first
    assert made(2) != first
    assert {"inv_draft", "inv_issued"} < {one["id"] for one in first}


def test_a_webhook_url_of_an_allowed_host_is_taken_and_of_another_refused() -> None:
    shared = SHARED._replace(allowed=allowed_hosts("shop:9000"))
    webhook = CAPTURED._replace(url="http://shop:9000/hook")

    def build(given: Shared) -> Application:
        return build_sandbox(
            InMemoryBackend(),
            base_url="http://x.example/i/",
            credentials=Credentials(KEYS),
            webhook=webhook,
            shared=given,
        ).application

    build(shared)
    with pytest.raises(ValueError, match="https"):
        build(SHARED)
