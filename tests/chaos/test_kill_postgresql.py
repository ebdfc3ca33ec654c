"""The database's own server killed under load: what was acknowledged is there, without a restart.

The service gets requests all the while. It answers with an error, and works again by itself as soon
as the server is back. `BILLHOOK_TEST_CHAOS=full` kills it 200 times.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path

import pytest

from chaos.billing import Billing
from chaos.budget import DEADLINE, budget, chances
from chaos.checks import check_one_effect_each, check_sent_once, drained, stored
from chaos.conftest import Figures
from chaos.killable_postgresql import killable_server
from chaos.load import Load, await_one, forget
from chaos.mailbox import Mails
from chaos.received import Received
from chaos.serving import Served, opened_account
from chaos.waiting import until
from chaos.workers import PAIRS, Pair, Workers, WorkerSettings

KILLS = budget(5, 200)
MESSAGES, CUTS = budget(300, 2000), budget(3, 20)
WORKERS, CONCURRENCY = 2, 4
LEASE_SECONDS = 30
"""Longer than the server is ever away."""

pytestmark = pytest.mark.slow  # run by `make chaos`


def test_what_was_acknowledged_survives_the_server_and_the_service_outlives_it(
    tmp_path: Path, mails: Mails, figures: Figures
) -> None:
    log, chance = tmp_path / "log", chances()
    with killable_server() as server, ThreadPoolExecutor() as pool:
        url = server.url()
        who = opened_account(url)
        load = Load(who)
        with Served(url, log, {**os.environ, **mails.environ()}) as service:
            load.at(service)
            clients = load.clients(pool)
            try:
                for _ in range(KILLS):
                    forget(load.answered)
                    for _ in range(chance.randrange(1, 40)):
                        await_one(load.answered, clients)
                    server.kill()
                    server.start()
                load.end()
                done = [request for client in as_completed(clients) for request in client.result()]
                load.check_again(service, done)
                assert service.terminate() == 0
            finally:
                load.end()
                load.at(None)
        left = drained(url, mails)
        rows = stored(url, who)
        doubled = check_sent_once(rows, mails)
        check_one_effect_each(done, rows)
    assert {(status, _code(body)) for status, body in load.errors} <= {(503, "SERVER_ERROR")}
    assert "Traceback" not in log.read_text()
    figures(
        {
            "kills": KILLS,
            "requests acknowledged": len(done),
            "lost": 0,
            "sent more than once": sum(request.attempts > 1 for request in done),
            "answered that it could not": load.errors.total(),
            "messages": len(rows.messages),
            "left to the last drain": left,
            "mails that came again": doubled,
        }
    )


def _code(body: bytes) -> str:
    return str(json.loads(body)["error"]["code"])


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.database == "postgresql"], ids=str)
def test_workers_go_on_by_themselves_when_the_server_is_back(
    pair: Pair, tmp_path: Path, mails: Mails, figures: Figures
) -> None:
    share = MESSAGES // (CUTS + 1)
    with killable_server() as server, closing(Billing(server.url(), pair.engine)) as billing:
        log, environ = tmp_path / "log", mails.environ()
        settings = WorkerSettings(pair, server.url(), log, environ, CONCURRENCY, LEASE_SECONDS)
        with Workers(settings, WORKERS) as workers:
            for _ in range(CUTS):
                forget(mails.box.came)
                billing.bill(share)
                mails.box.came.get(timeout=DEADLINE)
                server.kill()
                server.start()
            billing.bill(MESSAGES - len(billing.billed))
            until(lambda: billing.live() == 0, progress=billing.live)
            workers.terminate()
        received = Received.of(billing, mails)
    figures(
        {
            "messages": len(billing.billed),
            "kills of the server": CUTS,
            "lost": received.lost,
            "seen twice": received.seen_twice,
            "came again": received.came_again,
        }
    )
    # A worker waits for the database and records what it sent: nothing is sent again.
    assert received == Received(lost=0, seen_twice=0, came_again=0)
    assert "Traceback" not in settings.log.read_text()
