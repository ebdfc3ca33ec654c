"""`billhook demo` is the product's main job: it must run as a newcomer runs it."""

from __future__ import annotations

import subprocess
import sys


def test_the_demo_shows_expected_and_seen_and_succeeds() -> None:
    command = [sys.executable, "-m", "billhook_adapters.cli", "demo"]
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (seen.returncode, seen.stderr) == (0, "")
    assert "28 of 28 as expected." in seen.stdout
    assert "\nNO " not in seen.stdout
