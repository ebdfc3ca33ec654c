"""Waiting for something to be so, and not for time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Event

import pytest

from chaos.budget import DEADLINE


def until(so: Callable[[], object], progress: Callable[[], Hashable] = lambda: None) -> None:
    """Wait until it is so; fails once nothing has changed for as long as the deadline."""
    before, since = progress(), time.monotonic()
    while not so():
        now = progress()
        if now != before:
            before, since = now, time.monotonic()
        if time.monotonic() - since > DEADLINE:
            pytest.fail(f"after {DEADLINE} s without progress it is still not so ({now})")
        Event().wait(0.02)
