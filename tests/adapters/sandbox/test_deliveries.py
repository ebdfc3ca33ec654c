"""What a sandbox delivers before it answers a test, beside an engine that does the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import DraftAndSend
from billhook.model.customer import Medium
from billhook_adapters.memory import CapturedSender, RandomIds
from billhook_adapters.sandbox.deliveries import deliver_all, deliver_messages
from billhook_adapters.testing import a_document
from billhook_adapters.testing.running import ACCOUNT, RunningService


class BeingClaimed(BackgroundJobs):
    """Jobs whose messages another thread is just claiming when these want them first."""

    ids: Ids

    def claim(self, keys: Any, *given: Any) -> Any:
        self.ids.claims += 1
        return super().claim(() if self.ids.claims == 1 else keys, *given)


class Ids(RandomIds):
    claims = 0


@pytest.mark.parametrize("deliver", [deliver_all, deliver_messages])
@pytest.mark.parametrize("count", [1, 250])
def test_what_another_thread_is_claiming_is_waited_for(
    deliver: Callable[[BackgroundJobs], None], count: int
) -> None:
    running, sender = RunningService(), CapturedSender()
    send = DraftAndSend(account=ACCOUNT, document=a_document(media=["sms"]))
    running.service.execute_all([send] * count)
    deliver(BeingClaimed(running.store, running.clock, Ids(), {Medium.SMS: sender}))
    assert len(sender.delivered) == count
