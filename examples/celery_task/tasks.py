"""The tasks. Each is a wake-up for a message: it may come late, twice or never."""

import smtplib
from email.message import EmailMessage

from celery import Celery, Task

from billhook import Invoice
from celery_task import messages

app = Celery("shop", broker="amqp://localhost")
app.conf.update(  # the task of a worker that was killed is given to another one
    task_acks_late=True, task_reject_on_worker_lost=True, task_ignore_result=True
)


def connect() -> smtplib.SMTP:
    """A connection to the mail server of the shop."""
    return smtplib.SMTP("localhost", timeout=30)


def request(invoice: str, medium: str) -> int:
    """Store a message, and wake a worker once it is committed. Raises RefusedError."""
    message = messages.add(invoice, medium)
    send.delay(message)
    return message


def mail(message: int, invoice: Invoice, address: str) -> EmailMessage:
    """The mail of a message. Its id is the same each time, so that a second one is recognised."""
    written = EmailMessage()
    written["From"], written["To"] = "shop@example.com", address
    written["Subject"] = "Your invoice"
    written["Message-ID"] = f"<message-{message}@example.com>"
    written.set_content(f"See your invoice: {invoice.short_url}")
    return written


def reply(error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> int:
    """The reply code of the mail server: 4xx is temporary, 5xx is permanent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return error.smtp_code


@app.task(bind=True, max_retries=8)
def send(self: Task[[int], None], message: int) -> None:
    """Send a message if it may be sent now, at most once; try again after a temporary error."""
    pause = min(60 * 2**self.request.retries, 1800)
    try:
        server = connect()  # first, so that nothing that takes long is after the decision
    except OSError as error:
        raise self.retry(exc=error, countdown=pause) from error
    with server:
        claimed = messages.claim(message)
        if claimed is None:
            return
        try:
            server.send_message(mail(message, *claimed))
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            code = reply(error)
            if code >= 500:
                messages.finish(message, "failed", f"SMTP {code}")
                return
            messages.finish(message, "queued", f"SMTP {code}")
            raise self.retry(exc=error, countdown=pause) from error
        messages.finish(message, "sent")


@app.task
def send_queued() -> None:
    """Wake a worker for every queued message: for Celery beat, because a broker can lose a task."""
    for message in messages.queued():
        send.delay(message)
