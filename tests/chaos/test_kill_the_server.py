"""The service killed under load, again and again: what it acknowledged is kept, and sent once.

`BILLHOOK_TEST_CHAOS=full` kills it 50 times.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from billhook_adapters.composition.settings import EngineName
from chaos.budget import budget, chances
from chaos.checks import check_one_effect_each, check_sent_once, drained, stored
from chaos.conftest import Figures
from chaos.load import Load, Request, await_one, forget
from chaos.mailbox import Mails
from chaos.serving import Account, Served, opened_account
from chaos.workers import PAIRS

KILLS = budget(3, 50)


@pytest.mark.parametrize(
    "pair", [pair for pair in PAIRS if pair.engine is EngineName.EMBEDDED], ids=str
)
def test_what_a_killed_service_acknowledged_is_there_and_sent_once(
    url: str, tmp_path: Path, mails: Mails, figures: Figures
) -> None:
    log = tmp_path / "log"
    who = opened_account(url)
    environ = {**os.environ, **mails.environ()}
    done = _requests_while_killed(url, log, environ, who, mails)

    assert '"level": "error"' not in log.read_text()
    left = drained(url, mails)
    rows = stored(url, who)
    doubled = check_sent_once(rows, mails)
    check_one_effect_each(done, rows)

    figures(
        {
            "kills": KILLS,
            "requests acknowledged": len(done),
            "sent again after a kill": sum(request.attempts > 1 for request in done),
            "messages": len(rows.messages),
            "left to the last drain": left,
            "attempted more than once": sum(message.attempts > 1 for message in rows.messages),
            "delivered more than once": doubled,
        }
    )


def _requests_while_killed(
    url: str, log: Path, environ: dict[str, str], who: Account, mails: Mails
) -> list[Request]:
    """All requests over so many processes; each was answered, and gets the same answer again."""
    events: Queue[Any]
    load, chance = Load(who), chances()
    with ThreadPoolExecutor() as pool:
        clients = load.clients(pool)
        try:
            for _ in range(KILLS):
                with Served(url, log, environ) as service:
                    load.at(service)
                    events, most = chance.choice([(load.answered, 60), (mails.box.came, 12)])
                    forget(events)  # those of an earlier process
                    for _ in range(chance.randrange(most)):  # none: killed while it starts
                        await_one(events, clients)
                    assert service.kill() == -9
                load.at(None)
            with Served(url, log, environ) as service:
                load.at(service)
                load.end()
                done = [request for client in as_completed(clients) for request in client.result()]
                load.check_again(service, done)
                assert service.kill() == -9
        finally:
            load.end()
            load.at(None)
    assert not load.errors
    return done
