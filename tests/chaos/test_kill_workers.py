"""Workers killed at random while they deliver: every payer sees one mail.

On each engine over each database that it runs on. `BILLHOOK_TEST_CHAOS=full` is 5,000 messages and
10 kills.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from billhook.messaging.delivery import DeliveryStatus
from chaos.billing import Billing
from chaos.budget import DEADLINE, budget, chances
from chaos.conftest import Figures
from chaos.load import forget
from chaos.mailbox import Mails
from chaos.received import Received
from chaos.waiting import until
from chaos.workers import Pair, Workers, WorkerSettings

MESSAGES, KILLS = budget(400, 5000), budget(4, 10)
WORKERS, CONCURRENCY = 2, 4

pytestmark = pytest.mark.slow  # run by `make chaos`


@pytest.fixture
def settings(pair: Pair, url: str, tmp_path: Path, mails: Mails) -> WorkerSettings:
    return WorkerSettings(pair, url, tmp_path / "log", mails.environ(), CONCURRENCY)


def test_nothing_is_lost_and_nothing_is_seen_twice_when_workers_are_killed(
    settings: WorkerSettings, billing: Billing, mails: Mails, figures: Figures
) -> None:
    chance, share = chances(), MESSAGES // (KILLS + 1)
    with Workers(settings, WORKERS) as workers:
        for _ in range(KILLS):
            workers.ready()  # or the other could have done all the work before this one is killed
            forget(mails.box.came)
            billing.bill(share)
            for _ in range(chance.randrange(1, share // 2)):
                mails.box.came.get(timeout=DEADLINE)
            workers.replace(chance.randrange(WORKERS))
        billing.bill(MESSAGES - len(billing.billed))
        _all_delivered(billing)
        workers.terminate()

    received = Received.of(billing, mails)
    figures(
        {
            "messages": len(billing.billed),
            "kills": KILLS,
            "lost": received.lost,
            "seen twice": received.seen_twice,
            "came again": received.came_again,
            "may come again": KILLS * CONCURRENCY,
            "claimed again": billing.attempted(2),
        }
    )
    assert (received.lost, received.seen_twice) == (0, 0)
    assert received.came_again <= KILLS * CONCURRENCY
    assert '"level": "error"' not in settings.log.read_text()


def test_two_workers_that_are_not_killed_send_nothing_twice(
    settings: WorkerSettings, billing: Billing, mails: Mails
) -> None:
    with Workers(settings, WORKERS) as workers:
        billing.bill(MESSAGES // 2)
        _all_delivered(billing)
        workers.terminate()
    assert Received.of(billing, mails) == Received(0, 0, 0)
    assert billing.attempted(2) == 0


def test_others_finish_the_work_of_a_killed_worker(
    settings: WorkerSettings, billing: Billing, mails: Mails, figures: Figures
) -> None:
    billing.bill(100)
    mails.box.silent = True
    with Workers(settings, 1) as workers:
        until(lambda: len(mails.box.mails) == CONCURRENCY)  # taken, and never answered
        workers.kill(0)
        held = billing.states()[DeliveryStatus.SENDING]  # counted once no worker claims any more
        assert held > CONCURRENCY  # also what its hands would have taken next
        workers.add()
        mails.box.silent = False
        _all_delivered(billing)
        workers.terminate()
    # The killed worker had sent these: they come again, and each is shown once.
    assert Received.of(billing, mails) == Received(lost=0, seen_twice=0, came_again=CONCURRENCY)
    assert billing.attempted(2) == held
    figures(
        {"messages": len(billing.billed), "held by the killed": held, "came again": CONCURRENCY}
    )


def _all_delivered(billing: Billing) -> None:
    until(lambda: billing.live() == 0, progress=billing.live)
