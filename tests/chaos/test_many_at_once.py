"""A hundred callers with one key, before two processes over one file: one effect, one answer."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from threading import Barrier

from chaos.budget import DEADLINE
from chaos.serving import INVOICE, Account, Served, opened_account, post

CALLERS, ROUNDS = 100, 5


def _all_at_once(port: int, who: Account, path: str, key: str) -> list[tuple[int, bytes]]:
    barrier = Barrier(CALLERS)

    def notify(_: int) -> tuple[int, bytes]:
        barrier.wait(DEADLINE)
        return post(port, who, path, {}, key)

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(notify, range(CALLERS)))


def test_a_hundred_identical_requests_before_two_workers_are_one_message_and_one_answer(
    tmp_path: Path,
) -> None:
    file, log = tmp_path / "billhook.sqlite3", tmp_path / "log"
    who = opened_account(f"sqlite:///{file}")
    with Served(f"sqlite:///{file}", log, os.environ, "--workers", "2") as service:
        status, made = post(service.port, who, "/v1/invoices", INVOICE, "create")
        assert status == 200
        path = f"/v1/invoices/{json.loads(made)['id']}/notify_by/email"
        for number in range(ROUNDS):
            answers = _all_at_once(service.port, who, path, f"key-{number}")
            assert set(answers) == {(200, b'{"success":true}')}
            with closing(connect(f"file:{file}?mode=ro", uri=True)) as rows:
                messages = rows.execute("SELECT count(*) FROM messages").fetchone()
                idempotency_records = rows.execute(
                    "SELECT count(*) FROM idempotency_records"
                ).fetchone()
            assert (messages, idempotency_records) == ((number + 1,), (number + 2,))
        assert service.terminate() == 0
    assert '"level": "error"' not in log.read_text()
