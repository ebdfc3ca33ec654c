"""SMS through a Kannel gateway: its requests, and what its delivery reports mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.delivery_reports import Bounced, Delivered, ReportedOutcome
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import PLAIN, Writer
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.sms.http_request import refused, request
from billhook_adapters.sms.segments import measured

NAME = "kannel"
_ACCEPTED = 202
_WANTED = 1 | 2 | 16
"""Reports wanted: delivered, not delivered, refused by the network."""

_NO_SUCH_NUMBER = re.compile(r"NACK/(0x0{0,6}0b|11)/")  # SMPP's "invalid destination address"
_STAT = re.compile(r"stat:([A-Z]{2,10})")
_ERROR = re.compile(r"err:([0-9A-Fa-f]{1,8})")


@dataclass(frozen=True, slots=True)
class KannelGateway:
    """A gateway's sendsms service. The DLT ids travel as optional parameters of SMPP."""

    url: str
    user: str
    password: str = field(repr=False)
    sender: str | None = None
    smsc: str | None = None
    dlt_entity: str | None = None
    dlt_template: str | None = None


class KannelSender:
    """Sends by Kannel's HTTP interface; it reports deliveries where there are callbacks."""

    def __init__(
        self, gateway: KannelGateway, writer: Writer = PLAIN, callbacks: Callbacks | None = None
    ) -> None:
        self._gateway, self._writer, self._callbacks = gateway, writer, callbacks

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Hand one SMS over; never raises."""
        parameters = self._parameters(message, self._writer.sms(message, invoice, seller))
        answer = request(
            "GET", f"{self._gateway.url}?{urlencode(parameters, quote_via=quote)}", headers={}
        )
        if isinstance(answer, Failure):
            return answer
        status = answer.unwrap().status
        if status == _ACCEPTED:
            return Success(Accepted())
        return Failure(refused(status, f"the gateway answered {status}"))

    def _parameters(self, message: Message, text: str) -> Mapping[str, str]:
        gateway = self._gateway
        parameters = {
            "username": gateway.user,
            "password": gateway.password,
            "to": message.address,
            "text": text,
            "charset": "UTF-8",
            "coding": "0" if measured(text).encoding == "GSM-7" else "2",
        }
        if gateway.sender is not None:
            parameters["from"] = gateway.sender
        if gateway.smsc is not None:
            parameters["smsc"] = gateway.smsc
        dlt = {"PE_ID": gateway.dlt_entity, "TEMPLATE_ID": gateway.dlt_template}
        named = {name: value for name, value in dlt.items() if value is not None}
        if named:
            parameters["meta-data"] = f"?smpp?{urlencode(named)}"
        if self._callbacks is not None:
            parameters["dlr-mask"] = str(_WANTED)
            parameters["dlr-url"] = f"{self._callbacks.url(NAME, message.key)}?status=%d&reply=%A"
        return parameters


def fate(fields: Mapping[str, str]) -> ReportedOutcome | None:
    """What a delivery report says became of its message; None where it says too little.

    >>> fate({"status": "1"}), fate({"status": "8"})
    (Delivered(), None)
    """
    reply = fields.get("reply", "")
    match fields.get("status"):
        case "1":
            return Delivered()
        case "2":
            known = [found[0] for one in (_STAT, _ERROR) if (found := one.search(reply))]
            return Bounced(" ".join(["not delivered", *known]))
        case "16":
            gone = _NO_SUCH_NUMBER.match(reply)
            return Bounced("refused by the network", "bounced" if gone else None)
        case _:
            return None
