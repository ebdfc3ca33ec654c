"""A sandbox in memory that sends its webhooks to a receiver on this machine, and how it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import razorpay

from acceptance.contract.receiver import HOOK_SECRET, Receiver, receiving
from acceptance.contract.sandbox import running
from billhook_adapters.testing import Sandbox


@pytest.fixture(scope="module")
def posting_sandbox() -> Iterator[tuple[Sandbox, Receiver]]:
    """It starts anew for each flow: ids, messages and webhooks are those of this flow alone."""
    with (
        receiving() as (receiver, hook),
        running("--webhook-url", hook, "--webhook-secret", HOOK_SECRET) as url,
    ):
        yield Sandbox(url.rstrip("/")), receiver


@pytest.fixture
def connect() -> Iterator[Callable[[Sandbox], Any]]:
    """Makes the vendor's own client of a sandbox or a workspace."""
    with ExitStack() as opened:

        def made(sandbox: Sandbox) -> Any:
            auth = (sandbox.key_id, sandbox.key_secret)
            client: Any = razorpay.Client(auth=auth, base_url=sandbox.url)
            opened.callback(client.session.close)
            return client

        yield made
