"""A sandbox that sends its webhooks to a receiver on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from acceptance.contract.receiver import HOOK_SECRET, Receiver, receiving
from acceptance.contract.sandbox import Sandbox
from acceptance.contract.sandbox import sandbox as a_sandbox


@pytest.fixture(scope="package")
def sandbox_with_receiver(new_database: Callable[[], str]) -> Iterator[tuple[Sandbox, Receiver]]:
    with (
        receiving() as (receiver, url),
        a_sandbox(
            *("--webhook-url", url, "--webhook-secret", HOOK_SECRET, "--database", new_database())
        ) as started,
    ):
        yield started, receiver


@pytest.fixture(scope="package", name="sandbox")
def _sandbox(sandbox_with_receiver: tuple[Sandbox, Receiver]) -> Sandbox:
    return sandbox_with_receiver[0]


@pytest.fixture(scope="package")
def receiver(sandbox_with_receiver: tuple[Sandbox, Receiver]) -> Receiver:
    """What the webhooks are sent to."""
    return sandbox_with_receiver[1]


@pytest.fixture(scope="package")
def client(sandbox: Sandbox) -> Any:
    """The vendor's own client, unmodified."""
    return sandbox.client()
