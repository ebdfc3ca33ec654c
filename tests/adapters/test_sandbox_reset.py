"""A sandbox is made as new without what takes long to make, so that each test can have one."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from billhook.application.account_commands import OpenAccount
from billhook_adapters.composition.service import Application
from billhook_adapters.documents.templating import Templates
from billhook_adapters.memory import InMemoryBackend
from billhook_adapters.sandbox.resettable import Reset, ResettableSandbox
from billhook_adapters.sandbox.service import Key, Shared, build_sandbox
from billhook_adapters.testing import an_account
from billhook_adapters.webhooks import post, secret_box


class Sandbox:
    """A sandbox without a server, and every application that was made for it."""

    def __init__(self) -> None:
        self.made: list[Application] = []
        self._shared = Shared.made()
        self.reset: Reset
        self.served = ResettableSandbox(self._build)

    def _build(self, reset: Reset) -> Application:
        self.reset = reset
        keys = [Key("key_1", "secret")]
        application = build_sandbox(
            InMemoryBackend(),
            base_url="http://127.0.0.1/i/",
            keys=keys,
            shared=self._shared,
            reset=reset,
        )
        self.made.append(application)
        return application


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    application = made.made[0]
    assert application.delivering is not None
    application.delivering.start()
    yield made
    made.served.close()


def test_a_reset_makes_nothing_again_that_takes_long(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("this takes long")

    monkeypatch.setattr(importlib.metadata, "entry_points", refuse)
    monkeypatch.setattr(Templates, "__init__", refuse)
    monkeypatch.setattr(post.httpcore, "default_ssl_context", refuse)
    monkeypatch.setattr(secret_box.SecretBox, "__init__", refuse)
    asyncio.run(sandbox.reset())
    assert len(sandbox.made) == 2


def test_after_a_reset_another_application_delivers_and_the_first_has_ended(
    sandbox: Sandbox,
) -> None:
    first = sandbox.made[0]
    first.service.execute(OpenAccount.of(an_account("acc_9"))).unwrap()
    asyncio.run(sandbox.reset())
    second = sandbox.made[1]
    alive = [one.delivering is not None and one.delivering.alive for one in (first, second)]
    assert alive == [False, True]
    with second.backend.store.snapshot() as snapshot:
        assert snapshot.accounts([an_account("acc_9").id]) == {}
