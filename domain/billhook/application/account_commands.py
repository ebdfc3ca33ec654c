"""Commands on an account: name, policy, profile, logo, webhook endpoints, suppression list."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Never

from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.needs import Needs
from billhook.application.records import Contact, ContactHistory
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import AlreadyExists, Conflict
from billhook.messaging.webhooks import (
    WebhookEndpoint,
    WebhookEndpointId,
    WebhookEndpointNotFound,
)
from billhook.model.account import Account, AccountPolicy
from billhook.model.arguments import check_fields
from billhook.model.customer import Suppression
from billhook.model.logo import Logo
from billhook.model.seller_profile import NO_PROFILE, SellerProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount(Command[Account, AlreadyExists]):
    """Create an account."""

    kind: ClassVar = "open_account"
    name: str
    policy: AccountPolicy = field(default_factory=AccountPolicy)
    profile: SellerProfile = NO_PROFILE

    def __post_init__(self) -> None:
        """Refuse a name that no account may have before the command is in a batch."""
        check_fields(self)
        self._opened()

    @classmethod
    def of(cls, account: Account) -> OpenAccount:
        """The command that creates this account."""
        return cls(
            account=account.id, name=account.name, policy=account.policy, profile=account.profile
        )

    @property
    def needs(self) -> Needs:
        """The account, which must not exist yet."""
        return Needs(changes_account=True, new_account=self._opened())

    def decide(self, context: CommandContext) -> Result[Account, AlreadyExists]:
        """The new account."""
        if not context.account_is_new:
            return Failure(AlreadyExists())
        return Success(context.save_account(context.account))

    def _opened(self) -> Account:
        return Account(id=self.account, name=self.name, policy=self.policy, profile=self.profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAccount(Command[Account, Conflict]):
    """Set the name of an account, or fields of its policy and profile; what is not given stays.

    Of `policy` and `profile` only the fields that were set when they were made count, None
    included: `AccountPolicy(reminders=None)` ends the reminders, and touches nothing else.
    """

    kind: ClassVar = "update_account"
    name: str | None = None
    policy: AccountPolicy = field(default_factory=AccountPolicy)
    profile: SellerProfile = NO_PROFILE
    expected_version: int | None = None

    def __post_init__(self) -> None:
        """Refuse a name that no account may have before the command is in a batch."""
        check_fields(self)
        if self.name is not None:
            Account(id=self.account, name=self.name)

    @property
    def needs(self) -> Needs:
        """The account, locked against other changes."""
        return Needs(changes_account=True)

    def decide(self, context: CommandContext) -> Result[Account, Conflict]:
        """The updated account."""
        known = context.account
        if self.expected_version is not None and self.expected_version != known.version:
            return Failure(Conflict(self.expected_version, known.version))
        changed = known.updated(self.name, self.policy, self.profile)
        return Success(context.save_account(changed))


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveLogo(Command[Account, Never]):
    """Set the logo of the account, or delete it where `logo` is None."""

    kind: ClassVar = "save_logo"
    logo: Logo | None

    @property
    def needs(self) -> Needs:
        """The account, locked against other changes."""
        return Needs(changes_account=True)

    def decide(self, context: CommandContext) -> Result[Account, Never]:
        """The account. The logo itself is no part of an answer that is kept."""
        context.save_logo(self.logo)
        return Success(context.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveWebhookEndpoint(Command[WebhookEndpoint, Never]):
    """Add a webhook endpoint to the account, or replace the one of the same id."""

    kind: ClassVar = "save_webhook_endpoint"
    webhook_endpoint: WebhookEndpoint

    @property
    def needs(self) -> Needs:
        """The account, locked against other changes."""
        return Needs(changes_account=True)

    def decide(self, context: CommandContext) -> Result[WebhookEndpoint, Never]:
        """The endpoint. One of another account is stored under this one."""
        endpoint = self.webhook_endpoint
        if endpoint.account != self.account:
            endpoint = endpoint.model_copy(update={"account": self.account})
        return Success(context.save_webhook_endpoint(endpoint))


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceWebhookEndpoint(Command[WebhookEndpoint, WebhookEndpointNotFound]):
    """Stop sending to a webhook endpoint, or start again with `silenced` False."""

    kind: ClassVar = "silence_webhook_endpoint"
    webhook_endpoint: WebhookEndpointId
    silenced: bool = True

    @property
    def needs(self) -> Needs:
        """The account, locked against other changes."""
        return Needs(changes_account=True)

    def decide(self, context: CommandContext) -> Result[WebhookEndpoint, WebhookEndpointNotFound]:
        """The endpoint as it is now."""
        known = context.webhook_endpoint(self.webhook_endpoint)
        if known is None:
            return Failure(WebhookEndpointNotFound())
        endpoint = known.model_copy(update={"silenced": self.silenced})
        return Success(context.save_webhook_endpoint(endpoint))


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressAddress(Command[ContactHistory, Never]):
    """Put an address on the suppression list, or take it off where `reason` is None."""

    kind: ClassVar = "suppress_address"
    contact: Contact
    reason: Suppression | None
    overwrite: bool = True
    """Whether a reason that is recorded already is replaced."""

    @property
    def needs(self) -> Needs:
        """What is known of the address."""
        return Needs(contacts=(self.contact,))

    def decide(self, context: CommandContext) -> Result[ContactHistory, Never]:
        """What is known of the address now."""
        known = context.history(self.contact)
        if known.suppressed is not None and not self.overwrite:
            return Success(known)
        context.suppressed[self.contact] = self.reason
        return Success(replace(known, suppressed=self.reason))
