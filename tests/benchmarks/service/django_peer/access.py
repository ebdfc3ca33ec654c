"""Who is calling the peer."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from django_peer.models import ApiKey
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that showed its key."""

    account: str
    is_authenticated: bool = True


class KeyAuthentication(BasicAuthentication):
    """HTTP Basic with an API key; the secret is compared with its hash in the database."""

    def authenticate_credentials(
        self, userid: str, password: str, request: Any = None
    ) -> tuple[Caller, None]:
        """The caller of this key. Raises AuthenticationFailed on any other pair."""
        key = ApiKey.objects.filter(pk=userid).first()
        given = sha256(password.encode()).hexdigest()
        if key is None or not compare_digest(given, key.secret_sha256):
            raise AuthenticationFailed
        return Caller(key.account), None
