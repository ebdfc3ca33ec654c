"""The vendor's unmodified Node SDK against a running sandbox: one test for each of its checks."""

from __future__ import annotations

import json

import pytest

from acceptance.contract.node import PACKAGE, checks, run
from acceptance.contract.sandbox import Sandbox

SCRIPT = "razorpay.mjs"
CHECKS = checks(SCRIPT)


@pytest.fixture(scope="module")
def seen(sandbox: Sandbox) -> dict[str, str | None]:
    """Why each check failed; None where it did not."""
    return run(SCRIPT, sandbox.url)


@pytest.mark.parametrize("name", CHECKS)
def test_the_node_sdk_finds_that(seen: dict[str, str | None], name: str) -> None:
    assert seen[name] is None, seen[name]


def test_every_check_has_a_name_of_its_own_and_was_run(seen: dict[str, str | None]) -> None:
    assert list(seen) == CHECKS
    assert len(CHECKS) > 20


def test_the_sdks_are_pinned_exactly() -> None:
    pinned = {"razorpay": "2.9.8", "@gohighlevel/api-client": "3.1.0", "axe-core": "4.14.1"}
    assert json.loads(PACKAGE.read_text())["dependencies"] == pinned
