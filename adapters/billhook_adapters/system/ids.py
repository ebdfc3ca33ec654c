"""Ids: their form, and new ones and short URLs, from the machine's randomness or from a seed.

The first half of an id is the time in milliseconds, so that new rows of a table are stored side by
side: rows in random order cost a page of the database each.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import string
from base64 import urlsafe_b64encode
from functools import lru_cache
from threading import Lock
from time import time_ns
from typing import TYPE_CHECKING

from billhook.messaging.delivery import MessageId
from billhook.model.base import ID_PATTERN
from billhook.model.invoice import InvoiceId
from billhook.model.payment import Reference

if TYPE_CHECKING:
    from billhook.application.ports import Clock

LENGTH = 14
TIME_LENGTH = 7
"""Characters of an id that hold the time: enough until the year 2131."""

_ALPHANUMERICS = (string.ascii_letters + string.digits).encode()
_IN_ORDER = "".join(sorted(string.ascii_letters + string.digits))
_SINCE_MS = 1_577_836_800_000  # the beginning of 2020
_DRAWN_AT_ONCE = 1024
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
    """Mints ids of 14 alphanumerics, the second half random, and short URLs of 128 random bits.

    Ids are in the order of the milliseconds in which they were minted.

    `base_url` is where the operator serves the invoices' pages.

    >>> RandomIds("https://bill.example/i/").short_url().startswith("https://bill.example/i/")
    True
    """

    def __init__(self, base_url: str = "https://bill.example/i/") -> None:
        self._base_url = base_url

    def invoice(self) -> InvoiceId:
        """`inv_` and 14 alphanumerics."""
        return InvoiceId(f"inv_{self._word()}")

    def message(self) -> MessageId:
        """`msg_` and 14 alphanumerics."""
        return MessageId(f"msg_{self._word()}")

    def webhook_event(self) -> MessageId:
        """`evt_` and 14 alphanumerics."""
        return MessageId(f"evt_{self._word()}")

    def payment(self) -> Reference:
        """`pay_` and 14 alphanumerics."""
        return Reference(f"pay_{self._word()}")

    def short_url(self) -> str:
        """An unguessable URL below the base URL."""
        return f"{self._base_url}{self._token()}"

    def continued(self, clock: Clock) -> RandomIds:
        """What mints the ids that follow, by another clock; these go on apart from it."""
        del clock
        return self

    def jitter(self) -> float:
        """A number from 0 to 1."""
        return secrets.randbelow(1_000_001) / 1_000_000

    def _word(self) -> str:
        return _time(time_ns() // 1_000_000 - _SINCE_MS) + _random_letters()

    def _token(self) -> str:
        return secrets.token_urlsafe(16)


class SeededIds(RandomIds):
    """Mints ids and short URLs of the same form that a seed and a clock determine, for tests.

    They can be guessed by all who know the seed. Ids are in the order in which they were minted,
    also where the clock stands still.

    >>> from billhook_adapters.system.clock import SettableClock
    >>> from datetime import UTC, datetime
    >>> clock = SettableClock(datetime(2026, 1, 1, tzinfo=UTC))
    >>> SeededIds(1, clock).invoice() == SeededIds(1, clock).invoice()
    True
    """

    def __init__(self, seed: int, clock: Clock, base_url: str = "https://bill.example/i/") -> None:
        super().__init__(base_url)
        # Attempts that failed draw jitter in threads of their own, at no certain time.
        self._random, self._delays = random.Random(f"ids {seed}"), random.Random(f"jitter {seed}")  # noqa: S311  # it is to be guessable
        self._seed, self._clock, self._last, self._lock = seed, clock, -1, Lock()

    def continued(self, clock: Clock) -> SeededIds:
        """What mints the ids that follow, by another clock; these go on apart from it."""
        copy = SeededIds(self._seed, clock, self._base_url)
        with self._lock:
            copy._random.setstate(self._random.getstate())
            copy._delays.setstate(self._delays.getstate())
            copy._last = self._last
        return copy

    def jitter(self) -> float:
        """A number from 0 to 1."""
        return self._delays.random()

    def _word(self) -> str:
        with self._lock:
            now = int(self._clock.now().timestamp() * 1000) - _SINCE_MS
            self._last = max(now, self._last + 1)
            letters = self._random.choices(_IN_ORDER, k=LENGTH - TIME_LENGTH)
            return _time(self._last) + "".join(letters)

    def _token(self) -> str:
        with self._lock:
            return urlsafe_b64encode(self._random.randbytes(16)).decode().rstrip("=")


_drawn: list[str] = []  # to ask the machine for many at once costs little more than for one
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drawn.clear)  # or two processes would use the same


def _random_letters() -> str:
    while True:
        try:
            return _drawn.pop()
        except IndexError:
            letters = secrets.token_bytes(_DRAWN_AT_ONCE).translate(_LETTERS, _UNFAIR).decode()
            ends = range(LENGTH - TIME_LENGTH, len(letters) + 1, LENGTH - TIME_LENGTH)
            _drawn.extend(letters[end - (LENGTH - TIME_LENGTH) : end] for end in ends)


@lru_cache(16)
def _time(milliseconds: int) -> str:
    digits = ""
    for _ in range(TIME_LENGTH):
        milliseconds, digit = divmod(milliseconds, len(_IN_ORDER))
        digits = _IN_ORDER[digit] + digits
    return digits
