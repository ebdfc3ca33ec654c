"""One running sandbox for all who only need accounts of their own in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.register_assert_rewrite("acceptance.contract")

from acceptance.contract.sandbox import Sandbox, sandbox  # noqa: E402  # once it is rewritten


@pytest.fixture(scope="session", name="sandbox")
def _sandbox() -> Iterator[Sandbox]:
    with sandbox() as started:
        yield started


@pytest.fixture(scope="session")
def client(sandbox: Sandbox) -> Any:
    """The vendor's own client, unmodified."""
    return sandbox.client()
