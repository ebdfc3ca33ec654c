"""Ids in the vendors' form, for things to which the domain gives none."""

from __future__ import annotations

from hashlib import sha256
from string import ascii_letters, digits

_ALPHABET = (ascii_letters + digits).encode()
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def derived_id(prefix: str, *parts: object) -> str:
    """An id in the vendor's form that is always the same for the same thing.

    >>> derived_id("order", "inv_1") == derived_id("order", "inv_1")
    True
    """
    named = sha256(repr((prefix, *parts)).encode()).digest()[:14]
    return f"{prefix}_{named.translate(_LETTERS).decode()}"
