"""Changes of an account: each sets what it names, keeps the rest, and adds one to the version."""

from __future__ import annotations

from datetime import timedelta

from returns.result import Failure, Success

from billhook.application.account_commands import (
    OpenAccount,
    SaveWebhookEndpoint,
    SilenceWebhookEndpoint,
    SuppressAddress,
    UpdateAccount,
)
from billhook.application.ports import Store
from billhook.application.records import Contact
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import AccountNotFound, AlreadyExists, Conflict
from billhook.messaging.webhooks import WebhookEndpointId, WebhookEndpointNotFound
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.testing.builders import a_webhook_endpoint
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.service_suite import ServiceSuite
from billhook_adapters.testing.running import ACCOUNT

SCHEDULE = ReminderSchedule(after=(timedelta(days=1),))
INSTRUCTIONS = PaymentInstructions(upi="acme@okbank")
ROUNDS = 10


class AccountsSuite(ServiceSuite):
    """Commands on an account."""

    def test_an_account_is_opened_once(self, service: InvoiceService) -> None:
        opened = service.execute(OpenAccount(account=AccountId("acc_3"), name="Third"))
        assert (opened.unwrap().name, opened.unwrap().version) == ("Third", 1)
        again = service.execute(OpenAccount(account=AccountId("acc_3"), name="Other"))
        assert again == Failure(AlreadyExists())
        assert service.account(AccountId("acc_3")) == opened.unwrap()

    def test_a_change_keeps_what_it_does_not_name(self, service: InvoiceService) -> None:
        first = AccountPolicy(reminders=SCHEDULE)
        second = AccountPolicy(payment_instructions=INSTRUCTIONS)
        service.execute(UpdateAccount(account=ACCOUNT, policy=first)).unwrap()
        service.execute(UpdateAccount(account=ACCOUNT, policy=second)).unwrap()
        named = service.execute(UpdateAccount(account=ACCOUNT, name="Acme Ltd")).unwrap()
        assert service.account(ACCOUNT) == named
        assert (named.name, named.version, named.policy.number_prefix) == ("Acme Ltd", 4, "INV-")
        assert (named.policy.reminders, named.policy.payment_instructions) == (
            SCHEDULE,
            INSTRUCTIONS,
        )

    def test_a_field_is_cleared_by_naming_it(self, service: InvoiceService) -> None:
        service.execute(
            UpdateAccount(account=ACCOUNT, policy=AccountPolicy(reminders=SCHEDULE))
        ).unwrap()
        ended = service.execute(
            UpdateAccount(account=ACCOUNT, policy=AccountPolicy(reminders=None))
        )
        assert ended.unwrap().policy.reminders is None

    def test_a_change_of_another_version_is_refused(self, service: InvoiceService) -> None:
        change = UpdateAccount(account=ACCOUNT, name="New", expected_version=7)
        assert service.execute(change) == Failure(Conflict(7, 1))
        assert (
            service.execute(UpdateAccount(account=ACCOUNT, name="New", expected_version=1))
            .unwrap()
            .version
            == 2
        )

    def test_two_changes_at_once_lose_nothing(self, service: InvoiceService) -> None:
        for number in range(ROUNDS):
            account = AccountId(f"acc_{number + 10}")
            service.execute(OpenAccount(account=account, name="Acme")).unwrap()
            changes = [
                UpdateAccount(account=account, policy=AccountPolicy(reminders=SCHEDULE)),
                UpdateAccount(
                    account=account, policy=AccountPolicy(payment_instructions=INSTRUCTIONS)
                ),
            ]
            at_once(*(lambda change=change: service.execute(change) for change in changes))
            known = service.account(account)
            assert known is not None
            policy = known.policy
            assert (policy.reminders, policy.payment_instructions) == (SCHEDULE, INSTRUCTIONS)

    def test_an_unknown_account_cannot_be_changed(self, service: InvoiceService) -> None:
        unknown = AccountId("acc_unknown")
        contact = Contact(unknown, Medium.EMAIL, "ravi@example.com")
        answers = service.execute_all(
            [
                UpdateAccount(account=unknown, name="X"),
                SaveWebhookEndpoint(
                    account=unknown, webhook_endpoint=a_webhook_endpoint(account=unknown)
                ),
                SuppressAddress(account=unknown, contact=contact, reason="opted_out"),
            ]
        )
        assert answers == [Failure(AccountNotFound())] * 3

    def test_a_webhook_endpoint_is_silenced_and_started_again(
        self, service: InvoiceService, store: Store
    ) -> None:
        endpoint = a_webhook_endpoint("sub_1", public_key="-----BEGIN PUBLIC KEY-----")
        service.execute(SaveWebhookEndpoint(account=ACCOUNT, webhook_endpoint=endpoint)).unwrap()
        assert service.webhook_endpoints(ACCOUNT) == (endpoint,)
        assert service.webhook_endpoints(AccountId("acc_2")) == ()
        one = WebhookEndpointId("sub_1")
        silenced = SilenceWebhookEndpoint(account=ACCOUNT, webhook_endpoint=one)
        assert service.execute(silenced).unwrap().silenced
        started = SilenceWebhookEndpoint(account=ACCOUNT, webhook_endpoint=one, silenced=False)
        assert service.execute(started) == Success(endpoint)
        other = SilenceWebhookEndpoint(account=AccountId("acc_2"), webhook_endpoint=one)
        assert service.execute(other) == Failure(WebhookEndpointNotFound())
        with store.snapshot() as snapshot:
            assert list(snapshot.webhook_endpoints((ACCOUNT,))[ACCOUNT]) == [endpoint]

    def test_a_suppressed_address_is_refused_at_once_and_in_the_same_batch(
        self, service: InvoiceService
    ) -> None:
        contact = Contact(ACCOUNT, Medium.EMAIL, "ravi@example.com")
        first = SuppressAddress(account=ACCOUNT, contact=contact, reason="bounced")
        kept = SuppressAddress(
            account=ACCOUNT, contact=contact, reason="opted_out", overwrite=False
        )
        answers = service.execute_all([first, kept])
        assert [answer.unwrap().suppressed for answer in answers] == ["bounced", "bounced"]
        assert service.contact(contact).suppressed == "bounced"

    def test_the_same_change_under_one_key_is_made_once(self, service: InvoiceService) -> None:
        change = UpdateAccount(account=ACCOUNT, name="New", key="k")
        assert service.execute(change) == service.execute(change)
        assert (known := service.account(ACCOUNT)) is not None
        assert known.version == 2
