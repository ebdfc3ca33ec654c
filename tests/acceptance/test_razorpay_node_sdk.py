"""The vendor's unmodified Node SDK against a running sandbox: one test for each of its checks."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from acceptance.contract.node import PACKAGE, modules
from acceptance.contract.sandbox import Sandbox

CONTRACT = Path(__file__).with_name("node") / "razorpay.mjs"
CHECKS = re.findall(r'^check\("(.+)", ', CONTRACT.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def seen(sandbox: Sandbox) -> dict[str, str | None]:
    """Why each check failed; None where it did not."""
    command = ["node", "--no-warnings", str(CONTRACT), str(modules()), sandbox.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {result["name"]: result["failed"] for result in results}


@pytest.mark.parametrize("name", CHECKS)
def test_the_node_sdk_finds_that(seen: dict[str, str | None], name: str) -> None:
    assert seen[name] is None, seen[name]


def test_every_check_has_a_name_of_its_own_and_was_run(seen: dict[str, str | None]) -> None:
    assert list(seen) == CHECKS
    assert len(CHECKS) > 20


def test_the_sdk_is_pinned_exactly() -> None:
    assert json.loads(PACKAGE.read_text())["dependencies"] == {"razorpay": "2.9.8"}
