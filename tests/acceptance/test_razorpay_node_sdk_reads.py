"""The vendor's unmodified Node SDK reads payments, orders, customers and items."""

from __future__ import annotations

import pytest

from acceptance.contract.node import checks, run
from acceptance.contract.sandbox import Sandbox

SCRIPT = "razorpay-reads.mjs"
CHECKS = checks(SCRIPT)


@pytest.fixture(scope="module")
def seen(sandbox: Sandbox) -> dict[str, str | None]:
    """Why each check failed; None where it did not."""
    return run(SCRIPT, sandbox.url)


@pytest.mark.parametrize("name", CHECKS)
def test_the_node_sdk_finds_that(seen: dict[str, str | None], name: str) -> None:
    assert seen[name] is None, seen[name]


def test_every_check_was_run(seen: dict[str, str | None]) -> None:
    assert list(seen) == CHECKS
