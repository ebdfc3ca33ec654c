"""HighLevel's unmodified Node SDK against a running sandbox: one test for each of its checks."""

from __future__ import annotations

import pytest

from acceptance.contract.node import checks, run
from acceptance.contract.sandbox import Sandbox

SCRIPT = "highlevel.mjs"
ACTIONS = ("sms_and_email", "sms", "email", "send_manually")
CHECKS = [*checks(SCRIPT), *(f"send by {action} uses its media" for action in ACTIONS)]


@pytest.fixture(scope="module")
def seen(two_vendors: Sandbox) -> dict[str, str | None]:
    """Why each check failed; None where it did not."""
    return run(SCRIPT, two_vendors.url)


@pytest.mark.parametrize("name", CHECKS)
def test_the_node_sdk_finds_that(seen: dict[str, str | None], name: str) -> None:
    assert seen[name] is None, seen[name]


def test_every_check_was_run(seen: dict[str, str | None]) -> None:
    assert set(seen) == set(CHECKS)
    assert len(CHECKS) > 20
