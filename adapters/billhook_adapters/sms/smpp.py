"""SMS straight into a network's short-message centre, by SMPP 3.4."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Accepted, MessageKey, Permanent, SendError, Transient
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
    ReportedOutcome,
)
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import PLAIN, Writer
from billhook_adapters.sms.http_request import UNANSWERED
from billhook_adapters.sms.smpp_connection import (
    BindError,
    ConnectionBrokenError,
    Link,
    NotSubmittedError,
    Report,
)
from billhook_adapters.system.optional_dependencies import needs

with needs("sms"):
    from smpplib import consts, gsm

_INVALID_NUMBER = consts.SMPP_ESME_RINVDSTADR
_BUSY = frozenset(
    {
        consts.SMPP_ESME_RMSGQFUL,
        consts.SMPP_ESME_RTHROTTLED,
        consts.SMPP_ESME_RSYSERR,
        consts.SMPP_ESME_RINVBNDSTS,
    }
)
REMEMBERED = 10_000
"""How many messages are known by the centre's id without asking the store."""

Receive = Callable[[Sequence[DeliveryReport]], object]
"""What takes receipts."""


@dataclass(frozen=True, slots=True)
class SmppCentre:
    """A short-message centre, and as whom we are bound to it."""

    host: str
    user: str
    password: str = field(repr=False)
    sender: str
    port: int = 2775
    seconds: float = 10
    """How long it may take for an answer."""


class SmppSender:
    """Keeps one bound connection, and makes another when it broke.

    Receipts come in over the same connection: set `receive` to what takes them, such as
    `InvoiceService.record_delivery_reports`. The centre keeps those that arrive while no
    connection is bound.
    """

    def __init__(self, centre: SmppCentre, writer: Writer = PLAIN) -> None:
        self._centre, self._writer = centre, writer
        self.receive: Receive | None = None
        self._lock = Lock()
        self._link: Link | None = None
        self._keys: OrderedDict[str, MessageKey] = OrderedDict()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Hand one SMS over, in as many parts as it needs; never raises."""
        parts, coding, kind = gsm.make_parts(self._writer.sms(message, invoice, seller))
        handed_over = False
        name: str | None = None
        try:
            link = self._bound()
            for place, part in enumerate(parts, start=1):
                answer = link.submit(
                    **_from(self._centre.sender),
                    dest_addr_ton=consts.SMPP_TON_INTL,
                    dest_addr_npi=consts.SMPP_NPI_ISDN,
                    destination_addr=message.address.removeprefix("+"),
                    short_message=part,
                    data_coding=coding,
                    esm_class=kind,
                    registered_delivery=place == len(parts),  # one receipt a message
                )
                handed_over = True
                name = self._answered(answer)
        except _RejectedError as refused:
            return Failure(refused.error)
        except NotSubmittedError:
            if handed_over:
                return Failure(UNANSWERED)
            return Failure(Transient("the short-message centre could not be reached"))
        except (ConnectionBrokenError, TooLate):
            return Failure(UNANSWERED)
        if name:
            self._remember(name, message.key)
        return Success(Accepted(name or None))

    def close(self) -> None:
        """Leave the centre."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:  # its thread may be about to ask for the lock
            link.close()

    def _bound(self) -> Link:
        with self._lock:
            if self._link is None or not self._link.alive:
                centre = self._centre
                try:
                    self._link = Link(
                        centre.host, centre.port, centre.user, centre.password, self._reported
                    )
                except BindError as refused:
                    reason = f"the short-message centre refused us: {refused}"
                    raise _RejectedError(Transient(reason)) from None
            return self._link

    def _answered(self, answer: Future[Any]) -> str:
        status, name = answer.result(self._centre.seconds)
        if status == consts.SMPP_ESME_ROK:
            return str(name)
        reason = f"refused with SMPP status {status:#x}"
        if status == _INVALID_NUMBER:
            raise _RejectedError(Permanent(reason, "bounced"))
        raise _RejectedError((Transient if status in _BUSY else Permanent)(reason))

    def _remember(self, name: str, key: MessageKey) -> None:
        with self._lock:
            self._keys[name] = key
            if len(self._keys) > REMEMBERED:
                self._keys.popitem(last=False)

    def _reported(self, report: Report) -> None:
        outcome = fate(report)
        if outcome is None or self.receive is None:
            return
        with self._lock:
            known = self._keys.get(report.message)
        self.receive(
            [DeliveryReport(known or ProviderMessageId(Medium.SMS, report.message), outcome)]
        )


class _RejectedError(Exception):  # a refusal
    def __init__(self, error: SendError) -> None:
        super().__init__()
        self.error = error


def fate(report: Report) -> ReportedOutcome | None:
    """What a receipt says became of its message; None where it is still on its way.

    >>> fate(Report("7", "UNDELIV", "00b")), fate(Report("7", "ACCEPTD", "000"))
    (Bounced(reason='UNDELIV, error 00b', suppresses=None), None)
    """
    match report.state:
        case "DELIVRD":
            return Delivered()
        case "UNDELIV" | "EXPIRED" | "REJECTD" | "DELETED" as state:
            return Bounced(f"{state}, error {report.error}" if report.error else state)
        case _:
            return None


def _from(sender: str) -> dict[str, Any]:
    digits = sender.removeprefix("+")
    if not digits.isdigit():
        kind = consts.SMPP_TON_ALNUM, consts.SMPP_NPI_UNK
    elif sender.startswith("+"):
        kind = consts.SMPP_TON_INTL, consts.SMPP_NPI_ISDN
    else:
        kind = consts.SMPP_TON_NWSPEC, consts.SMPP_NPI_ISDN
    ton, npi = kind
    return {"source_addr_ton": ton, "source_addr_npi": npi, "source_addr": digits}
