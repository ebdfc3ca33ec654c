"""Ids are 14 alphanumerics, each as likely as any other."""

from __future__ import annotations

import secrets
import string
from collections import Counter

import pytest

from billhook_adapters.memory import RandomIds

NEXT_READ = bytes([1, 2]) * 14


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What randomness reads, one after the other."""
    coming: list[bytes] = []
    monkeypatch.setattr(secrets, "token_bytes", lambda _: coming.pop(0))
    return coming


def word() -> str:
    """What an id is made of."""
    return RandomIds().message().removeprefix("msg_")


def test_every_alphanumeric_stands_for_four_bytes_and_the_rest_are_dropped(
    reads: list[bytes],
) -> None:
    # Of randomness that reads as one byte over and over, an id is one letter over and over.
    made = Counter[str]()
    for byte in range(256):
        reads[:] = [bytes([byte]) * 28, NEXT_READ]
        made[word()] += 1
    dropped = made.pop("bc" * 7)
    assert made == {letter * 14: 4 for letter in string.ascii_letters + string.digits}
    assert dropped == 256 - 4 * 62


def test_each_byte_makes_its_own_letter_whatever_stands_beside_it(reads: list[bytes]) -> None:
    reads[:] = [bytes([255, 0, 61, 62, 123]) + bytes([248]) * 23, NEXT_READ]
    assert word() == "a9a9" + "bc" * 5


def test_an_id_takes_one_read_of_randomness(reads: list[bytes]) -> None:
    reads[:] = [bytes(range(28)), b"never read"]
    assert word() == string.ascii_lowercase[:14]
    assert reads == [b"never read"]
