"""Who is calling: HTTP Basic credentials, checked in constant time against hashes."""

from __future__ import annotations

import binascii
from base64 import b64decode
from hmac import compare_digest

from billhook.account import AccountId
from billhook_adapters.keys import Keyring, StoredKey, hashed

_NOBODY = StoredKey(AccountId(""), hashed(""))


def basic_account(header: str | None, keys: Keyring) -> AccountId | None:
    """The account of an Authorization header, or None for every kind of wrong credential.

    An unknown key id costs the same work as a wrong secret.
    """
    scheme, _, encoded = (header or "").partition(" ")
    try:
        key_id, colon, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if scheme != "Basic" or not colon:
        return None
    key = keys.find(key_id) or _NOBODY
    right = compare_digest(hashed(secret), key.secret_sha256)
    return key.account if right and key is not _NOBODY else None
