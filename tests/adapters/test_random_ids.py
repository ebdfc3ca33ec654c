"""Ids are 14 alphanumerics: the time, then as many random ones, each as likely as any other."""

from __future__ import annotations

import os
import secrets
import string
import subprocess
import sys
from collections import Counter

import pytest

from billhook_adapters.memory import RandomIds
from billhook_adapters.system import ids

NEXT_READ = bytes([1, 2, 1, 2, 1, 2, 1])


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What randomness reads, one after the other."""
    coming: list[bytes] = []
    monkeypatch.setattr(ids, "_drawn", [])
    monkeypatch.setattr(secrets, "token_bytes", lambda _: coming.pop(0))
    return coming


def word() -> str:
    """What an id is made of behind its time."""
    return RandomIds().message().removeprefix("msg_")[7:]


def test_every_alphanumeric_stands_for_four_bytes_and_the_rest_are_dropped(
    reads: list[bytes],
) -> None:
    # Of randomness that reads as one byte over and over, an id is one letter over and over.
    made = Counter[str]()
    for byte in range(256):
        reads[:] = [bytes([byte]) * 7, NEXT_READ]
        made[word()] += 1
    dropped = made.pop("bcbcbcb")
    assert made == {letter * 7: 4 for letter in string.ascii_letters + string.digits}
    assert dropped == 256 - 4 * 62


def test_each_byte_makes_its_own_letter_whatever_stands_beside_it(reads: list[bytes]) -> None:
    reads[:] = [bytes([255, 0, 61, 62, 123, 1, 248, 2, 3])]
    assert word() == "a9a9bcd"


def test_one_read_of_randomness_serves_many_ids_each_with_its_own_part(
    reads: list[bytes],
) -> None:
    reads[:] = [bytes(range(23)), b"never read"]
    minted = {word() for _ in range(3)}
    assert minted == {"abcdefg", "hijklmn", "opqrstu"}
    assert reads == [b"never read"]


FORKING = """
import os, sys
from billhook_adapters.system.ids import RandomIds
RandomIds().message()
if os.fork():
    os.wait()
print(RandomIds().message()[11:], flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked on this system")
def test_a_forked_process_shares_no_randomness_with_its_parent() -> None:
    run = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, check=True, text=True
    )
    parent, child = run.stdout.split()
    assert parent != child


def test_ids_are_in_the_order_of_the_milliseconds_in_which_they_were_minted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    year_2131, now = 5_097_600_000_000, 1_795_000_000_000
    times = [now, now + 1, now + 61, now + 62, now + 62**3, year_2131]
    minted: list[str] = []
    for milliseconds in times:
        monkeypatch.setattr(ids, "time_ns", lambda at=milliseconds: at * 1_000_000)
        minted.append(RandomIds().invoice())
    assert minted == sorted(minted)
    assert {len(one) for one in minted} == {len("inv_") + 14}
    assert len({one[: len("inv_") + 7] for one in minted}) == len(times)
