"""The tasks, run at once where they are sent; one test has a broker and a worker."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Self

import pytest

from billhook import Invoice, Payment, RefusedError, examples, or_raise, pay
from celery_task import messages, tasks

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
INVOICE = examples.issued()


class MailServer:
    """Takes mails; fails as often as a test wants, before or after it was handed a mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.connected = 0
        self.unreachable: list[OSError] = []
        self.replies: list[Exception] = []
        self.before_claim: Callable[[], object] = lambda: None

    def connect(self) -> Self:
        self.connected += 1
        if self.unreachable:
            raise self.unreachable.pop()
        self.before_claim()
        return self

    def send_message(self, mail: EmailMessage) -> None:
        if self.replies:
            raise self.replies.pop()
        self.mails.append(mail)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setattr(messages, "DATABASE", str(tmp_path / "shop.db"))
    monkeypatch.setattr(messages, "clock", lambda: NOON)
    messages.create()
    server = MailServer()
    monkeypatch.setattr(tasks, "connect", server.connect)
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    tasks.app.conf.update(broker_url="memory://", task_always_eager=True)
    yield server
    tasks.app.conf.update(task_always_eager=False)


def store(invoice: Invoice) -> None:
    with messages.transaction() as database:
        row = [invoice.id, invoice.model_dump_json()]
        database.execute("insert or replace into invoices values (?, ?)", row)


def paid() -> None:
    payment = Payment.model_validate({"reference": "p", "amount": INVOICE.due, "currency": "INR"})
    store(or_raise(pay(INVOICE, payment, now=NOON)).invoice)


def states() -> list[tuple[str, str | None]]:
    with messages.transaction() as database:
        return list(database.execute("select state, reason from messages order by id"))


def test_a_message_is_stored_and_sent(server: MailServer) -> None:
    tasks.request("inv_1", "email")
    (mail,) = server.mails
    assert (mail["To"], mail.get_content()) == (
        "ravi@example.com",
        "See your invoice: https://bill.example/i/x\n",
    )
    assert states() == [("sent", None)]


@pytest.mark.parametrize(
    ("invoice", "medium", "code"),
    [
        ("inv_1", "fax", "unknown_medium"),
        ("inv_1", "sms", "unsupported_address"),
        ("inv_2", "email", "invoice_not_found"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_not_stored(
    server: MailServer, invoice: str, medium: str, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        tasks.request(invoice, medium)
    assert refused.value.error.code == code
    assert (states(), server.connected) == ([], 0)


def test_an_invoice_that_was_paid_meanwhile_is_not_sent(server: MailServer) -> None:
    message = messages.add("inv_1", "email")
    paid()
    tasks.send.delay(message)
    assert (server.mails, states()) == ([], [("suppressed", "operation_not_allowed")])


def test_an_invoice_that_is_paid_while_the_worker_connects_is_not_sent(server: MailServer) -> None:
    server.before_claim = paid
    tasks.request("inv_1", "email")
    assert (server.mails, states()) == ([], [("suppressed", "operation_not_allowed")])


def test_an_invoice_that_expired_in_the_queue_is_not_sent(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = INVOICE.document.model_copy(update={"expire_by": NOON + timedelta(hours=1)})
    store(INVOICE.model_copy(update={"document": document}))
    message = messages.add("inv_1", "email")
    monkeypatch.setattr(messages, "clock", lambda: NOON + timedelta(hours=2))
    tasks.send.delay(message)
    assert (server.mails, states()) == ([], [("suppressed", "operation_not_allowed")])


def test_a_task_that_comes_twice_sends_once(server: MailServer) -> None:
    """Brokers deliver at least once: after a visibility timeout, or when a worker was lost."""
    message = tasks.request("inv_1", "email")
    tasks.send.delay(message)
    assert len(server.mails) == 1


def test_of_two_workers_at_the_same_time_one_sends(server: MailServer) -> None:
    """The other one claims the message while the first one connects."""
    message = messages.add("inv_1", "email")

    def other_worker() -> None:
        server.before_claim = lambda: None
        tasks.send.delay(message)

    server.before_claim = other_worker
    tasks.send.delay(message)
    assert (server.connected, len(server.mails), states()) == (2, 1, [("sent", None)])


@pytest.mark.parametrize(
    "temporary",
    [
        smtplib.SMTPDataError(451, b"try again later"),
        smtplib.SMTPSenderRefused(452, b"busy", "shop@example.com"),
        smtplib.SMTPRecipientsRefused({"ravi@example.com": (450, b"greylisted")}),
    ],
    ids=["data", "sender", "recipient"],
)
def test_a_temporary_refusal_is_tried_again(server: MailServer, temporary: Exception) -> None:
    server.replies = [temporary]
    tasks.request("inv_1", "email")
    assert (server.connected, len(server.mails), states()) == (2, 1, [("sent", None)])


def test_a_mail_server_that_is_away_is_tried_again(server: MailServer) -> None:
    server.unreachable = [ConnectionRefusedError(), TimeoutError()]
    tasks.request("inv_1", "email")
    assert (server.connected, len(server.mails)) == (3, 1)


@pytest.mark.parametrize(
    ("permanent", "code"),
    [
        (smtplib.SMTPDataError(554, b"not accepted"), 554),
        (smtplib.SMTPRecipientsRefused({"ravi@example.com": (550, b"no such user")}), 550),
    ],
    ids=["data", "recipient"],
)
def test_a_permanent_refusal_is_not_tried_again(
    server: MailServer, permanent: Exception, code: int
) -> None:
    server.replies = [permanent]
    tasks.request("inv_1", "email")
    assert (server.connected, states()) == (1, [("failed", f"SMTP {code}")])


def test_a_worker_that_is_killed_before_it_hands_over_leaves_the_message_queued(
    server: MailServer,
) -> None:
    class KilledError(BaseException):
        """No `except Exception` sees the end of a process."""

    def killed() -> None:
        server.before_claim = lambda: None
        raise KilledError

    message = messages.add("inv_1", "email")
    server.before_claim = killed
    with pytest.raises(KilledError):
        tasks.send(message)
    assert (server.mails, states()) == ([], [("queued", None)])
    tasks.send_queued.delay()
    assert states() == [("sent", None)]


def test_a_connection_that_breaks_while_handing_over_is_not_tried_again(
    server: MailServer,
) -> None:
    """No one knows whether the mail went out: it must not go out twice by itself."""
    message = messages.add("inv_1", "email")
    server.replies = [smtplib.SMTPServerDisconnected("connection lost")]
    with pytest.raises(smtplib.SMTPServerDisconnected):
        tasks.send(message)
    tasks.send_queued.delay()
    assert (server.connected, states()) == (1, [("sending", None)])


def test_the_broker_holds_the_number_of_the_message_alone(server: MailServer) -> None:
    """A worker reads the invoice when it sends, so that nothing in the queue can be out of date."""
    tasks.app.conf.update(task_always_eager=False)
    message = tasks.request("inv_1", "email")
    with tasks.app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        task = queue.get(block=False)
        task.ack()
        queue.close()
    assert (task.headers["task"], task.payload[:2]) == (tasks.send.name, [[message], {}])
    assert (server.connected, states()) == (0, [("queued", None)])
    tasks.app.tasks[task.headers["task"]](*task.payload[0])
    assert states() == [("sent", None)]
