"""Ids: their form, and new ones and short URLs from the machine's source of randomness."""

from __future__ import annotations

import re
import secrets
import string

from billhook.messaging.delivery import MessageId
from billhook.model.base import ID_PATTERN
from billhook.model.invoice import InvoiceId
from billhook.model.payment import Reference

LENGTH = 14
_ALPHANUMERICS = (string.ascii_letters + string.digits).encode()
_WHOLE = 256 - 256 % len(_ALPHANUMERICS)
_LETTERS = bytes(_ALPHANUMERICS[byte % len(_ALPHANUMERICS)] for byte in range(256))
_UNFAIR = bytes(range(_WHOLE, 256))  # letters for these would come up more often than others

_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """Whether a text has the form of an id; no store holds one of another form.

    >>> is_id("inv_1"), is_id("no id"), is_id("")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None


class RandomIds:
    """Mints ids of 14 random alphanumerics, and short URLs of 128 random bits.

    `base_url` is where the operator serves the invoices' pages.

    >>> RandomIds("https://bill.example/i/").short_url().startswith("https://bill.example/i/")
    True
    """

    def __init__(self, base_url: str = "https://bill.example/i/") -> None:
        self._base_url = base_url

    def invoice(self) -> InvoiceId:
        """`inv_` and 14 alphanumerics."""
        return InvoiceId(f"inv_{_word()}")

    def message(self) -> MessageId:
        """`msg_` and 14 alphanumerics."""
        return MessageId(f"msg_{_word()}")

    def webhook_event(self) -> MessageId:
        """`evt_` and 14 alphanumerics."""
        return MessageId(f"evt_{_word()}")

    def payment(self) -> Reference:
        """`pay_` and 14 alphanumerics."""
        return Reference(f"pay_{_word()}")

    def short_url(self) -> str:
        """An unguessable URL below the base URL."""
        return f"{self._base_url}{secrets.token_urlsafe(16)}"

    def jitter(self) -> float:
        """A number from 0 to 1."""
        return secrets.randbelow(1_000_001) / 1_000_000


def _word() -> str:
    word = b""
    while len(word) < LENGTH:  # a second read is rare: few of the bytes are dropped
        word += secrets.token_bytes(2 * LENGTH).translate(_LETTERS, _UNFAIR)
    return word[:LENGTH].decode()
