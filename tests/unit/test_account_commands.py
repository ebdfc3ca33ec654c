"""Commands that change an account: they patch it under a version, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.application.account_commands import (
    OpenAccount,
    SaveWebhookEndpoint,
    SilenceWebhookEndpoint,
    SuppressAddress,
    UpdateAccount,
)
from billhook.application.command import Command
from billhook.application.records import Contact, ContactHistory
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import AlreadyExists, Conflict
from billhook.messaging.webhooks import WebhookEndpointId, WebhookEndpointNotFound
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.testing import a_webhook_endpoint
from unit.running_service import ACME, ONE, OTHER, InMemoryService

RAVI = Contact(ACME, Medium.EMAIL, "ravi@example.com")


def _silence(id: str, *, silenced: bool = True) -> SilenceWebhookEndpoint:
    return SilenceWebhookEndpoint(
        account=ACME, webhook_endpoint=WebhookEndpointId(id), silenced=silenced
    )


def _endpoints(running: InMemoryService) -> object:
    with running.store.snapshot() as snapshot:
        return {
            account: list(found)
            for account, found in snapshot.webhook_endpoints((ACME, OTHER)).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadName(Command[str, AlreadyExists]):
    """A custom command that declares no needs."""

    kind: ClassVar = "read_name"

    def decide(self, context: CommandContext) -> Result[str, AlreadyExists]:
        return Success(context.account.name)


def test_a_command_reads_its_account_without_declaring_it() -> None:
    assert InMemoryService().service.execute(ReadName(account=ACME)) == Success("Acme")


def test_an_account_is_opened_once() -> None:
    running = InMemoryService()
    before = running.service.account(ACME)
    again = OpenAccount(account=ACME, name="Other")
    assert running.service.execute(again) == Failure(AlreadyExists())
    assert running.service.account(ACME) == before


def test_an_update_under_another_version_is_a_conflict() -> None:
    running = InMemoryService()
    account = running.service.account(ACME)
    assert account is not None
    update = UpdateAccount(account=ACME, name="Acme 2", expected_version=account.version)
    updated = running.service.execute(update).unwrap()
    assert (updated.name, updated.version) == ("Acme 2", account.version + 1)
    conflict = Conflict(expected=account.version, actual=updated.version)
    assert running.service.execute(update) == Failure(conflict)
    assert running.service.account(ACME) == updated


def test_an_update_changes_only_the_fields_that_it_sets() -> None:
    running = InMemoryService(number_prefix="INV-")
    update = UpdateAccount(account=ACME, policy=AccountPolicy(number_width=6))
    policy = running.service.execute(update).unwrap().policy
    assert (policy.number_prefix, policy.number_width) == ("INV-", 6)


def test_an_endpoint_is_stored_under_the_account_of_its_command() -> None:
    running = InMemoryService()
    theirs = a_webhook_endpoint(account=OTHER)
    saved = running.service.execute(SaveWebhookEndpoint(account=ACME, webhook_endpoint=theirs))
    assert saved == Success(a_webhook_endpoint(account=ACME))
    assert _endpoints(running) == {ACME: [a_webhook_endpoint(account=ACME)]}


def test_the_endpoints_of_an_account_are_read_by_their_ids() -> None:
    running = InMemoryService()
    for name in ("sub_2", "sub_1"):
        running.add_webhook_endpoint(name)
    found = running.service.webhook_endpoints(ACME)
    assert [one.id for one in found] == ["sub_1", "sub_2"]
    assert running.service.webhook_endpoints(OTHER) == ()


def test_an_endpoint_is_silenced_and_used_again() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint("sub_1")
    running.add_webhook_endpoint("sub_2")
    silenced = running.service.execute(_silence("sub_2"))
    assert silenced == Success(a_webhook_endpoint("sub_2", silenced=True))
    running.issued(ONE)
    assert [event.webhook_endpoint for event in running.webhook_events()] == ["sub_1"]
    used = running.service.execute(_silence("sub_2", silenced=False))
    assert used == Success(a_webhook_endpoint("sub_2"))


def test_an_unknown_endpoint_cannot_be_silenced() -> None:
    running = InMemoryService()
    assert running.service.execute(_silence("sub_1")) == Failure(WebhookEndpointNotFound())
    running.add_webhook_endpoint("sub_1", account=OTHER)
    assert running.service.execute(_silence("sub_1")) == Failure(WebhookEndpointNotFound())


def test_a_recorded_reason_is_kept_where_it_is_not_to_be_replaced() -> None:
    running = InMemoryService()
    bounced = SuppressAddress(account=ACME, contact=RAVI, reason="bounced")
    keep = SuppressAddress(account=ACME, contact=RAVI, reason="opted_out", overwrite=False)
    replace = SuppressAddress(account=ACME, contact=RAVI, reason="opted_out")
    for command, reason in ((bounced, "bounced"), (keep, "bounced"), (replace, "opted_out")):
        assert running.service.execute(command).unwrap().suppressed == reason
        assert running.service.contact(RAVI) == ContactHistory(reason, None)


@pytest.mark.parametrize("command", [OpenAccount, UpdateAccount])
def test_a_name_that_no_account_may_have_is_refused_before_there_is_a_batch(command: Any) -> None:
    with pytest.raises(ValidationError, match="name"):
        command(account=AccountId("acc_9"), name="")
