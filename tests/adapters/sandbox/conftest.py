"""A sandbox in this process for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.sandbox.in_process import SandboxClient


@pytest.fixture
def sandbox() -> Iterator[SandboxClient]:
    made = SandboxClient()
    yield made
    made.close()
