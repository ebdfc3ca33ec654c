"""Secrets that must sign, kept sealed: whoever reads the database alone cannot use them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Self

from billhook_adapters.system.optional_dependencies import needs

with needs("webhooks"):
    from cryptography.fernet import Fernet, InvalidToken
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SHORTEST = 16
_REMEDY = "make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`"
TOO_SHORT = f"must have at least {SHORTEST} characters; {_REMEDY}"
_VARIABLE = "BILLHOOK_SECRET_KEY"
_SALT = b"billhook webhook secrets"


class SecretKeyMissingError(LookupError):  # there is no key; nothing erred
    """The operator set no key; the text names the variable and the remedy."""


class SecretKeyWeakError(ValueError):  # likewise: the key is weak
    """The operator's key is too short; the text names the variable and the remedy."""


class SecretKeyMismatchError(ValueError):  # likewise
    """The secret was sealed under another key, or is damaged."""


class SecretBox:
    """Seals and opens secrets under the operator's key, BILLHOOK_SECRET_KEY.

    >>> box = SecretBox("a passphrase of the operator")
    >>> box.open(box.seal("whsec"))
    'whsec'
    """

    def __init__(self, key: str) -> None:
        if len(key) < SHORTEST:
            raise SecretKeyWeakError(f"{_VARIABLE} {TOO_SHORT}")
        # Slow on purpose, since people choose passphrases; the salt is ours and the same
        # everywhere, because a key must open what it sealed on another machine.
        derived = Scrypt(salt=_SALT, length=32, n=2**14, r=8, p=1).derive(key.encode())
        self._fernet = Fernet(urlsafe_b64encode(derived))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The box of an environment. Raises SecretKeyMissingError or SecretKeyWeakError."""
        key = environ.get(_VARIABLE)
        if not key:
            raise SecretKeyMissingError(f"{_VARIABLE} is not set; {_REMEDY}")
        return cls(key)

    def seal(self, secret: str) -> str:
        """The secret in a form that can be stored."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret. Raises SecretKeyMismatchError where it was sealed under another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretKeyMismatchError(f"sealed under another {_VARIABLE}, or damaged") from None
