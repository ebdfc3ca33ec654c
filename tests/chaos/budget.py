"""How much chaos there is: a little by default, all of it with `BILLHOOK_TEST_CHAOS=full`."""

from __future__ import annotations

import os
import random

FULL = os.environ.get("BILLHOOK_TEST_CHAOS") == "full"
SEED = int(os.environ.get("BILLHOOK_SEED", "20260101"))
DEADLINE = 60  # seconds without any progress; nothing is judged by the time it takes


def budget(small: int, full: int) -> int:
    """How much of something to do."""
    return full if FULL else small


def chances() -> random.Random:
    """The same run again, unless `BILLHOOK_SEED` says otherwise."""
    return random.Random(SEED)  # noqa: S311  # whom and when to kill, not a secret
