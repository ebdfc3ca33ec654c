"""Secrets that sign webhooks, sealed: the database alone does not reveal them."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from billhook_adapters.system.optional_dependencies import needs

with needs("webhooks"):
    from cryptography.fernet import Fernet, InvalidToken
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from billhook_adapters.system.secret_key import strong

_SALT = b"billhook webhook secrets"


class SecretKeyMismatchError(ValueError):
    """The secret was sealed under another key, or is damaged."""


class SecretBox:
    """Seals and opens secrets under the operator's secret key.

    >>> box = SecretBox("a passphrase of the operator")
    >>> box.open(box.seal("whsec"))
    'whsec'
    """

    def __init__(self, key: str) -> None:
        """Raises SecretKeyWeakError."""
        strong(key)
        # Slow on purpose, since people choose passphrases; the salt is ours and the same
        # everywhere, because a key must open what it sealed on another machine.
        derived = Scrypt(salt=_SALT, length=32, n=2**14, r=8, p=1).derive(key.encode())
        self._fernet = Fernet(urlsafe_b64encode(derived))

    def seal(self, secret: str) -> str:
        """The secret in a form that can be stored."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret. Raises SecretKeyMismatchError where it was sealed under another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretKeyMismatchError("sealed under another secret key, or damaged") from None
