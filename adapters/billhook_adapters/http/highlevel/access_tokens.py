"""OAuth's access tokens: random, short-lived, and derived from the bearer token of a location.

A client authenticates by that token, which its operator made, so that no one gets a token who could
not open the location before. Access and refresh tokens name the key that they are derived from, and
are kept as hashes in one entry of its account: with a key that is revoked, all of its tokens end.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field
from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.needs import Needs
from billhook.application.records import Entry, EntryChanged, EntryKey
from billhook.application.unit_of_work import CommandContext
from billhook.model.base import AccountId, Instant, Text, Value
from billhook_adapters.http.core.authentication import Bearers, Tenancy, bearer_token
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.system.api_keys import StoredKey, hashed

ACCESS, REFRESH = "oat", "ort"
"""How access and refresh tokens begin."""

ACCESS_LASTS = timedelta(seconds=86_399)
"""As the vendor's documentation has it: a second less than a day."""
REFRESH_LASTS = timedelta(days=365)
MOST_GRANTS = 20
"""Grants of one key; the oldest ends where there would be more."""

_TOKEN = re.compile(rf"({ACCESS}|{REFRESH})-([0-9a-f]{{64}})-[A-Za-z0-9_-]{{32}}")

Sha256 = Annotated[Text, Field(min_length=64, max_length=64)]


class Grant(Value):
    """One pair of tokens: their hashes, and until when each is valid."""

    access: Sha256
    access_until: Instant
    refresh: Sha256 | None = None
    """None where there is no refresh token, or where it was used."""
    refresh_until: Instant

    def is_over(self, now: datetime) -> bool:
        """Whether neither token is valid any more."""
        return self.access_until <= now and (self.refresh is None or self.refresh_until <= now)


class Grants(Value):
    """The grants of one key, the newest first."""

    grants: Annotated[tuple[Grant, ...], Field(max_length=MOST_GRANTS)] = ()


class Tokens(NamedTuple):
    """New tokens, which are shown once."""

    access: str
    refresh: str

    @classmethod
    def new(cls, key_id: str) -> Tokens:
        """Tokens of 192 random bits that are derived from a key."""
        return cls(*(f"{kind}-{key_id}-{secrets.token_urlsafe(24)}" for kind in (ACCESS, REFRESH)))


def key_of(token: str, kind: str) -> str | None:
    """The id of the key from which a token of this kind is derived; None for other texts.

    >>> key_of(f"oat-{'0' * 64}-{'a' * 32}", "oat") == "0" * 64
    True
    >>> key_of("pit-1", "oat")
    """
    found = _TOKEN.fullmatch(token)
    return found[2] if found is not None and found[1] == kind else None


def entry_key(account: AccountId, key_id: str) -> EntryKey:
    """The key of the entry that holds the grants of a key."""
    return EntryKey(account, derived_id("oauth", key_id))


def _grants_of(entry: Entry | None) -> Sequence[Grant]:
    return () if entry is None else Grants.model_validate_json(entry.body).grants


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveGrant(Command[Entry, EntryChanged]):
    """Keep the hashes of new tokens; with `used`, in place of the refresh token with this hash.

    Fails where that refresh token is unknown, used already, or no longer valid.
    """

    kind: ClassVar = "highlevel.save_grant"
    key_id: str
    access: str
    refresh: str | None
    used: str | None = None

    @property
    def needs(self) -> Needs:
        """The grants of the key."""
        return Needs(entries=(entry_key(self.account, self.key_id),))

    def decide(self, context: CommandContext) -> Result[Entry, EntryChanged]:
        """The entry with the grants."""
        key, now = entry_key(self.account, self.key_id), context.now
        grants = [one for one in _grants_of(context.entry(key)) if not one.is_over(now)]
        if self.used is not None:
            place = next((at for at, one in enumerate(grants) if _is_used(self.used, one, now)), -1)
            if place < 0:
                return Failure(EntryChanged())
            grants[place] = grants[place].model_copy(update={"refresh": None})
        grant = Grant(
            access=self.access,
            access_until=now + ACCESS_LASTS,
            refresh=self.refresh,
            refresh_until=now + REFRESH_LASTS,
        )
        # What can be refreshed stays longest: access alone is granted again at any time.
        grants.sort(key=lambda one: one.refresh is None)
        body = Grants(grants=(grant, *grants)[:MOST_GRANTS]).model_dump_json()
        entry = Entry(account=self.account, id=key.entry, body=body, filed_at=now)
        return Success(context.save_entry(entry))


def _is_used(refresh: str, grant: Grant, now: datetime) -> bool:
    known = grant.refresh
    return known is not None and compare_digest(known, refresh) and now < grant.refresh_until


class Tenancies:
    """Finds what a bearer token opens: the token of a location, or an access token of OAuth."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self._bearers = Bearers(context.keys, context.batched)

    async def tenancy(self, header: str | None) -> Tenancy | None:
        """The tenancy of an Authorization header, or None for every kind of wrong credential."""
        token = bearer_token(header)
        key_id = None if token is None else key_of(token, ACCESS)
        if token is None or key_id is None:
            return await self._bearers.tenancy(header)
        key = await self._bearers.key(key_id)
        if key is None or key.location is None:
            return None
        grants = await self._grants(key, key_id)
        given, now = hashed(token), self._context.clock.now()
        valid = [compare_digest(one.access, given) and now < one.access_until for one in grants]
        return Tenancy(key.account, key.location) if any(valid) else None

    async def location_key(self, token: str) -> StoredKey | None:
        """The key that the bearer token of a location is; None for every other text."""
        if await self._bearers.tenancy(f"Bearer {token}") is None:
            return None
        return await self._bearers.key(hashed(token))

    async def refreshed_key(self, refresh: str) -> tuple[str, StoredKey | None]:
        """The id of the key from which a refresh token is derived, else "", and the key."""
        key_id = key_of(refresh, REFRESH) or ""
        return key_id, await self._bearers.key(key_id)

    async def _grants(self, key: StoredKey, key_id: str) -> Sequence[Grant]:
        name = entry_key(key.account, key_id)
        entry = await self._context.batched.read(
            lambda service: service.entry(key.account, name.entry)
        )
        return _grants_of(entry)
