"""The README's lines that point the vendor's SDKs at billhook do so, run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.contract.node import modules
from acceptance.contract.sandbox import Sandbox, running

SECTION = "Point the Razorpay SDK at billhook"
ADDRESS = "http://127.0.0.1:8080"
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def fresh() -> Iterator[Sandbox]:
    """A sandbox with its default key, as the README starts it."""
    with running() as url:
        yield Sandbox(url)


def block(language: str, url: str) -> str:
    """The section's one block in a language; only the sandbox is where it is this time."""
    page = README.read_text()
    section = page.partition(f"## {SECTION}\n")[2].partition("\n## ")[0]
    (lines,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert len(list(filter(None, lines.splitlines()))) == 5
    assert lines.count(ADDRESS) == 1
    return str(lines).replace(ADDRESS, url)


def ran(command: list[str], script: str, folder: Path) -> str:
    done = subprocess.run(
        command, input=script, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_python_lines_run_and_print_what_they_say(fresh: Sandbox, tmp_path: Path) -> None:
    before = len(fresh.sent("ravi@example.com"))
    printed = ran([sys.executable, "-W", "error", "-"], block("py", fresh.url), tmp_path)
    assert printed == "{'success': True}\n"
    assert len(fresh.sent("ravi@example.com")) == before + 2  # at issue, and when notified


def test_the_node_lines_run_and_print_what_they_say(fresh: Sandbox) -> None:
    before = len(fresh.sent("ravi@example.com"))
    printed = ran(["node", "--no-warnings", "-"], block("js", fresh.url), modules())
    assert printed == "{ success: true }\n"
    assert len(fresh.sent("ravi@example.com")) == before + 2


def test_the_readme_starts_the_sandbox_where_its_lines_look_for_it() -> None:
    section = README.read_text().partition(f"## {SECTION}\n")[2]
    assert f"`billhook sandbox --port {ADDRESS.rpartition(':')[2]}`" in section


def test_the_lines_for_highlevel_run_and_print_what_they_say(
    fresh: Sandbox, tmp_path: Path
) -> None:
    section = README.read_text().partition("## Point the HighLevel SDK at billhook\n")[2]
    (script,) = re.findall(r"^```py\n(.*?)^```$", section.partition("\n## ")[0], re.M | re.S)
    assert script.count(ADDRESS) == 1
    printed = ran(
        [sys.executable, "-W", "error", "-"], script.replace(ADDRESS, fresh.url), tmp_path
    )
    assert printed == "sent 39.98\n"
    assert len(fresh.sent("alex@example.com")) == 1
