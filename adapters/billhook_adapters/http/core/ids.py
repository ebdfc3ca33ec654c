"""Ids in the vendors' form, for things to which the domain gives none."""

from __future__ import annotations

from hashlib import sha256
from string import ascii_letters, digits

_ALPHABET = ascii_letters + digits


def derived_id(prefix: str, *parts: object) -> str:
    """An id in the vendor's form that is always the same for the same thing.

    >>> derived_id("order", "inv_1") == derived_id("order", "inv_1")
    True
    """
    number = int.from_bytes(sha256(repr((prefix, *parts)).encode()).digest()[:12])
    word = ""
    for _ in range(14):
        number, position = divmod(number, len(_ALPHABET))
        word += _ALPHABET[position]
    return f"{prefix}_{word}"
