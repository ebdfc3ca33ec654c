"""What an operator should know before a service starts: what works, and will fail its payers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from billhook_adapters.composition.settings import Settings
from billhook_adapters.composition.variables import variable

if TYPE_CHECKING:
    from billhook_adapters.system.backend import Accounts

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def warnings(settings: Settings, accounts: Accounts) -> Iterator[str]:
    """What is missing or contradicts itself, each in one line with its remedy."""
    if settings.smtp_url is None:
        yield (
            f"no e-mail can be sent; set {variable('smtp_url')} and {variable('mail_from')}, or "
            "every message by e-mail becomes a dead letter"
        )
    if settings.sms_url is None and settings.sms_enabled:
        yield (
            f"no SMS can be sent; set {variable('sms_url')}, or {variable('sms_enabled')}=no: "
            "every message by SMS becomes a dead letter"
        )
    can_send = settings.smtp_url is not None or settings.sms_url is not None
    if can_send and urlsplit(settings.base_url).hostname in _LOCAL:
        yield (
            f"links in messages begin with {settings.base_url}, which only this machine reaches; "
            f"set {variable('base_url')} or --base-url to what payers reach"
        )
    yield from _shared_locations(accounts)


def _shared_locations(accounts: Accounts) -> Iterator[str]:
    """Locations that several accounts have: clients of one miss the invoices of the other."""
    holders: dict[str, set[str]] = {}
    for one in accounts.listed():
        for key in one.keys:
            if key.location is not None and key.revoked_at is None:
                holders.setdefault(key.location, set()).add(one.account.id)
    for location, names in sorted(holders.items()):
        if len(names) > 1:
            yield (
                f"the accounts {' and '.join(sorted(names))} have one location, {location}; a "
                "client of it sees only the invoices of the account that its token is of, so give "
                "each account a location of its own"
            )
