"""`billhook bounces`: bounces end their messages, from a pipe or a mailbox."""

from __future__ import annotations

import io
import mailbox
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.cli.conftest import Billhook
from adapters.test_bounces import report
from billhook.application.commands import DraftAndSend
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_document
from billhook_adapters.testing.running import RunningService

ACME = AccountId("acc_1")
BOUNCED = "e-mails read       1\nbounce reports     1\nmessages updated   1\n"


@pytest.fixture
def sent(store: SqlStore) -> Message:
    """A mail that a server took."""
    running = RunningService(store, SystemClock())
    document = a_document(media=["email"])
    send = DraftAndSend(account=ACME, invoice=InvoiceId("inv_1"), document=document)
    (message,) = running.service.execute(send).unwrap().messages
    running.background_jobs.deliver(message.key)
    return message


def back(message: Message) -> bytes:
    """The report about it."""
    return report().replace(b"acc_1/msg_1", f"{message.account}/{message.id}".encode())


def status(store: SqlStore, message: Message) -> DeliveryStatus:
    with store.snapshot() as snapshot:
        return snapshot.messages((message.key,))[message.key].status


def test_a_mail_from_a_pipe_ends_its_message(
    billhook: Billhook, url: str, store: SqlStore, sent: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(back(sent))))
    ran = billhook("bounces", "--database", url)
    assert (ran.status, ran.out) == (0, BOUNCED)
    assert status(store, sent) is DeliveryStatus.BOUNCED
    shown = billhook("contact", "show", ACME, sent.address, "--database", url, "--json").json
    assert shown["suppressed"] == "bounced"
    output = billhook("messages", "show", f"{ACME}/{sent.id}", "--database", url, "--json").json
    assert (output["status"], output["reason"]) == ("bounced", "bounced with 5.1.1")


@pytest.mark.parametrize("empty", [b"", b"\n"])
def test_an_empty_input_is_no_mail(
    billhook: Billhook, url: str, store: SqlStore, monkeypatch: pytest.MonkeyPatch, empty: bytes
) -> None:
    del store
    command = ("bounces", "--database", url)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(empty)))
    assert billhook(*command).out == "no e-mails to read\n"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(empty)))
    assert billhook(*command, "--json").json == {"read": 0, "reports": 0, "messages": 0}


def test_a_maildir_is_read_once_and_a_mbox_each_time(
    billhook: Billhook, url: str, store: SqlStore, sent: Message, tmp_path: Path
) -> None:
    folder = mailbox.Maildir(tmp_path / "bounces")
    folder.add(b"Subject: hello\n\nyou")
    folder.add(back(sent))
    command = ("bounces", "--database", url, "--json", "--maildir", str(tmp_path / "bounces"))
    assert billhook(*command).json == {"read": 2, "reports": 1, "messages": 1}
    assert billhook(*command).json == {"read": 0, "reports": 0, "messages": 0}
    assert status(store, sent) is DeliveryStatus.BOUNCED
    box = mailbox.mbox(tmp_path / "box")
    box.add(report())
    box.close()
    command = ("bounces", "--database", url, "--json", "--mbox", str(tmp_path / "box"))
    for _ in range(2):
        assert billhook(*command).json == {"read": 1, "reports": 1, "messages": 0}


def test_mails_that_no_parser_takes_stop_none_behind_them(
    billhook: Billhook, url: str, store: SqlStore, sent: Message, tmp_path: Path
) -> None:
    nested = b"Content-Type: multipart/report; boundary=b\n\n--b\n"
    nested += 1200 * b"Content-Type: message/rfc822\n\n"
    named_by_nul = report().replace(
        b"Original-Envelope-Id: ", b"Original-Envelope-Id: a\x00\xff/b\x00"
    )
    folder = tmp_path / "bounces"
    mailbox.Maildir(folder)
    for number, mail in enumerate([nested, named_by_nul, back(sent)]):
        (folder / "new" / str(number)).write_bytes(mail)
    command = ("bounces", "--database", url, "--json", "--maildir", str(folder))
    assert billhook(*command).json == {"read": 3, "reports": 2, "messages": 1}
    assert billhook(*command).json == {"read": 0, "reports": 0, "messages": 0}
    assert status(store, sent) is DeliveryStatus.BOUNCED
    assert sorted(one.name for one in (folder / "cur").iterdir()) == ["0:2,S", "1:2,S", "2:2,S"]


@pytest.mark.parametrize("option", ["--maildir", "--mbox"])
def test_a_mailbox_that_is_not_there_is_named(
    billhook: Billhook, url: str, sent: Message, option: str
) -> None:
    del sent
    ran = billhook("bounces", "--database", url, option, "/nowhere")
    assert (ran.status, "there is no such mailbox" in ran.err) == (2, True)
