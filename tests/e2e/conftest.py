"""Real parts: a browser, a mail server, an SMS gateway. Whatever is missing is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from acceptance.contract.sandbox import Sandbox, sandbox

Program = Callable[[str, str], str]


def program(name: str, package: str) -> str:
    """The path of a program. Skips, and says what to install, where it is not there."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} not found: apt-get install {package}")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser, without a window."""
    path = program("chromium", "chromium")
    with sync_playwright() as playwright:
        # A container lets it have neither a sandbox of its own nor much shared memory.
        less = ["--no-sandbox", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=path, args=less)
        yield started
        started.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    """A sandbox, as its users start it."""
    with sandbox() as started:
        yield started
