"""`example:///path`: appends each SMS to a file, as a line of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Accepted, SendError, Transient
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.composition.senders import SenderContext, SenderPlugin
from billhook_adapters.documents.message_texts import Writer


class FileSender:
    """Appends messages to a file."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._path, self._writer = path, writer

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Append one message; never raises."""
        line = {"to": message.address, "text": self._writer.sms(message, invoice, seller)}
        try:
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")
        except OSError:
            return Failure(Transient("the file could not be written"))
        return Success(Accepted())


def _make(url: str, context: SenderContext) -> FileSender:
    path = urlsplit(url).path
    if not path:
        raise ValueError("the path is missing")
    return FileSender(Path(path), context.writer)


EXAMPLE = SenderPlugin(Medium.SMS, "example:///path/of/a/file", _make)
