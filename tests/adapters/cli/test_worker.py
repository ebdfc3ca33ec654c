"""`billhook worker` as a process: it delivers, drains at SIGTERM, and says why not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.cli.conftest import Billhook
from billhook.application.commands import DraftAndSend
from billhook.messaging.delivery import DeliveryStatus
from billhook.model.base import AccountId
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_document
from billhook_adapters.testing.running import RunningService

WORKER = [sys.executable, "-m", "billhook_adapters.cli", "worker", "--database"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_delivers_and_ends_on_a_signal(
    url: str, store: SqlStore, number: signal.Signals
) -> None:
    service = RunningService(store, SystemClock()).service
    send = DraftAndSend(account=AccountId("acc_1"), document=a_document(media=["sms"]))
    invoice = service.execute(send).unwrap().invoice
    with subprocess.Popen([*WORKER, url, "--concurrency", "2"], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert b"by its embedded engine" in worker.stdout.readline()
        # Without a sender a message ends as a dead letter, which is an end as well.
        while service.messages(invoice.account, invoice.id)[0].status is not DeliveryStatus.FAILED:
            assert worker.poll() is None
        worker.send_signal(number)
        assert worker.wait(timeout=30) == 0


def test_jobs_need_a_database_that_holds_them(billhook: Billhook, url: str) -> None:
    billhook("account", "create", "--name", "Acme", "--database", url)
    ran = billhook("worker", "--database", url, "--engine", "procrastinate")
    assert (ran.status, ran.out) == (2, "")
    assert "needs a BILLHOOK_DATABASE such as postgresql://" in ran.err


@pytest.mark.parametrize("concurrency", ["0", "257", "x", "1.5", ""])
def test_hands_are_a_whole_number(billhook: Billhook, url: str, concurrency: str) -> None:
    ran = billhook("worker", "--database", url, "--concurrency", concurrency)
    assert ran.status == 2
    assert "must be a whole number from 1 to 256" in ran.err


def test_a_worker_makes_no_database(billhook: Billhook, url: str) -> None:
    ran = billhook("worker", "--database", url)
    assert ran.status == 2
    assert "there is no file" in ran.err
    assert not Path(url.removeprefix("sqlite:///")).exists()
