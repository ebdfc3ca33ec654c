"""A store may leave out what it knows nothing of: an address without a history is clear."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from billhook.application.claiming import AttemptResult
from billhook.application.commands import Notify
from billhook.application.records import Contact, ContactHistory
from billhook.model.customer import Medium
from billhook_adapters.memory import InMemoryStore
from unit.running_service import ACME, ONE, InMemoryService

BY_EMAIL = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)


class TaciturnStore(InMemoryStore):
    """Answers no history, of any contact."""

    @contextmanager
    def transaction(self) -> Generator[Any]:
        with super().transaction() as transaction:
            transaction.histories = _nothing  # type: ignore[method-assign]
            yield transaction

    @contextmanager
    def snapshot(self) -> Generator[Any]:
        with super().snapshot() as snapshot:
            snapshot.histories = _nothing  # type: ignore[method-assign]
            yield snapshot


def _nothing(contacts: Collection[Contact]) -> dict[Contact, ContactHistory]:
    return {}


@pytest.fixture
def running() -> InMemoryService:
    running = InMemoryService(TaciturnStore())
    running.issued()
    return running


def test_a_stranger_is_written_to(running: InMemoryService) -> None:
    message = running.service.execute(BY_EMAIL).unwrap()
    assert running.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED


def test_nothing_stands_against_writing_to_a_stranger(running: InMemoryService) -> None:
    verdicts = running.service.explain(ACME, ONE).unwrap()
    assert {v.medium: v.allowed for v in verdicts if v.medium} == dict.fromkeys(Medium, True)
