"""Workers killed at random while they deliver: every payer hears, and sees one mail.

On each engine over each database it runs on. `BILLHOOK_CHAOS=full` is 5,000 messages and 10 kills.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from billhook.messaging.delivery import DeliveryStatus
from chaos.billing import Office
from chaos.budget import DEADLINE, budget, chances
from chaos.conftest import Figures
from chaos.load import forget
from chaos.mailbox import Mails
from chaos.received import Heard
from chaos.waiting import until
from chaos.workers import Crew, Pair, Terms

MESSAGES, KILLS = budget(400, 5000), budget(4, 10)
WORKERS, CONCURRENCY = 2, 4

pytestmark = pytest.mark.slow  # run by `make chaos`


@pytest.fixture
def terms(pair: Pair, url: str, tmp_path: Path, mails: Mails) -> Terms:
    return Terms(pair, url, tmp_path / "log", mails.environ(), CONCURRENCY)


def test_nothing_is_lost_and_nobody_sees_it_twice_whoever_is_killed(
    terms: Terms, office: Office, mails: Mails, figures: Figures
) -> None:
    chance, share = chances(), MESSAGES // (KILLS + 1)
    with Crew(terms, WORKERS) as crew:
        for _ in range(KILLS):
            crew.begun()  # or the other would have done all the work before this one dies
            forget(mails.box.came)
            office.bill(share)
            for _ in range(chance.randrange(1, share // 2)):
                mails.box.came.get(timeout=DEADLINE)
            crew.replace(chance.randrange(WORKERS))
        office.bill(MESSAGES - len(office.billed))
        _all_delivered(office)
        crew.terminate()

    heard = Heard.of(office, mails)
    figures(
        {
            "messages": len(office.billed),
            "kills": KILLS,
            "lost": heard.lost,
            "seen twice": heard.seen_twice,
            "came again": heard.came_again,
            "may come again": KILLS * CONCURRENCY,
            "claimed again": office.attempted(2),
        }
    )
    assert (heard.lost, heard.seen_twice) == (0, 0)
    assert heard.came_again <= KILLS * CONCURRENCY
    assert '"level": "error"' not in terms.log.read_text()


def test_two_workers_whom_nobody_kills_send_nothing_twice(
    terms: Terms, office: Office, mails: Mails
) -> None:
    with Crew(terms, WORKERS) as crew:
        office.bill(MESSAGES // 2)
        _all_delivered(office)
        crew.terminate()
    assert Heard.of(office, mails) == Heard(0, 0, 0)
    assert office.attempted(2) == 0


def test_others_finish_the_work_of_one_that_never_comes_back(
    terms: Terms, office: Office, mails: Mails, figures: Figures
) -> None:
    office.bill(100)
    mails.box.silent = True
    with Crew(terms, 1) as crew:
        until(lambda: len(mails.box.mails) == CONCURRENCY)  # taken, and never answered for
        crew.kill(0)
        held = office.states()[DeliveryStatus.SENDING]  # counted once nobody takes any more
        assert held > CONCURRENCY  # also what its hands would have taken next
        crew.hire()
        mails.box.silent = False
        _all_delivered(office)
        crew.terminate()
    # Its hands had handed over what they held: this comes again, and is shown once.
    assert Heard.of(office, mails) == Heard(lost=0, seen_twice=0, came_again=CONCURRENCY)
    assert office.attempted(2) == held
    figures({"messages": len(office.billed), "held by the dead": held, "came again": CONCURRENCY})


def _all_delivered(office: Office) -> None:
    until(lambda: office.live() == 0, progress=office.live)
