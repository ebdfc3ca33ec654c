"""The vendor's unmodified Node SDK against a running sandbox: one test for each of its checks."""

from __future__ import annotations

import json

import pytest

from acceptance.contract.node import PACKAGE, checks, run
from acceptance.contract.sandbox import Sandbox

CHECKS = {script: checks(script) for script in ("razorpay.mjs", "razorpay-reads.mjs")}
NAMED = [(script, name) for script, names in CHECKS.items() for name in names]


@pytest.fixture(scope="module")
def seen(sandbox: Sandbox) -> dict[str, dict[str, str | None]]:
    """Why each check of each script failed; None where it did not."""
    return {script: run(script, sandbox.url) for script in CHECKS}


@pytest.mark.parametrize(("script", "name"), NAMED)
def test_the_node_sdk_finds_that(
    seen: dict[str, dict[str, str | None]], script: str, name: str
) -> None:
    assert seen[script][name] is None, seen[script][name]


def test_every_check_has_a_name_of_its_own_and_was_run(
    seen: dict[str, dict[str, str | None]],
) -> None:
    assert {script: list(names) for script, names in seen.items()} == CHECKS
    assert len(NAMED) > 25


def test_the_sdks_are_pinned_exactly() -> None:
    pinned = {"razorpay": "2.9.8", "@gohighlevel/api-client": "3.1.0", "axe-core": "4.14.1"}
    assert json.loads(PACKAGE.read_text())["dependencies"] == pinned
